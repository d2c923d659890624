import { isNullToken } from '#core/nulls.ts'
import {
  ENVELOPE,
  type Envelope,
  type ReadOptions,
  type SourceRecord,
  type SourceValue,
} from '#core/source.ts'
import { driftFinder } from './drift.ts'

/** The same as `driftFinder` for a mapping that reads the members around the list too; theirs are looked at once for each message. */
export function envelopeDrift(
  known: ReadonlySet<string>,
  { rows = '', expect = {} }: ReadOptions,
): (source: SourceRecord) => readonly string[] {
  const inRow = driftFinder(new Set([...known].filter((path) => !path.startsWith(ENVELOPE))))
  const around = [...known]
    .filter((path) => path.startsWith(ENVELOPE))
    .map((path) => path.slice(ENVELOPE.length))
  const inEnvelope = driftFinder(new Set([...around, ...Object.keys(expect), rows]))
  let last: Envelope | undefined
  let found: readonly string[] = []
  return (source) => {
    const { envelope } = source
    if (envelope === undefined) return inRow(source)
    if (envelope !== last) {
      last = envelope
      const value = envelope.value as SourceValue
      found = inEnvelope({ ...source, value }).map((name) => ENVELOPE + name)
    }
    const own = inRow(source)
    return found.length === 0 ? own : [...own, ...found]
  }
}

/** Members around the list that have a value, are not ignored, and that nothing read. */
export function unusedAround(
  envelope: Envelope,
  seen: ReadonlySet<string>,
  ignored: ReadonlySet<string>,
  { rows = '', expect = {} }: ReadOptions,
): string[] {
  const unused: string[] = []
  const look = (value: SourceValue, path: string): void => {
    if (path === rows || Object.hasOwn(expect, path) || ignored.has(ENVELOPE + path)) return
    if (value === null || (typeof value === 'string' && isNullToken(value))) return
    if (typeof value === 'object' && !Array.isArray(value)) {
      for (const name in value) look(value[name] as SourceValue, path === '' ? name : `${path}.${name}`)
    } else if (!seen.has(ENVELOPE + path)) unused.push(ENVELOPE + path)
  }
  look(envelope.value as SourceValue, '')
  return unused
}
