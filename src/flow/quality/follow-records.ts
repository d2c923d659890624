import { numbersOf, sourceOf } from '#core/quality/numbers.ts'
import { beijingDay, recordCounts } from '#core/quality/record-counts.ts'
import type { LogReader, PageReading } from '#flow/follow/noted-page.ts'
import { addQualityCounts } from '#store/quality.ts'
import { matchNumbers, type NamedNumber } from '#store/quality-codes.ts'
import { countersOf } from './counters.ts'

/** Numbers of one type that are kept of a day of a system, to see whether others know them. */
export const NUMBERS_OF_A_DAY = 500

/** Counts what the versions of records are like, by system and day of receipt. */
export const qualityRecordsReader: LogReader = { name: 'quality-records', begin: countRecords }

function countRecords(): PageReading {
  const counters = countersOf()
  const numbers: NamedNumber[] = []
  return {
    note({ change, now, before, saidBefore }) {
      if (now === null) return
      const { system, recordId, messageIndex: index } = change
      const receivedAtMs = Date.parse(now.receivedAt)
      const day = beijingDay(receivedAtMs)
      const occurredAtMs = Date.parse(now.occurredAt?.at ?? '')
      const when = { isFirst: saidBefore === null, receivedAtMs, occurredAtMs }
      for (const [name, count] of recordCounts(now.kind, now, when)) counters.add(system, day, name, count)
      const known = new Set(before === null ? [] : numbersOf(before).map(({ code }) => code))
      const source = sourceOf(recordId)
      for (const { code, type } of numbersOf(now))
        if (!known.has(code)) numbers.push({ system, day, type, code, source, message: now.message, index })
    },
    async write(client) {
      await addQualityCounts(client, counters.list())
      await matchNumbers(client, numbers, NUMBERS_OF_A_DAY)
    },
  }
}
