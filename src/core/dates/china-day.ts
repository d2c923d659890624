import { CHINA_OFFSET_MINUTES } from '#core/calendar.ts'
import { isoReader } from './iso.ts'
import type { When } from './when.ts'

const read = isoReader(CHINA_OFFSET_MINUTES)

/** A time in ISO 8601 as a time of China to the second; null where it is none. A time without a zone is one of China. */
export const readChinaTime = (at: string): Pick<When, 'at' | 'precision'> | null => read(at, at)

/** The day in China that the time of a record names; null where it names none, as in records that were stored before their times were checked. */
export const chinaDay = (at: string): string | null => readChinaTime(at)?.at.slice(0, 10) ?? null

/** A time as officials read it in sheets and lines: by the clock of China, with its zone (`2026-11-28 16:47:05 +08:00`); what is no time stays as it is. */
export const chinaClock = (at: string): string =>
  readChinaTime(at)?.at.replace('T', ' ').replace('+', ' +') ?? at
