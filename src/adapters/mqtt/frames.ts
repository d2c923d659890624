import { AdapterError } from '#adapters/adapter.ts'

/** What a packet has beside its message: topic, number and properties. */
const HEAD_BYTES = 70_000
/** Longest form of the remaining length (MQTT 5.0 §1.5.5). */
const LENGTH_BYTES = 4

export interface FrameListener {
  /** One whole packet. */
  packet(bytes: Buffer): void
  /** One that is larger than the cap, by so many bytes in all; it is passed over. */
  tooLarge(bytes: number): void
}

/**
 * Cuts a stream into MQTT packets by their fixed header, so that no packet over the cap is ever held.
 * @throws AdapterError `source` where it cannot be MQTT
 */
export function createFramer(maxBytes: number, listener: FrameListener): (chunk: Buffer) => void {
  let held: Buffer[] = []
  let heldBytes = 0
  /** Bytes of the packet under way, with its fixed header; null before its length is known. */
  let wanted: number | null = null
  let passOver = 0
  const take = (bytes: number): Buffer => {
    const all = held.length === 1 ? held[0]! : Buffer.concat(held, heldBytes)
    const rest = all.subarray(bytes)
    held = rest.length > 0 ? [rest] : []
    heldBytes = rest.length
    wanted = null
    return all.subarray(0, bytes)
  }
  return (chunk) => {
    const passed = Math.min(passOver, chunk.length)
    passOver -= passed
    if (passed === chunk.length) return
    held.push(chunk.subarray(passed))
    heldBytes += chunk.length - passed
    for (;;) {
      if (wanted === null) wanted = lengthOf(held, heldBytes)
      if (wanted === null) return
      if (wanted > maxBytes + HEAD_BYTES) {
        const total = wanted
        passOver = total - take(Math.min(total, heldBytes)).length
        listener.tooLarge(total)
      } else {
        if (heldBytes < wanted) return
        listener.packet(take(wanted))
      }
    }
  }
}

/** Length of the packet that begins here, with its fixed header; null where that is not all here yet. */
function lengthOf(held: readonly Buffer[], heldBytes: number): number | null {
  if (heldBytes < 2) return null
  const first = held[0]!
  const start = first.length > LENGTH_BYTES ? first : Buffer.concat(held)
  let length = 0
  for (let i = 1; i <= LENGTH_BYTES; i++) {
    const byte = start[i]
    if (byte === undefined) return null
    length += (byte & 127) * 128 ** (i - 1)
    if (byte < 128) return length + i + 1
  }
  throw new AdapterError('source', 'what answers is no MQTT broker')
}
