import type { Pool } from 'pg'
import { DAY_MS } from '#core/calendar.ts'
import { HubError } from '#core/errors.ts'
import type { Body } from '#core/model/body.ts'
import { parseRecordId } from '#core/model/identity.ts'
import { OWN_SYSTEM } from '#core/model/own-system.ts'
import { regionName } from '#core/regions/path.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { messageId } from '#flow/intake/message-id.ts'
import { hasInspection } from '#store/inspections.ts'
import { type InspectionWish, inspectionBody } from './inspection-wish.ts'

const RECORD = 'inspection'

export interface Recorded {
  readonly id: string
  readonly version: number
  readonly result: string
}

type Writing = {
  readonly pool: Pool
  readonly intake: Pick<Intake, 'writeOwn'>
  readonly keyId: string | null
}

/** Writes an inspection as a record of the hub's own: it has versions and is synced like any other. */
export async function recordInspection(
  { intake, keyId }: Writing,
  wish: InspectionWish,
  nowMs: number,
): Promise<Recorded> {
  checkWish(wish, nowMs)
  return await write(intake, { key: [wish.number ?? messageId(nowMs)], body: inspectionBody(wish), keyId })
}

/** Another content of an inspection: the next version. HubError `not_found` where this hub wrote none of the name. */
export async function correctInspection(
  { pool, intake, keyId }: Writing,
  id: string,
  wish: InspectionWish,
  nowMs: number,
): Promise<Recorded> {
  checkWish(wish, nowMs)
  const key = await ownKeyOf(pool, id)
  if (wish.number !== undefined && wish.number !== key.at(-1))
    throw wrong('/number', 'the number of an inspection stays what it was')
  return await write(intake, { hub: key[0], key: key.slice(1), body: inspectionBody(wish), keyId })
}

/** Makes an inspection void. */
export async function voidInspection(
  { pool, intake, keyId }: Writing,
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

const wrong = (path: string, reason: string): HubError =>
  new HubError('invalid_request', { issues: [{ path, code: 'E_SCHEMA', reason }] })
