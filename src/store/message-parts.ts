import type { ClientBase, Pool } from 'pg'
import { copyRows } from './copy-binary.ts'
import { inTransaction } from './database.ts'
import { uuidBytes } from './intake.ts'
import { type Coding, decodeBytes, encodeBytes, partPlace } from './message-bytes.ts'
import { type WriteStep, writeTogether } from './write-together.ts'

/** A message with its time of receipt, which finds its partition. */
export interface MessageName {
  readonly id: string
  readonly receivedAtMs: number
}

const COPY = `copy message_parts (message_id, received_at, part, size, coding, bytes) from stdin (format binary)`

function copyPart(
  client: ClientBase,
  { id, receivedAtMs }: MessageName,
  part: number,
  raw: Uint8Array,
): WriteStep {
  const { coding, bytes } = encodeBytes(client, raw, partPlace(id, part))
  const rows = copyRows(bytes.length + 256)
  rows.row(6)
  rows.uuid(uuidBytes(id))
  rows.timestamp(receivedAtMs)
  rows.int4(part)
  rows.int4(raw.length)
  rows.latin1(coding)
  rows.bytes(bytes)
  return { copy: COPY, rows }
}

/**
 * Stores the next part of a message that is being received. Its COMMIT does not wait for the disk: that of the message itself does, and
 * with it goes all that was written to the log before.
 */
export async function insertPart(
  pool: Pool,
  message: MessageName,
  part: number,
  bytes: Uint8Array,
): Promise<void> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await writeTogether(client, [
      'begin',
      'set local synchronous_commit = off',
      `select keep_upload('${message.id}', ${UPLOAD_SILENCE_MS})`,
      copyPart(client, message, part, bytes),
      'commit',
    ])
  } catch (error) {
    broken = await client.query('rollback').then(
      () => undefined,
      (failed: unknown) => (failed instanceof Error ? failed : new Error(String(failed))),
    )
    throw error
  } finally {
    client.release(broken)
  }
}

/** An upload that stored no part for this long is given up by its sender or its process, and swept away. */
export const UPLOAD_SILENCE_MS = 600_000

/** The bytes of a large message as received, part by part; the next one is read while one is used. */
export async function* readParts(pool: Pool, { id, receivedAtMs }: MessageName): AsyncGenerator<Buffer> {
  const read = async (part: number): Promise<Buffer | null> => {
    const { rows } = await pool.query<{ coding: Coding; bytes: Buffer; size: number }>({
      name: 'read-message-part',
      text: `select coding, bytes, size from message_parts
              where message_id = $1 and part = $2 and received_at = to_timestamp($3::numeric / 1000)`,
      values: [id, part, receivedAtMs],
    })
    if (!rows[0]) return null
    const { coding, bytes, size } = rows[0]
    const decoded = await decodeBytes(pool, coding, bytes, partPlace(id, part), size)
    if (decoded !== bytes) free(bytes)
    return decoded
  }
  let next = read(0)
  for (let part = 1; ; part++) {
    const bytes = await next
    if (!bytes) return
    next = read(part)
    // Whoever stops in the middle asks for no more parts; what this one says then is nobody's.
    next.catch(() => {})
    yield bytes
  }
}

/**
 * The same for who keeps nothing of a part: its memory is free when the next one is asked for. Collections come to it much later where parts are read as fast
 * as they can be: 60 MB of them lay there dead, beside the heap and older than the young objects. What the driver made of them is collected by the way.
 */
export async function* readPartsOnce(pool: Pool, message: MessageName): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const part of readParts(pool, message)) {
    bytes += part.length
    yield part
    free(part)
    if (bytes < COLLECTED_AFTER_BYTES) continue
    bytes = 0
    // Absent where `bin/hub` did not start the process.
    globalThis.gc?.({ type: 'minor', execution: 'sync' })
  }
}

const COLLECTED_AFTER_BYTES = 2 * 1024 * 1024

/** Bytes that share their memory with others are left alone. */
function free({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && byteLength > 0 && buffer.byteLength === byteLength) buffer.transfer(0)
}

/** Removes what uploads left that were broken off: parts without a message. Gives how many uploads there were. */
export async function deleteLostUploads(pool: Pool): Promise<number> {
  const { rows } = await pool.query(
    `select message_id as id, extract(epoch from received_at) * 1000 as "receivedAtMs" from large_messages
      where state = 'receiving' and leased_until < clock_timestamp() limit 100`,
  )
  for (const { id, receivedAtMs } of rows)
    await deleteUpload(pool, { id, receivedAtMs: Number(receivedAtMs) })
  return rows.length
}

/** Removes an upload that did not become a message. One that did is left alone. */
export async function deleteUpload(pool: Pool, { id, receivedAtMs }: MessageName): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      `delete from large_messages where message_id = $1 and state = 'receiving'`,
      [id],
    )
    if (rowCount !== 1) return
    await client.query(
      'delete from message_parts where message_id = $1 and received_at = to_timestamp($2::numeric / 1000)',
      [id, receivedAtMs],
    )
  })
}
