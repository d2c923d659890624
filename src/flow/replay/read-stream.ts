import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Pool } from 'pg'
import { countStream, decodeStream } from '#adapters/push/decode-stream.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { type DetailPart, noParts } from '#adapters/push/xml/join.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import { readAs, type SourceRecord } from '#core/source.ts'
import { charsetOf } from '#flow/intake/target.ts'
import { readMessage } from '#store/receipts.ts'
import { GONE, withBases } from './stored-records.ts'

/** Source records of one step, and bytes that are read for it: as of a large message at intake. */
const CHUNK_RECORDS = 250
const CHUNK_BYTES = 2 * 1024 * 1024
/** Source records that are read before others get their turn. */
const TURN_RECORDS = 250

/** A source record as it was decoded; `detail` where it is a detail whose base is not in the message. */
export interface StreamedRecord {
  readonly record: SourceRecord
  readonly detail: DetailPart | undefined
}

/** What a stream has read of the stored bytes. */
export interface ReadBytes {
  bytes: number
}

/**
 * The source records of a stored message of any size, in the order of decoding, which is the same each time.
 * @throws DecodeRefusal where the message as a whole cannot be read so; it may come after the first records
 */
export async function* streamRecords(
  pool: Pool,
  messageId: string,
  mapping: CompiledMapping,
  read: ReadBytes = { bytes: 0 },
): AsyncGenerator<StreamedRecord> {
  const { bytes, contentType } = await storedBytes(pool, messageId)
  const counted = async function* () {
    for await (const part of bytes) {
      read.bytes += part.length
      yield part
    }
  }
  const parked = noParts()
  const options = { ...readAs(mapping.read, contentType), parked }
  let count = 0
  for await (const record of decodeStream(counted(), options, charsetOf(contentType))) {
    const detail = parked.alone.get(record.index)
    parked.alone.delete(record.index)
    // Bases of the message were kept when it came.
    parked.bases.length = 0
    yield { record, detail }
    if (++count % TURN_RECORDS === 0) await nextTurn()
  }
}

/** Some source records, each detail with the base that came for it since. */
export const joined = (
  pool: Pool,
  all: readonly StreamedRecord[],
  mapping: CompiledMapping,
): Promise<readonly SourceRecord[]> => {
  const records = all.map(({ record }) => record)
  const alone = new Map(all.flatMap(({ record, detail }) => (detail ? [[record.index, detail]] : [])))
  return withBases(pool, records, alone, mapping)
}

/**
 * How many source records a stored message has.
 * @throws DecodeRefusal where the message as a whole cannot be read so
 */
export async function countStored(
  pool: Pool,
  messageId: string,
  mapping: CompiledMapping,
  signal: AbortSignal,
): Promise<number> {
  const { bytes, contentType } = await storedBytes(pool, messageId)
  const options = { ...readAs(mapping.read, contentType), parked: noParts() }
  let total = 0
  for await (const count of countStream(bytes, options, charsetOf(contentType))) {
    total += count
    options.parked.alone.clear()
    options.parked.bases.length = 0
    signal.throwIfAborted()
    if (total % TURN_RECORDS === 0) await nextTurn()
  }
  return total
}

async function storedBytes(
  pool: Pool,
  messageId: string,
): Promise<{ readonly bytes: AsyncIterable<Buffer>; readonly contentType: string }> {
  const stored = await readMessage(pool, messageId)
  if (!stored) throw new DecodeRefusal('E_SCHEMA', GONE.path, GONE.reason, GONE.fix)
  const { bytes, contentType } = stored
  return { bytes: Buffer.isBuffer(bytes) ? once(bytes) : bytes, contentType }
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

/** Some of the elements of a stream that belong into one step, and how many came before them. */
export interface Chunk<T> {
  readonly first: number
  readonly all: readonly T[]
}

/** A stream in steps, from a place on. What was done before is read again and passed over. */
export async function* inChunks<T>(
  stream: AsyncIterable<T>,
  from: number,
  read: ReadBytes,
): AsyncGenerator<Chunk<T>> {
  let at = 0
  let all: T[] = []
  let begunAt = 0
  for await (const one of stream) {
    if (at++ < from) {
      begunAt = read.bytes
      continue
    }
    all.push(one)
    if (all.length < CHUNK_RECORDS && read.bytes - begunAt <= CHUNK_BYTES) continue
    yield { first: at - all.length, all }
    all = []
    begunAt = read.bytes
  }
  if (all.length > 0) yield { first: at - all.length, all }
}
