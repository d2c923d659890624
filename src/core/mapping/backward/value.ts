import { divideDecimal, multiplyDecimal, parseDecimal, roundDecimal } from '#core/decimal.ts'
import { type Compiling, entryOf, textOf } from '#core/mapping/compile/compiling.ts'
import type { Node } from '#core/mapping/compile/node.ts'
import type { ReadText } from '#core/mapping/verbs/from.ts'
import { compileText } from '#core/mapping/verbs/text.ts'
import { unitOf } from '#core/units/table.ts'
import { timeWriter } from './write-time.ts'

/**
 * A value of the receiver: a text as `from`, `const`, `concat`, `choose`, `enum`, `lookup` and `mask` give it, and then
 * `date: yyyyMMdd` (a time in the receiver's format), `unit: 斤` (kilograms in the receiver's unit), `per: 500g` (yuan for a
 * kilogram as yuan for that), `scale: fen`, `decimals: 2` (rounded half to even), `number: true` or `boolean: true` (JSON: not a text).
 * `required: true`: without a value the record is not written, and held for a person.
 */
export const WRITE_EXAMPLE = {
  mapping: '{ weight: { from: quantity.value, unit: 斤, number: true } }',
  in: { quantity: { value: '120', unit: 'KGM' } },
  out: { weight: 240 },
} as const

/** A compiled value, and what JSON writes it as. */
export interface ValuePlan {
  readonly read: ReadText
  readonly as: 'text' | 'number' | 'boolean'
  /** A record without it cannot be written. */
  readonly required: boolean
}

const CHANGES = ['date', 'unit', 'per', 'scale', 'decimals'] as const
const KINDS = ['number', 'boolean'] as const
const SCALE = 6

export function compileValuePlan(c: Compiling, node: Node, target: string): ValuePlan | null {
  const plan = compileText(c, node, target, [...CHANGES, ...KINDS, 'required'])
  if (plan === null || node.is !== 'map')
    return plan === null ? null : { read: plan.read, as: 'text', required: false }
  let { read } = plan
  for (const name of CHANGES) {
    const option = entryOf(node, name)
    if (option === undefined) continue
    const text = textOf(c, option, `${target}.${name}`)
    const change = text === null ? null : changeOf(name, text)
    if (change === null) {
      c.mistakes.add(option.at, `${target}.${name}`, MISTAKE[name], { found: text ?? '' })
      return null
    }
    read = then(read, change)
  }
  return {
    read,
    as: KINDS.find((kind) => saysTrue(entryOf(node, kind))) ?? 'text',
    required: saysTrue(entryOf(node, 'required')),
  }
}

const saysTrue = (node: Node | undefined): boolean => node?.is === 'text' && node.text === 'true'

const MISTAKE = {
  date: 'bad_format',
  unit: 'bad_unit',
  per: 'bad_unit',
  scale: 'bad_number',
  decimals: 'bad_number',
} as const

type Change = (text: string) => string | undefined

function changeOf(name: (typeof CHANGES)[number], text: string): Change | null {
  if (name === 'date') return timeWriter(text)
  if (name === 'decimals')
    return /^\d$/.test(text) ? (value) => decimal(value, (n) => roundDecimal(n, Number(text))) : null
  if (name === 'scale')
    return text === 'fen' ? (value) => decimal(value, (n) => multiplyDecimal(n, '100')) : null
  const meaning = unitOf(name === 'per' && text === 'kg' ? '公斤' : text)
  if (meaning === undefined || meaning.code !== 'KGM') return null
  const { factor } = meaning
  if (name === 'unit') return (value) => decimal(value, (n) => divideDecimal(n, factor, SCALE))
  return (value) => decimal(value, (n) => multiplyDecimal(n, factor))
}

const decimal = (text: string, change: (number: string) => string): string | undefined => {
  const number = parseDecimal(text)
  return number === null ? undefined : change(number)
}

const then =
  (read: ReadText, change: Change): ReadText =>
  (run) => {
    const text = read(run)
    return text === undefined ? undefined : change(text)
  }
