import type { CompiledMapping, MappedRecord, MappedSource } from '#core/mapping/mapping.ts'
import type { SourceRecord, SourceValue } from '#core/source.ts'
import { contentOf } from './content.ts'
import type { PreparedRecord, PreparedSource } from './decide.ts'

/** What mapping made of the records of a message. */
export interface Prepared {
  readonly sources: PreparedSource[]
  /** Decoded values of the rejected source records, by their place: they are kept for a person to mend. */
  readonly rejectedValues: ReadonlyMap<number, SourceValue>
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
  const rejectedValues = new Map<number, SourceValue>()
  for (const record of records) {
    const mapped = mapping.map(record, context)
    sources.push(prepared(mapped))
    // A rejected record is kept whole; its names may hold what the store does not take.
    if (mapped.rejected) rejectedValues.set(mapped.index, record.value)
    else for (const name of mapping.drift(record)) countField(drift, name, record.value)
  }
  return { sources, rejectedValues, drift }
}

/** A mapped source with the content of its records in the place of their bodies. */
export function prepared({ index, key, rejected, issues, records }: MappedSource): PreparedSource {
  return { index, key, rejected, issues, records: rejected ? [] : records.map(preparedRecord) }
}

const preparedRecord = ({
  kind,
  id,
  key,
  operation,
  body,
  void: ended,
  order,
}: MappedRecord): PreparedRecord => ({
  kind,
  id,
  key,
  operation,
  ended,
  order: order ?? null,
  content: body && contentOf(kind, body, operation === 'void' ? 'void' : 'active'),
})

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
