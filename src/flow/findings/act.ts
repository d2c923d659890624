import { HubError } from '#core/errors.ts'
import { EVIDENCE_MAX } from '#core/findings/draft.ts'
import { FINDING_RECORD, orderUpon } from '#core/findings/finding-id.ts'
import { isPending } from '#core/findings/finding-kinds.ts'
import { actedVersion, type FindingAction } from '#core/findings/next-version.ts'
import type { Body } from '#core/model/body.ts'
import { parseRecordId } from '#core/model/identity.ts'
import { OWN_SYSTEM } from '#core/model/own-system.ts'
import { markSubjects } from '#store/finding-checks.ts'
import { type FindingRecord, readFinding } from '#store/findings.ts'
import { readOwners } from '#store/peer-versions.ts'
import type { SettleParts } from './settle.ts'

/**
 * Writes what an official does with a finding as its next version. HubError `not_found` where there is none, `conflict` where another hub
 * owns it, `wrong_state` where the event cannot come in its state.
 */
export async function actOn(
  { pool, intake }: SettleParts,
  id: string,
  action: FindingAction,
  by: { readonly nowMs: number; readonly keyId: string | null },
): Promise<FindingRecord> {
  const found = await readFinding(pool, id)
  const parsed = parseRecordId(id)
  if (!found || !parsed) throw new HubError('not_found', { detail: `finding ${id.slice(0, 200)}` })
  const [hub, ...key] = parsed.key
  if (parsed.system !== OWN_SYSTEM || hub === undefined || (await readOwners(pool, [id])).has(id))
    throw new HubError('conflict', { detail: 'another hub owns this finding: it is decided there' })
  const previous = { ...(JSON.parse(found.body) as Body), flags: found.flags as Body['flags'] }
  const body = actedVersion(previous, action, by.nowMs)
  if (body === null)
    throw new HubError('wrong_state', {
      detail: `${action.event} cannot come in the state ${previous.state}`,
    })
  await intake.writeOwn({
    record: FINDING_RECORD,
    records: [{ kind: 'finding', key, hub, body, order: orderUpon(found.version, 'official') }],
    keyId: by.keyId,
  })
  // He closed the records that it names: of those that it only counts nobody has decided.
  if (!isPending(body.state ?? '') && (body.evidence?.length ?? 0) >= EVIDENCE_MAX && body.subject)
    await markSubjects(pool, [body.subject], by.nowMs)
  return (await readFinding(pool, id)) ?? found
}
