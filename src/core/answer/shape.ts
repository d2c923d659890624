import { type Output, type Outputs, outputOf, place } from '#core/mapping/backward/fields.ts'
import { compileValuePlan } from '#core/mapping/backward/value.ts'
import { element } from '#core/mapping/backward/xml.ts'
import { type Compiling, entryOf, mapOf } from '#core/mapping/compile/compiling.ts'
import { nearest } from '#core/mapping/compile/nearest.ts'
import type { MapNode, Node } from '#core/mapping/compile/node.ts'
import { stepsOf } from '#core/mapping/compile/steps.ts'
import type { Row, Run } from '#core/mapping/run/run.ts'
import { MESSAGE_FACTS, RECORD_FACTS } from './answer.ts'

/** Makes the values of one answer from the facts in `run.row` and the results. */
export type WriteShape = (run: Run, results: readonly Row[]) => Outputs
type Put = (run: Run, results: readonly Row[], into: Outputs) => void

interface ShapeParts {
  /** Collects the members of the message that are repeated, their steps one on a line. */
  readonly repeats: Set<string>
  /** What names must look like; null where they may be any. */
  readonly names: RegExp | null
}

/** Compiles what an answer is made of: names and values as in a backward mapping, which read the facts of the message. */
export function compileShape(
  c: Compiling,
  node: Node,
  target: string,
  parts: ShapeParts,
  facts: readonly string[] = MESSAGE_FACTS,
): WriteShape | null {
  if (node.is !== 'map' || node.entries.size === 0) {
    c.mistakes.add(node.at, target, node.is === 'map' ? 'empty' : 'not_map', {
      wanted: '{ code: { const: "0" } }',
    })
    return null
  }
  const puts: Put[] = []
  for (const { name, at, value } of node.entries.values()) {
    const steps = stepsOf(name)
    const isName = steps?.every((step) => parts.names === null || parts.names.test(step))
    if (steps === null || !isName) {
      c.mistakes.add(at, `${target}.${name}`, 'forbidden_path', { found: name })
      continue
    }
    const put = compilePut(c, value, steps, `${target}.${name}`, parts, facts)
    if (put !== null) puts.push(put)
  }
  if (puts.length < node.entries.size) return null
  return (run, results) => {
    const whole: Outputs = {}
    for (const put of puts) put(run, results, whole)
    return whole
  }
}

function compilePut(
  c: Compiling,
  node: Node,
  steps: readonly string[],
  target: string,
  parts: ShapeParts,
  facts: readonly string[],
): Put | null {
  if (node.is === 'map' && node.entries.has('each') && facts === MESSAGE_FACTS)
    return compileResults(c, node, steps, target, parts)
  if (node.is === 'map' && node.entries.has('xml')) return compileXml(c, node, steps, target, parts, facts)
  const paths = new Set<string>()
  const plan = compileValuePlan({ ...c, paths }, node, target)
  if (plan === null || !checkPaths(c, node, target, paths, facts, parts.repeats)) return null
  return (run, _results, into) => {
    const value = outputOf(plan, run)
    if (value !== undefined) place(into, steps, value)
  }
}

/** `each: results`: one member for each source record. */
function compileResults(
  c: Compiling,
  node: MapNode,
  steps: readonly string[],
  target: string,
  parts: ShapeParts,
): Put | null {
  const map = mapOf(c, node, target, ['each', 'fields'], '{ each: results, fields: { … } }')
  const list = entryOf(node, 'each')
  const fields = entryOf(node, 'fields')
  if (list?.is !== 'text' || list.text !== 'results') {
    const found = list?.is === 'text' ? list.text : ''
    c.mistakes.add(list?.at ?? node.at, `${target}.each`, 'unknown_value', { found, known: ['results'] })
    return null
  }
  if (map === null || fields === undefined) {
    c.mistakes.add(node.at, target, 'missing', { wanted: 'fields' })
    return null
  }
  const member = compileShape(c, fields, `${target}.fields`, parts, RECORD_FACTS)
  if (member === null) return null
  return (run, results, into) => {
    const outside = run.row
    const members: Output[] = []
    for (const row of results) {
      run.row = row
      members.push(member(run, results))
    }
    run.row = outside
    place(into, steps, members)
  }
}

/** `xml`: a document as the text of one value, for those who wrap one XML in another. */
function compileXml(
  c: Compiling,
  node: MapNode,
  steps: readonly string[],
  target: string,
  parts: ShapeParts,
  facts: readonly string[],
): Put | null {
  const map = mapOf(c, node, target, ['xml'])
  const inner = entryOf(node, 'xml') as Node
  const shape = compileShape(c, inner, `${target}.xml`, { ...parts, names: ELEMENT }, facts)
  if (map === null || shape === null) return null
  return (run, results, into) => {
    const parts = Object.entries(shape(run, results)).map(([name, value]) => element(name, value))
    place(into, steps, parts.join(''))
  }
}

const ELEMENT = /^[A-Za-z_][\w.-]{0,99}$/

/** Every fact that is asked for exists; what begins with `message.` is repeated from the message. */
function checkPaths(
  c: Compiling,
  node: Node,
  target: string,
  paths: ReadonlySet<string>,
  known: readonly string[],
  repeats: Set<string>,
): boolean {
  let fits = true
  for (const path of paths) {
    const [first, ...rest] = stepsOf(path) ?? []
    if (first === 'message' && rest.length > 0 && known === MESSAGE_FACTS) repeats.add(rest.join('\n'))
    else if (!known.includes(path)) {
      const meant = nearest(path, known)
      c.mistakes.add(node.at, target, 'unknown_value', { found: path, known, ...(meant ? { meant } : {}) })
      fits = false
    }
  }
  return fits
}
