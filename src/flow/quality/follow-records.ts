import type { ClientBase } from 'pg'
import { numbersOf, sourceOf } from '#core/quality/numbers.ts'
import { beijingDay, recordCounts } from '#core/quality/record-counts.ts'
import type { LogPage, LogReader } from '#flow/follow/log-follower.ts'
import { addQualityCounts, matchNumbers, type NamedNumber } from '#store/quality.ts'
import { countersOf } from './counters.ts'

/** Numbers of one type that are kept of a day of a system, to see whether others know them. */
export const NUMBERS_OF_A_DAY = 500

/** Counts what the versions of records are like, by system and day of receipt. */
export const qualityRecordsReader: LogReader = { name: 'quality-records', apply: countRecords }

async function countRecords(client: ClientBase, page: LogPage): Promise<void> {
  const counters = countersOf()
  const numbers: NamedNumber[] = []
  for (const { change, now, before } of await page.successions()) {
    if (now === null) continue
    const { system, recordId, version, messageIndex: index } = change
    const receivedAtMs = Date.parse(now.receivedAt)
    const day = beijingDay(receivedAtMs)
    const occurredAtMs = Date.parse(now.occurredAt?.at ?? '')
    const when = { isFirst: version === 1, receivedAtMs, occurredAtMs }
    for (const [name, count] of recordCounts(now.kind, now, when)) counters.add(system, day, name, count)
    const known = new Set(before === null ? [] : numbersOf(before).map(({ code }) => code))
    const source = sourceOf(recordId)
    for (const { code, type } of numbersOf(now))
      if (!known.has(code)) numbers.push({ system, day, type, code, source, message: now.message, index })
  }
  await addQualityCounts(client, counters.list())
  await matchNumbers(client, numbers, NUMBERS_OF_A_DAY)
}
