import {
  type Compiling,
  choiceOf,
  type Evaluate,
  entryOf,
  mapOf,
  without,
} from '#core/mapping/compile/compiling.ts'
import type { MapNode, Node } from '#core/mapping/compile/node.ts'
import { LOT_ROLES, type LotPart } from '#core/model/parts.ts'
import { type CodePlan, compileCode } from './code.ts'
import type { IntoList } from './document.ts'
import { compileEach } from './each.ts'
import { TEXT_NAMES } from './text.ts'

/**
 * Lot: `from` is its code, `scheme` or `anyOf` what it may be a code of, `role` subject, source, input or output. `scheme: local` is
 * the source's own numbering, which is compared inside that source only. One whose code lost digits is left out and marked. With
 * `expected: true` a record with that lot as its subject is expected: until there is one, the record is marked W_DANGLING_REF at
 * intake and listed among what waits.
 */
export const LOT_EXAMPLE = {
  mapping: '[ { role: subject, from: batchNo, anyOf: [cn.mofcom.trace20b, local] } ]',
  target: 'lots',
  in: { batchNo: '33082500724041400003' },
  out: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: '33082500724041400003' }],
} as const

const NAMES = ['role', 'scheme', 'anyOf', 'expected'] as const

export function compileLot(c: Compiling, node: Node, target: string): IntoList<LotPart> | null {
  const map = mapOf(
    c,
    node,
    target,
    ['each', ...NAMES, ...TEXT_NAMES],
    '{ role: subject, from: field, scheme: local }',
  )
  if (map === null) return null
  const eachNode = entryOf(map, 'each')
  if (eachNode === undefined) {
    const evaluate = compileOne(c, map, target)
    if (evaluate === null) return null
    return (run, into) => {
      const lot = evaluate(run)
      if (lot !== undefined) into.push(lot)
    }
  }
  const each = compileEach(c, eachNode, `${target}.each`)
  const evaluate = each === null ? null : compileOne(each.inside, without(map, ['each']), target)
  return each === null || evaluate === null ? null : (run, into) => each.run(run, evaluate, into)
}

function compileOne(c: Compiling, map: MapNode, target: string): Evaluate<LotPart> | null {
  const roleNode = entryOf(map, 'role')
  if (roleNode === undefined) c.mistakes.add(map.at, target, 'missing', { wanted: 'role' })
  if (!map.entries.has('scheme') && !map.entries.has('anyOf'))
    c.mistakes.add(map.at, target, 'missing', { wanted: 'scheme' })
  const role = roleNode === undefined ? null : choiceOf(c, roleNode, `${target}.role`, LOT_ROLES)
  const expectedNode = entryOf(map, 'expected')
  const expected =
    expectedNode === undefined
      ? 'false'
      : choiceOf(c, expectedNode, `${target}.expected`, ['true', 'false'] as const)
  const code: CodePlan | null = compileCode(c, without(map, ['role', 'expected']), target)
  if (role === null || code === null || expected === null) return null
  const evaluate = lotReader(role, code)
  if (expected === 'false') return evaluate
  c.expected.add(target)
  if (role === 'subject')
    c.doubts.push([(expectedNode ?? map).at, `${target}.expected`, 'expected_subject', {}])
  return (run) => {
    const lot = evaluate(run)
    if (lot === undefined) return undefined
    run.expected ??= []
    run.expected.push({
      scheme: lot.scheme,
      value: lot.value,
      path: run.source.place(run.prefix + run.field),
    })
    return lot
  }
}

function lotReader(role: LotPart['role'], code: CodePlan): Evaluate<LotPart> {
  return (run) => {
    const alias = code.evaluate(run)?.alias
    if (!alias) return undefined
    const { raw, scheme, value } = alias
    return raw === undefined ? { role, scheme, value } : { raw, role, scheme, value }
  }
}
