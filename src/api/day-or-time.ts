import { HubError } from '#core/errors.ts'

const DAY = /^\d{4}-\d{2}-\d{2}$/
// An unescaped plus of a query string arrives as a space.
const TIME =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+ -]([01]\d|2[0-3]):[0-5]\d)$/
const DAY_MS = 86_400_000
/** A day is one of Beijing, where every system of the field writes its days. */
const BEIJING = 'T00:00:00+08:00'

/** Older days are mistakes, and neither PostgreSQL nor what is written of times knows a year 0 or one of five digits. */
const FIRST_MS = Date.parse('1900-01-01T00:00:00Z')
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z')

/** Whether an instant can be kept; none is where the text was no time for JavaScript, as a leap second is. */
export const canKeep = (ms: number): boolean => ms >= FIRST_MS && ms <= LAST_MS

/** Whether the text is a day that exists, of an age that can be kept. */
export function isDay(text: string): boolean {
  if (!DAY.test(text)) return false
  const ms = Date.parse(`${text}T00:00:00Z`)
  return canKeep(ms) && new Date(ms).toISOString().startsWith(text)
}

/** Whether the text is a day that exists, or a time on one with its zone, and can be kept. */
export function isDayOrTime(text: string): boolean {
  const day = TIME.exec(text)?.[1]
  return day === undefined ? isDay(text) : isDay(day) && canKeep(Date.parse(text.replace(' ', '+')))
}

/** The instant of a day or time in UTC: where the day begins, or where it is over. A time is both. */
export function instantOf(text: string, edge: 'start' | 'end'): string {
  if (!DAY.test(text)) return new Date(text.replace(' ', '+')).toISOString()
  const ms = Date.parse(text + BEIJING)
  return new Date(edge === 'end' ? ms + DAY_MS : ms).toISOString()
}

/**
 * The instants of `?from` and `?to`, as far as they are given: from the start of the one to before the end of the other.
 * @throws HubError `invalid_request` where nothing can lie between them
 */
export function spanAsked({
  from,
  to,
}: {
  readonly from?: string | undefined
  readonly to?: string | undefined
}): {
  from?: string
  before?: string
} {
  const span = {
    ...(from === undefined ? {} : { from: instantOf(from, 'start') }),
    ...(to === undefined ? {} : { before: instantOf(to, 'end') }),
  }
  if (span.from !== undefined && span.before !== undefined && span.from >= span.before)
    throw new HubError('invalid_request', {
      issues: [
        {
          path: '?from',
          code: 'E_SCHEMA',
          reason: 'it is not before "to", so that nothing lies between them',
          fix: 'Give the earlier day or time as "from", the later as "to"; one day is both.',
        },
      ],
    })
  return span
}
