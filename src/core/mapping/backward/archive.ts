/** The parts of an archive: their names in ASCII, and their texts. */
export type ArchiveParts = readonly (readonly [name: string, text: string])[]
/** The same where some are bytes. */
export type BytesParts = readonly (readonly [name: string, content: string | Uint8Array])[]

// APPNOTE.TXT 6.3.10 of the ZIP format. Nothing is packed: what is written here is small and goes over the wire once.
const LOCAL = 0x04034b50
const LOCAL_LENGTH = 30
const ENTRY = 0x02014b50
const ENTRY_LENGTH = 46
const END = 0x06054b50
const END_LENGTH = 22
const VERSION = 20
/** 1980-01-01: the archive says nothing of when it was made, so that the same records are the same bytes. */
const FIRST_DAY = 0x0021

/** A ZIP archive with the parts stored as they are, in UTF-8. */
export function storedArchive(parts: BytesParts): Uint8Array {
  const encoder = new TextEncoder()
  const files = parts.map(([name, text]) => {
    const bytes = typeof text === 'string' ? encoder.encode(text) : text
    return { name: encoder.encode(name), bytes, crc: crc32(bytes) }
  })
  const size = files.reduce(
    (sum, { name, bytes }) => sum + LOCAL_LENGTH + ENTRY_LENGTH + 2 * name.length + bytes.length,
    END_LENGTH,
  )
  const whole = new Uint8Array(size)
  const view = new DataView(whole.buffer)
  const starts: number[] = []
  let at = 0
  for (const { name, bytes, crc } of files) {
    starts.push(at)
    view.setUint32(at, LOCAL, true)
    writeFacts(view, at + 4, name.length, bytes.length, crc)
    whole.set(name, at + LOCAL_LENGTH)
    whole.set(bytes, at + LOCAL_LENGTH + name.length)
    at += LOCAL_LENGTH + name.length + bytes.length
  }
  const directoryAt = at
  files.forEach(({ name, bytes, crc }, i) => {
    view.setUint32(at, ENTRY, true)
    view.setUint16(at + 4, VERSION, true)
    writeFacts(view, at + 6, name.length, bytes.length, crc)
    view.setUint32(at + 42, starts[i] as number, true)
    whole.set(name, at + ENTRY_LENGTH)
    at += ENTRY_LENGTH + name.length
  })
  view.setUint32(at, END, true)
  view.setUint16(at + 8, files.length, true)
  view.setUint16(at + 10, files.length, true)
  view.setUint32(at + 12, at - directoryAt, true)
  view.setUint32(at + 16, directoryAt, true)
  return whole
}

/** What the header of a part and its entry in the directory have in common. */
function writeFacts(view: DataView, at: number, nameLength: number, length: number, crc: number): void {
  view.setUint16(at, VERSION, true)
  view.setUint16(at + 8, FIRST_DAY, true)
  view.setUint32(at + 10, crc, true)
  view.setUint32(at + 14, length, true)
  view.setUint32(at + 18, length, true)
  view.setUint16(at + 22, nameLength, true)
}

const POLYNOMIAL = 0xedb88320
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
  return crc >>> 0
})

/** CRC-32 of ISO 3309, as ZIP has it. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}
