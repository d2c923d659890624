import { AdapterError } from '#adapters/adapter.ts'
import type { Resolve } from '#adapters/http/guard.ts'
import { createConnectPort } from '#adapters/ports/connect.ts'
import { type RemoteSecrets, readRemoteFolder } from './address.ts'
import { type DropOutcome, isFileName, refusedName } from './drop.ts'
import { FolderRefused } from './place.ts'
import { openPlace } from './places/open.ts'
import { FileGone, type FilePlace, isTemporary, joinPath } from './places/port.ts'

export interface RemoteTarget {
  /** As `readRemoteFolder` reads it. */
  readonly url: string
  /** Private addresses that may be reached, as `CIDR:port`; for FTP also the ports for files. */
  readonly allow: readonly string[]
  readonly secrets: RemoteSecrets
  readonly signal: AbortSignal
}

export type DropFailure = Extract<DropOutcome, { readonly kind: 'failed' }>

/** A folder on another host that is open for some files. */
export interface OpenDrop {
  readonly kind: 'open'
  /** Puts a file into the folder as a whole, in the place of one of its name. */
  write(name: string, bytes: Uint8Array): Promise<DropOutcome>
  /** Takes a file away; one that is not there is gone. */
  remove(name: string): Promise<DropOutcome>
  close(): void
}

export interface RemoteDrop {
  /** Logs in. Neither this nor what it gives throws for what a host can do. */
  open(target: RemoteTarget): Promise<OpenDrop | DropFailure>
}

export interface RemoteDropParts {
  /** Longest wait for one answer, in milliseconds. */
  readonly timeoutMs?: number
  readonly now?: () => number
  readonly resolve?: Resolve
}

const TIMEOUT_MS = 20_000
/** A clock of another host may be hours off. */
const LEFT_OVER_MS = 24 * 3_600_000

/** Files into folders of other hosts: hidden until they are whole. */
export function createRemoteDrop({
  timeoutMs = TIMEOUT_MS,
  now = Date.now,
  resolve,
}: RemoteDropParts = {}): RemoteDrop {
  const swept = new Set<string>()
  return {
    async open({ url, allow, secrets, signal }) {
      try {
        const { ca, ...login } = secrets
        const settings = { ...readRemoteFolder(url), ...(ca === undefined ? {} : { ca }) }
        const connect = createConnectPort({
          allow,
          limits: { ...UNBOUND, timeoutMs },
          clock: { now, pause: async () => {} },
          signal,
          ...(resolve ? { resolve } : {}),
        })
        const place = await openPlace({
          settings,
          secrets: login,
          connect,
          folders: [],
          limits: { timeoutMs },
          signal,
        })
        return await openedDrop(place, settings.folder, () =>
          sweepOnce(swept, url, place, settings.folder, now()),
        )
      } catch (error) {
        return failureOf(error)
      }
    },
  }
}

/** A connection asks for nothing of these. */
const UNBOUND = {
  requestsPerSecond: null,
  rowsPerSecond: null,
  pageRows: 1,
  maxBytes: Number.MAX_SAFE_INTEGER,
}

async function openedDrop(place: FilePlace, folder: string, sweep: () => Promise<void>): Promise<OpenDrop> {
  try {
    await place.makeFolder(folder)
    await sweep()
  } catch (error) {
    place.close()
    throw error
  }
  return {
    kind: 'open',
    write: (name, bytes) =>
      outcomeOf(name, async () => {
        if (await holdsSame(place, joinPath(folder, name), bytes)) return 'same'
        await putWhole(place, folder, name, bytes)
        return 'written'
      }),
    remove: (name) =>
      outcomeOf(name, async () => {
        await place.remove(joinPath(folder, name))
        return 'written'
      }),
    close: () => place.close(),
  }
}

async function outcomeOf(name: string, work: () => Promise<'written' | 'same'>): Promise<DropOutcome> {
  if (!isFileName(name)) return refusedName()
  try {
    return { kind: await work() }
  } catch (error) {
    return failureOf(error)
  }
}

/** Under a hidden name first. A connection that breaks leaves that one behind, and never a part under the name itself. */
async function putWhole(place: FilePlace, folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const temporary = joinPath(folder, await place.writeTemporary(folder, name, bytes))
  try {
    // A host whose disk is full may say that it took everything.
    const size = (await place.stat(temporary))?.size
    if (size !== bytes.length)
      throw new AdapterError('retry', `the host kept ${size ?? 0} of ${bytes.length} bytes`)
    const renamed = await place.rename(temporary, joinPath(folder, name), 'replace')
    if (renamed !== 'done') throw new AdapterError('retry', 'the file was taken away before it had its name')
  } catch (error) {
    await place.remove(temporary).catch(() => {})
    throw error
  }
}

async function holdsSame(place: FilePlace, path: string, bytes: Uint8Array): Promise<boolean> {
  const facts = await place.stat(path)
  if (facts?.kind !== 'file' || facts.size !== bytes.length) return false
  let at = 0
  try {
    for await (const piece of place.read(path)) {
      if (Buffer.compare(piece, bytes.subarray(at, at + piece.length)) !== 0) return false
      at += piece.length
    }
  } catch (error) {
    if (error instanceof FileGone) return false
    throw error
  }
  return at === bytes.length
}

/** Takes away what workers that died left behind; once for each folder, for it may be a long one. */
async function sweepOnce(
  swept: Set<string>,
  url: string,
  place: FilePlace,
  folder: string,
  nowMs: number,
): Promise<void> {
  if (swept.has(url)) return
  swept.add(url)
  for (const { name, kind, mtimeMs } of await place.list(folder)) {
    if (kind !== 'file' || !isTemporary(name) || mtimeMs === null || nowMs - mtimeMs < LEFT_OVER_MS) continue
    await place.remove(joinPath(folder, name)).catch(() => {})
  }
}

function failureOf(error: unknown): DropFailure {
  if (error instanceof FolderRefused) return { kind: 'failed', class: 'config', detail: error.reason }
  if (error instanceof AdapterError) {
    const { class: what, message, setting } = error
    const blamed = setting?.startsWith('/secrets/') ? ` (${setting})` : ''
    // What a host may not answer somebody has to look at.
    return { kind: 'failed', class: what === 'source' ? 'config' : what, detail: `${message}${blamed}` }
  }
  throw error
}
