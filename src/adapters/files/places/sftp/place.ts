import { randomBytes } from 'node:crypto'
import type { Attributes, SFTPWrapper, FileEntry as SshEntry } from 'ssh2'
import { AdapterError } from '#adapters/adapter.ts'
import type { RemoteParts } from '#adapters/files/places/open.ts'
import {
  checkPath,
  type FileFacts,
  FileGone,
  type FilePlace,
  joinPath,
  type Standing,
  temporaryName,
} from '#adapters/files/places/port.ts'
import { within } from '#adapters/files/places/within.ts'
import { piecesOf } from './read.ts'
import { openSession } from './session.ts'

/** One answer of the host, with the bounds of the channel. `call` is handed the callback. */
export type Ask = <T>(what: string, call: (done: Done<T>) => void) => Promise<T>
export type Done<T> = (error: Error | null | undefined, value?: T) => void

const LISTED_MAX = 200_000

/** Folders of an SFTP account. @throws AdapterError */
export async function openSftpPlace(parts: RemoteParts, pinned: string | null): Promise<FilePlace> {
  const session = await openSession(parts, pinned)
  const { sftp } = session
  const bounds = { timeoutMs: parts.limits.timeoutMs, signal: parts.signal, lost: session.lost }
  const ask: Ask = (what, call) =>
    within(
      bounds,
      what,
      new Promise<never>((resolve, reject) =>
        call((error, value) => (error ? reject(error) : resolve(value as never))),
      ),
    ).catch((error: unknown) => {
      throw asked(what, error)
    })
  return {
    address: `sftp://${parts.host}:${parts.port}`,
    hostKey: session.hostKey,
    isFree: () => !session.lost.aborted,
    list: async (folder) => listed(sftp, ask, checkPath(folder)),
    stat: async (path) => factsOf(sftp, ask, checkPath(path)),
    async *read(path) {
      yield* piecesOf(sftp, ask, checkPath(path))
    },
    makeFolder: async (folder) => makeFolder(sftp, ask, checkPath(folder)),
    rename: async (from, to, how) => renamed(sftp, ask, checkPath(from), checkPath(to), how),
    remove: async (path) => {
      const checked = checkPath(path)
      await ask<void>('remove', (done) => sftp.unlink(checked, done)).catch(unlessGone)
    },
    writeTemporary: async (folder, name, bytes) =>
      writtenTemporary(sftp, ask, checkPath(folder), name, bytes),
    close: session.close,
  }
}

/** Codes of the answers (draft-ietf-secsh-filexfer-02, section 7). */
const NO_SUCH_FILE = 2
const PERMISSION_DENIED = 3
const FAILURE = 4

const statusOf = (error: unknown): number | null => {
  const cause = error instanceof AdapterError ? error.cause : error
  const code = (cause as { code?: unknown } | undefined)?.code
  return typeof code === 'number' ? code : null
}

function asked(what: string, error: unknown): Error {
  if (error instanceof AdapterError || error instanceof FileGone) return error
  const status = statusOf(error)
  const detail = `${what}: ${status === null ? 'the connection was lost' : nameOfStatus(status)}`
  if (status === NO_SUCH_FILE || status === PERMISSION_DENIED)
    return new AdapterError('config', detail, { setting: '/settings/folder', cause: error })
  return new AdapterError('retry', detail, { cause: error })
}

const nameOfStatus = (status: number): string =>
  ({ 2: 'there is no such file or folder', 3: 'permission denied', 4: 'the host could not do it' })[status] ??
  `status ${status}`

const unlessGone = (error: unknown): null => {
  if (statusOf(error) === NO_SUCH_FILE) return null
  throw error
}

async function listed(sftp: SFTPWrapper, ask: Ask, folder: string): Promise<Standing[]> {
  const found: Standing[] = []
  const handle = await ask<Buffer>('list', (done) => sftp.opendir(folder, done))
  try {
    for (;;) {
      const names = await ask<FileEntry[] | null>('list', (done) =>
        sftp.readdir(handle, (error, list) =>
          (error as { code?: number } | undefined)?.code === 1
            ? done(null, null)
            : done(error, list as never),
        ),
      )
      if (!names) return found
      for (const entry of names) {
        if (entry.filename !== '.' && entry.filename !== '..') found.push(standing(entry))
      }
      if (found.length > LISTED_MAX)
        throw new AdapterError('config', `more than ${LISTED_MAX} files in the folder`, {
          setting: '/settings/folder',
        })
    }
  } finally {
    sftp.close(handle, () => {})
  }
}

/** One line of a listing; `longname` is as `ls -l` prints it, and in no fixed form. */
type FileEntry = Pick<SshEntry, 'filename' | 'longname' | 'attrs'>

function standing({ filename: name, longname, attrs }: FileEntry): Standing {
  const readable = !/[\p{Cc}/\uFFFD]/u.test(name)
  const facts = factsIn(attrs, longname)
  return { name, ...facts, kind: readable ? facts.kind : 'other' }
}

const TYPE_BITS = 0o170000
const FOLDER_BITS = 0o040000
const FILE_BITS = 0o100000
const BY_LETTER: Readonly<Record<string, FileFacts['kind']>> = { d: 'folder', l: 'other' }

function factsIn(attrs: Attributes, longname = '-'): FileFacts {
  const type = (attrs.mode ?? 0) & TYPE_BITS
  // Hosts without the permissions of Unix tell no type there.
  const told = type === 0 ? (BY_LETTER[longname.charAt(0)] ?? 'file') : null
  return {
    kind: told ?? (type === FILE_BITS ? 'file' : type === FOLDER_BITS ? 'folder' : 'other'),
    size: attrs.size,
    mtimeMs: attrs.mtime === undefined ? null : attrs.mtime * 1000,
  }
}

async function factsOf(sftp: SFTPWrapper, ask: Ask, path: string): Promise<FileFacts | null> {
  const attrs = await ask<Attributes>('stat', (done) => sftp.lstat(path, done)).catch(unlessGone)
  return attrs && factsIn(attrs)
}

async function makeFolder(sftp: SFTPWrapper, ask: Ask, folder: string): Promise<void> {
  if (folder === '' || folder === '/' || (await factsOf(sftp, ask, folder))?.kind === 'folder') return
  const above = folder.replace(/\/*[^/]*\/*$/, '')
  await makeFolder(sftp, ask, above)
  try {
    await ask<void>('make a folder', (done) => sftp.mkdir(folder, done))
  } catch (error) {
    // Somebody else was first.
    if ((await factsOf(sftp, ask, folder))?.kind !== 'folder') throw error
  }
}

async function renamed(
  sftp: SFTPWrapper,
  ask: Ask,
  from: string,
  to: string,
  how: 'new' | 'replace',
): Promise<'done' | 'gone' | 'taken'> {
  if (how === 'new' && (await factsOf(sftp, ask, to))) return 'taken'
  try {
    await ask<void>('rename', (done) =>
      how === 'replace' && canReplace(sftp)
        ? sftp.ext_openssh_rename(from, to, done)
        : sftp.rename(from, to, done),
    )
    return 'done'
  } catch (error) {
    if (statusOf(error) === NO_SUCH_FILE && !(await factsOf(sftp, ask, from))) return 'gone'
    if (statusOf(error) !== FAILURE || !(await factsOf(sftp, ask, to))) throw error
    if (how === 'new') return 'taken'
    // A host that knows no other way: for a moment there is no file of this name.
    await ask<void>('remove', (done) => sftp.unlink(to, done)).catch(unlessGone)
    await ask<void>('rename', (done) => sftp.rename(from, to, done))
    return 'done'
  }
}

const canReplace = (sftp: SFTPWrapper): boolean => hasExtension(sftp, 'posix-rename@openssh.com')

/** What the host said that it can do beside the standard; the types of the library do not tell of it. */
const hasExtension = (sftp: SFTPWrapper, name: string): boolean =>
  Object.hasOwn((sftp as unknown as { _extensions?: object })._extensions ?? {}, name)

async function writtenTemporary(
  sftp: SFTPWrapper,
  ask: Ask,
  folder: string,
  name: string,
  bytes: Uint8Array,
): Promise<string> {
  const temporary = temporaryName(name, randomBytes(6).toString('hex'))
  const path = joinPath(folder, temporary)
  const handle = await ask<Buffer>('write', (done) => sftp.open(path, 'wx', done))
  try {
    await writePieces(sftp, ask, handle, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    if (hasExtension(sftp, 'fsync@openssh.com'))
      await ask<void>('sync', (done) => sftp.ext_openssh_fsync(handle, done))
    await ask<void>('close', (done) => sftp.close(handle, done))
  } catch (error) {
    sftp.close(handle, () => {})
    sftp.unlink(path, () => {})
    throw error
  }
  return temporary
}

const PIECE_BYTES = 32_768
const WRITES_AT_ONCE = 16

async function writePieces(sftp: SFTPWrapper, ask: Ask, handle: Buffer, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES * WRITES_AT_ONCE) {
    const writes: Promise<void>[] = []
    for (let i = 0; i < WRITES_AT_ONCE && at + i * PIECE_BYTES < bytes.length; i++) {
      const from = at + i * PIECE_BYTES
      const length = Math.min(PIECE_BYTES, bytes.length - from)
      writes.push(ask<void>('write', (done) => sftp.write(handle, bytes, from, length, from, done)))
    }
    await Promise.all(writes)
  }
}
