import type { Pool } from 'pg'
import { type SharingClass, sharedRecord } from '#core/model/sharing.ts'
import type { Send } from '#flow/delivery/answer.ts'
import { backoffMs } from '#flow/delivery/backoff.ts'
import { eventId, messageIdOf } from '#flow/delivery/event-id.ts'
import type { Follower } from '#flow/follow/follower.ts'
import { type DueClaim, noteSending, takeDueClaims } from '#store/claim-sendings.ts'
import { noteAccepted, refuseClaim } from '#store/claims.ts'
import { inTransaction } from '#store/database.ts'
import { lockFollower, moveFollower } from '#store/followers.ts'
import { readHubId } from '#store/hub-identity.ts'
import { readLinkTransport, secretsAt } from '#store/link-secrets.ts'
import { claimedRecord } from './claim-record.ts'

const NAME = 'claims'
const EVERY_MS = 5000
const CLAIMS_AT_ONCE = 50
/** Longer than a request takes, so that a try is not begun while the one before is under way. */
const FIRST_WAIT_MS = 30_000
/** While a claim is open, the hub that has it is asked so often what became of it: a refusal comes back by the way that the claim went. */
const ASK_AGAIN_MS = 6 * 3_600_000

export interface ClaimSendingParts {
  readonly send: Send
  readonly now?: () => number
  readonly random?: () => number
}

/**
 * Sends claims on records of other hubs on towards their owners, as changes that bear `claim`. A claim has no place in the change log and
 * holds nothing up: each is tried over its road until it is answered.
 */
export const claimsFollower = (parts: ClaimSendingParts): Follower => ({
  name: NAME,
  rows: [NAME],
  everyMs: EVERY_MS,
  async step(pool) {
    const sent = await sendClaims(pool, parts)
    await inTransaction(pool, async (client) => {
      if (await lockFollower(client, NAME))
        await moveFollower(client, NAME, { floor: new Date((parts.now ?? Date.now)()).toISOString() })
    })
    return sent === CLAIMS_AT_ONCE ? 'more' : 'done'
  },
})

/** Sends the claims that are due now; gives how many were tried. */
export async function sendClaims(
  pool: Pool,
  { send, now = Date.now, random = Math.random }: ClaimSendingParts,
): Promise<number> {
  const waitMs = (attempts: number): number => Math.max(backoffMs(attempts, random()), FIRST_WAIT_MS)
  const due = await takeDueClaims(pool, { nowMs: now(), limit: CLAIMS_AT_ONCE, waitMs })
  if (due.length === 0) return 0
  const here = await readHubId(pool)
  const links = Map.groupBy(due, ({ link }) => link)
  await Promise.all([...links].map(([link, claims]) => sendOver(pool, { send, now }, link, claims, here)))
  return due.length
}

async function sendOver(
  pool: Pool,
  { send, now }: { readonly send: Send; readonly now: () => number },
  link: string,
  claims: readonly DueClaim[],
  here: string,
): Promise<void> {
  const [{ url, allowAddress: allow }] = claims as [DueClaim]
  const transport = await readLinkTransport(pool, link)
  if (transport === null) return
  const events = claims.map(({ claim }) => eventId(link, `claim ${claim.id}`, claim.baseVersion))
  // A claim of a kind that the link may not see has no record; the other hub refuses it, and that is seen.
  const changes = claims.map((one, i) => changeOf(one, events[i] as string, here, transport.sees))
  const answer = await send({
    url,
    allow,
    secret: secretsAt(transport, now()),
    token: transport.token,
    batch: JSON.stringify({ link, changes }),
    messageId: messageIdOf(events),
    timestamp: Math.floor(now() / 1000),
    signal: AbortSignal.timeout(FIRST_WAIT_MS),
  })
  for (const [i, { claim, to }] of claims.entries()) {
    const verdict = answer.kind === 'verdicts' ? answer.verdicts.get(events[i] as string) : undefined
    const { code = null, detail = null } = verdict ?? {}
    const isTaken = verdict?.verdict === 'ok' || verdict?.verdict === 'duplicate'
    await noteSending(
      pool,
      { claim: claim.id, link },
      {
        isAnswered: verdict !== undefined && verdict.verdict !== 'retry',
        askAtMs: isTaken ? now() + ASK_AGAIN_MS : null,
        verdict: verdict?.verdict ?? null,
        code,
        detail: detail ?? (answer.kind === 'failed' ? answer.detail : null),
      },
    )
    const by = { who: `hub ${to}`, reason: detail }
    if (isTaken && code === 'claim_refused') await refuseClaim(pool, claim.id, by)
    // Mostly the version that it became has come before; but it need not show here all that was claimed.
    if (isTaken && code === 'claim_accepted') await noteAccepted(pool, claim.id, { ...by, version: null })
  }
}

const changeOf = (
  { claim }: DueClaim,
  event: string,
  here: string,
  sees: readonly SharingClass[],
): object => ({
  event,
  operation: claim.status === 'void' ? 'void' : 'upsert',
  kind: claim.kind,
  id: claim.recordId,
  version: claim.baseVersion,
  origin: claim.claimant,
  hops: [...claim.hops, here],
  claim: { owner: claim.owner },
  record: sharedRecord(claimedRecord(claim), sees),
})
