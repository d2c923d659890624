import type { Pool } from 'pg'
import type { Issue } from '#core/issue.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import { CANONICAL } from '#core/model/identity.ts'
import type { ProductAliases } from '#core/products/aliases.ts'
import type { SourceResult } from '#core/receipt.ts'
import type { SourceRecord, SourceValue } from '#core/source.ts'
import { CANONICAL_READING, canonicalSources } from '#flow/intake/canonical-sources.ts'
import { type Prepared, prepareSources } from '#flow/intake/prepare.ts'
import type { PreparedMessage, PreparedSource } from '#flow/intake/prepared.ts'
import { rejectionId } from '#flow/intake/rejection-rows.ts'
import { resultsBetween, storedResults } from '#flow/intake/stored-results.ts'
import { mappingName } from '#flow/intake/target.ts'
import { readMentions } from '#store/replay-mentions.ts'
import type { StoredMessage } from '#store/replay-messages.ts'
import { replayRule } from './keeps-out.ts'
import type { Reading, StepParts } from './mapping-of.ts'
import { type StoredRecords, storedCanonical, storedRecords } from './stored-records.ts'

/** A stored message, or a part of a large one, mapped anew. */
export interface ReplayMessage {
  readonly stored: StoredMessage
  readonly prepared: PreparedMessage & { readonly rejectedValues: ReadonlyMap<number, SourceValue> }
  /** What its receipt said, by the place of the source record. */
  readonly told: ReadonlyMap<number, SourceResult>
  /** Identifiers of rejections, for the source records that were rejected when the message came. */
  readonly rejections: ReadonlyMap<number, string>
  /** Places in `sources` at which something newer stays. */
  readonly keptOut: Set<number>
  /** The message as a whole cannot be read with this mapping. */
  readonly refused?: Issue
}

/**
 * Decodes a stored message from its bytes and maps it with a mapping, or reads it as canonical records, as of the time at which it was
 * received. Null: it has more records than one step takes.
 */
export async function readMessage(
  { pool, registry }: Pick<StepParts, 'pool' | 'registry'>,
  stored: StoredMessage,
  reading: Reading,
  replayId: string,
): Promise<ReplayMessage | null> {
  const read =
    reading === CANONICAL
      ? await canonicalRecords(pool, stored, registry.productAliases)
      : await mappedRecords(pool, stored, reading)
  if ('tooMany' in read) return null
  const told = new Map<number, SourceResult>()
  for await (const result of storedResults(pool, stored)) told.set(result.index, result)
  const { records, prepared } = 'refused' in read ? NOTHING : read
  const last = lastMentions(prepared.sources)
  const isLast = (id: string, at: number): boolean => last.get(id) === at
  const name = reading === CANONICAL ? CANONICAL_READING : mappingName(reading)
  const message = replayMessage(stored, { records, told, prepared, isLast }, name, replayId)
  return 'refused' in read ? { ...message, refused: read.refused } : message
}

/** The source records of a message, and what was made of them now. */
type Read = Pick<Parts, 'records' | 'prepared'>
const NOTHING: Read = {
  records: [],
  prepared: { sources: [], rejectedValues: new Map(), expectsLots: false },
}

async function mappedRecords(
  pool: Pool,
  stored: StoredMessage,
  mapping: CompiledMapping,
): Promise<Read | Exclude<StoredRecords, { records: unknown }>> {
  const read = await storedRecords(pool, stored.id, mapping)
  if (!('records' in read)) return read
  return { ...read, prepared: prepareSources(read.records, mapping, stored.receivedAtMs) }
}

async function canonicalRecords(
  pool: Pool,
  stored: StoredMessage,
  aliases: ProductAliases | undefined,
): Promise<Read | { readonly refused: Issue }> {
  const read = await storedCanonical(pool, stored)
  return 'refused' in read
    ? read
    : { records: read.records, prepared: canonicalSources(read, stored.receivedAtMs, aliases) }
}

/** The last source record, by its place, that says something of a record. */
function lastMentions(sources: readonly PreparedSource[]): Map<string, number> {
  const last = new Map<string, number>()
  sources.forEach(({ records }, at) => {
    for (const { id } of records) last.set(id, at)
  })
  return last
}

/** A part of a large message whose mentions were kept. @param first source records before it, in the order of decoding */
export async function readPart(
  pool: Pool,
  stored: StoredMessage,
  { first, records }: { readonly first: number; readonly records: readonly SourceRecord[] },
  mapping: CompiledMapping,
  replayId: string,
): Promise<ReplayMessage> {
  const told = new Map<number, SourceResult>()
  for await (const result of resultsBetween(pool, stored, first, first + records.length))
    told.set(result.index, result)
  const prepared = prepareSources(records, mapping, stored.receivedAtMs)
  const ids = prepared.sources.flatMap((source) => source.records.map(({ id }) => id))
  const last = await readMentions(pool, { replay: replayId, message: stored.id }, [...new Set(ids)])
  const isLast = (id: string, at: number): boolean => (last.get(id) ?? first + at) === first + at
  return replayMessage(stored, { records, told, prepared, isLast }, mappingName(mapping), replayId)
}

interface Parts {
  readonly records: readonly SourceRecord[]
  readonly told: ReadonlyMap<number, SourceResult>
  readonly prepared: Prepared
  readonly isLast: (id: string, at: number) => boolean
}

function replayMessage(
  stored: StoredMessage,
  { records, told, prepared: { sources, rejectedValues }, isLast }: Parts,
  /** What read it now. */
  mapping: string,
  replayId: string,
): ReplayMessage {
  const { id, receivedAtMs, system, record, sha256 } = stored
  const rejections = new Map<number, string>()
  for (const { index, value } of records) {
    // A mapping that reads in another order finds no result at the place: then what is open tells.
    const was = told.get(index)?.result ?? (stored.inPieces ? 'rejected' : null)
    if (was === 'rejected') rejections.set(index, rejectionId(system, record, JSON.stringify(value ?? null)))
  }
  const late = new Set(
    [...told.values()]
      .filter(({ issues }) => issues?.some(({ code }) => code === 'W_LATE'))
      .map(({ key }) => JSON.stringify(key)),
  )
  const staysOut = replayRule({ id, receivedAtMs, sha256, sources, late, isLast, replay: replayId })
  const keptOut = new Set<number>()
  return {
    stored,
    told,
    rejections,
    keptOut,
    prepared: {
      id,
      receivedAtMs,
      system,
      record,
      mapping,
      sha256,
      sources,
      rejectedValues,
      replay: {
        id: replayId,
        keepsOut(at, asked, head, known) {
          const isOut = staysOut(at, asked, head, known)
          if (isOut) keptOut.add(at)
          return isOut
        },
      },
    },
  }
}
