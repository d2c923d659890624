import { type Compiling, type Evaluate, entryOf, mapOf, type Plan } from '#core/mapping/compile/compiling.ts'
import type { MapNode, Node } from '#core/mapping/compile/node.ts'
import { memo } from '#core/mapping/run/memo.ts'
import { note } from '#core/mapping/run/run.ts'
import { isRuined } from '#core/mapping/run/words.ts'
import { type TestPart, VERDICTS } from '#core/model/parts.ts'
import { parseTestReading } from '#core/test-reading.ts'
import { compileFlag, compileNumber, compileValue, compileWords } from './scalar.ts'
import { compileText } from './text.ts'

/**
 * Test result: `verdict` as the instrument or laboratory judged (pass, fail, suspect, invalid, unknown), `item`, and what else is
 * known. A verdict that nobody gave is `unknown`; it is never computed from a value. `reading` is what the instrument showed: its text
 * is kept as `raw`, and a number in it (`63.4%`, `<0.01`) as `value`, `operator` and `unit`; `unit` is that of a number without one.
 * What is neither a number nor a word such as `阴性` or `ND` is marked W_UNIT_SUSPECT.
 */
export const TEST_EXAMPLE = {
  mapping: '{ item: name, reading: value, verdict: { from: result, enum: { 合格: pass, 不合格: fail } } }',
  target: 'test',
  in: { name: '克伦特罗', value: '<0.01mg/kg', result: '合格' },
  out: { item: '克伦特罗', operator: '<', raw: '<0.01mg/kg', unit: 'mg/kg', value: '0.01', verdict: 'pass' },
} as const

const WORDS = ['device', 'item', 'itemCode', 'limit', 'method', 'raw', 'sample', 'unit'] as const
const NUMBERS = ['positive', 'sampled', 'value'] as const
/** In the order in which the content of records is compared. */
const ALL = [...WORDS, ...NUMBERS, 'operator', 'screening', 'verdict'].sort() as (keyof TestPart)[]

export function compileTest(c: Compiling, node: Node, target: string): Plan<TestPart> | null {
  const map = mapOf(c, node, target, [...ALL, 'reading'], 'test: { item: field, verdict: field }')
  if (map === null) return null
  const members: { readonly name: keyof TestPart; readonly plan: Plan<unknown> }[] = []
  let isWhole = true
  for (const name of ALL) {
    const found = entryOf(map, name)
    if (found === undefined) {
      if (name === 'item' || name === 'verdict') c.mistakes.add(node.at, target, 'missing', { wanted: name })
      continue
    }
    const plan = compileMember(c, found, `${target}.${name}`, name)
    if (plan === null) isWhole = false
    else members.push({ name, plan })
  }
  const readingNode = entryOf(map, 'reading')
  const reading = readingNode === undefined ? undefined : compileReading(c, map, readingNode, target)
  if (!isWhole || !map.entries.has('item') || !map.entries.has('verdict') || reading === null) return null
  if (reading !== undefined) return { verb: 'test', evaluate: withReading(members, reading) }
  return {
    verb: 'test',
    evaluate: (run) => {
      const test: Record<string, unknown> = {}
      for (const { name, plan } of members) {
        const value = plan.evaluate(run)
        if (value !== undefined) test[name] = value
        else if (name === 'item') test[name] = 'unknown'
      }
      return test as unknown as TestPart
    },
  }
}

/** What the instrument showed: its text, and the number in it. */
type Shown = Pick<TestPart, 'operator' | 'raw' | 'unit' | 'value'>

function compileReading(c: Compiling, map: MapNode, node: Node, target: string): Evaluate<Shown> | null {
  for (const name of ['value', 'operator'])
    if (map.entries.has(name)) c.mistakes.add(node.at, target, 'two_sources', { known: [name, 'reading'] })
  const plan = compileText({ ...c, keepsTokens: true }, node, `${target}.reading`)
  if (plan === null) return null
  const parse = memo((text) => ({ shown: parseTestReading(text) }))
  return (run) => {
    const text = plan.read(run)
    if (text === undefined || isRuined(run, text, target)) return undefined
    const { shown } = parse(text)
    if (shown === null) note(run, 'W_UNIT_SUSPECT', 'number_bad', { target, value: text })
    return { raw: text, ...shown }
  }
}

/** A unit that the mapping names is that of a number that was written without one; a raw text that it names stands before the reading's. */
function withReading(
  members: readonly { readonly name: keyof TestPart; readonly plan: Plan<unknown> }[],
  reading: Evaluate<Shown>,
): Evaluate<TestPart> {
  const plans = new Map(members.map(({ name, plan }) => [name, plan]))
  return (run) => {
    const test: Record<string, unknown> = {}
    const shown: Shown = reading(run) ?? {}
    for (const name of ALL) {
      let value: unknown = name in shown ? shown[name as keyof Shown] : undefined
      const plan = plans.get(name)
      if (plan !== undefined && name === 'raw') value = plan.evaluate(run) ?? value
      else if (plan !== undefined && name === 'unit')
        value ??= shown.value === undefined ? undefined : plan.evaluate(run)
      else if (plan !== undefined) value = plan.evaluate(run)
      if (value !== undefined) test[name] = value
      else if (name === 'item') test[name] = 'unknown'
    }
    return test as unknown as TestPart
  }
}

function compileMember(c: Compiling, node: Node, target: string, name: keyof TestPart): Plan<unknown> | null {
  if (name === 'verdict') return compileValue(c, node, target, VERDICTS, 'unknown')
  if (name === 'operator') return compileValue(c, node, target, ['<', '<=', '>', '>='])
  if (name === 'screening') return compileFlag(c, node, target)
  if ((NUMBERS as readonly string[]).includes(name)) return compileNumber(c, node, target)
  return compileWords(c, node, target)
}
