import { compareDecimal, divideDecimal, multiplyDecimal, subtractDecimal } from './decimal.ts'
import { type MoneyScale, PRICE_SCALE, type PriceReading, parsePrice } from './money.ts'

/** A price whose basis the amount of the line tells. */
export interface PriceByAmount {
  /** What the price may be for. */
  readonly bases: readonly ('kg' | '500g')[]
  readonly scale: MoneyScale
  /** Mass and amount of the line, plain decimals; undefined where they are not known. */
  readonly massKg: string | undefined
  readonly amountYuan: string | undefined
}

/** An amount is rounded to a fen, one way or the other. */
const HALF_FEN = '0.005'

/**
 * Reads a price that is for one of several masses, as scales send it: it is for the one with which mass times price is the amount.
 * Where that is none, the price is what was paid for a kilogram, flagged. Where it is more than one, because the amount is too
 * small to tell, or where amount or mass are not known, its value is null.
 */
export function parsePriceByAmount(raw: string, options: PriceByAmount): PriceReading {
  const { bases, scale, massKg, amountYuan } = options
  const prices = new Set<string>()
  for (const per of bases) {
    const value = parsePrice(raw, { per, scale }).price?.value
    if (value !== null && value !== undefined && gives(value, massKg, amountYuan)) prices.add(value)
  }
  const [only, other] = prices
  if (only !== undefined && other === undefined) return reading(only, raw, [])
  return reading(only === undefined ? paid(massKg, amountYuan) : null, raw, ['W_UNIT_SUSPECT'])
}

const reading = (value: string | null, raw: string, flags: PriceReading['flags']): PriceReading => ({
  price: { value, currency: 'CNY', per: 'KGM', raw },
  flags,
})

function gives(yuanPerKg: string, massKg: string | undefined, amountYuan: string | undefined): boolean {
  if (massKg === undefined || amountYuan === undefined) return false
  const rest = subtractDecimal(multiplyDecimal(massKg, yuanPerKg), amountYuan)
  return compareDecimal(rest.startsWith('-') ? rest.slice(1) : rest, HALF_FEN) <= 0
}

function paid(massKg: string | undefined, amountYuan: string | undefined): string | null {
  if (massKg === undefined || amountYuan === undefined || compareDecimal(massKg, '0') <= 0) return null
  return divideDecimal(amountYuan, massKg, PRICE_SCALE)
}
