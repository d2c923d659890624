import type { Compiling, Plan } from '#core/mapping/compile/compiling.ts'
import type { Node } from '#core/mapping/compile/node.ts'
import type { ExpectedLot } from '#core/mapping/mapping.ts'

/**
 * A bill that is a sale and a payment has one time and one amount: what two canonical records say in the same words is made once
 * for each source record.
 */
export function shared<T>(
  c: Compiling,
  node: Node,
  target: string,
  compile: () => Plan<T> | null,
): Plan<T> | null {
  const key = `${c.isEvent}\n${target}\n${textOf(node)}`
  const known = c.shared.get(key)
  if (known !== undefined) return known as Plan<T>
  const plan = compile()
  if (plan === null) return null
  const made = once(plan)
  c.shared.set(key, made)
  return made
}

/**
 * Makes the value once for each source record; its flags, and the lots that it expects, go to every canonical record that has it.
 * Lots stand in one list of a record, so what was expected before is theirs too.
 */
function once<T>({ evaluate, verb }: Plan<T>): Plan<T> {
  let serial = -1
  let value: T | undefined
  let flags = 0
  let expected: ExpectedLot[] | null = null
  return {
    verb,
    evaluate: (run) => {
      if (run.serial === serial && run.seen === null) {
        run.flags |= flags
        if (expected !== null) run.expected = expected
        return value
      }
      const before = run.flags
      run.flags = 0
      value = evaluate(run)
      flags = run.flags
      expected = run.expected
      run.flags |= before
      serial = run.serial
      return value
    },
  }
}

function textOf(node: Node): string {
  if (node.is === 'text') return JSON.stringify(node.text)
  if (node.is === 'list') return `[${node.members.map(textOf).join(',')}]`
  return `{${[...node.entries.values()].map(({ name, value }) => `${JSON.stringify(name)}:${textOf(value)}`).join(',')}}`
}
