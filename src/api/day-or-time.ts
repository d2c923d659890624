const DAY = /^\d{4}-\d{2}-\d{2}$/
// An unescaped plus of a query string arrives as a space.
const TIME =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+ -]([01]\d|2[0-3]):[0-5]\d)$/
const DAY_MS = 86_400_000
/** A day is one of Beijing, where every system of the field writes its days. */
const BEIJING = 'T00:00:00+08:00'

/** Whether the text is a day that exists, or a time on one with its zone. */
export function isDayOrTime(text: string): boolean {
  const day = DAY.test(text) ? text : TIME.exec(text)?.[1]
  if (day === undefined || day < '1900') return false
  const ms = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day)
}

/** The instant of a day or time in UTC: where the day begins, or where it is over. A time is both. */
export function instantOf(text: string, edge: 'start' | 'end'): string {
  if (!DAY.test(text)) return new Date(text.replace(' ', '+')).toISOString()
  const ms = Date.parse(text + BEIJING)
  return new Date(edge === 'end' ? ms + DAY_MS : ms).toISOString()
}
