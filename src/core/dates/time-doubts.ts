/** Why the time of a record is doubtful; names of reasons in `core/mapping/reasons.ts`. */
export interface TimeDoubt {
  readonly flag: 'W_TIME_RANGE' | 'W_FUTURE_TIME'
  readonly doubt: 'time_range' | 'future'
}

/** The first trace systems began in 2009 (food safety law of 1 June 2009). */
const EARLIEST = '2009'
const NONE: readonly TimeDoubt[] = []
const OUTSIDE: TimeDoubt = { flag: 'W_TIME_RANGE', doubt: 'time_range' }
const FUTURE: TimeDoubt = { flag: 'W_FUTURE_TIME', doubt: 'future' }

/** What is doubtful about the time of an event. @param now the time of receipt, and `tomorrow` a day after it, in the form of `When.at` */
export function timeDoubts(at: string, now: string, tomorrow: string): readonly TimeDoubt[] {
  if (at <= now) return at < EARLIEST ? [OUTSIDE] : NONE
  return at > tomorrow ? [OUTSIDE, FUTURE] : [FUTURE]
}
