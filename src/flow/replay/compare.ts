import type { Pool } from 'pg'
import type { Issue } from '#core/issue.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import { fieldDifferences } from '#core/model/difference.ts'
import { prepareSources } from '#flow/intake/prepare.ts'
import type { PreparedRecord, PreparedSource } from '#flow/intake/prepared.ts'
import type { StoredMessage } from '#store/replay-messages.ts'
import { storedRecords } from './stored-records.ts'
import type { Outcome, ReplaySample, Tally } from './tally.ts'

type Side = { readonly sources: ReadonlyMap<number, PreparedSource> } | { readonly refused: Issue }

/** The mappings of a comparison. */
export interface Mappings {
  readonly against: CompiledMapping
  readonly mapping: CompiledMapping
}

/**
 * Maps one stored message with two mappings and counts what comes out the same and what does not. Writes nothing. False: it has more
 * records than one step takes, and nothing was counted.
 */
export async function compareMessage(
  pool: Pool,
  stored: StoredMessage,
  { against, mapping }: Mappings,
  tally: Tally,
): Promise<boolean> {
  const before = await sideOf(pool, stored, against)
  const after = await sideOf(pool, stored, mapping)
  if (!before || !after) return false
  tally.count('messages')
  const indexes = new Set([...indexesOf(before), ...indexesOf(after)])
  const refused = 'refused' in after ? after.refused : null
  for (const index of [...indexes].sort((a, b) => a - b))
    comparePlace({ message: stored.id, index }, at(before, index), at(after, index), refused, tally)
  return true
}

/** Counts what two mappings made of one source record; undefined where there is none. @param refused why the new one reads none */
export function comparePlace(
  place: { readonly message: string; readonly index: number },
  a: PreparedSource | undefined,
  b: PreparedSource | undefined,
  refused: Issue | null,
  tally: Tally,
): void {
  const add = (outcome: Outcome, sample: () => Pick<ReplaySample, 'records' | 'issues'>): void =>
    tally.add(outcome, tally.wants(outcome) ? { ...place, ...sample() } : undefined)
  const differences = () => ({ records: differencesOf(a, b) })
  if (!worked(a)) add(worked(b) ? 'newlyOk' : 'stillFailing', differences)
  else if (b === undefined || b.rejected)
    add('newlyFailing', () => ({ issues: refused ? [refused] : (b?.issues ?? []).slice(0, 5) }))
  else add(isSame(a, b) ? 'same' : 'changed', differences)
}

/** Null: more records than one step takes. */
async function sideOf(pool: Pool, stored: StoredMessage, mapping: CompiledMapping): Promise<Side | null> {
  const read = await storedRecords(pool, stored.id, mapping)
  if ('refused' in read) return read
  if ('tooMany' in read) return null
  const { sources } = prepareSources(read.records, mapping, stored.receivedAtMs)
  return { sources: new Map(sources.map((source) => [source.index, source])) }
}

const indexesOf = (side: Side): Iterable<number> => ('sources' in side ? side.sources.keys() : [])
const at = (side: Side, index: number): PreparedSource | undefined =>
  'sources' in side ? side.sources.get(index) : undefined
const worked = (source: PreparedSource | undefined): source is PreparedSource =>
  source !== undefined && !source.rejected

/** What a record is compared by: its identity, whether it ends, and its content. */
const signOf = ({ id, operation, content }: PreparedRecord): string =>
  `${id}\n${operation}\n${content?.hash ?? ''}`

function isSame(a: PreparedSource, b: PreparedSource): boolean {
  const [before, after] = [toldBy(a), toldBy(b)]
  const signs = new Set(before.map(signOf))
  return before.length === after.length && after.every((record) => signs.has(signOf(record)))
}

const toldBy = (source: PreparedSource | undefined): PreparedRecord[] =>
  (source?.records ?? []).filter(({ operation }) => operation !== 'untold')

function differencesOf(
  a: PreparedSource | undefined,
  b: PreparedSource | undefined,
): NonNullable<ReplaySample['records']> {
  const ids = [...new Set([...toldBy(a), ...toldBy(b)].map(({ id }) => id))]
  return ids.slice(0, 4).flatMap((id) => {
    const [before, after] = [sideRecord(a, id), sideRecord(b, id)]
    const differences = fieldDifferences(before, after)
    return differences.length > 0 ? [{ id, differences }] : []
  })
}

function sideRecord(source: PreparedSource | undefined, id: string): unknown {
  const record = toldBy(source).find((one) => one.id === id)
  if (!record) return {}
  const body = record.content ? JSON.parse(record.content.bytes.toString()) : {}
  return { ...body, operation: record.operation }
}
