import { type Compiling, entryOf, mapOf, type Plan } from '#core/mapping/compile/compiling.ts'
import type { Node } from '#core/mapping/compile/node.ts'
import { type TestPart, VERDICTS } from '#core/model/parts.ts'
import { compileFlag, compileNumber, compileValue, compileWords } from './scalar.ts'

/**
 * Test result: `verdict` as the instrument or laboratory judged (pass, fail, suspect, invalid, unknown), `item`, and what else is
 * known. A verdict that nobody gave is `unknown`; it is never computed from a value.
 */
export const TEST_EXAMPLE = {
  mapping:
    '{ item: { const: 检疫检验 }, sample: id, verdict: { from: result, enum: { 合格: pass, 不合格: fail } } }',
  target: 'test',
  in: { id: 'JY240415-01', result: '合格' },
  out: { item: '检疫检验', sample: 'JY240415-01', verdict: 'pass' },
} as const

const WORDS = ['device', 'item', 'itemCode', 'limit', 'method', 'raw', 'sample', 'unit'] as const
const NUMBERS = ['positive', 'sampled', 'value'] as const
/** In the order in which the content of records is compared. */
const ALL = [...WORDS, ...NUMBERS, 'operator', 'screening', 'verdict'].sort() as (keyof TestPart)[]

export function compileTest(c: Compiling, node: Node, target: string): Plan<TestPart> | null {
  const map = mapOf(c, node, target, ALL, 'test: { item: field, verdict: field }')
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
  if (!isWhole || !map.entries.has('item') || !map.entries.has('verdict')) return null
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

function compileMember(c: Compiling, node: Node, target: string, name: keyof TestPart): Plan<unknown> | null {
  if (name === 'verdict') return compileValue(c, node, target, VERDICTS, 'unknown')
  if (name === 'operator') return compileValue(c, node, target, ['<', '<=', '>', '>='])
  if (name === 'screening') return compileFlag(c, node, target)
  if ((NUMBERS as readonly string[]).includes(name)) return compileNumber(c, node, target)
  return compileWords(c, node, target)
}
