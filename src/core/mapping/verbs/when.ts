import { compareDecimal, parseDecimal } from '#core/decimal.ts'
import { type Compiling, entryOf, mapOf, textsOf } from '#core/mapping/compile/compiling.ts'
import { wrongPath } from '#core/mapping/compile/envelope.ts'
import type { Node } from '#core/mapping/compile/node.ts'
import type { Run } from '#core/mapping/run/run.ts'
import { foldWidth } from '#core/width.ts'
import { type ReadText, readerOf } from './from.ts'

/**
 * `when`: conditions on source fields that must all hold: `present`, `absent`, a text or a list of texts of which it is one,
 * or `{ above: n }`, `{ below: n }`, `{ equal: n }` as numbers, `{ not: [texts] }`, `{ starts: [beginnings] }`. A field without a value fulfils `absent` and
 * `not` only.
 */
export const WHEN_EXAMPLE = {
  mapping:
    '{ choose: [ { when: { positive: { above: 0 } }, const: fail }, { when: { positive: "0" }, const: pass } ] }',
  target: 'note',
  in: { positive: '2' },
  out: 'fail',
} as const

export type Condition = (run: Run) => boolean

const COMPARISONS = ['above', 'below', 'equal', 'not', 'starts'] as const

export function compileWhen(c: Compiling, node: Node, target: string): Condition | null {
  if (node.is !== 'map') {
    c.mistakes.add(node.at, target, 'not_map', { wanted: 'when: { field: present }' })
    return null
  }
  const conditions: Condition[] = []
  for (const { name, at, value } of node.entries.values()) {
    const read = readerOf(c, name, at, `${target}.${name}`)
    if (read === null) {
      wrongPath(c, at, `${target}.${name}`, name)
      continue
    }
    const condition = compileCondition(c, read, value, `${target}.${name}`)
    if (condition !== null) conditions.push(condition)
  }
  if (node.entries.size === 0) c.mistakes.add(node.at, target, 'empty')
  const [first] = conditions
  if (first === undefined || conditions.length < node.entries.size) return null
  return conditions.length === 1 ? first : (run) => conditions.every((holds) => holds(run))
}

function compileCondition(c: Compiling, read: ReadText, node: Node, target: string): Condition | null {
  if (node.is === 'map') return compileComparison(c, read, node, target)
  if (node.is === 'text' && node.text === 'present') return (run) => read(run) !== undefined
  if (node.is === 'text' && node.text === 'absent') return (run) => read(run) === undefined
  const texts = textsOf(c, node, target)
  return texts === null ? null : isOneOf(read, texts, true)
}

function compileComparison(c: Compiling, read: ReadText, node: Node, target: string): Condition | null {
  const map = mapOf(c, node, target, COMPARISONS)
  if (map === null) return null
  const not = entryOf(map, 'not')
  if (not !== undefined) {
    const texts = textsOf(c, not, `${target}.not`)
    return texts === null ? null : isOneOf(read, texts, false)
  }
  const starts = entryOf(map, 'starts')
  if (starts !== undefined) {
    const beginnings = textsOf(c, starts, `${target}.starts`)
    return beginnings && ((run) => beginnings.some((beginning) => read(run)?.startsWith(beginning) === true))
  }
  for (const name of ['above', 'below', 'equal'] as const) {
    const bound = entryOf(map, name)
    if (bound === undefined) continue
    const limit = bound.is === 'text' ? parseDecimal(bound.text) : null
    if (limit !== null) return compares(read, limit, name)
    c.mistakes.add(bound.at, `${target}.${name}`, 'bad_number', {
      found: bound.is === 'text' ? bound.text : '',
    })
    return null
  }
  c.mistakes.add(node.at, target, 'missing', { wanted: 'above' })
  return null
}

function isOneOf(read: ReadText, texts: readonly string[], wanted: boolean): Condition {
  const known = new Set(texts)
  return (run) => {
    const text = read(run)
    if (text === undefined) return !wanted
    return (known.has(text) || known.has(foldWidth(text).trim())) === wanted
  }
}

function compares(read: ReadText, limit: string, name: 'above' | 'below' | 'equal'): Condition {
  const sign = name === 'above' ? 1 : name === 'below' ? -1 : 0
  return (run) => {
    const text = read(run)
    const number = text === undefined ? null : parseDecimal(text)
    return number !== null && compareDecimal(number, limit) === sign
  }
}
