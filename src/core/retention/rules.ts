import { DAY_MS, daysFromCivil, epochToLocal } from '#core/calendar.ts'

/**
 * Families of what only grows with time: the tables of each, the fewest months that the law allows and what is kept where nobody says
 * otherwise. Network logs are kept six months at least (网络安全法 art. 23(3)), records of giving data to others three years (网络数据安全管理条例
 * art. 12); vouchers of farm products six months (食品安全法 art. 65). Three years for all is the hub's own choice.
 */
export const FAMILIES = {
  messages: { tables: ['messages', 'message_parts', 'message_results'], least: 6, usual: 36 },
  deliveries: { tables: ['deliveries'], least: 36, usual: 36 },
  audit: { tables: ['audit_log'], least: 36, usual: 36 },
} as const satisfies Record<string, { tables: readonly string[]; least: number; usual: number }>

export type Family = keyof typeof FAMILIES
export const FAMILY_NAMES = Object.keys(FAMILIES) as readonly Family[]

/** Months for each family. */
export type RetentionRules = Readonly<Record<Family, number>>

export const wholeRetention = (set: Partial<RetentionRules>): RetentionRules => ({
  messages: set.messages ?? FAMILIES.messages.usual,
  deliveries: set.deliveries ?? FAMILIES.deliveries.usual,
  audit: set.audit ?? FAMILIES.audit.usual,
})

/** One month of one table. Times in milliseconds since 1970; `untilMs` is not in it. */
export interface KeptMonth {
  readonly table: string
  readonly name: string
  readonly fromMs: number
  readonly untilMs: number
}

/** A time of which everything is kept. */
export interface HeldTime {
  readonly fromMs: number
  readonly untilMs: number
}

/** September to February have 181 days: counted from so long ago, six months are 183 days, and 36 are three years. */
const SHORT_MONTHS_MS = 3 * DAY_MS

/** The time before which a family need not be kept: the beginning of the month (UTC) that lies so many months back. */
export function keptFrom(nowMs: number, months: number): number {
  const { year, month } = epochToLocal(nowMs - SHORT_MONTHS_MS, 0)
  const first = year * 12 + month - 1 - months
  return daysFromCivil(Math.floor(first / 12), (first % 12) + 1, 1) * DAY_MS
}

const familyOf = (table: string): Family | undefined =>
  FAMILY_NAMES.find((family) => (FAMILIES[family].tables as readonly string[]).includes(table))

const isHeld = ({ fromMs, untilMs }: KeptMonth, holds: readonly HeldTime[]): boolean =>
  holds.some((hold) => hold.fromMs < untilMs && fromMs < hold.untilMs)

/**
 * The months that may be dropped, oldest first: those that lie wholly before what the rules keep, and of which no hold wants anything. A
 * table is dropped from its beginning on: behind a month that is held everything stays, so that it can be said from when on a table is kept.
 */
export function monthsToDrop(
  months: readonly KeptMonth[],
  { rules, holds, nowMs }: { rules: RetentionRules; holds: readonly HeldTime[]; nowMs: number },
): KeptMonth[] {
  const byTable = Map.groupBy(months, ({ table }) => table)
  return [...byTable].flatMap(([table, own]) => {
    const family = familyOf(table)
    if (!family) return []
    const before = keptFrom(nowMs, rules[family])
    const old = own.filter(({ untilMs }) => untilMs <= before).toSorted((a, b) => a.fromMs - b.fromMs)
    const held = old.findIndex((month) => isHeld(month, holds))
    return held < 0 ? old : old.slice(0, held)
  })
}
