import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { AdapterError } from '#adapters/adapter.ts'
import { decodeGbk } from '#adapters/files/places/names.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { type Part, readDirectory } from '#adapters/push/xlsx/archive.ts'
import { inflate } from '#adapters/push/xlsx/inflate.ts'
import { RATIO_FROM_BYTES, RATIO_MAX } from '#adapters/push/xlsx/limits.ts'
import type { Source } from '#adapters/push/xlsx/source.ts'
import { isArchive, type Packing, unpackedName } from './content-type.ts'
import { piecesOfSource } from './spool.ts'

/** A file inside an archive. */
export interface Member {
  /** With folders, by `/`. */
  readonly name: string
  /** Bytes that come out of it, as they were counted. */
  readonly length: number
  open(): AsyncIterable<Uint8Array>
}

/** An archive that is not read; the reason is safe to show. */
export class PackedRefused extends Error {
  override readonly name = 'PackedRefused'
}

export interface PackedBounds {
  /** Bytes that may come out of the whole archive, counted as they come. */
  readonly maxBytes: number
  readonly signal: AbortSignal
}

/**
 * The members of an archive in their order, after all of it was unpacked once: what is damaged, too large or hides something is known before
 * the first member is handed on, so an archive is read whole or not at all.
 * @throws PackedRefused
 */
export async function openPacked(
  source: Source,
  packing: Packing,
  fileName: string,
  bounds: PackedBounds,
): Promise<readonly Member[]> {
  try {
    return packing === 'zip' ? await zipMembers(source, bounds) : [await gzipMember(source, fileName, bounds)]
  } catch (error) {
    if (error instanceof DecodeRefusal) throw new PackedRefused(error.reason)
    throw error
  }
}

async function zipMembers(source: Source, { maxBytes, signal }: PackedBounds): Promise<Member[]> {
  const parts = [...readDirectory(source, nameOf).values()].filter(({ name }) => !name.endsWith('/'))
  parts.forEach(checkName)
  const budget = { left: maxBytes }
  const members: Member[] = []
  for (const part of parts) {
    const length = await counted(inflate(source, part, budget), signal)
    members.push({ name: part.name, length, open: () => inflate(source, part, { left: part.length }) })
  }
  return members
}

/** Chinese programs write names in GBK and do not say so. */
function nameOf(bytes: Buffer, isUtf8: boolean): string {
  const utf8 = bytes.toString('utf8')
  return isUtf8 || Buffer.from(utf8).equals(bytes) ? utf8 : (decodeGbk(bytes) ?? utf8)
}

function checkName({ name }: Part): void {
  const steps = name.split('/')
  if (name === '' || name.startsWith('/') || /^[A-Za-z]:/.test(name) || steps.includes('..'))
    throw new PackedRefused('a member of the archive has a name that leads out of it')
  if (/\p{Cc}/u.test(name)) throw new PackedRefused('the name of a member has a control character')
  if (isArchive(name)) throw new PackedRefused('an archive in an archive is not opened')
}

async function gzipMember(source: Source, fileName: string, bounds: PackedBounds): Promise<Member> {
  const name = unpackedName(fileName)
  if (isArchive(name)) throw new PackedRefused('an archive in an archive is not opened')
  const length = await counted(gunzipped(source, bounds.maxBytes), bounds.signal)
  return { name, length, open: () => gunzipped(source, length) }
}

async function* gunzipped(source: Source, maxBytes: number): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip()
  // What is wrong with the input reaches the loop below.
  pipeline(Readable.from(piecesOfSource(source)), gunzip, () => undefined)
  let length = 0
  try {
    for await (const piece of gunzip) {
      length += (piece as Uint8Array).length
      if (length > maxBytes) throw new PackedRefused('the archive unpacks to more than may be read')
      if (length > RATIO_FROM_BYTES && length > source.length * RATIO_MAX)
        throw new PackedRefused(`the file unpacks to more than ${RATIO_MAX} times its size`)
      yield piece as Uint8Array
    }
  } catch (error) {
    const code = (error as { code?: string }).code
    if (code?.startsWith('Z_') || code === 'ERR_STREAM_PREMATURE_CLOSE')
      throw new PackedRefused('the file is damaged, or no gzip')
    throw error
  }
}

async function counted(pieces: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<number> {
  let length = 0
  for await (const piece of pieces) {
    if (signal.aborted) throw new AdapterError('retry', 'the work has to end')
    length += piece.length
  }
  return length
}
