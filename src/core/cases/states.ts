/**
 * States of a case. `suspect`: a rapid test that is known to mislead for this product; its lot is not sold at its stall, and nothing spreads.
 * `held`: 停止销售, spread over the path. `objected`: 提出异议. `retest`: 送实验室复检. `cleared`: 解除, everything is released. `confirmed`: 确认不合格,
 * recalled. `disposal`: 处置中. `notified`: 已通报上下游. `closed`: 结案.
 */
export const CASE_STATES = [
  'suspect',
  'held',
  'objected',
  'retest',
  'cleared',
  'confirmed',
  'disposal',
  'notified',
  'closed',
] as const
export type CaseState = (typeof CASE_STATES)[number]

/** What an official says; `waive`: who objected takes that back; `retract`: what he confirmed he takes back. */
export const OFFICIAL_EVENTS = [
  'objection',
  'retest',
  'waive',
  'clear',
  'confirm',
  'retract',
  'dispose',
  'notify',
  'close',
  'note',
] as const
export type OfficialEvent = (typeof OFFICIAL_EVENTS)[number]

/**
 * What records say: a rapid test failed or is in doubt, a laboratory's test failed or passed, or a failed test was made void or corrected to another verdict
 * (`withdrawn`).
 */
export const RECORD_EVENTS = ['failed', 'doubted', 'lab_failed', 'lab_passed', 'withdrawn'] as const
export type RecordEvent = (typeof RECORD_EVENTS)[number]

export type CaseEvent = OfficialEvent | RecordEvent | 'opened'
export const CASE_EVENTS: readonly CaseEvent[] = ['opened', ...RECORD_EVENTS, ...OFFICIAL_EVENTS]

/** States in which goods are held or recalled. */
const HOLDING: ReadonlySet<CaseState> = new Set<CaseState>(['suspect', 'held', 'objected', 'retest'])

/** States in which a further failed test of the same goods belongs to the case. */
export const isOpen = (state: CaseState): boolean => state !== 'cleared' && state !== 'closed'

/** Days for which a recall that was closed still takes goods that are told late: who sells farm products keeps the records of their purchase for six months (食品安全法, 2015, art. 65). */
export const LATE_DAYS = 180

/** What is ordered for the goods of a case: a stop of sale, a recall, or nothing any more. */
export type Order = 'stop_sale' | 'recall' | 'release'

/**
 * A closed case keeps its recall where it was confirmed: what was disposed of does not come back into sale. So does one whose laboratory's result is
 * objected to.
 */
export const orderOf = (state: CaseState, wasConfirmed: boolean): Order =>
  HOLDING.has(state) && !wasConfirmed
    ? 'stop_sale'
    : state === 'cleared' || !wasConfirmed
      ? 'release'
      : 'recall'
