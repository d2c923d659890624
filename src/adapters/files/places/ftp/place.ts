import { randomBytes } from 'node:crypto'
import { PassThrough, Readable } from 'node:stream'
import { type Client, type FileInfo, FileType, FTPError } from 'basic-ftp'
import { AdapterError } from '#adapters/adapter.ts'
import { nameCoding } from '#adapters/files/places/names.ts'
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
import { ftpError, openFtpSession } from './session.ts'

const LISTED_MAX = 200_000
/** A path as it goes over the wire. */
type Wire = string

interface FtpWire {
  readonly client: Client
  readonly hasMlst: boolean
  /** One command after the other: a control connection carries no two. */
  turn<T>(what: string, work: (client: Client) => Promise<T>): Promise<T>
}

/** Folders of an FTP or FTPS account. @throws AdapterError */
export async function openFtpPlace(parts: RemoteParts): Promise<FilePlace> {
  const { client, hasMlst } = await openFtpSession(parts)
  const coding = nameCoding(parts.settings.encoding)
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  const ftp: FtpWire = {
    client,
    hasMlst,
    turn: (what, work) => {
      waiting++
      const mine = last.then(() => work(client))
      last = mine.catch(() => {}).finally(() => waiting--)
      return mine.catch((error: unknown) => {
        throw error instanceof FileGone ? error : ftpError(what, error)
      })
    },
  }
  const wire = (path: string): Wire => {
    const encoded = coding.encode(checkPath(path))
    if (encoded === null)
      throw new AdapterError('config', 'the path has a character that the encoding of names has not', {
        setting: '/settings/encoding',
      })
    return encoded
  }
  return {
    address: `${parts.settings.protocol}://${parts.host}:${parts.port}`,
    hostKey: null,
    isFree: () => waiting === 0 && !client.closed,
    list: async (folder) => listed(ftp, wire(folder), (name) => coding.decode(name)),
    stat: async (path) => factsOf(ftp, wire(path)),
    async *read(path) {
      yield* piecesOf(ftp, wire(path), parts)
    },
    makeFolder: async (folder) => makeFolder(ftp, wire(folder)),
    rename: async (from, to, how) => renamed(ftp, wire(from), wire(to), how),
    remove: async (path) => {
      const gone = wire(path)
      await ftp
        .turn('remove', async (client) => void (await client.send(`DELE ${gone}`)))
        .catch(unlessGone(ftp, gone))
    },
    writeTemporary: async (folder, name, bytes) => {
      const temporary = temporaryName(name, randomBytes(6).toString('hex'))
      const path = wire(joinPath(folder, temporary))
      await ftp.turn('write', () => client.uploadFrom(Readable.from([bytes]), path))
      return temporary
    },
    close: () => client.close(),
  }
}

async function listed(
  { turn, client, hasMlst }: FtpWire,
  folder: Wire,
  decode: (wire: string) => string | null,
): Promise<Standing[]> {
  // LIST takes an option of that form, and some servers take a folder they do not have for an empty one: it is gone into first.
  const found = await turn('list', async () => {
    const home = await client.pwd()
    await client.cd(folder)
    try {
      return await client.list()
    } finally {
      if (!client.closed) await client.cd(home)
    }
  })
  if (found.length > LISTED_MAX)
    throw new AdapterError('config', `more than ${LISTED_MAX} files in the folder`, {
      setting: '/settings/folder',
    })
  return found
    .filter(({ name }) => name !== '.' && name !== '..')
    .map((info) => {
      const name = decode(info.name)
      const readable = name !== null && !/[\p{Cc}/\uFFFD]/u.test(name)
      return {
        name: name ?? info.name,
        kind: readable ? kindOf(info) : 'other',
        size: info.size,
        mtimeMs: hasMlst && info.modifiedAt ? wholeSeconds(info.modifiedAt) : null,
      }
    })
}

const kindOf = ({ type }: FileInfo): Standing['kind'] =>
  type === FileType.File ? 'file' : type === FileType.Directory ? 'folder' : 'other'

/** A listing may tell of fractions of a second where MDTM does not. */
const wholeSeconds = (time: Date): number => Math.floor(time.getTime() / 1000) * 1000

const isFailed = (error: unknown, ...codes: readonly number[]): boolean =>
  error instanceof FTPError && codes.includes(error.code)

async function factsOf({ turn, client }: FtpWire, path: Wire): Promise<FileFacts | null> {
  return await turn('stat', async () => {
    try {
      const size = await client.size(path)
      return { kind: 'file', size, mtimeMs: await changedAt(client, path) }
    } catch (error) {
      if (!isFailed(error, 550, 450, 553)) throw error
      return (await isFolder(client, path)) ? { kind: 'folder', size: 0, mtimeMs: null } : null
    }
  })
}

async function changedAt(client: Client, path: Wire): Promise<number | null> {
  try {
    return wholeSeconds(await client.lastMod(path))
  } catch (error) {
    if (error instanceof FTPError) return null
    throw error
  }
}

async function isFolder(client: Client, path: Wire): Promise<boolean> {
  const home = await client.pwd()
  try {
    await client.cd(path)
  } catch (error) {
    if (error instanceof FTPError) return false
    throw error
  }
  await client.cd(home)
  return true
}

async function* piecesOf(
  ftp: FtpWire,
  path: Wire,
  { signal, limits }: RemoteParts,
): AsyncGenerator<Uint8Array> {
  const pieces = new PassThrough()
  const done = ftp.turn('read', async (client) => {
    try {
      await client.downloadTo(pieces, path)
    } catch (error) {
      throw isFailed(error, 550) && !(await isThere(client, path)) ? new FileGone() : error
    }
  })
  done.catch((error: unknown) => pieces.destroy(error as Error))
  let whole = false
  try {
    for await (const piece of pieces) yield piece as Uint8Array
    await within({ signal, timeoutMs: limits.timeoutMs }, 'read', done)
    whole = true
  } finally {
    // The server would go on sending, and its next answer would be taken for another one's.
    if (!whole && !ftp.client.closed && !(await settled(done))) ftp.client.close()
  }
}

const settled = (work: Promise<unknown>): Promise<boolean> =>
  Promise.race([
    work.then(
      () => true,
      () => true,
    ),
    new Promise<boolean>((resolve) => setImmediate(resolve, false)),
  ])

async function isThere(client: Client, path: Wire): Promise<boolean> {
  try {
    await client.size(path)
    return true
  } catch (error) {
    if (error instanceof FTPError) return false
    throw error
  }
}

async function makeFolder(ftp: FtpWire, folder: Wire): Promise<void> {
  if (folder === '' || folder === '/') return
  if (await ftp.turn('stat', (client) => isFolder(client, folder))) return
  await makeFolder(ftp, folder.replace(/\/*[^/]*\/*$/, ''))
  try {
    await ftp.turn('make a folder', (client) => client.send(`MKD ${folder}`))
  } catch (error) {
    // Somebody else was first.
    if (!(await ftp.turn('stat', (client) => isFolder(client, folder)))) throw error
  }
}

async function renamed(
  ftp: FtpWire,
  from: Wire,
  to: Wire,
  how: 'new' | 'replace',
): Promise<'done' | 'gone' | 'taken'> {
  if (how === 'new' && (await factsOf(ftp, to))) return 'taken'
  try {
    await ftp.turn('rename', (client) => client.rename(from, to))
    return 'done'
  } catch (error) {
    if (!(await factsOf(ftp, from))) return 'gone'
    if (how === 'new' || !(await factsOf(ftp, to))) throw error
    // A server that does not replace: for a moment there is no file of this name.
    await ftp.turn('remove', (client) => client.send(`DELE ${to}`))
    await ftp.turn('rename', (client) => client.rename(from, to))
    return 'done'
  }
}

const unlessGone =
  (ftp: FtpWire, path: Wire) =>
  async (error: unknown): Promise<void> => {
    const cause = error instanceof AdapterError ? error.cause : null
    if (isFailed(cause, 550, 450) && !(await factsOf(ftp, path))) return
    throw error
  }
