import type { CompiledMapping, MappedSource, Mistake, TracedField } from '#core/mapping/mapping.ts'
import type { SourceRecord } from '#core/source.ts'
import { type TriedWhole, triedWholes } from './tried-wholes.ts'

/** What trying a mapping on a sample shows. */
export interface TryResult {
  readonly mapping: string | null
  readonly mistakes: readonly Mistake[]
  readonly received: number
  readonly rejected: number
  readonly sources: readonly TriedSource[]
  /** Fields of the sample that the mapping neither reads nor ignores, with the number of records that have them. */
  readonly drift: Readonly<Record<string, number>>
  /** Places of the mapping that work and are surely not meant. */
  readonly doubts: readonly Mistake[]
  /** Places of the mapping that read a field which no record of the sample has. */
  readonly unseen: readonly Mistake[]
}

export type TriedSource = Omit<MappedSource, 'whole'> & {
  readonly fields: readonly TracedField[]
  readonly unused: readonly string[]
  /** At the last line of an order that is told with all its lines. */
  readonly whole?: TriedWhole
}

/** Tries a mapping without a database: the records, where each target came from, and what nobody read. */
export function tryMapping(
  compiled: { readonly mapping: CompiledMapping | null; readonly mistakes: readonly Mistake[] },
  records: readonly SourceRecord[],
  receivedAtMs: number,
): TryResult {
  const { mapping, mistakes } = compiled
  if (mapping === null) return { mapping: null, mistakes, received: records.length, ...NOTHING }
  const traced = records.map((record) => mapping.trace(record, { receivedAtMs }))
  const wholes = triedWholes(traced)
  const sources = traced.map(({ whole: _, ...source }): TriedSource => {
    const whole = wholes.get(source.index)
    return whole ? { ...source, whole } : source
  })
  const drift: Record<string, number> = {}
  for (const record of records) for (const name of mapping.drift(record)) drift[name] = (drift[name] ?? 0) + 1
  const rejected = sources.filter((source) => source.rejected).length
  return {
    mapping: `${mapping.name}@${mapping.version}`,
    mistakes,
    received: records.length,
    rejected,
    sources,
    drift,
    doubts: mapping.doubts ?? [],
    unseen: mapping.unseen?.(records) ?? [],
  }
}

const NOTHING = { rejected: 0, sources: [], drift: {}, doubts: [], unseen: [] }
