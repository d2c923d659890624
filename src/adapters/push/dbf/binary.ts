/** Julian day of 1970-01-01. */
const EPOCH_DAY = 2_440_588
const DAY_MS = 86_400_000

/** A double by its exact digits where it is whole, else the shortest that mean it. */
export function doubleText(value: number): string {
  if (Number.isInteger(value)) return BigInt(value).toString()
  const text = String(value)
  const [digits = '', exponent] = text.split('e-')
  if (exponent === undefined) return text
  const sign = digits.startsWith('-') ? '-' : ''
  return `${sign}0.${'0'.repeat(Number(exponent) - 1)}${digits.replace(/[-.]/g, '')}`
}

/** Money of FoxPro: ten-thousandths, as many as there are. */
export function currencyText(tenThousandths: bigint): string {
  const sign = tenThousandths < 0n ? '-' : ''
  const digits = (tenThousandths < 0n ? -tenThousandths : tenThousandths).toString().padStart(5, '0')
  return `${sign}${digits.slice(0, -4)}.${digits.slice(-4)}`
}

/**
 * `2024-04-15T08:30:00` of a Julian day and the milliseconds since its midnight; null where it is none. FoxPro counts them with fractions,
 * so that a whole second may be stored as the millisecond before or behind it.
 */
export function dateTimeText(day: number, ms: number): string | null {
  if (ms < 0 || ms > DAY_MS || day < 1_721_426 || day > 5_373_484) return null
  const rest = ms % 1000
  const whole = rest === 999 ? ms + 1 : rest === 1 ? ms - 1 : ms
  const text = new Date((day - EPOCH_DAY) * DAY_MS + whole).toISOString()
  return whole % 1000 === 0 ? text.slice(0, 19) : text.slice(0, 23)
}
