import type { Pool } from 'pg'
import type { Issue } from '#core/issue.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import { fieldDifferences } from '#core/model/difference.ts'
import type { PreparedRecord, PreparedSource } from '#flow/intake/decide.ts'
import { prepareSources } from '#flow/intake/prepare.ts'
import type { StoredMessage } from '#store/replay-messages.ts'
import { storedRecords } from './stored-records.ts'
import type { ReplaySample, Tally } from './tally.ts'

type Side = { readonly sources: ReadonlyMap<number, PreparedSource> } | { readonly refused: Issue }

/** Maps one stored message with two mappings and counts what comes out the same and what does not. Writes nothing. */
export async function compareMessage(
  pool: Pool,
  stored: StoredMessage,
  { against, mapping }: { readonly against: CompiledMapping; readonly mapping: CompiledMapping },
  tally: Tally,
): Promise<void> {
  const before = await sideOf(pool, stored, against)
  const after = await sideOf(pool, stored, mapping)
  tally.count('messages')
  const indexes = new Set([...indexesOf(before), ...indexesOf(after)])
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const place = { message: stored.id, index }
    const [a, b] = [at(before, index), at(after, index)]
    if (!worked(a)) {
      if (!worked(b)) tally.add('stillFailing')
      else
        tally.add('newlyOk', tally.wants('newlyOk') ? { ...place, records: differencesOf(a, b) } : undefined)
    } else if (b === undefined || b.rejected) {
      const issues = 'refused' in after ? [after.refused] : (b?.issues ?? []).slice(0, 5)
      tally.add('newlyFailing', tally.wants('newlyFailing') ? { ...place, issues } : undefined)
    } else if (isSame(a, b)) tally.add('same')
    else tally.add('changed', tally.wants('changed') ? { ...place, records: differencesOf(a, b) } : undefined)
  }
}

async function sideOf(pool: Pool, stored: StoredMessage, mapping: CompiledMapping): Promise<Side> {
  const read = await storedRecords(pool, stored.id, mapping)
  if ('refused' in read) return read
  // More than is mapped anew at once: neither side says anything of it.
  if ('tooLarge' in read) return { sources: new Map() }
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
  const signs = new Set(a.records.map(signOf))
  return a.records.length === b.records.length && b.records.every((record) => signs.has(signOf(record)))
}

function differencesOf(
  a: PreparedSource | undefined,
  b: PreparedSource | undefined,
): NonNullable<ReplaySample['records']> {
  const ids = [...new Set([...(a?.records ?? []), ...(b?.records ?? [])].map(({ id }) => id))]
  return ids.slice(0, 4).flatMap((id) => {
    const [before, after] = [sideRecord(a, id), sideRecord(b, id)]
    const differences = fieldDifferences(before, after)
    return differences.length > 0 ? [{ id, differences }] : []
  })
}

function sideRecord(source: PreparedSource | undefined, id: string): unknown {
  const record = source?.records.find((one) => one.id === id)
  if (!record) return {}
  const body = record.content ? JSON.parse(record.content.bytes.toString()) : {}
  return { ...body, operation: record.operation }
}
