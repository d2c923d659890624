import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { checkNames, FILES, FORMAT, MANIFEST, type PackageManifest, SIGNATURE } from './manifest.ts'
import { signManifest } from './signature.ts'

export interface PackageWish {
  readonly system: string
  readonly sequence: number
  /** ISO 8601. */
  readonly created: string
  /** `whsk_…` or `whsec_…`. */
  readonly key: string
  readonly files: readonly {
    readonly name: string
    readonly path: string
    readonly record: string
    readonly contentType: string
  }[]
}

/** Name of the file of a package: by it the packages of a system stand in their order. */
export const packageName = ({ system, sequence }: Pick<PackageWish, 'system' | 'sequence'>): string =>
  `${system}-${String(sequence).padStart(6, '0')}.zip`

/**
 * Writes a package to a path where nothing may be yet. Files are read twice and never held.
 * @throws PackageRefused for names, TypeError for the key; errors of the file system come as they are
 */
export async function makePackage(path: string, wish: PackageWish): Promise<PackageManifest> {
  checkNames(wish.files.map(({ name }) => name))
  const facts = await Promise.all(wish.files.map((file) => factsOf(file.path)))
  const manifest: PackageManifest = {
    format: FORMAT,
    system: wish.system,
    created: wish.created,
    sequence: wish.sequence,
    files: wish.files.map(({ name, record, contentType }, i) => {
      const { bytes, sha256 } = facts[i] as Facts
      return { name, record, contentType, bytes, sha256 }
    }),
  }
  const text = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)
  const signature = Buffer.from(`${signManifest(text, wish.key)}\n`)
  await writeArchive(path, [
    { name: MANIFEST, length: text.length, crc: crc32(text), pieces: () => [text] },
    { name: SIGNATURE, length: signature.length, crc: crc32(signature), pieces: () => [signature] },
    ...wish.files.map(({ name, path: from }, i): StoredPart => {
      const { bytes, crc } = facts[i] as Facts
      return { name: FILES + name, length: bytes, crc, pieces: () => createReadStream(from) }
    }),
  ])
  return manifest
}

interface Facts {
  readonly bytes: number
  readonly sha256: string
  readonly crc: number
}

async function factsOf(path: string): Promise<Facts> {
  const digest = createHash('sha256')
  let bytes = 0
  let crc = 0
  for await (const piece of createReadStream(path)) {
    bytes += piece.length
    crc = crc32(piece, crc)
    digest.update(piece)
  }
  return { bytes, crc, sha256: digest.digest('hex') }
}

interface StoredPart {
  readonly name: string
  readonly length: number
  readonly crc: number
  pieces(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

// APPNOTE.TXT 6.3.10 of the ZIP format. Nothing is packed: the first reading tells length and checksum, the second one writes.
const LOCAL = 0x04034b50
const ENTRY = 0x02014b50
const END = 0x06054b50
const VERSION = 20
const UTF8_NAMES = 0x0800
const FIRST_DAY = 0x0021
/** Of an archive without the 64-bit form. */
const ARCHIVE_MAX_BYTES = 0xffffffff - 1

async function writeArchive(path: string, parts: readonly StoredPart[]): Promise<void> {
  const whole = parts.reduce((sum, { length, name }) => sum + length + 2 * Buffer.byteLength(name) + 76, 22)
  if (whole > ARCHIVE_MAX_BYTES) throw new RangeError('a package has at most 4 GiB: make several')
  const file = await open(path, 'wx')
  try {
    const entries: Buffer[] = []
    let at = 0
    for (const part of parts) {
      const name = Buffer.from(part.name)
      const local = Buffer.alloc(30)
      local.writeUInt32LE(LOCAL, 0)
      writeFacts(local, 4, part, name)
      entries.push(entryOf(part, name, at), name)
      await file.writeFile(Buffer.concat([local, name]))
      at += 30 + name.length + (await written(file, part))
    }
    const directory = Buffer.concat(entries)
    const end = Buffer.alloc(22)
    end.writeUInt32LE(END, 0)
    end.writeUInt16LE(parts.length, 8)
    end.writeUInt16LE(parts.length, 10)
    end.writeUInt32LE(directory.length, 12)
    end.writeUInt32LE(at, 16)
    await file.writeFile(Buffer.concat([directory, end]))
    await file.sync()
  } finally {
    await file.close()
  }
}

async function written(file: Awaited<ReturnType<typeof open>>, part: StoredPart): Promise<number> {
  let length = 0
  for await (const piece of part.pieces()) {
    length += piece.length
    await file.writeFile(piece)
  }
  if (length !== part.length) throw new Error(`${part.name} was changed while the package was made`)
  return length
}

function entryOf(part: StoredPart, name: Buffer, at: number): Buffer {
  const entry = Buffer.alloc(46)
  entry.writeUInt32LE(ENTRY, 0)
  entry.writeUInt16LE(VERSION, 4)
  writeFacts(entry, 6, part, name)
  entry.writeUInt32LE(at, 42)
  return entry
}

/** What the header of a part and its entry in the directory have in common. */
function writeFacts(bytes: Buffer, at: number, { crc, length }: StoredPart, name: Buffer): void {
  bytes.writeUInt16LE(VERSION, at)
  bytes.writeUInt16LE(UTF8_NAMES, at + 2)
  bytes.writeUInt16LE(FIRST_DAY, at + 8)
  bytes.writeUInt32LE(crc, at + 10)
  bytes.writeUInt32LE(length, at + 14)
  bytes.writeUInt32LE(length, at + 18)
  bytes.writeUInt16LE(name.length, at + 22)
}
