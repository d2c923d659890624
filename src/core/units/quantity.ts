import { compareDecimal, multiplyDecimal, parseDecimal } from '#core/decimal.ts'
import type { Flag } from '#core/flags.ts'
import { foldWidth } from '#core/width.ts'
import { type UnitCode, type UnitMeaning, unitKey, unitOf } from './table.ts'
import { type Expression, readExpression, readNumber, type Term } from './term.ts'

/** An amount of goods in its canonical unit, with the text it was read from. */
export interface Quantity {
  /** Exact decimal; null when the text cannot be read. */
  readonly value: string | null
  readonly unit: UnitCode
  /** The text of the source; the unit of its own cell is put behind a number that had none. */
  readonly raw: string
  readonly rawUnit?: string
  /** Number of packages, where the text told their content: `50kg*20箱`. */
  readonly packs?: string
  readonly approx?: true
}

/** What a source says about the units of one of its fields. */
export interface QuantityOptions {
  /** The text of the source's unit cell; empty where it has none. */
  readonly unit?: string
  /** Unit of a number without any, from the interface document or a heading. */
  readonly default?: string
  /** `mass`: a count or a package is no answer. `any` (default): what the text says. */
  readonly dimension?: 'mass' | 'any'
  /**
   * Unit texts (half width, small letters) to which this source gives another meaning: `{ 羽: "片" }`, because a 羽 is a head on
   * the farm and a piece in the slaughterhouse.
   */
  readonly units?: Readonly<Record<string, string>>
}

export interface QuantityReading {
  readonly quantity: Quantity
  readonly flags: readonly Flag[]
}

const NONE: readonly Flag[] = []
const SUSPECT: readonly Flag[] = ['W_UNIT_SUSPECT']
const LONGEST = 64

/**
 * Reads an amount with its unit and turns it into kilograms (exact), heads, pieces or packages. A unit in the text wins over the
 * unit cell, the cell over the default. What cannot be read has the value null and `W_UNIT_SUSPECT`; its unit is the one that
 * was to be expected. A package without a known content is no mass. Negative amounts stay: sources write voids with them.
 */
export function parseQuantity(raw: string, options: QuantityOptions): QuantityReading {
  const cell = options.unit
  if (cell !== undefined && cell !== '' && isPlainNumber(raw)) {
    const value = parseDecimal(raw)
    const meaning = meaningOf(cell, options)
    if (value !== null && meaning !== undefined) return single(value, meaning, cell, raw + cell, options)
  }
  return readWritten(raw, options)
}

/**
 * The whole of a number of packages, from the content of one: exact, and only of a whole number above zero. Where the number
 * cannot be read the whole has the value null and `W_UNIT_SUSPECT`.
 * @param content reading of the content of one package
 * @param count number of packages as the source wrote it; undefined where it did not
 */
export function timesPacks(content: QuantityReading, count: string | undefined): QuantityReading {
  const { quantity } = content
  const packs = count === undefined ? null : readCount(count)
  const raw = count === undefined ? quantity.raw : `${quantity.raw}*${count}`
  if (packs === null || quantity.value === null)
    return { quantity: { ...quantity, value: null, raw }, flags: SUSPECT }
  const value = multiplyDecimal(quantity.value, packs)
  return { quantity: { ...quantity, value, raw, packs }, flags: content.flags }
}

/** A whole number above zero in any width, or a Chinese one; null for anything else. */
export function readCount(text: string): string | null {
  const count = readNumber(foldWidth(text))
  return count === null || count.includes('.') || compareDecimal(count, '0') <= 0 ? null : count
}

/** The way of texts that are more than digits, or have no unit cell, or one that is unknown. */
function readWritten(raw: string, options: QuantityOptions): QuantityReading {
  const own = options.units === undefined ? undefined : Object.keys(options.units)
  const expression = raw.length > LONGEST ? null : readExpression(foldWidth(raw).toLowerCase(), own)
  if (expression === null) return unreadable(raw, options)
  const reading =
    expression.form === 'single'
      ? readSingle(expression.term, raw, options)
      : readProduct(expression, raw, options)
  if (!expression.approx) return reading
  return { quantity: { ...reading.quantity, approx: true }, flags: reading.flags }
}

function readSingle(term: Term, raw: string, options: QuantityOptions): QuantityReading {
  if (term.unit !== undefined) {
    const meaning = meaningOf(term.unit, options)
    return meaning === undefined
      ? unreadable(raw, options)
      : single(term.value, meaning, term.unit, raw, options)
  }
  const cell = filled(options.unit)
  const unit = cell ?? filled(options.default)
  const written = cell === undefined ? raw : raw.trim() + cell
  const meaning = unit === undefined ? undefined : meaningOf(unit, options)
  if (unit === undefined || meaning === undefined) return unreadable(written, options, cell)
  return single(term.value, meaning, unit, written, options)
}

function single(
  value: string,
  meaning: UnitMeaning,
  rawUnit: string,
  raw: string,
  options: QuantityOptions,
): QuantityReading {
  if (options.dimension === 'mass' && meaning.code !== 'KGM') return unreadable(raw, options, rawUnit)
  const inUnit = meaning.factor === '1' ? value : multiplyDecimal(value, meaning.factor)
  const quantity: Quantity = { value: inUnit, unit: meaning.code, raw, rawUnit }
  return { quantity, flags: meaning.suspect === true ? SUSPECT : NONE }
}

/** Content of one package times the number of packages, in either order. A bare number takes the side that is missing. */
function readProduct(
  expression: Expression & { form: 'product' },
  raw: string,
  options: QuantityOptions,
): QuantityReading {
  const sides = contentAndPacks(expression.left, expression.right, options)
  if (sides === null) return unreadable(raw, options)
  const { content, meaning, packs } = sides
  if (packs.includes('.') || compareDecimal(packs, '0') <= 0) return unreadable(raw, options)
  const total = multiplyDecimal(content.value, packs)
  const { quantity, flags } = single(total, meaning, content.unit ?? '', raw, options)
  return quantity.value === null ? { quantity, flags } : { quantity: { ...quantity, packs }, flags }
}

function contentAndPacks(
  left: Term,
  right: Term,
  options: QuantityOptions,
): { readonly content: Term; readonly meaning: UnitMeaning; readonly packs: string } | null {
  for (const [content, packs] of [
    [left, right],
    [right, left],
  ] as const) {
    const unit = content.unit ?? (packs.unit === undefined ? undefined : bareUnit(options))
    const meaning = unit === undefined ? undefined : meaningOf(unit, options)
    if (unit === undefined || meaning === undefined || meaning.code === 'PKG') continue
    const packMeaning = packs.unit === undefined ? undefined : meaningOf(packs.unit, options)
    const isCount =
      packMeaning === undefined ||
      packMeaning.code === 'PKG' ||
      (meaning.code === 'KGM' && packMeaning.code !== 'KGM')
    if (isCount) return { content: { value: content.value, unit }, meaning, packs: packs.value }
  }
  return null
}

function bareUnit(options: QuantityOptions): string | undefined {
  return filled(options.unit) ?? filled(options.default)
}

/** The unit is what the field should have held: that of its cell, else the default, else kilograms. */
function unreadable(raw: string, options: QuantityOptions, rawUnit?: string): QuantityReading {
  const meaning = meaningOf(options.unit ?? '', options) ?? meaningOf(options.default ?? '', options)
  const unit = options.dimension === 'mass' ? 'KGM' : (meaning?.code ?? 'KGM')
  const quantity: Quantity =
    rawUnit === undefined ? { value: null, unit, raw } : { value: null, unit, raw, rawUnit }
  return { quantity, flags: SUSPECT }
}

function meaningOf(unit: string, options: QuantityOptions): UnitMeaning | undefined {
  const own = options.units
  if (own !== undefined) {
    const key = Object.hasOwn(own, unit) ? unit : unitKey(unit)
    if (Object.hasOwn(own, key)) return unitOf(own[key] ?? '')
  }
  return unitOf(unit)
}

function filled(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text
}

/** ASCII digits with a sign and a point at most: nothing to look for in it. */
function isPlainNumber(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if ((code < 48 || code > 57) && code !== 46 && code !== 45) return false
  }
  return text.length > 0
}
