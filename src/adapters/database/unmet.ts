import type { SettingCheck, Words } from '#adapters/adapter.ts'
import { counted, inNumber } from '#core/in-number.ts'
import { type OpenReading, orderOf, type Reading } from './reading.ts'
import type { Statement } from './session.ts'
import type { ReadState } from './state.ts'

export const UNMET_MAX = 1000

const HOUR_S = 3600
const DAY_S = 86_400

/** Rows that no reading meets now. */
export interface Unmet {
  readonly rows: number
  readonly reason: Words
  readonly advice: Words
}

/** Rows that are not read: without a value of the cursor, and of a time that has not come. */
export async function findUnmet({ session, reading }: OpenReading): Promise<Unmet[]> {
  const { empty, future } = unmetStatements(reading)
  const rowsOf = async (statement: Statement | null): Promise<number> =>
    statement ? (await session.ask(statement)).length : 0
  const [without, later] = [await rowsOf(empty), await rowsOf(future)]
  const shown = (rows: number): string => (rows >= UNMET_MAX ? `${rows}+` : String(rows))
  const [unit, by] =
    laterThan(reading) === HOUR_S ? (['一小时', 'an hour'] as const) : (['一天', 'a day'] as const)
  return [
    {
      rows: without,
      reason: {
        zh: `${shown(without)} 行的游标列为空，永远读不到`,
        en: `${counted(shown(without), 'row')} ${inNumber(shown(without), 'has no value in the cursor column and is', 'have no value in the cursor column and are')} never read`,
      },
      advice: {
        zh: '请来源方补值，或不用游标整表读取',
        en: 'have them filled, or read the whole table without a cursor',
      },
    },
    {
      rows: later,
      reason: {
        zh: `${shown(later)} 行的游标时间比数据库时钟晚${unit}以上，时间到达前不会读取`,
        en: `${counted(shown(later), 'row')} ${inNumber(shown(later), 'lies', 'lie')} more than ${by} in the future by the clock of the database and ${inNumber(shown(later), 'is', 'are')} not read until then`,
      },
      advice: {
        zh: '核对数据库的时钟与时区，以及该列的默认值和录入错误',
        en: 'compare the clock and time zone of the database, default values of the column and what was typed wrongly',
      },
    },
  ].filter(({ rows }) => rows > 0)
}

/** A day that a text begins with, or 14 or 17 digits of a time: other digits may be of any number. */
const DAY_TEXT = /^(20\d\d)([-/.])(\d\d)\2(\d\d)(?!\d)|^(20\d\d)(\d\d)(\d\d)\d{6}(?:\d{3})?$/

/**
 * A cursor of text that was moved to a day which has not come: its column has no bound by the clock, so one row with a wrong time takes it there, and what is written from then on lies before it.
 * Null where it was not.
 */
export function standsAhead(
  { cursor }: Pick<Reading, 'cursor'>,
  state: ReadState | null,
  nowMs: number,
): Words | null {
  const value = cursor?.column.form === 'text' ? (state?.value ?? state?.key?.[0]) : undefined
  const found = DAY_TEXT.exec(value ?? '')
  if (!found) return null
  const day = [found[1] ?? found[5], found[3] ?? found[6], found[4] ?? found[7]].join('-')
  const soon = new Date(nowMs + 2 * DAY_S * 1000).toISOString().slice(0, day.length)
  return day <= soon ? null : AHEAD
}

const AHEAD: Words = {
  zh: '游标已读到晚于明天的时间，此后写入的行都在其前，读不到：请来源方更正时间有误的行，再将通道的读取进度改回更正前的时间（reset）。',
  en: 'the cursor stands at a time later than tomorrow, and rows that are written from now on lie before it and are not read: have the row with the wrong time mended at the source, then set the state of the channel back to before it (reset).',
}

/** The same for a check. */
export const unmetCheck = ({ reason, advice }: Unmet): SettingCheck => ({
  setting: '/settings/cursor',
  ok: false,
  reason,
  advice,
})

/** As one sentence with what to do. */
export const unmetDoubt = ({ reason, advice }: Unmet): Words => ({
  zh: `${reason.zh}：${advice.zh}。`,
  en: `${reason.en}: ${advice.en}.`,
})

/** Seconds by which a value of the cursor is later than clocks differ: a day has begun somewhere before it does here. */
const laterThan = ({ cursor }: Reading): number => (cursor?.column.form === 'date' ? DAY_S : HOUR_S)

/** Rows that no reading meets now: without a value of the cursor, or of a time that has not come. Up to 1,000 of each. */
export function unmetStatements(reading: Reading): { empty: Statement | null; future: Statement | null } {
  const { dialect, table, cursor } = reading
  if (cursor === null) return { empty: null, future: null }
  const name = dialect.quote(cursor.column.name)
  const counted = (where: string): Statement => ({
    text: dialect.page({
      select: [`'1' AS ${dialect.quote('trace_hub_0')}`],
      from: dialect.from(table, orderOf(reading)),
      where: [where],
      order: [],
      limit: UNMET_MAX,
    }),
    values: [],
  })
  const later = dialect.newest(cursor.column, -laterThan(reading))
  return {
    empty: cursor.column.nullable ? counted(`${name} IS NULL`) : null,
    future: later === null || cursor.column.form === 'rowversion' ? null : counted(`${name} > ${later}`),
  }
}
