import { divideDecimal, multiplyDecimal } from './decimal.ts'
import type { Flag } from './flags.ts'
import { type UnitCode, type UnitMeaning, unitOf } from './units/table.ts'
import { readNumber } from './units/term.ts'
import { foldWidth } from './width.ts'

/** Yuan, or fen as scales count. */
export type MoneyScale = 'yuan' | 'fen'

/** A price in yuan for one of a canonical unit. */
export interface Price {
  readonly value: string | null
  readonly currency: 'CNY'
  readonly per: UnitCode
  readonly raw: string
}

/** A sum of money in yuan. Negative amounts stay: sources write voids with them. */
export interface Amount {
  readonly value: string | null
  readonly currency: 'CNY'
  readonly raw: string
}

/** What a source says about its prices. */
export interface PriceOptions {
  /** What the price is for: a kilogram, 500 g (斤), a piece, a head, or `unit`: one of the unit of the line. */
  readonly per: 'kg' | '500g' | 'piece' | 'head' | 'unit'
  /** The unit of the line, for `per: 'unit'`. */
  readonly unit?: string
  readonly scale?: MoneyScale
}

export interface PriceReading {
  /** Null where the price is for something that has no canonical unit: a basket of unknown weight. */
  readonly price: Price | null
  readonly flags: readonly Flag[]
}

const NONE: readonly Flag[] = []
const SUSPECT: readonly Flag[] = ['W_UNIT_SUSPECT']
const BASES = { kg: unitOf('kg'), '500g': unitOf('斤'), piece: unitOf('个'), head: unitOf('头') } as const
/** Digits of a price per kilogram that comes of a division without end: only of a price per pound. */
export const PRICE_SCALE = 6
const LONGEST = 64

/**
 * Reads a price and turns one for a mass into the price of a kilogram, exactly: 2.40 for a 斤 is 4.8 for a kilogram. A unit in the
 * text (`2.4元/斤`) wins over the options. A price that cannot be read has the value null and `W_UNIT_SUSPECT`.
 */
export function parsePrice(raw: string, options: PriceOptions): PriceReading {
  const { number, unit } = splitPrice(raw)
  const meaning = unit === undefined ? basisOf(options) : unitOf(unit)
  if (meaning === undefined || meaning.code === 'PKG') return { price: null, flags: SUSPECT }
  const read = readMoney(number, options.scale)
  const value = read === null ? null : perCanonicalUnit(read, meaning)
  const price: Price = { value, currency: 'CNY', per: meaning.code, raw }
  return { price, flags: value === null || meaning.suspect === true ? SUSPECT : NONE }
}

/** Reads an amount such as `1,440.00`, `¥ 480`, `480元`, `壹佰贰拾元整`, or fen. Null in `value` where it is none. */
export function parseAmount(raw: string, options: { readonly scale?: MoneyScale } = {}): Amount {
  return { value: readMoney(raw, options.scale), currency: 'CNY', raw }
}

/** The unit cell of a price may itself be one of price: `元/斤`. */
function basisOf(options: PriceOptions): UnitMeaning | undefined {
  if (options.per !== 'unit') return BASES[options.per]
  const unit = options.unit ?? ''
  return unitOf(unit) ?? unitOf(unit.replace(/^\s*元?\s*[/／每]\s*/, ''))
}

function perCanonicalUnit(value: string, meaning: UnitMeaning): string {
  if (meaning.code !== 'KGM' || meaning.factor === '1') return value
  if (meaning.perKilogram !== undefined) return multiplyDecimal(value, meaning.perKilogram)
  return divideDecimal(value, meaning.factor, PRICE_SCALE)
}

/** Parts `2.4元/斤` at its stroke. */
function splitPrice(raw: string): { readonly number: string; readonly unit?: string } {
  const stroke = raw.search(/[/／]/)
  if (stroke <= 0) return { number: raw }
  return { number: raw.slice(0, stroke), unit: raw.slice(stroke + 1).trim() }
}

function readMoney(raw: string, scale: MoneyScale | undefined): string | null {
  if (raw.length > LONGEST) return null
  const value = readNumber(raw) ?? readNumber(withoutSigns(raw))
  if (value === null || scale !== 'fen') return value
  return multiplyDecimal(value, '0.01')
}

/** Without the signs of the currency before the number and the words behind it. */
function withoutSigns(raw: string): string {
  const text = foldWidth(raw).trim().toUpperCase()
  return text
    .replace(/^(-?)\s*(?:人民币|RMB|CNY|[¥￥])\s*/, '$1')
    .replace(/\s*(?:[元圆圓块](?:整|正)?|RMB|CNY)$/, '')
}
