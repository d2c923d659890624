import { randomBytes } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { link, lstat, open, opendir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AdapterError } from '#adapters/adapter.ts'
import { existingBelow, FolderRefused, placeBelow, realRoots } from '#adapters/files/place.ts'
import type { PlaceParts } from './open.ts'
import { checkPath, type FileFacts, FileGone, type FilePlace, type Standing, temporaryName } from './port.ts'

const ROOTS = 'HUB_PICKUP_FOLDERS'
const PIECE_BYTES = 262_144
const LAST_BYTES = 1024
/** A file up to here is read in one piece where its size is known. */
const WHOLE_BYTES = 8 * 1_048_576
/** Calls to the disk under way at once. */
const AT_ONCE = 32
const LISTED_MAX = 200_000

/** Folders of this machine below the operator's roots. No symbolic link is followed below a root. */
export function openLocalPlace({ folders, signal }: PlaceParts): FilePlace {
  const realOf = realRoots()
  const folderAt = (folder: string): Promise<string | null> =>
    throughDisk(() => existingBelow(folders, checkPath(folder), ROOTS, realOf))
  const standingAt = async (folder: string): Promise<string> => {
    const place = await folderAt(folder)
    if (place === null)
      throw new AdapterError('config', `${folder} is not there`, { setting: '/settings/folder' })
    return place
  }
  const pathAt = async (path: string): Promise<string | null> => {
    const folder = await folderAt(dirname(checkPath(path)))
    return folder === null ? null : join(folder, basename(path))
  }
  return {
    address: 'file://',
    hostKey: null,
    isFree: () => true,
    list: async (folder) => {
      const place = await standingAt(folder)
      return await throughDisk(() => listed(place, signal))
    },
    stat: async (path) => {
      const place = await pathAt(path)
      return place === null ? null : await throughDisk(() => factsOf(place))
    },
    async *read(path, size = PIECE_BYTES) {
      const place = await pathAt(path)
      if (place === null) throw new FileGone()
      // One byte more shows a file that has grown.
      yield* piecesOf(place, size < WHOLE_BYTES ? size + 1 : PIECE_BYTES, signal)
    },
    makeFolder: (folder) =>
      throughDisk(async () => void (await placeBelow(folders, checkPath(folder), ROOTS))),
    rename: async (from, to, how) => {
      const old = await pathAt(from)
      const other = join(await standingAt(dirname(checkPath(to))), basename(to))
      if (old === null) return 'gone'
      return await throughDisk(() => renamed(old, other, how))
    },
    remove: async (path) => {
      const place = await pathAt(path)
      if (place !== null) await throughDisk(() => rm(place, { force: true }))
    },
    writeTemporary: async (folder, name, bytes) => {
      const place = await standingAt(folder)
      return await throughDisk(() => writtenTemporary(place, name, bytes))
    },
    close: () => {},
  }
}

async function listed(place: string, signal: AbortSignal): Promise<Standing[]> {
  const found: Standing[] = []
  let names: string[] = []
  const look = async (): Promise<void> => {
    const all = await Promise.all(
      names.map(async (name) => ({ name, facts: await factsOf(join(place, name)) })),
    )
    for (const { name, facts } of all) if (facts) found.push({ name, ...facts })
    names = []
  }
  for await (const { name } of await opendir(place, { bufferSize: 256 })) {
    if (signal.aborted) throw new AdapterError('retry', 'the work has to end')
    names.push(name)
    if (names.length === AT_ONCE) await look()
    if (found.length > LISTED_MAX) throw tooMany()
  }
  await look()
  return found
}

const tooMany = (): AdapterError =>
  new AdapterError('config', `more than ${LISTED_MAX} files in the folder`, { setting: '/settings/folder' })

async function factsOf(path: string): Promise<FileFacts | null> {
  const state = await lstat(path).catch(unlessGone)
  return state && { kind: kindOf(state), size: state.size, mtimeMs: Math.floor(state.mtimeMs) }
}

const kindOf = (state: Stats): FileFacts['kind'] =>
  state.isFile() ? 'file' : state.isDirectory() ? 'folder' : 'other'

async function* piecesOf(path: string, pieceBytes: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants
  // A pipe of that name would hold the opening up for ever.
  const file = await throughDisk(() => open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(unlessGone))
  if (!file) throw new FileGone()
  try {
    if (!(await file.stat()).isFile()) throw new FileGone()
    for (let piece = pieceBytes; ; ) {
      if (signal.aborted) throw new AdapterError('retry', 'the work has to end')
      const { bytesRead, buffer } = await throughDisk(() => file.read(Buffer.allocUnsafe(piece)))
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
      // Behind a piece that is not full there is most often nothing.
      piece = bytesRead < piece ? LAST_BYTES : PIECE_BYTES
    }
  } finally {
    await file.close()
  }
}

async function renamed(from: string, to: string, how: 'new' | 'replace'): Promise<'done' | 'gone' | 'taken'> {
  try {
    if (how === 'replace') {
      await rename(from, to)
    } else {
      // A link is made whole or not at all, and never in the place of another file.
      await link(from, to)
      await rm(from, { force: true })
    }
    return 'done'
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'gone'
    if (codeOf(error) === 'EEXIST') return 'taken'
    if (how === 'new' && NO_LINKS.has(codeOf(error))) return renamedWithoutLink(from, to)
    throw error
  }
}

/** What file systems without hard links, and mounts across devices, answer. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

async function renamedWithoutLink(from: string, to: string): Promise<'done' | 'gone' | 'taken'> {
  if (await factsOf(to)) return 'taken'
  return await renamed(from, to, 'replace')
}

async function writtenTemporary(place: string, name: string, bytes: Uint8Array): Promise<string> {
  const temporary = temporaryName(name, randomBytes(6).toString('hex'))
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants
  const path = join(place, temporary)
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
  return temporary
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : ''

const unlessGone = (error: unknown): null => {
  if (codeOf(error) === 'ENOENT') return null
  throw error
}

/** What only a person can mend; all else of a disk may pass. */
const CONFIG_CODES = new Set(['ENOENT', 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ELOOP', 'EISDIR', 'EXDEV'])

async function throughDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AdapterError) throw error
    const setting = '/settings/folder'
    if (error instanceof FolderRefused)
      throw new AdapterError('config', error.reason, { setting, cause: error })
    const code = codeOf(error)
    if (CONFIG_CODES.has(code)) throw new AdapterError('config', code, { setting, cause: error })
    throw new AdapterError('retry', code || 'the disk did not do it', { cause: error })
  }
}
