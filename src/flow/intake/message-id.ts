import { randomFillSync } from 'node:crypto'
import { timeOf } from '#store/message-time.ts'

const pool = Buffer.allocUnsafe(4096)
let used = pool.length

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/**
 * A UUID of version 7 (RFC 9562): 48 bits of milliseconds, the rest random. Its time is the message's time of receipt, so a receipt
 * is found in its monthly partition by its number alone.
 */
export function messageId(epochMs: number): string {
  if (used + 10 > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const at = used
  used += 10
  const time = epochMs.toString(16).padStart(12, '0')
  const hex = (i: number): string => HEX[pool[at + i] as number] as string
  const version = HEX[0x70 | ((pool[at] as number) & 0x0f)] as string
  const variant = HEX[0x80 | ((pool[at + 2] as number) & 0x3f)] as string
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}${hex(1)}-${variant}${hex(3)}-${hex(4)}${hex(5)}${hex(6)}${hex(7)}${hex(8)}${hex(9)}`
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Milliseconds since 1970 in a UUID of version 7, or null where the text is none. */
export function messageTime(id: string): number | null {
  return UUID.test(id) ? timeOf(id) : null
}
