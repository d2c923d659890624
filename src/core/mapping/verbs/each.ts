import { type Compiling, type Evaluate, textOf } from '#core/mapping/compile/compiling.ts'
import type { Node } from '#core/mapping/compile/node.ts'
import { stepsOf } from '#core/mapping/compile/steps.ts'
import type { Row, Run } from '#core/mapping/run/run.ts'
import { ENVELOPE, type SourceValue } from '#core/source.ts'

/**
 * `each`: the same for every member of a list of the source; a single value or object counts as a list of one. Inside it fields are
 * those of the member, and `.` is the member itself where it is a text. At most 1,000 members are read.
 */
export const EACH_EXAMPLE = {
  mapping: '[ { each: sourceCodes, role: source, type: promise_cert, from: . } ]',
  target: 'documents',
  in: { sourceCodes: ['HGZ20240415-W3EV'] },
  out: [{ number: 'HGZ20240415-W3EV', role: 'source', type: 'promise_cert' }],
} as const

const MOST = 1000

/** Where a list is, and the compiling of what stands inside it. */
export interface EachPlan {
  readonly inside: Compiling
  run<T>(run: Run, evaluate: Evaluate<T>, into: T[]): void
}

export function compileEach(c: Compiling, node: Node, target: string): EachPlan | null {
  const path = textOf(c, node, target)
  if (path === null) return null
  const steps = stepsOf(path)
  if (steps === null || (c.envelope !== undefined && path.startsWith(ENVELOPE))) {
    c.mistakes.add(node.at, target, 'forbidden_path', { found: path })
    return null
  }
  c.paths.add(c.scope + path)
  c.reads.push({ path: c.scope + path, at: node.at, target })
  const inside: Compiling = { ...c, scope: `${c.scope}${path}.` }
  return { inside, run: (run, evaluate, into) => runEach(run, path, steps, evaluate, into) }
}

function runEach<T>(
  run: Run,
  path: string,
  steps: readonly string[],
  evaluate: Evaluate<T>,
  into: T[],
): void {
  const { row, prefix } = run
  let list: SourceValue | undefined = row
  for (const step of steps) {
    if (typeof list !== 'object' || list === null || Array.isArray(list) || !Object.hasOwn(list, step)) return
    list = list[step]
  }
  if (list === undefined || list === null) return
  const members = Array.isArray(list) ? list : [list]
  const count = Math.min(members.length, MOST)
  for (let i = 0; i < count; i++) {
    const member = members[i]
    if (member === null || member === undefined || Array.isArray(member)) continue
    run.row = typeof member === 'object' ? (member as Row) : { '': String(member) }
    run.prefix = Array.isArray(list) ? `${prefix}${path}.${i}.` : `${prefix}${path}.`
    const value = evaluate(run)
    if (value !== undefined) into.push(value)
  }
  run.row = row
  run.prefix = prefix
}
