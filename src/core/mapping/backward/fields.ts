import { type Compiling, choiceOf, entryOf, mapOf } from '#core/mapping/compile/compiling.ts'
import type { MapNode, Node } from '#core/mapping/compile/node.ts'
import { stepsOf } from '#core/mapping/compile/steps.ts'
import type { Row, Run } from '#core/mapping/run/run.ts'
import { type Condition, compileWhen } from '#core/mapping/verbs/when.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import { compileValuePlan, type ValuePlan } from './value.ts'
import { LISTS, membersOf } from './view.ts'

/** What one record of the receiver holds. */
export type Output = string | number | boolean | Outputs | Output[]
export type Outputs = { [name: string]: Output }

/** Puts one value, or a list of them, into the receiver's record. */
export type Put = (run: Run, record: CanonicalRecord, into: Outputs) => void

/** Compiles `fields:`; a dot in a name makes an object in an object. */
export function compileOutput(c: Compiling, node: MapNode, target: string): Put | null {
  const puts: Put[] = []
  for (const { name, at, value } of node.entries.values()) {
    const steps = stepsOf(name)
    if (steps === null) {
      c.mistakes.add(at, `${target}.${name}`, 'forbidden_path', { found: name })
      continue
    }
    const put = compilePut(c, value, steps, `${target}.${name}`)
    if (put !== null) puts.push(put)
  }
  if (node.entries.size === 0) c.mistakes.add(node.at, target, 'empty')
  if (puts.length < node.entries.size || puts.length === 0) return null
  return (run, record, into) => {
    for (const put of puts) put(run, record, into)
  }
}

function compilePut(c: Compiling, node: Node, steps: readonly string[], target: string): Put | null {
  if (node.is === 'map' && node.entries.has('each')) return compileList(c, node, steps, target)
  // A column that the receiver has and no record fills.
  if (node.is === 'text' && node.text === '') return () => {}
  const paths = new Set<string>()
  const plan = compileValuePlan({ ...c, paths }, node, target)
  for (const path of paths) c.paths.add(path)
  if (plan === null) return null
  if (plan.required && paths.size > 0) c.needs.push([...paths])
  return (run, _record, into) => {
    const value = outputOf(plan, run)
    if (value !== undefined) place(into, steps, value)
    else if (plan.required) throw new Unwritable(steps.join('.'))
  }
}

/** A record lacks a field without which the receiver takes none. */
export class Unwritable extends Error {
  override readonly name = 'Unwritable'

  constructor(field: string) {
    super(`the record has no value for ${field}, which the receiver requires`)
  }
}

function compileList(c: Compiling, node: MapNode, steps: readonly string[], target: string): Put | null {
  const map = mapOf(c, node, target, ['each', 'when', 'fields', 'value'])
  const listNode = entryOf(node, 'each')
  const list = listNode === undefined ? null : choiceOf(c, listNode, `${target}.each`, LISTS)
  const whenNode = entryOf(node, 'when')
  const when = whenNode === undefined ? null : compileWhen(c, whenNode, `${target}.when`)
  const inside = compileInside(c, node, target)
  if (map === null || list === null || inside === null || (whenNode !== undefined && when === null))
    return null
  return (run, record, into) => {
    const outside = run.row
    const members: Output[] = []
    for (const row of membersOf(record, list)) {
      const value = memberOf(run, record, row, when, inside)
      if (value !== undefined) members.push(value)
    }
    run.row = outside
    place(into, steps, members)
  }
}

function compileInside(c: Compiling, node: MapNode, target: string): Put | ValuePlan | null {
  const fields = entryOf(node, 'fields')
  const value = entryOf(node, 'value')
  if (fields?.is === 'map') return compileOutput(c, fields, `${target}.fields`)
  if (value !== undefined) return compileValuePlan(c, value, `${target}.value`)
  c.mistakes.add(node.at, target, 'missing', { wanted: 'fields' })
  return null
}

function memberOf(
  run: Run,
  record: CanonicalRecord,
  row: Row,
  when: Condition | null,
  inside: Put | ValuePlan,
): Output | undefined {
  run.row = row
  if (when !== null && !when(run)) return undefined
  if (typeof inside !== 'function') return outputOf(inside, run)
  const member: Outputs = {}
  inside(run, record, member)
  return member
}

/** One value as its plan writes it; undefined where there is none. */
export function outputOf(plan: ValuePlan, run: Run): Output | undefined {
  const text = plan.read(run)
  if (text === undefined || plan.as === 'text') return text
  if (plan.as === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  const number = Number(text)
  return Number.isFinite(number) ? number : text
}

/** Puts a value at the end of its steps, making the objects on the way. */
export function place(into: Outputs, steps: readonly string[], value: Output): void {
  let inner = into
  for (let i = 0; i < steps.length - 1; i++) {
    const step = steps[i] as string
    const found = inner[step]
    const next = typeof found === 'object' && !Array.isArray(found) ? found : {}
    inner[step] = next
    inner = next
  }
  inner[steps[steps.length - 1] as string] = value
}
