import { crc32, deflateRawSync } from 'node:zlib'

/** What an archive says of a part, where that is not the truth. */
export interface Lies {
  readonly crc?: number
  readonly length?: number
  readonly packedLength?: number
  readonly method?: number
  readonly flags?: number
  readonly at?: number
  readonly packed?: Uint8Array
  /** Bytes of the name, where they are not UTF-8. */
  readonly label?: Uint8Array
  /** Sizes in the field for archives of more than 4 GiB, as some programs write them for small ones. */
  readonly wide?: boolean
}

export type Parts = readonly (readonly [name: string, text: string | Uint8Array, lies?: Lies])[]

/** An archive with the parts in their order. */
export function archive(
  parts: Parts,
  end: { readonly comment?: string; readonly wide?: boolean } = {},
): Buffer {
  const bodies: Buffer[] = []
  const entries: Buffer[] = []
  let at = 0
  for (const [name, content, lies = {}] of parts) {
    const bytes = Buffer.from(content as string)
    const packed = Buffer.from(lies.packed ?? (lies.method === 0 ? bytes : deflateRawSync(bytes)))
    const label = Buffer.from(lies.label ?? Buffer.from(name))
    const fields = {
      method: lies.method ?? 8,
      flags: lies.flags ?? 0,
      crc: lies.crc ?? crc32(bytes),
      length: lies.length ?? bytes.length,
      packedLength: lies.packedLength ?? packed.length,
      at: lies.at ?? at,
    }
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(fields.method, 8)
    local.writeUInt16LE(label.length, 26)
    bodies.push(local, label, packed)
    at += 30 + label.length + packed.length
    entries.push(...entryOf(label, fields, lies.wide === true))
  }
  const directory = Buffer.concat(entries)
  const wide = end.wide ? wideEnd(parts.length, directory.length, at) : Buffer.alloc(0)
  const comment = Buffer.from(end.comment ?? '')
  const tail = Buffer.alloc(22)
  tail.writeUInt32LE(0x06054b50, 0)
  tail.writeUInt16LE(end.wide ? 0xffff : parts.length, 10)
  tail.writeUInt32LE(end.wide ? 0xffffffff : directory.length, 12)
  tail.writeUInt32LE(end.wide ? 0xffffffff : at, 16)
  tail.writeUInt16LE(comment.length, 20)
  return Buffer.concat([...bodies, directory, wide, tail, comment])
}

interface Fields {
  readonly method: number
  readonly flags: number
  readonly crc: number
  readonly length: number
  readonly packedLength: number
  readonly at: number
}

function entryOf(label: Buffer, fields: Fields, isWide: boolean): Buffer[] {
  const entry = Buffer.alloc(46)
  entry.writeUInt32LE(0x02014b50, 0)
  entry.writeUInt16LE(fields.flags, 8)
  entry.writeUInt16LE(fields.method, 10)
  entry.writeUInt32LE(fields.crc, 16)
  entry.writeUInt32LE(isWide ? 0xffffffff : fields.packedLength, 20)
  entry.writeUInt32LE(isWide ? 0xffffffff : fields.length, 24)
  entry.writeUInt16LE(label.length, 28)
  entry.writeUInt16LE(isWide ? 32 : 0, 30)
  entry.writeUInt32LE(isWide ? 0xffffffff : fields.at, 42)
  if (!isWide) return [entry, label]
  // A field of something else stands before it.
  const extra = Buffer.alloc(32)
  extra.writeUInt16LE(0x5455, 0)
  extra.writeUInt16LE(0, 2)
  extra.writeUInt16LE(1, 4)
  extra.writeUInt16LE(24, 6)
  extra.writeBigUInt64LE(BigInt(fields.length), 8)
  extra.writeBigUInt64LE(BigInt(fields.packedLength), 16)
  extra.writeBigUInt64LE(BigInt(fields.at), 24)
  return [entry, label, extra]
}

function wideEnd(count: number, length: number, at: number): Buffer {
  const end = Buffer.alloc(56 + 20)
  end.writeUInt32LE(0x06064b50, 0)
  end.writeBigUInt64LE(44n, 4)
  end.writeBigUInt64LE(BigInt(count), 24)
  end.writeBigUInt64LE(BigInt(count), 32)
  end.writeBigUInt64LE(BigInt(length), 40)
  end.writeBigUInt64LE(BigInt(at), 48)
  end.writeUInt32LE(0x07064b50, 56)
  end.writeBigUInt64LE(BigInt(at + length), 64)
  return end
}
