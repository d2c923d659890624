import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Pool } from 'pg'
import { decodeStream, type StreamReport } from '#adapters/push/decode-stream.ts'
import { type BasePart, noParts, type ParkedParts } from '#adapters/push/xml/join.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import { countResults } from '#core/receipt.ts'
import { readAs, type SourceRecord } from '#core/source.ts'
import type { DriftCounts } from '#flow/drift/drift-counts.ts'
import { driftNotes } from '#flow/drift/message-drift.ts'
import { messageParts } from '#flow/intake/parts.ts'
import { edgeBudget, prepareSources } from '#flow/intake/prepare.ts'
import { writePiece } from '#flow/intake/results-text.ts'
import { charsetOf, mappingName } from '#flow/intake/target.ts'
import { createTextArena } from '#flow/intake/text-arena.ts'
import { type IntakeMessage, type Keeping, writeGroup } from '#flow/intake/write.ts'
import { advanceLarge, type LargeLease } from '#store/large-messages.ts'
import { readPartsOnce } from '#store/message-parts.ts'
import { copyResults } from '#store/message-results.ts'
import { hasDataKeys } from '#store/personal/data-keys.ts'

/** Source records of one transaction: enough to pay for its COMMIT, few enough that other writers wait little for the positions. */
const CHUNK_RECORDS = 250
const CHUNK_BYTES = 2 * 1024 * 1024
/**
 * Source records that are mapped before the event loop gets its turn. The rows of the chunk before go to the server meanwhile, as much at a time as
 * its socket takes: with fifty the server waited for them for a quarter of its time.
 */
const SLICE_RECORDS = 10
/** Source records that are bounded as those of one message are: in the edges that they make, and in what is noted of their habits. */
const BOUNDED_RECORDS = 50
/** Contents of a chunk; those of a larger one get memory of their own. */
const CONTENT_BYTES = 2 * 1024 * 1024
/** Bases of one transaction, which looks for all details that wait for them. */
const BASES_AT_ONCE = 2000

interface WriteParts {
  readonly pool: Pool
  readonly signal: AbortSignal
  readonly drift?: DriftCounts
  readonly onCommitted: () => void
}

/**
 * Maps and writes what is not done of a large message. Decoding gives the records of the same bytes in the same order each time, so what
 * is done is passed over by counting. While a chunk is written, the next one is decoded and mapped.
 */
export async function writeRecords(
  parts: WriteParts,
  lease: LargeLease,
  mapping: CompiledMapping,
): Promise<StreamReport> {
  const { pool, signal } = parts
  const report: StreamReport = { encoding: 'utf-8', encodingMismatch: false, unjoined: [] }
  const parked = noParts()
  const writer = createChunkWriter(parts, lease, mapping, parked)
  // Parts that may wait for others make a message of its own of each transaction.
  const own = readAs(mapping.read, lease.contentType)
  const sliceRecords = own.xml?.join?.park ? CHUNK_RECORDS : SLICE_RECORDS
  let bytes = 0
  const counted = async function* () {
    for await (const part of readPartsOnce(pool, lease)) {
      bytes += part.length
      yield part
    }
  }
  let passed = 0
  let chunkFrom = 0
  let slice: SourceRecord[] = []
  try {
    const read = { ...own, parked }
    for await (const record of decodeStream(counted(), read, charsetOf(lease.contentType), report)) {
      if (passed < lease.done) {
        passed++
        parked.alone.delete(record.index)
        continue
      }
      slice.push(record)
      const full = writer.sources + slice.length >= CHUNK_RECORDS || bytes - chunkFrom > CHUNK_BYTES
      if (!full && slice.length < sliceRecords) continue
      writer.add(slice)
      slice = []
      if (full) {
        signal.throwIfAborted()
        await writer.flush(bytes)
        chunkFrom = bytes
      }
      await nextTurn()
    }
    if (slice.length > 0) writer.add(slice)
    if (writer.sources > 0) await writer.flush(bytes)
    await writer.keepBases([...parked.bases.splice(0), ...(report.parts?.bases ?? [])], bytes)
  } finally {
    await writer.end()
  }
  return report
}

function createChunkWriter(
  { pool, drift, onCommitted }: WriteParts,
  lease: LargeLease,
  mapping: CompiledMapping,
  parked: ParkedParts,
) {
  const base = {
    ...lease,
    mapping: mappingName(mapping),
    bytes: NO_BYTES,
    encoding: '',
    keyId: null,
    idempotencyKey: undefined,
    deferred: true,
  }
  /** While the contents of one chunk are written, the next one is gathered. */
  const arenas = [createTextArena(CONTENT_BYTES), createTextArena(CONTENT_BYTES)] as const
  let arena: 0 | 1 = 0
  let slices: IntakeMessage[] = []
  let sources = 0
  let bounded = 0
  let edges = edgeBudget()
  let notes = driftNotes(mapping)
  let done = lease.done
  let writing: Promise<void> = Promise.resolve()
  /** Records of the chunk that is being written. */
  let underWay: ReadonlySet<string> = new Set()

  const write = async (
    messages: readonly IntakeMessage[],
    first: number,
    bytes: number,
    turn: Promise<void>,
  ): Promise<void> => {
    const keep: Keeping = (_, results, client) => {
      const flat = results.flat()
      const advance = advanceLarge(lease, { ...countResults(flat), before: first, bytes })
      if (flat.length === 0) return [advance]
      return [advance, copyResults(client, lease, { first, count: flat.length, text: writePiece(flat) })]
    }
    await writeGroup(pool, messages, keep, turn)
    onCommitted()
  }

  const endBounds = (): void => {
    drift?.add(base, notes.drift, mapping.watch?.fields ?? [])
    bounded = 0
    edges = edgeBudget()
    notes = driftNotes(mapping)
  }

  return {
    /** Source records that are mapped and not handed to the database. */
    get sources() {
      return sources
    },
    add(records: readonly SourceRecord[]): void {
      const came = { alone: new Map(parked.alone), bases: parked.bases.splice(0) }
      parked.alone.clear()
      slices.push({
        ...base,
        ...prepareSources(records, mapping, lease.receivedAtMs, {
          edges,
          notes,
          seals: hasDataKeys(pool),
          encode: arenas[arena].encode,
        }),
        parts: messageParts(came, mapping),
      })
      sources += records.length
      bounded += records.length
      if (bounded >= BOUNDED_RECORDS) endBounds()
    },
    /**
     * Writes what was added, after what was written before. Settles when the database has taken the chunk before; until then this one is read and
     * decided, unless a record of it comes in both.
     */
    async flush(bytes: number): Promise<void> {
      if (bounded > 0) endBounds()
      const before = writing
      const records = new Set(slices.flatMap(recordsOf))
      if (!records.isDisjointFrom(underWay)) await before
      underWay = records
      writing = write(slices, done, bytes, before)
      writing.catch(() => {})
      await before
      // Its last chunk was written before this one began to be.
      arena = arena === 0 ? 1 : 0
      arenas[arena].reset()
      done += sources
      slices = []
      sources = 0
    },
    /** Keeps bases for details of other messages, and completes those that came before. */
    async keepBases(bases: readonly BasePart[], bytes: number): Promise<void> {
      for (let at = 0; at < bases.length; at += BASES_AT_ONCE) {
        const parts = messageParts({ bases: bases.slice(at, at + BASES_AT_ONCE), alone: new Map() }, mapping)
        slices.push({ ...base, ...prepareSources([], mapping, lease.receivedAtMs), parts })
        await this.flush(bytes)
      }
    },
    end: () => writing,
  }
}

const recordsOf = ({ sources }: IntakeMessage): string[] =>
  sources.flatMap(({ records, whole }) => [
    ...records.map(({ id }) => id),
    ...(whole ? [whole.among ?? whole.id] : []),
  ])

const NO_BYTES = new Uint8Array(0)
