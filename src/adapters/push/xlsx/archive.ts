import { refuseTable } from '#adapters/push/table/refuse.ts'
import { DIRECTORY_MAX_BYTES, PARTS_MAX } from './limits.ts'
import { damaged, tooLarge } from './refuse.ts'
import type { Source } from './source.ts'

/** One part of the archive, as its directory describes it. */
export interface Part {
  readonly name: string
  /** Bytes of the name in the archive. */
  readonly nameLength: number
  readonly method: number
  readonly crc: number
  readonly packedLength: number
  /** What the directory says; more never comes out. */
  readonly length: number
  /** Where its local header begins. */
  readonly at: number
}

export type NameOf = (bytes: Buffer, isUtf8: boolean) => string

/** Parts by their names in small letters: names of parts are compared so. They are looked up, never used as paths. */
export type Directory = ReadonlyMap<string, Part>

// APPNOTE.TXT 6.3.10 of the ZIP format: 4.3.7 local header, 4.3.12 directory, 4.3.14 to 4.3.16 its end.
const END = 0x06054b50
const END_LENGTH = 22
const COMMENT_MAX = 0xffff
const LOCATOR_64 = 0x07064b50
const LOCATOR_64_LENGTH = 20
const END_64 = 0x06064b50
const END_64_LENGTH = 56
const ENTRY = 0x02014b50
const ENTRY_LENGTH = 46
const LOCAL = 0x04034b50
const LOCAL_LENGTH = 30
const ENCRYPTED = 1
const UTF_8 = 0x800
const WIDE_FIELD = 1
const WIDE = 0xffffffff

/**
 * Reads the directory at the end of the archive and checks that its parts lie one behind the other: what overlaps would be read
 * again and again.
 * @param nameOf text of the bytes of a name, and whether the archive says that they are UTF-8
 * @throws DecodeRefusal
 */
export function readDirectory(source: Source, nameOf: NameOf = (bytes) => bytes.toString('utf8')): Directory {
  const { at, length, count } = findDirectory(source)
  if (count > PARTS_MAX || length > DIRECTORY_MAX_BYTES)
    throw tooLarge('zip directory', `more than ${PARTS_MAX} parts`)
  const bytes = Buffer.from(source.read(at, length))
  if (bytes.length < length) throw refuseTable('cut', 'end of file')
  const parts = new Map<string, Part>()
  let offset = 0
  for (let i = 0; i < count; i++) {
    const { part, next } = readEntry(bytes, offset, nameOf)
    const key = part.name.toLowerCase()
    if (parts.has(key)) throw damaged(part.name, 'two parts have this name')
    parts.set(key, part)
    offset = next
  }
  checkPlaces([...parts.values()], at)
  return parts
}

function findDirectory(source: Source): { at: number; length: number; count: number } {
  const tailAt = Math.max(0, source.length - END_LENGTH - COMMENT_MAX)
  const tail = Buffer.from(source.read(tailAt, source.length - tailAt))
  for (let i = tail.length - END_LENGTH; i >= 0; i--) {
    if (tail.readUInt32LE(i) !== END || i + END_LENGTH + tail.readUInt16LE(i + 20) > tail.length) continue
    const endAt = tailAt + i
    const found = {
      count: tail.readUInt16LE(i + 10),
      length: tail.readUInt32LE(i + 12),
      at: tail.readUInt32LE(i + 16),
    }
    const isWide = found.count === 0xffff || found.length === WIDE || found.at === WIDE
    const directory = isWide ? (findWide(source, endAt) ?? found) : found
    if (directory.at + directory.length <= endAt) return directory
  }
  throw refuseTable('cut', 'end of file')
}

/** The end of the directory in its 64-bit form, which some programs write for small files too. */
function findWide(source: Source, endAt: number): { at: number; length: number; count: number } | null {
  if (endAt < LOCATOR_64_LENGTH) return null
  const locator = Buffer.from(source.read(endAt - LOCATOR_64_LENGTH, LOCATOR_64_LENGTH))
  if (locator.readUInt32LE(0) !== LOCATOR_64) return null
  const end = Buffer.from(source.read(wide(locator, 8), END_64_LENGTH))
  if (end.length < END_64_LENGTH || end.readUInt32LE(0) !== END_64) return null
  return { count: wide(end, 32), length: wide(end, 40), at: wide(end, 48) }
}

/** A number of 64 bits. One that no file can reach is answered as the largest safe one, and then lies outside. */
function wide(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at)
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value)
}

/** A name that the sender chose, cut. */
const shown = (name: string): string => name.slice(0, 120).toWellFormed()

function readEntry(bytes: Buffer, at: number, nameOf: NameOf): { part: Part; next: number } {
  if (at + ENTRY_LENGTH > bytes.length || bytes.readUInt32LE(at) !== ENTRY)
    throw damaged('zip directory', 'the directory of the archive is damaged')
  const nameEnd = at + ENTRY_LENGTH + bytes.readUInt16LE(at + 28)
  const extraEnd = nameEnd + bytes.readUInt16LE(at + 30)
  const next = extraEnd + bytes.readUInt16LE(at + 32)
  if (next > bytes.length) throw damaged('zip directory', 'the directory of the archive is damaged')
  const flags = bytes.readUInt16LE(at + 8)
  const nameBytes = bytes.subarray(at + ENTRY_LENGTH, nameEnd)
  const name = nameOf(nameBytes, (flags & UTF_8) !== 0).replaceAll('\\', '/')
  if ((flags & ENCRYPTED) !== 0) throw refuseTable('password', shown(name))
  const method = bytes.readUInt16LE(at + 10)
  const sizes = [
    bytes.readUInt32LE(at + 24),
    bytes.readUInt32LE(at + 20),
    bytes.readUInt32LE(at + 42),
  ] as const
  const [length, packedLength, start] = sizes.includes(WIDE)
    ? widened(bytes.subarray(nameEnd, extraEnd), sizes)
    : sizes
  const crc = bytes.readUInt32LE(at + 16)
  return {
    part: { name, nameLength: nameBytes.length, method, crc, packedLength, length, at: start },
    next,
  }
}

/** Replaces each size that says "see the extra field" by the one there. */
function widened(extra: Buffer, sizes: readonly [number, number, number]): [number, number, number] {
  for (let at = 0; at + 4 <= extra.length; ) {
    const end = at + 4 + extra.readUInt16LE(at + 2)
    if (extra.readUInt16LE(at) === WIDE_FIELD) {
      let from = at + 4
      const next = (size: number): number => {
        if (size !== WIDE || from + 8 > Math.min(end, extra.length)) return size
        from += 8
        return wide(extra, from - 8)
      }
      return [next(sizes[0]), next(sizes[1]), next(sizes[2])]
    }
    at = end
  }
  return [...sizes]
}

function checkPlaces(parts: Part[], directoryAt: number): void {
  parts.sort((a, b) => a.at - b.at)
  parts.forEach(({ name, nameLength, at, packedLength }, i) => {
    const end = at + LOCAL_LENGTH + nameLength + packedLength
    if (end > (parts[i + 1]?.at ?? directoryAt))
      throw damaged(name, 'parts of the archive overlap', 'send a workbook that a spreadsheet program saved')
  })
}

/** Where the packed bytes of a part begin. @throws DecodeRefusal where there is no part at its place */
export function dataStart(source: Source, part: Part): number {
  const header = Buffer.from(source.read(part.at, LOCAL_LENGTH))
  if (header.length < LOCAL_LENGTH || header.readUInt32LE(0) !== LOCAL)
    throw damaged(part.name, 'the part does not stand where the directory says')
  return part.at + LOCAL_LENGTH + header.readUInt16LE(26) + header.readUInt16LE(28)
}
