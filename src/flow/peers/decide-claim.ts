import { hash } from 'node:crypto'
import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import { keptByOwner } from '#core/peers/kept-by-owner.ts'
import { bodyOf, contentOf } from '#flow/intake/content.ts'
import { nextNumber } from '#flow/intake/known-records.ts'
import { messageId } from '#flow/intake/message-id.ts'
import { add, newestBody, voided } from '#flow/intake/next-version.ts'
import type { KeyedResult } from '#flow/intake/results-text.ts'
import type { IntakeMessage } from '#flow/intake/write.ts'
import { type Claim, noteAccepted, readClaim, refuseClaim } from '#store/claims.ts'
import { readHubId } from '#store/hub-identity.ts'
import { readNewestVersions } from '#store/newest-versions.ts'
import { CLAIM_MAPPING, claimedRecord } from './claim-record.ts'
import type { TakingParts } from './take-changes.ts'

/** Record name under which accepted claims are kept as messages. */
const CLAIMS = 'claims'

/** Who decided a claim, and why. */
export interface ClaimDecision {
  readonly who: string
  readonly reason: string | null
}

/** An open claim that this hub may decide. Throws where there is none of that number, it is decided, or the record is of another hub. */
async function openClaim(pool: Pool, id: string): Promise<Claim> {
  const claim = await readClaim(pool, id)
  if (!claim) throw new HubError('not_found', { detail: `claim ${id}` })
  if (claim.owner !== (await readHubId(pool)))
    throw new HubError('conflict', {
      detail: `the record is of the hub ${claim.owner}, which decides the claim`,
    })
  if (claim.state !== 'open')
    throw new HubError('conflict', { detail: `the claim is ${claim.state} already` })
  return claim
}

/** Refuses a claim on a record of this hub. */
export async function refuse(pool: Pool, id: string, by: ClaimDecision): Promise<void> {
  await openClaim(pool, id)
  if (!(await refuseClaim(pool, id, by)))
    throw new HubError('conflict', { detail: 'the claim is decided already' })
}

/**
 * Accepts a claim on a record of this hub: what it says becomes the next version, which goes out to all. What was decided by a person is
 * no resend and no late version, so the rules of intake for these do not count here. Gives the version.
 */
export async function accept(
  { pool, clock, write }: TakingParts,
  id: string,
  by: ClaimDecision & { readonly keyId: string | null },
): Promise<number> {
  const claim = await openClaim(pool, id)
  const said = claimedRecord(claim)
  const { kind, system, record, key } = said
  const body = bodyOf(claim.body, claim.flags, claim.recorded)
  const known = (await readNewestVersions(pool, [claim.recordId])).get(claim.recordId)
  const kept = known && claim.status === 'active' ? keptByOwner(kind, known.body, body) : body
  const claimed = contentOf({ kind, id: claim.recordId }, kept, claim.status)
  const prepared = {
    kind,
    id: claim.recordId,
    key,
    operation: claim.status === 'void' ? ('void' as const) : ('upsert' as const),
    ended: undefined,
    order: null,
    content: claimed,
    expected: undefined,
  }
  const bytes = Buffer.from(JSON.stringify({ claim: claim.id, claimant: claim.claimant, record: said }))
  const receivedAtMs = clock()
  const message: IntakeMessage = {
    id: messageId(receivedAtMs),
    receivedAtMs,
    sha256: hash('sha256', bytes, 'buffer'),
    system: claim.via ?? system,
    record: CLAIMS,
    mapping: CLAIM_MAPPING,
    bytes,
    contentType: 'application/json',
    encoding: 'utf-8',
    keyId: by.keyId,
    idempotencyKey: undefined,
    rejectedValues: new Map(),
    expectsLots: false,
    sources: [{ index: 0, key, rejected: false, issues: [], records: [prepared] }],
    peer: {
      decide(_at, now, into): KeyedResult {
        const head = now.heads.get(claim.recordId)
        if (!head || now.owners.has(claim.recordId))
          throw new HubError('conflict', { detail: 'the record is no longer of this hub' })
        if (head.version !== known?.version)
          throw new HubError('conflict', {
            detail: 'the record has got another version just now',
            fix: 'Look at the record, and accept the claim again where it still holds.',
          })
        // Who asks for a void may not see all that the owner knows: only why and when it ended is taken over.
        const isVoid = claim.status === 'void'
        const content = isVoid
          ? voided({ kind, id: claim.recordId }, newestBody(claim.recordId, now), body.void)
          : claimed
        const isSame = head.status === claim.status && (isVoid || head.hash === content.hash)
        const version = isSame ? head.version : nextNumber(claim.recordId, now)
        if (!isSame) add(message, 0, prepared, content, claim.status, version, now, into, { system, record })
        return {
          index: 0,
          key,
          result: isSame ? 'unchanged' : isVoid ? 'voided' : 'updated',
          records: [{ kind, id: claim.recordId, version }],
          recordKeys: [claim.recordId],
        }
      },
    },
  }
  const { results } = await write(message)
  const version = results[0]?.records[0]?.version as number
  await noteAccepted(pool, id, { who: by.who, reason: by.reason, version })
  return version
}
