import { hash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { Pool, PoolClient } from 'pg'
import type { WrittenFormat } from '#core/mapping/mapping.ts'
import { hourOf } from '#core/reconcile/hour.ts'
import { atMost, oneAtATime } from '#flow/gates.ts'
import type { Registry } from '#flow/systems/registry.ts'
import { type Change, readVersions } from '#store/changes.ts'
import { earlierFiles, forgetFiles, noteFiles, type VersionRef, withFile } from '#store/link-files.ts'
import type {
  DropAnswer,
  DropFile,
  Failure,
  OpenRemoteDrop,
  RemoteDropFile,
  SendAnswer,
  Verdict,
} from './answer.ts'
import { writingMapping } from './backward-mapping.ts'
import { batchText, changeText, type Outgoing } from './batch.ts'
import { eventId } from './event-id.ts'
import { type OwnProtocol, type OwnRequest, putOff } from './own-protocol.ts'
import type { BackwardMapping, PreparedChanges } from './ports.ts'

export interface FolderProtocolParts {
  readonly pool: Pool
  readonly registry: Registry
  readonly drop: DropFile
  /** Folders on other hosts; absent where this process opens none. */
  readonly remote?: RemoteDropFile
}

/** Most records of one file: it is put together in memory. */
export const FILE_RECORDS_MAX = 50_000
const BATCH_RECORDS = 500
const FORGET_DAYS = 7
/** Files that are written to other hosts at once. */
const REMOTE_AT_ONCE = 4
/** A host that takes a batch for longer than this is given up for now. */
const REMOTE_MAX_MS = 300_000
const EXTENSIONS: Readonly<Record<WrittenFormat, string>> = {
  json: 'json',
  xml: 'xml',
  csv: 'csv',
  xlsx: 'xlsx',
}

/** What is written into a file. */
interface Content {
  readonly bytes: Uint8Array
}

/** How the files of a link are named and filled. */
interface Filing {
  /** Whether a file holds the newest state of all its records and is written anew with each that comes; else a batch is a file. */
  readonly whole: boolean
  /** Name of the file of a group of changes that were never noted before, by their events. */
  nameOf(first: Change, events: readonly string[]): string
}

/**
 * A link that writes files. In which file each version stands is noted before it is written: a delivery that is repeated after a crash
 * writes the same file with the same bytes, whatever has come since. Where the mapping names the file (`write.file`), that file holds all
 * records of the name, and is written anew as a whole.
 */
export const folderProtocols = (parts: FolderProtocolParts) => {
  const alone = oneAtATime()
  const slots = atMost(REMOTE_AT_ONCE)
  const forgotten = new Map<string, number>()
  return (mapping: string): OwnProtocol => {
    const filing = filingOf(parts.registry, mapping)
    return {
      maxRecords: BATCH_RECORDS,
      // A file needs a connection of its own to the database for as long as it is written: one after another they cannot use them up,
      // and a host that is slow holds up only what goes to it.
      send: (request) =>
        alone(hostOf(request.url), async () => {
          const answer = await send({ ...parts, slots }, filing, request)
          const { linkId, nowMs } = request
          if (!filing.whole && nowMs - (forgotten.get(linkId) ?? 0) > 3_600_000) {
            forgotten.set(linkId, nowMs)
            await forgetFiles(parts.pool, linkId, FORGET_DAYS)
          }
          return answer
        }),
    }
  }
}

/** What waits for each other: files of this machine, and those of each other host. */
const hostOf = (url: string): string => (isHere(url) ? '' : new URL(url).host)

function filingOf(registry: Registry, mapping: string): Filing {
  const writes = writingMapping(registry, mapping)?.mapping.writes
  const label = mapping === 'canonical' ? 'changes' : mapping.replace('/', '_')
  return {
    whole: writes?.namesFile === true,
    nameOf: (first, events) => {
      const day = hourOf(Date.parse(first.receivedAt)).slice(0, 10).replaceAll('-', '')
      return `${label}_${day}_${hash('sha256', events.join('\n'), 'hex').slice(0, 16)}.${EXTENSIONS[writes?.format ?? 'json']}`
    },
  }
}

interface SendingParts extends FolderProtocolParts {
  readonly slots: <T>(work: () => Promise<T>) => Promise<T>
}

async function send(parts: SendingParts, filing: Filing, request: OwnRequest): Promise<SendAnswer> {
  const folder = await openFolder(parts, request)
  if (folder.kind === 'failed') return failureOf(folder, request.url)
  try {
    return await sendTo(folder, parts, filing, request)
  } finally {
    folder.close()
  }
}

const isHere = (url: string): boolean => url.startsWith('file:')

const failureOf = (
  { class: what, detail }: Extract<DropAnswer, { kind: 'failed' }>,
  url: string,
): { kind: 'failed' } & Failure => ({
  kind: 'failed',
  class: what,
  status: null,
  detail,
  ...(what === 'retry' && isHere(url) ? { ownDisk: true } : {}),
})

/** The folder of a link. One on another host is connected before a file takes anything of ours. */
async function openFolder(
  { drop, remote }: FolderProtocolParts,
  { url, allow, proof, signal }: OwnRequest,
): Promise<OpenRemoteDrop | Extract<DropAnswer, { kind: 'failed' }>> {
  if (url.startsWith('file:')) {
    const folder = fileURLToPath(url)
    return {
      kind: 'open',
      write: (name, bytes) => drop.write({ folder, name, bytes }),
      remove: (name) => drop.remove({ folder, name }),
      close: () => {},
    }
  }
  if (!remote)
    return { kind: 'failed', class: 'config', detail: 'this process opens no folders on other hosts' }
  const limited = AbortSignal.any([signal, AbortSignal.timeout(REMOTE_MAX_MS)])
  return await remote.open({ url, allow, secrets: secretsOf(proof.token), signal: limited })
}

/** The secrets of a folder are kept where an HTTP receiver has its token, as one JSON text. */
function secretsOf(token: string | null): Readonly<Record<string, string>> {
  return token === null ? {} : (JSON.parse(token) as Readonly<Record<string, string>>)
}

async function sendTo(
  folder: OpenRemoteDrop,
  parts: SendingParts,
  filing: Filing,
  request: OwnRequest,
): Promise<SendAnswer> {
  const { pool, slots } = parts
  const { linkId, outgoing } = request
  const isLocal = isHere(request.url)
  const names = await noteFiles(pool, linkId, placesOf(filing, request), !filing.whole)
  const files = new Map<string, Outgoing[]>()
  outgoing.forEach((one, i) => {
    const name = names[i] as string
    files.set(name, [...(files.get(name) ?? []), one])
  })
  if (filing.whole) {
    const records = outgoing.map(({ change }) => change.recordId)
    for (const name of await earlierFiles(pool, linkId, records)) if (!files.has(name)) files.set(name, [])
  }
  const verdicts = new Map<string, Verdict>()
  for (const [name, changes] of files) {
    const write = () => writeFile(folder, pool, filing, request, name)
    const failure = request.signal.aborted ? STOPPED : await (isLocal ? write() : slots(write))
    if (failure && verdicts.size === 0) return { kind: 'failed', ...failure }
    if (failure) return { kind: 'verdicts', verdicts: putOff(verdicts, outgoing, failure) }
    for (const { event } of changes) verdicts.set(event, { verdict: 'ok' })
  }
  return { kind: 'verdicts', verdicts }
}

/** Where each change is to stand: in the file that the mapping names, or in one of its own batch. */
function placesOf(filing: Filing, { outgoing, prepared }: OwnRequest) {
  const changes = outgoing.map(({ change }) => change)
  const messages =
    filing.whole || prepared?.writesMessages
      ? (prepared as PreparedChanges).messages(changes)
      : [{ records: changes.map((_, i) => i), file: undefined }]
  return messages.flatMap(({ records, file }) => {
    const inside = records.map((place) => outgoing[place] as Outgoing)
    const events = inside.map(({ event }) => event)
    const name = file ?? filing.nameOf((inside[0] as Outgoing).change, events)
    return inside.map(({ change: { recordId, version } }) => ({ recordId, version, name }))
  })
}

async function writeFile(
  folder: OpenRemoteDrop,
  pool: Pool,
  filing: Filing,
  request: OwnRequest,
  name: string,
): Promise<Failure | null> {
  const { linkId, mapping } = request
  const of = { linkId, name, newest: filing.whole, most: FILE_RECORDS_MAX + 1 }
  return await withFile(pool, of, async (versions, client) => {
    if (versions.length > FILE_RECORDS_MAX) return tooMany(name)
    const content = await contentOf(client, linkId, versions, mapping, filing.whole ? name : null)
    const outcome = content ? await folder.write(name, content.bytes) : await folder.remove(name)
    return outcome.kind === 'failed' ? failureOf(outcome, request.url) : null
  })
}

/** What a file holds; null where no record is left in it. @param name null: whatever the mapping makes of the changes */
async function contentOf(
  client: PoolClient,
  linkId: string,
  versions: readonly VersionRef[],
  mapping: BackwardMapping | null,
  name: string | null,
): Promise<Content | null> {
  const changes = await readVersions(client, versions)
  const prepared = mapping ? await mapping.prepare(changes) : null
  if (prepared?.writesMessages) {
    const written = prepared
      .messages(changes.filter((change) => isWritten(prepared, change)))
      .find(({ file }) => name === null || file === name)
    return written ? { bytes: written.bytes ?? Buffer.from(written.text) } : null
  }
  const texts = changes.flatMap((change) => {
    const one = prepared ? prepared.one(change) : { ok: true as const, text: change.text }
    if (!one.ok || one.text === null) return []
    return [changeText(eventId(linkId, change.recordId, change.version), change, one.text)]
  })
  return texts.length === 0 ? null : { bytes: Buffer.from(batchText(linkId, texts)) }
}

function isWritten(prepared: PreparedChanges, change: Change): boolean {
  const one = prepared.one(change)
  return one.ok && one.text !== null
}

const tooMany = (name: string): Failure => ({
  class: 'config',
  status: null,
  detail: `${name} would hold more than ${FILE_RECORDS_MAX} records: let write.file name smaller files`,
})

const STOPPED: Failure = { class: 'retry', status: null, detail: 'the hub stops' }
