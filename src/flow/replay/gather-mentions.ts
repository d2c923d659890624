import type { Pool } from 'pg'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import { prepareSources } from '#flow/intake/prepare.ts'
import { keepMentions } from '#store/replay-mentions.ts'
import type { StoredMessage } from '#store/replay-messages.ts'
import { inChunks, joined, streamRecords } from './read-stream.ts'

/**
 * Bits by which a record that comes again is known without being held: one that comes a second time always finds its bit set. A few that
 * come once find the bit of another, and their place is kept for nothing.
 */
const SEEN_BYTES = 4 * 1024 * 1024

/**
 * Reads a large message through with a mapping, and keeps for the records that it names more than once the place of the last mention.
 * Gives how many source records there are. Doing it again gives the same.
 * @throws DecodeRefusal where the message as a whole cannot be read so
 */
export async function gatherMentions(
  { pool, signal }: { readonly pool: Pool; readonly signal: AbortSignal },
  replay: string,
  stored: StoredMessage,
  mapping: CompiledMapping,
): Promise<number> {
  const isAgain = createSeen()
  const read = { bytes: 0 }
  let total = 0
  for await (const { first, all } of inChunks(streamRecords(pool, stored.id, mapping, read), 0, read)) {
    signal.throwIfAborted()
    const records = await joined(pool, all, mapping)
    const { sources } = prepareSources(records, mapping, stored.receivedAtMs)
    const twice = new Map<string, number>()
    sources.forEach((source, at) => {
      for (const { id } of source.records) if (isAgain(id)) twice.set(id, first + at)
    })
    await keepMentions(pool, { replay, message: stored.id }, twice)
    total = first + all.length
  }
  return total
}

/** Tells whether a text may have come before; one that did is always known. */
function createSeen(): (text: string) => boolean {
  const bits = new Uint8Array(SEEN_BYTES)
  return (text) => {
    const at = hashOf(text) % (SEEN_BYTES * 8)
    const byte = bits[at >>> 3] ?? 0
    const bit = 1 << (at & 7)
    bits[at >>> 3] = byte | bit
    return (byte & bit) !== 0
  }
}

/** FNV-1a of the code units; who makes two of them meet by intent has a place kept for nothing. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash ^ (hash >>> 15)) >>> 0
}
