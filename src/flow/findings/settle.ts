import type { Pool } from 'pg'
import type { FindingDraft } from '#core/findings/draft.ts'
import { FINDING_RECORD, findingId, findingKey, orderUpon } from '#core/findings/finding-id.ts'
import { nextVersion } from '#core/findings/next-version.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { readHubId } from '#store/hub-identity.ts'
import { readNewestVersions } from '#store/newest-versions.ts'

export interface SettleParts {
  readonly pool: Pool
  readonly intake: Pick<Intake, 'writeOwn'>
}

/**
 * Writes what is new of findings, and nothing else: what was found and is not written yet, what has other figures, what is over. Gives how
 * many versions were written.
 */
export async function settle(
  { pool, intake }: SettleParts,
  drafts: readonly FindingDraft[],
  nowMs: number,
): Promise<number> {
  const here = await readHubId(pool)
  const byId = new Map(drafts.map((draft) => [findingId(here, draft.kind, draft.subject), draft]))
  const newest = await readNewestVersions(pool, [...byId.keys()])
  const records = [...byId].flatMap(([id, draft]) => {
    const known = newest.get(id)
    const body = nextVersion(known?.status === 'active' ? known.body : null, draft, nowMs)
    if (body === null) return []
    const order = orderUpon(known?.version ?? 0, 'hub')
    return [{ kind: 'finding' as const, key: findingKey(draft.kind, draft.subject), body, order }]
  })
  const results = await intake.writeOwn({ record: FINDING_RECORD, records })
  return results.filter(({ result }) => result !== 'unchanged').length
}
