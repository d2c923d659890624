import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { FolderRefused, placeBelow } from './place.ts'

/** What came of one file. `same`: it stood there already with the very bytes. */
export type DropOutcome =
  | { readonly kind: 'written' | 'same' }
  | {
      readonly kind: 'failed'
      /** `retry`: the same may succeed later. `auth`: a host does not let us in. `config`: somebody must change a folder or its rights. */
      readonly class: 'retry' | 'auth' | 'config'
      readonly detail: string
    }

export interface FolderDrop {
  /** Puts a file into a folder as a whole, in the place of one of its name. Never throws for what a file system can do. */
  write(request: {
    readonly folder: string
    readonly name: string
    readonly bytes: Uint8Array
  }): Promise<DropOutcome>
  /** Takes a file away; one that is not there is gone. */
  remove(request: { readonly folder: string; readonly name: string }): Promise<DropOutcome>
}

/** Letters of any script, digits and `.`, `_`, `-`; no separator, and nothing that a receiver would take for hidden. */
const NAME = /^[\p{L}\p{N}_-][\p{L}\p{N}._-]*$/u
const NAME_MAX_BYTES = 200
export const isFileName = (name: string): boolean =>
  NAME.test(name) && Buffer.byteLength(name) <= NAME_MAX_BYTES

/** Files into folders below the roots that the operator allows. */
export function createFolderDrop({ roots }: { readonly roots: readonly string[] }): FolderDrop {
  const swept = new Set<string>()
  return {
    async write({ folder, name, bytes }) {
      if (!isFileName(name)) return refusedName()
      try {
        const place = await placeBelow(roots, folder)
        if (!swept.has(place)) {
          swept.add(place)
          await sweepLeftovers(place)
        }
        if (await holdsSame(join(place, name), bytes)) return { kind: 'same' }
        const temporary = await writeTemporary(place, name, bytes)
        // A folder on the way that was exchanged for a symbolic link since is seen here.
        await placeBelow(roots, folder)
        await putInPlace(place, temporary, name)
        return { kind: 'written' }
      } catch (error) {
        return failureOf(error)
      }
    },
    async remove({ folder, name }) {
      if (!isFileName(name)) return refusedName()
      try {
        await rm(join(await placeBelow(roots, folder), name), { force: true })
        return { kind: 'written' }
      } catch (error) {
        return failureOf(error)
      }
    },
  }
}

const MARK = '.part'

/**
 * Writes the bytes under a hidden name of their own and has the disk keep them. Who dies behind this leaves a file that no receiver takes.
 * @returns the hidden name
 */
export async function writeTemporary(place: string, name: string, bytes: Uint8Array): Promise<string> {
  const temporary = `.${name}.${randomBytes(6).toString('hex')}${MARK}`
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants
  const file = await open(join(place, temporary), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } catch (error) {
    await rm(join(place, temporary), { force: true })
    throw error
  } finally {
    await file.close()
  }
  return temporary
}

/** Gives the file its name, whole or not at all, and has the disk keep that too. */
export async function putInPlace(place: string, temporary: string, name: string): Promise<void> {
  await rename(join(place, temporary), join(place, name))
  const folder = await open(place, constants.O_RDONLY)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function holdsSame(path: string, bytes: Uint8Array): Promise<boolean> {
  try {
    const { size } = await stat(path)
    return size === bytes.length && Buffer.compare(await readFile(path), bytes) === 0
  } catch {
    return false
  }
}

const LEFT_OVER_MS = 3_600_000

/** What workers that died left behind. */
async function sweepLeftovers(place: string): Promise<void> {
  for (const name of await readdir(place)) {
    if (!name.startsWith('.') || !name.endsWith(MARK)) continue
    const path = join(place, name)
    const state = await stat(path).catch(() => null)
    if (state && Date.now() - state.mtimeMs > LEFT_OVER_MS) await rm(path, { force: true })
  }
}

export const refusedName = (): DropOutcome => ({
  kind: 'failed',
  class: 'config',
  detail: 'the name of the file is of letters, digits, ".", "_" and "-", at most 200 bytes',
})

/** What only a person can mend; all else of a disk may pass. */
const CONFIG_CODES = new Set([
  'ENOENT',
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOTDIR',
  'ELOOP',
  'EISDIR',
  'ENAMETOOLONG',
])

function failureOf(error: unknown): DropOutcome {
  if (error instanceof FolderRefused) return { kind: 'failed', class: 'config', detail: error.reason }
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown failure'
  return {
    kind: 'failed',
    class: CONFIG_CODES.has(code) ? 'config' : 'retry',
    detail: `the file could not be written: ${code}`,
  }
}
