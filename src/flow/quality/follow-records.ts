import type { ClientBase } from 'pg'
import { numbersOf, sourceOf } from '#core/quality/numbers.ts'
import { beijingDay, recordCounts } from '#core/quality/record-counts.ts'
import { logFollower } from '#flow/follow/follower.ts'
import { readSuccessions } from '#flow/reference/read-before.ts'
import { type Change, readMessageIndexes } from '#store/changes.ts'
import { addQualityCounts, matchNumbers, type NamedNumber } from '#store/quality.ts'
import { countersOf } from './counters.ts'

/** Numbers of one type that are kept of a day of a system, to see whether others know them. */
export const NUMBERS_OF_A_DAY = 500

/** Counts what the versions of records are like, by system and day of receipt. */
export const qualityRecordsFollower = logFollower('quality-records', 500, countRecords)

export async function countRecords(client: ClientBase, changes: readonly Change[]): Promise<void> {
  const counters = countersOf()
  const numbers: (Omit<NamedNumber, 'index'> & { position: bigint })[] = []
  for (const { change, now, before } of await readSuccessions(client, changes)) {
    if (now === null) continue
    const { system, recordId, position, version } = change
    const receivedAtMs = Date.parse(now.receivedAt)
    const day = beijingDay(receivedAtMs)
    const occurredAtMs = Date.parse(now.occurredAt?.at ?? '')
    const when = { isFirst: version === 1, receivedAtMs, occurredAtMs }
    for (const [name, count] of recordCounts(now.kind, now, when)) counters.add(system, day, name, count)
    const known = new Set(before === null ? [] : numbersOf(before).map(({ code }) => code))
    const source = sourceOf(recordId)
    for (const { code, type } of numbersOf(now))
      if (!known.has(code)) numbers.push({ system, day, type, code, source, message: now.message, position })
  }
  await addQualityCounts(client, counters.list())
  if (numbers.length === 0) return
  const indexes = await readMessageIndexes(
    client,
    numbers.map(({ position }) => position),
  )
  await matchNumbers(
    client,
    numbers.map(({ position, ...number }) => ({ ...number, index: indexes.get(position) ?? 0 })),
    NUMBERS_OF_A_DAY,
  )
}
