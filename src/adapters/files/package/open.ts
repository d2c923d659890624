import { createHash, hash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { type Directory, type Part, readDirectory } from '#adapters/push/xlsx/archive.ts'
import { inflate } from '#adapters/push/xlsx/inflate.ts'
import type { Source } from '#adapters/push/xlsx/source.ts'
import {
  FILES,
  MANIFEST,
  type PackageFile,
  type PackageManifest,
  readManifest,
  SIGNATURE,
} from './manifest.ts'
import { PackageRefused } from './reasons.ts'
import { signatureFault } from './signature.ts'

/** A hundredth of a second of hashing. */
const TURN_BYTES = 8 * 1_048_576
const MANIFEST_MAX_BYTES = 1_048_576
const SIGNATURE_MAX_BYTES = 10_000

/** What is believed of a package. */
export interface PackageTrust {
  /** The system whose package it must be. */
  readonly system: string
  /** `whpk_…` and `whsec_…`. */
  readonly keys: readonly string[]
  /** Records of which files are taken; any where not given. */
  readonly records?: readonly string[] | undefined
  /** Largest file, in bytes. */
  readonly maxBytes: number
}

/** A package whose signature and names are right. */
export interface OpenedPackage {
  readonly manifest: PackageManifest
  /** Digest of the manifest: packages of one digest are the same. */
  readonly sha256: string
  /** The bytes of a file; those that are not what the manifest says end in a refusal. */
  read(file: PackageFile): AsyncIterable<Uint8Array>
}

/**
 * Opens a package: signature first, then what it says of itself, then whether its files are those that it names. Their content is
 * compared by `checkFiles`.
 * @throws PackageRefused
 */
export async function openPackage(source: Source, trust: PackageTrust): Promise<OpenedPackage> {
  const parts = await inArchive('zip directory', () => readDirectory(source))
  const text = await wholePart(source, parts, MANIFEST, MANIFEST_MAX_BYTES)
  if (text === null) throw new PackageRefused('no_manifest', MANIFEST)
  const signatures = await wholePart(source, parts, SIGNATURE, SIGNATURE_MAX_BYTES)
  const fault = signatureFault(text, signatures?.toString('latin1') ?? '', trust.keys)
  if (fault) throw new PackageRefused(fault === 'missing' ? 'no_signature' : 'wrong_signature', SIGNATURE)
  const manifest = readManifest(text)
  if (manifest.system !== trust.system) throw new PackageRefused('other_system', MANIFEST)
  const places = checkParts(parts, manifest, trust)
  return {
    manifest,
    sha256: hash('sha256', text, 'hex'),
    read: (file) => verified(source, places.get(file.name) as Part, file),
  }
}

/** Reads every file through once. @throws PackageRefused where one is not what the manifest says */
export async function checkFiles({ manifest, read }: OpenedPackage, signal?: AbortSignal): Promise<void> {
  let length = 0
  for (const file of manifest.files) {
    for await (const piece of read(file)) {
      length += piece.length
      if (length < TURN_BYTES) continue
      length = 0
      // Files that are not packed are read without a wait: others have their turn, and the signal is heard.
      await nextTurn()
      if (signal?.aborted) return
    }
  }
}

function checkParts(
  parts: Directory,
  { files }: PackageManifest,
  { records, maxBytes }: PackageTrust,
): ReadonlyMap<string, Part> {
  const places = new Map<string, Part>()
  const found = new Map<string, Part>()
  for (const part of parts.values()) if (!part.name.endsWith('/')) found.set(part.name, part)
  found.delete(MANIFEST)
  found.delete(SIGNATURE)
  for (const { name, record, bytes } of files) {
    const part = found.get(FILES + name)
    if (!part) throw new PackageRefused('files', name)
    if (records && !records.includes(record)) throw new PackageRefused('unknown_record', `${name}, ${record}`)
    if (bytes > maxBytes) throw new PackageRefused('large', name)
    if (part.length !== bytes) throw new PackageRefused('changed', name)
    places.set(name, part)
    found.delete(FILES + name)
  }
  const [more] = found.keys()
  if (more !== undefined) throw new PackageRefused('files', more.slice(0, 100).toWellFormed())
  return places
}

async function* verified(source: Source, part: Part, file: PackageFile): AsyncGenerator<Uint8Array> {
  const digest = createHash('sha256')
  // The manifest is signed, and says how much may come out.
  const pieces = inflate(source, part, { left: file.bytes })
  try {
    for (;;) {
      const { value, done } = await inArchive(file.name, () => pieces.next())
      if (done) break
      digest.update(value)
      yield value
    }
  } finally {
    await pieces.return(undefined)
  }
  if (digest.digest('hex') !== file.sha256) throw new PackageRefused('changed', file.name)
}

async function wholePart(
  source: Source,
  parts: Directory,
  name: string,
  most: number,
): Promise<Buffer | null> {
  const part = parts.get(name)
  if (!part) return null
  if (part.length > most) throw new PackageRefused('large', name)
  return await inArchive(name, async () =>
    Buffer.concat(await Array.fromAsync(inflate(source, part, { left: most }))),
  )
}

/** What is wrong with the archive in the words of a package. */
async function inArchive<T>(at: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DecodeRefusal) throw new PackageRefused('archive', at, error)
    throw error
  }
}
