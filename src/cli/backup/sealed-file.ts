import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib'
import { StartRefusal } from '#store/refusal.ts'

/**
 * A file of a backup: what is written is compressed (zstd) and, where there is a key, sealed piece by piece (AES-256-GCM), each piece with
 * its number and whether it is the last, so that none can be changed, left out, put elsewhere or cut off. Pieces keep memory flat.
 */
export interface FileSeal {
  /** 32 bytes; null leaves the file readable to whoever has it. */
  readonly key: Buffer | null
  /** What the file is, such as the name of its table: a file cannot stand for another. */
  readonly name: string
  /** Of the backup, 32 bytes, so that no two backups seal with the same keys. */
  readonly salt: Buffer
}

/** What a file came to. */
export interface WrittenFile {
  /** Of the file as it lies there, in bytes. */
  readonly size: number
  /** Of the file as it lies there, hexadecimal. */
  readonly sha256: string
}

type Pair = readonly [en: string, zh: string]

/** A backup that cannot be made, or not be read: why, and what to do. */
export class BackupBroken extends StartRefusal {
  constructor(reason: Pair, fix: Pair) {
    super('backup', { en: reason[0], zh: reason[1] }, { en: fix[0], zh: fix[1] })
  }
}

const ANOTHER: Pair = [
  'Take another backup, or a copy of this one.',
  '请改用其他备份，或此备份的另一份副本。',
]

/** A file that is not as it was written. */
export const changed = (file: string): BackupBroken =>
  new BackupBroken([`${file} is not as it was written.`, `${file} 与写入时不一致。`], ANOTHER)

/** A file that its key does not open. */
export const broken = (file: string): BackupBroken =>
  new BackupBroken(
    [`${file} was changed since it was written, or is of another key.`, `${file} 写入后被改动，或密钥不符。`],
    [
      'Give the key with which it was made; else take another backup.',
      '请使用制作时的密钥，否则改用其他备份。',
    ],
  )

const PIECE = 1024 * 1024
const TAG = 16
const HEAD = 4
const LEVEL = 3

/** Writes the file, which must not be there yet, through to the disk. */
export async function writeSealed(path: string, from: Readable, seal: FileSeal): Promise<WrittenFile> {
  const digest = createHash('sha256')
  let size = 0
  await pipeline(
    from,
    createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: LEVEL } }),
    (pieces: AsyncIterable<Buffer>) => sealed(inPieces(pieces), seal),
    async function* counted(pieces: AsyncIterable<Buffer>) {
      for await (const piece of pieces) {
        digest.update(piece)
        size += piece.length
        yield piece
      }
    },
    createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }),
  )
  return { size, sha256: digest.digest('hex') }
}

/**
 * Gives what was written back, and ends without an error only where all of it came.
 * @throws BackupBroken where the file was changed, or the key is not that of the backup
 */
export async function readSealed(path: string, seal: FileSeal, into: Writable): Promise<void> {
  await pipeline(
    createReadStream(path, { highWaterMark: PIECE }),
    (chunks: AsyncIterable<Buffer>) => opened(chunks, seal),
    createZstdDecompress(),
    into,
  )
}

/** Digest and size of a file as it lies there. */
export async function fileDigest(path: string): Promise<WrittenFile> {
  const digest = createHash('sha256')
  let size = 0
  for await (const chunk of createReadStream(path, { highWaterMark: PIECE }) as AsyncIterable<Buffer>) {
    digest.update(chunk)
    size += chunk.length
  }
  return { size, sha256: digest.digest('hex') }
}

/** Makes a renamed or new file of the folder last. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Pieces of one length, and a last one of up to that, which may be empty. */
async function* inPieces(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = []
  let length = 0
  for await (const chunk of chunks) {
    held.push(chunk)
    length += chunk.length
    if (length <= PIECE) continue
    const all = Buffer.concat(held, length)
    let at = 0
    for (; length - at > PIECE; at += PIECE) yield all.subarray(at, at + PIECE)
    held = [all.subarray(at)]
    length -= at
  }
  yield Buffer.concat(held, length)
}

async function* sealed(pieces: AsyncIterable<Buffer>, { key, name, salt }: FileSeal): AsyncGenerator<Buffer> {
  const own = key && fileKey(key, name, salt)
  let number = 0
  let before: Buffer | null = null
  for await (const piece of pieces) {
    if (before) yield own ? sealPiece(own, before, number++, false) : before
    before = piece
  }
  if (before) yield own ? sealPiece(own, before, number, true) : before
}

function sealPiece(key: Buffer, piece: Buffer, number: number, isLast: boolean): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce(number, isLast))
  const head = Buffer.alloc(HEAD)
  head.writeUInt32BE(piece.length)
  return Buffer.concat([head, cipher.update(piece), cipher.final(), cipher.getAuthTag()])
}

async function* opened(chunks: AsyncIterable<Buffer>, { key, name, salt }: FileSeal): AsyncGenerator<Buffer> {
  if (!key) {
    yield* chunks
    return
  }
  const own = fileKey(key, name, salt)
  let held: Buffer = Buffer.alloc(0)
  let number = 0
  for await (const chunk of chunks) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    // The last piece is opened at the end alone: only then is it known to be the last.
    for (let length = wholePiece(held); length !== null && held.length > length; length = wholePiece(held)) {
      yield openPiece(own, held.subarray(0, length), number++, false)
      held = held.subarray(length)
    }
  }
  if (wholePiece(held) !== held.length) throw broken(name)
  yield openPiece(own, held, number, true)

  function openPiece(with_: Buffer, piece: Buffer, at: number, isLast: boolean): Buffer {
    const decipher = createDecipheriv('aes-256-gcm', with_, nonce(at, isLast))
    decipher.setAuthTag(piece.subarray(-TAG))
    try {
      return Buffer.concat([decipher.update(piece.subarray(HEAD, -TAG)), decipher.final()])
    } catch {
      throw broken(name)
    }
  }
}

/** Length of the piece at the beginning, head and tag included; null where not even its head is there. */
function wholePiece(held: Buffer): number | null {
  if (held.length < HEAD) return null
  const length = held.readUInt32BE()
  return Math.min(length, PIECE) + HEAD + TAG
}

/** Each key seals one file, so a count is a nonce that never comes twice. */
function nonce(number: number, isLast: boolean): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeUInt32BE(number, 7)
  bytes[11] = isLast ? 1 : 0
  return bytes
}

const fileKey = (key: Buffer, name: string, salt: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', key, salt, `trace-hub backup ${name}`, 32))
