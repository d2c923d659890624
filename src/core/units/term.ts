import { parseDecimal } from '#core/decimal.ts'
import { parseChineseNumber } from '#core/numerals.ts'
import { unitAtEnd } from './table.ts'

/** A number and the unit written behind it, if any: `50kg` → 50, `kg`. */
export interface Term {
  readonly value: string
  readonly unit?: string
}

/** What the text of a quantity says, before units are given their meaning. */
export type Expression =
  | { readonly form: 'single'; readonly term: Term; readonly approx: boolean }
  | { readonly form: 'product'; readonly left: Term; readonly right: Term; readonly approx: boolean }

const APPROX_BEFORE = /^(?:大约|大約|大概|约为|約為|约|約|近|≈|~|～)/
const APPROX_AFTER = /(?:左右|上下)$/
/** An `x` is a sign before a number only: it is also the end of `box`. */
const TIMES = /[*×]|x(?= ?\d)/
/** `50kg/箱`: the content of one package, which tells an amount only together with a number of packages. */
const PER_PACK = /^(.+)\/[^/\d]{1,3}$/

/**
 * Reads `约100斤`, `贰拾头`, `50kg*20箱`, `20箱×50kg/箱`. Null for anything else: the meaning of what is left over is not guessed.
 * @param key text in half width and small letters
 * @param own further unit texts of the source
 */
export function readExpression(key: string, own: readonly string[] = []): Expression | null {
  const bare = key.trim()
  const body = bare.replace(APPROX_BEFORE, '').replace(APPROX_AFTER, '').trim()
  const approx = body !== bare
  const sign = body.search(TIMES)
  if (sign < 0) {
    const term = readTerm(body, own)
    return term === null ? null : { form: 'single', term, approx }
  }
  const left = readTerm(body.slice(0, sign).replace(PER_PACK, '$1'), own)
  const right = readTerm(body.slice(sign + 1).replace(PER_PACK, '$1'), own)
  return left === null || right === null ? null : { form: 'product', left, right, approx }
}

function readTerm(text: string, own: readonly string[]): Term | null {
  const body = text.trim()
  const end = unitAtEnd(body, own)
  const value = readNumber(end === null ? body : end.before)
  if (value === null) return null
  return end === null ? { value } : { value, unit: end.unit }
}

/** A decimal with or without thousands separators, or a Chinese number; canonical, null for neither. */
export function readNumber(text: string): string | null {
  const body = text.trim()
  return parseDecimal(body) ?? parseChineseNumber(body)
}
