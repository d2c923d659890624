import type { Pool } from 'pg'
import type { FindingDraft } from '#core/findings/draft.ts'
import { FINDING_RECORD, findingId, findingKey, orderUpon } from '#core/findings/finding-id.ts'
import { nextVersion } from '#core/findings/next-version.ts'
import { bodyIssues } from '#core/model/validate.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { readHubId } from '#store/hub-identity.ts'
import { readNewestVersions } from '#store/newest-versions.ts'

export interface Settled {
  /** Versions. */
  readonly written: number
  /** What does not fit the model, without values. */
  readonly wrong: readonly string[]
}

export interface SettleParts {
  readonly pool: Pool
  readonly intake: Pick<Intake, 'writeOwn'>
}

/**
 * Writes what is new of findings, and nothing else: what was found and is not written yet, what has other figures, what is over. One that
 * does not fit the model is a mistake of the program: it is left out and told of, so that it holds up no other.
 */
export async function settle(
  { pool, intake }: SettleParts,
  drafts: readonly FindingDraft[],
  nowMs: number,
): Promise<Settled> {
  const here = await readHubId(pool)
  const byId = new Map(drafts.map((draft) => [findingId(here, draft.kind, draft.subject), draft]))
  const newest = await readNewestVersions(pool, [...byId.keys()])
  const wrong: string[] = []
  const records = [...byId].flatMap(([id, draft]) => {
    const known = newest.get(id)
    const body = nextVersion(known?.status === 'active' ? known.body : null, draft, nowMs)
    if (body === null) return []
    const [issue] = bodyIssues('finding', body)
    if (issue) {
      wrong.push(`${draft.kind}: ${issue.path} ${issue.reason}`)
      return []
    }
    const order = orderUpon(known?.version ?? 0, 'hub')
    return [{ kind: 'finding' as const, key: findingKey(draft.kind, draft.subject), body, order }]
  })
  const results = await intake.writeOwn({ record: FINDING_RECORD, records })
  return { written: results.filter(({ result }) => result !== 'unchanged').length, wrong }
}
