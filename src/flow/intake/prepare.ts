import type { CompiledMapping, MappedSource } from '#core/mapping/mapping.ts'
import type { SourceRecord, SourceValue } from '#core/source.ts'
import { contentOf } from './content.ts'
import type { PreparedSource } from './decide.ts'

/** What mapping made of the records of a message. */
export interface Prepared {
  readonly sources: PreparedSource[]
  readonly values: SourceValue[]
  readonly drift: ReadonlyMap<string, { count: number; sample: string | null }>
}

const SAMPLE_MAX = 80

/** Maps the decoded records of a message; one that decoding or mapping refuses is carried as rejected among its neighbours. */
export function prepareSources(
  records: readonly SourceRecord[],
  mapping: CompiledMapping,
  receivedAtMs: number,
): Prepared {
  const context = { receivedAtMs }
  const drift = new Map<string, { count: number; sample: string | null }>()
  const sources: PreparedSource[] = []
  const values: SourceValue[] = []
  for (const record of records) {
    const mapped = mapping.map(record, context)
    sources.push(prepared(mapped))
    values.push(record.value)
    // A rejected record is kept whole; its names may hold what the store does not take.
    if (!mapped.rejected) for (const name of mapping.drift(record)) countField(drift, name, record.value)
  }
  return { sources, values, drift }
}

/** A mapped source with the content of its records. */
export function prepared(mapped: MappedSource): PreparedSource {
  if (mapped.rejected) return { mapped, contents: [] }
  const contents = mapped.records.map(
    ({ body, operation }) => body && contentOf(body, operation === 'void' ? 'void' : 'active'),
  )
  return { mapped, contents }
}

function countField(
  drift: Map<string, { count: number; sample: string | null }>,
  name: string,
  value: SourceValue,
): void {
  const known = drift.get(name)
  if (known) {
    known.count++
    return
  }
  const field = value !== null && typeof value === 'object' && !Array.isArray(value) ? value[name] : undefined
  drift.set(name, { count: 1, sample: typeof field === 'string' ? field.slice(0, SAMPLE_MAX) : null })
}
