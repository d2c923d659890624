import { type Compiling, textsOf } from '#core/mapping/compile/compiling.ts'
import { wrongPath } from '#core/mapping/compile/envelope.ts'
import type { Node } from '#core/mapping/compile/node.ts'
import { stepsOf } from '#core/mapping/compile/steps.ts'
import { note, type Run } from '#core/mapping/run/run.ts'
import { isNullToken, NULL_TOKENS } from '#core/nulls.ts'
import { ENVELOPE, type SourceValue } from '#core/source.ts'

/**
 * `from`: the text of a source field; of several fields the first that has one. A dot goes into an object (`head.node`), `\.` is a
 * dot in a name, a lone `.` is the member of the list that `each` reads. Texts that say "no value" (empty, `/`, `无`, `null`,
 * and those of `read.empty`) are none. Numbers come as the text that the source wrote, booleans as `true` and `false`.
 */
export const FROM_EXAMPLE = {
  mapping: '{ from: [farm_name, base.name] }',
  target: 'note',
  in: { farm_name: '/', base: { name: '溪口基地' } },
  out: '溪口基地',
} as const

export type ReadText = (run: Run) => string | undefined

/** A text read from the source. */
export interface Reading {
  readonly read: ReadText
  /** The first field, for places of what is missing. */
  readonly field: string
}

/** Compiles the value of `from`. */
export function compileFrom(c: Compiling, node: Node, target: string): Reading | null {
  const paths = textsOf(c, node, target)
  if (paths === null) return null
  const readers: ReadText[] = []
  for (const path of paths) {
    const reader = readerOf(c, path, node.at, target)
    if (reader === null) wrongPath(c, node.at, target, path)
    else readers.push(reader)
  }
  const [first] = readers
  const [field] = paths
  if (first === undefined || field === undefined || readers.length < paths.length) return null
  return { read: readers.length === 1 ? first : firstOf(readers, field), field }
}

/** Reads one field, which the file names at a place. */
export function readerOf(c: Compiling, path: string, at: number, target: string): ReadText | null {
  if (path === '.' && c.scope !== '') return readMember(c.empty)
  if (c.envelope !== undefined && path.startsWith(ENVELOPE)) return envelopeReaderOf(c, path, at, target)
  const steps = stepsOf(path)
  const [step] = steps ?? []
  if (steps === null || step === undefined) return null
  c.paths.add(c.scope + path)
  c.reads.push({ path: c.scope + path, at, target })
  if (c.keepsTokens) return readLiteral(path, steps)
  return steps.length === 1 ? readField(step, c.empty) : readDeep(path, steps, c.empty)
}

/** Reads a member around the list; inside `each` as well, whose members are all in the same envelope. */
function envelopeReaderOf(c: Compiling, path: string, at: number, target: string): ReadText | null {
  const name = path.slice(ENVELOPE.length)
  if (c.envelope?.has(name) !== true) return null
  c.paths.add(path)
  c.reads.push({ path, at, target })
  const steps = name.split('.')
  const { empty } = c
  return (run) => {
    const text = textAt(run, run.source.envelope?.value, steps, path, empty)
    if (text !== undefined && run.seen !== null) run.seen.push(path)
    return text
  }
}

function firstOf(readers: readonly ReadText[], field: string): ReadText {
  return (run) => {
    for (let i = 0; i < readers.length; i++) {
      const text = (readers[i] as ReadText)(run)
      if (text !== undefined) return text
    }
    run.field = field
    return undefined
  }
}

function readField(name: string, empty: ReadonlySet<string> | undefined): ReadText {
  const may = beginningsWith(empty)
  return (run) => {
    run.field = name
    const value = run.row[name]
    if (typeof value !== 'string')
      return value === undefined || value === null ? undefined : otherText(run, value, empty)
    if (value.length === 0 || (may[value.charCodeAt(0)] === 1 && isNullToken(value, empty))) return undefined
    if (run.seen !== null) run.seen.push(run.prefix + name)
    return value
  }
}

/** The text whatever it means, unless it is blank. */
function readLiteral(path: string, steps: readonly string[]): ReadText {
  return (run) => {
    const value = valueAt(run.row, steps)
    run.field = path
    const text = typeof value === 'string' ? value : value ? otherText(run, value, undefined) : undefined
    if (text === undefined || text.trim() === '') return undefined
    if (run.seen !== null) run.seen.push(run.prefix + path)
    return text
  }
}

function readDeep(path: string, steps: readonly string[], empty: ReadonlySet<string> | undefined): ReadText {
  return (run) => {
    const text = textAt(run, run.row, steps, path, empty)
    if (text !== undefined && run.seen !== null) run.seen.push(run.prefix + path)
    return text
  }
}

function valueAt(from: SourceValue | undefined, steps: readonly string[]): SourceValue | undefined {
  let value = from
  for (let i = 0; i < steps.length; i++) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    const step = steps[i] as string
    value = Object.hasOwn(value, step) ? value[step] : undefined
  }
  return value
}

function textAt(
  run: Run,
  from: SourceValue | undefined,
  steps: readonly string[],
  field: string,
  empty: ReadonlySet<string> | undefined,
): string | undefined {
  run.field = field
  const value = valueAt(from, steps)
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' ? noneOr(value, empty) : otherText(run, value, empty)
}

/** The member of a list that is text itself: it stands in the row under the name of nothing. */
function readMember(empty: ReadonlySet<string> | undefined): ReadText {
  return (run) => {
    run.field = ''
    const value = run.row['']
    if (typeof value !== 'string') return undefined
    if (run.seen !== null) run.seen.push(run.prefix)
    return noneOr(value, empty)
  }
}

/** A list of one is its member; anything else that is no single value is told, not guessed. */
function otherText(run: Run, value: SourceValue, empty: ReadonlySet<string> | undefined): string | undefined {
  if (typeof value === 'boolean') return String(value)
  const only = Array.isArray(value) && value.length === 1 ? value[0] : undefined
  if (typeof only === 'string') return noneOr(only, empty)
  const isEmpty = Array.isArray(value)
    ? value.length === 0
    : typeof value === 'object' && value !== null && Object.keys(value).length === 0
  if (!isEmpty && typeof value !== 'function') note(run, 'E_SCHEMA', 'not_text', {})
  return undefined
}

/** A text that can mean "no value" begins like one, or with a blank or a wide sign; its first character decides for all others. */
const BEGINNINGS = beginnings()

function beginnings(): Uint8Array {
  const may = new Uint8Array(0x10000)
  const blanks = [0xa0, 0xad, 0x1680, 0x180e, 0x3000, 0xfeff]
  for (const code of blanks) may[code] = 1
  may.fill(1, 0, 0x21)
  may.fill(1, 0x2000, 0x2070)
  may.fill(1, 0xff00, 0x10000)
  for (const token of NULL_TOKENS) if (token !== '') may[token.charCodeAt(0)] = 1
  return may
}

function beginningsWith(empty: ReadonlySet<string> | undefined): Uint8Array {
  if (empty === undefined) return BEGINNINGS
  const may = BEGINNINGS.slice()
  for (const token of empty) if (token !== '') may[token.charCodeAt(0)] = 1
  return may
}

const noneOr = (text: string, empty: ReadonlySet<string> | undefined): string | undefined =>
  isNullToken(text, empty) ? undefined : text
