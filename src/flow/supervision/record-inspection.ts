import type { Pool } from 'pg'
import { DAY_MS } from '#core/calendar.ts'
import { HubError } from '#core/errors.ts'
import type { Body } from '#core/model/body.ts'
import { parseRecordId } from '#core/model/identity.ts'
import { OWN_SYSTEM } from '#core/model/own-system.ts'
import { regionName } from '#core/regions/path.ts'
import { isBlind, type Sight } from '#core/sight.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { messageId } from '#flow/intake/message-id.ts'
import { knownFindings } from '#store/findings.ts'
import { hasInspection, readAnswers } from '#store/inspections.ts'
import { withSight } from '#store/sighted.ts'
import { type InspectionWish, inspectionBody } from './inspection-wish.ts'

const RECORD = 'inspection'

export interface Recorded {
  readonly id: string
  readonly version: number
  readonly result: string
}

type Writing = {
  readonly pool: Pool
  /** What the inspector sees of findings; null: all. */
  readonly sight: Sight | null
  readonly intake: Pick<Intake, 'writeOwn'>
  readonly keyId: string | null
}

/** Writes an inspection as a record of the hub's own: it has versions and is synced like any other. */
export async function recordInspection(
  { pool, sight, intake, keyId }: Writing,
  wish: InspectionWish,
  nowMs: number,
): Promise<Recorded> {
  checkWish(wish, nowMs)
  await checkAnswers(pool, sight, wish)
  return await write(intake, { key: [wish.number ?? messageId(nowMs)], body: inspectionBody(wish), keyId })
}

/** Another content of an inspection: the next version. HubError `not_found` where this hub wrote none of the name. */
export async function correctInspection(
  { pool, sight, intake, keyId }: Writing,
  id: string,
  wish: InspectionWish,
  nowMs: number,
): Promise<Recorded> {
  checkWish(wish, nowMs)
  const key = await ownKeyOf(pool, id)
  if (wish.number !== undefined && wish.number !== key.at(-1))
    throw wrong('/number', 'the number of an inspection stays what it was')
  await checkAnswers(pool, sight, wish, await readAnswers(pool, id))
  return await write(intake, { hub: key[0], key: key.slice(1), body: inspectionBody(wish), keyId })
}

/** Makes an inspection void. */
export async function voidInspection(
  { pool, intake, keyId }: Omit<Writing, 'sight'>,
  id: string,
  reason: string,
): Promise<Recorded> {
  const [hub, ...key] = await ownKeyOf(pool, id)
  return await write(intake, { hub, key, body: null, reason, keyId })
}

async function write(
  intake: Writing['intake'],
  one: {
    readonly hub?: string | undefined
    readonly key: readonly string[]
    readonly body: Body | null
    readonly reason?: string
    readonly keyId: string | null
  },
): Promise<Recorded> {
  const { hub, key, body, reason, keyId } = one
  const [made] = await intake.writeOwn({
    record: RECORD,
    keyId,
    records: [
      {
        kind: 'inspection',
        key,
        body,
        ...(hub === undefined ? {} : { hub }),
        ...(reason === undefined ? {} : { reason }),
      },
    ],
  })
  if (made === undefined) throw new HubError('internal')
  return { id: made.id, version: made.version, result: made.result }
}

async function ownKeyOf(pool: Pool, id: string): Promise<readonly string[]> {
  const parsed = parseRecordId(id)
  const isOwn = parsed?.kind === 'inspection' && parsed.system === OWN_SYSTEM && parsed.record === RECORD
  if (parsed === null || !isOwn || !(await hasInspection(pool, id)))
    throw new HubError('not_found', { detail: `inspection ${id}` })
  return parsed.key
}

/** What the schema cannot say. */
function checkWish({ site, region, result, dueAt, at, checklist = [] }: InspectionWish, nowMs: number): void {
  if (regionName(region, Number(at.slice(0, 4))) === undefined)
    throw wrong('/region', 'no region ever had this code')
  // The clock of a tablet may be ahead, by a time zone at most.
  if (Date.parse(at.length === 10 ? `${at}T00:00:00+08:00` : at.replace(' ', '+')) > nowMs + DAY_MS)
    throw wrong('/at', 'an inspection that is still to come')
  if (site.code === undefined && site.name === undefined) throw wrong('/site', 'code or name is needed')
  if (result === 'rectify' && dueAt === undefined)
    throw wrong('/dueAt', 'what is to be put right needs a deadline')
  if (dueAt !== undefined && dueAt.slice(0, 10) < at.slice(0, 10))
    throw wrong('/dueAt', 'before the inspection')
  const failed = checklist.findIndex((row) => row.result === 'fail')
  if (result === 'pass' && failed >= 0)
    throw wrong(`/checklist/${failed}/result`, 'a passed inspection has no failed row')
}

/**
 * Refuses answers to what is no finding. Of one that the inspector does not see the same is said as of one that there is not: by his answers he learns of none.
 * @param before answers that the inspection names already: findings are kept for some years only
 */
async function checkAnswers(
  pool: Pool,
  sight: Sight | null,
  { answers = [] }: InspectionWish,
  before: readonly string[] = [],
): Promise<void> {
  const asked = answers.filter((id) => !before.includes(id))
  if (asked.length === 0) return
  // Who may act on findings without reading any acts on all of them.
  const seen = await withSight(pool, isBlind(sight) ? null : sight, (reader) => knownFindings(reader, asked))
  const issues = answers.flatMap((value, n) =>
    seen.has(value) || before.includes(value) ? [] : [{ path: `/answers/${n}`, ...NO_FINDING, value }],
  )
  if (issues.length > 0) throw new HubError('invalid_request', { issues })
}

const NO_FINDING = {
  code: 'E_SCHEMA',
  reason: 'no finding of this identifier, as far as the key sees findings',
  fix: 'Send the "id" of a finding as GET /v1/findings lists it, or leave it out: an inspection need not answer any.',
} as const

const wrong = (path: string, reason: string): HubError =>
  new HubError('invalid_request', { issues: [{ path, code: 'E_SCHEMA', reason }] })
