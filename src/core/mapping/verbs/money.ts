import { type Compiling, choiceOf, entryOf, type Plan } from '#core/mapping/compile/compiling.ts'
import type { ListNode, Node } from '#core/mapping/compile/node.ts'
import { keepRaw, note, type Run } from '#core/mapping/run/run.ts'
import { isRuined } from '#core/mapping/run/words.ts'
import type { Amount, Price } from '#core/model/values.ts'
import { type MoneyScale, type PriceOptions, parseAmount, parsePrice } from '#core/money.ts'
import { parsePriceByAmount } from '#core/price-by-amount.ts'
import { isPriceSuspect } from '#core/products/price-band.ts'
import { compileText, type TextPlan } from './text.ts'

/**
 * Price: `per` says for what (`kg`, `500g`, `piece`, `head`, `unit`: the unit of the quantity, or a field that names the unit:
 * `{ from: field }`), `scale: fen` that it is in fen. `per: [kg, 500g]` with `amount` leaves it to the amount of the line: the price is for
 * the mass with which it gives the amount; one that fits none is that of amount and mass, marked W_UNIT_SUSPECT, and one that fits both has
 * the value null. Becomes yuan for a kilogram, head or piece. A price outside the band of the product is kept and marked W_UNIT_SUSPECT;
 * one for a package of unknown content is left out, and kept in `raw`.
 */
export const PRICE_EXAMPLE = {
  mapping: '{ from: price, per: 500g }',
  target: 'price',
  in: { price: '2.40' },
  out: { currency: 'CNY', per: 'KGM', raw: '2.40', value: '4.8' },
} as const

/** Amount: yuan, or `scale: fen`. Negative amounts stay: sources write voids with them. */
export const AMOUNT_EXAMPLE = {
  mapping: '{ from: amount }',
  target: 'amount',
  in: { amount: '¥1,440.50' },
  out: { currency: 'CNY', raw: '¥1,440.50', value: '1440.5' },
} as const

const PER = ['kg', '500g', 'piece', 'head', 'unit'] as const
const SCALES = ['yuan', 'fen'] as const

export function compilePrice(c: Compiling, node: Node, target: string): Plan<Price> | null {
  const perNode = node.is === 'map' ? entryOf(node, 'per') : undefined
  if (perNode?.is === 'list') return compileByAmount(c, node, perNode, target)
  const plan = compileText(c, node, target, ['per', 'scale'])
  if (perNode === undefined) c.mistakes.add(node.at, target, 'missing', { wanted: 'per' })
  const perText = perNode?.is === 'map' ? compileText(c, perNode, `${target}.per`) : undefined
  const per =
    perNode === undefined || perText === null
      ? null
      : perText
        ? 'unit'
        : choiceOf(c, perNode, `${target}.per`, PER)
  const scale = scaleOf(c, node, target)
  if (per === 'unit' && !perText && !c.hasQuantity)
    c.mistakes.add((perNode ?? node).at, target, 'no_line_unit')
  if (plan === null || per === null || scale === null) return null
  const { read } = plan
  const options: { -readonly [K in keyof PriceOptions]: PriceOptions[K] } = { per, scale, unit: '' }
  const evaluate = (run: Run): Price | undefined => {
    const text = read(run)
    if (text === undefined) return undefined
    options.unit = (perText ? readUnit(run, perText) : run.unit) ?? ''
    const { price, flags } = parsePrice(text, options)
    if (price === null || price.value === null || flags.length > 0) {
      if (isRuined(run, text, target)) return undefined
      note(run, 'W_UNIT_SUSPECT', 'price_bad', { target, value: text })
    }
    if (price === null) {
      keepRaw(run, target, text)
      return undefined
    }
    const { value } = price
    if (value !== null) checkBand(run, price, text, target)
    if (text === value) return { currency: 'CNY', per: price.per, value }
    return { currency: 'CNY', per: price.per, raw: text, value }
  }
  return { evaluate, verb: 'price' }
}

/** The field read last stays that of the price, for the place of what is wrong with it. */
function readUnit(run: Run, { read }: TextPlan): string | undefined {
  const { field } = run
  const unit = read(run)
  run.field = field
  return unit
}

function checkBand(run: Run, { per, value }: Price, text: string, target: string): void {
  if (run.band !== undefined && value !== null && per === 'KGM' && isPriceSuspect(value, run.band))
    note(run, 'W_UNIT_SUSPECT', 'price_band', { target, value: text })
}

const BASES = ['kg', '500g'] as const

function compileByAmount(c: Compiling, node: Node, perNode: ListNode, target: string): Plan<Price> | null {
  const plan = compileText(c, node, target, ['per', 'scale', 'amount'])
  const scale = scaleOf(c, node, target)
  const bases = perNode.members.map((member, i) => choiceOf(c, member, `${target}.per.${i}`, BASES))
  const amountNode = node.is === 'map' ? entryOf(node, 'amount') : undefined
  if (amountNode === undefined) c.mistakes.add(node.at, target, 'missing', { wanted: 'amount' })
  if (!c.hasQuantity) c.mistakes.add(perNode.at, target, 'no_line_unit')
  const amount = amountNode === undefined ? null : compileAmount(c, amountNode, `${target}.amount`)
  if (plan === null || scale === null || amount === null || bases.includes(null)) return null
  const { read } = plan
  const known = bases as (typeof BASES)[number][]
  const evaluate = (run: Run): Price | undefined => {
    const text = read(run)
    const { field } = run
    if (text === undefined) return undefined
    const amountYuan = amount.evaluate(run)?.value ?? undefined
    run.field = field
    const { massKg } = run
    const { price, flags } = parsePriceByAmount(text, { bases: known, scale, massKg, amountYuan })
    if (flags.length > 0) {
      if (isRuined(run, text, target)) return undefined
      note(run, 'W_UNIT_SUSPECT', 'price_basis', { target, value: text })
    }
    if (price === null) return undefined
    checkBand(run, price, text, target)
    return { currency: 'CNY', per: price.per, raw: text, value: price.value }
  }
  return { evaluate, verb: 'price' }
}

export function compileAmount(c: Compiling, node: Node, target: string): Plan<Amount> | null {
  const plan = compileText(c, node, target, ['scale'])
  const scale = scaleOf(c, node, target)
  if (plan === null || scale === null) return null
  const { read } = plan
  const options = { scale }
  const evaluate = (run: Run): Amount | undefined => {
    const text = read(run)
    if (text === undefined) return undefined
    const { value } = parseAmount(text, options)
    if (value === null) {
      if (isRuined(run, text, target)) return undefined
      note(run, 'W_UNIT_SUSPECT', 'number_bad', { target, value: text })
    }
    return text === value ? { currency: 'CNY', value } : { currency: 'CNY', raw: text, value }
  }
  return { evaluate, verb: 'amount' }
}

function scaleOf(c: Compiling, node: Node, target: string): MoneyScale | null {
  const scale = node.is === 'map' ? entryOf(node, 'scale') : undefined
  return scale === undefined ? 'yuan' : choiceOf(c, scale, `${target}.scale`, SCALES)
}
