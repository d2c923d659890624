import { AdapterError } from '#adapters/adapter.ts'
import { stepsOf } from '#core/mapping/compile/steps.ts'

/** Finds one member of an answer. */
export interface MemberPath {
  readonly path: string
  readonly steps: readonly string[]
}

/**
 * @param setting pointer of the setting that names the path
 * @throws AdapterError config for a path that is none
 */
export function memberPath(path: string, setting: string): MemberPath {
  const steps = path === '' ? [] : stepsOf(path)
  if (steps === null) throw new AdapterError('config', 'not a path of names with dots between', { setting })
  return { path, steps }
}

/** The value at a path; undefined where there is none. A number among the steps counts members of a list. */
export function memberAt(root: unknown, { steps }: MemberPath): unknown {
  let value = root
  for (const step of steps) {
    if (Array.isArray(value)) value = value[Number(step)]
    else if (typeof value === 'object' && value !== null && Object.hasOwn(value, step))
      value = (value as Readonly<Record<string, unknown>>)[step]
    else return undefined
  }
  return value
}
