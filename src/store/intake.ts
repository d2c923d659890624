import type { ClientBase, PoolClient } from 'pg'
import type { Kind } from '#core/model/kinds.ts'
import type { Status } from '#core/model/record.ts'
import { type Cuts, type Taken, takePersonal } from '#core/model/taken-values.ts'
import { copyRows } from './copy-binary.ts'
import { encodeBytes, messagePlace, sealResults } from './message-bytes.ts'
import { hasDataKeys } from './personal/data-keys.ts'
import { sealCuts, sealTaken, versionPlace } from './personal/sealed-body.ts'
import { type WriteStep, writeTogether } from './write-together.ts'

/** A message with its receipt, ready to be stored. */
export interface MessageRow {
  readonly id: string
  readonly receivedAtMs: number
  readonly system: string
  readonly record: string
  readonly mapping: string
  readonly keyId: string | null
  readonly contentType: string
  readonly encoding: string
  readonly sha256: Uint8Array
  readonly bytes: Uint8Array
  readonly state: 'done' | 'refused'
  readonly received: number
  readonly accepted: number
  readonly unchanged: number
  readonly rejected: number
  readonly results: string
  readonly problem: string | null
}

/** A version of a record: also its entry in the change log. */
export interface VersionRow {
  readonly id: string
  readonly version: number
  readonly kind: Kind
  readonly system: string
  readonly record: string
  readonly status: Status
  readonly mapping: string
  readonly messageId: string
  readonly messageIndex: number
  /** The replay that made it; none where intake did. */
  readonly replay?: string | null
  readonly receivedAtMs: number
  readonly recorded: string | null
  readonly occurredAtMs: number | null
  readonly region: string | null
  readonly productClass: string | null
  readonly order: string | null
  /** SHA-256, one character for each byte. */
  readonly hash: string
  readonly flags: readonly string[]
  readonly codes: readonly string[]
  /** Canonical JSON in UTF-8. */
  readonly body: Uint8Array
  /** What of it is of persons and is to be sealed, where that was looked for already. */
  readonly taken?: Cuts | Taken | null | undefined
  readonly schema: number
}

export interface EdgeRow {
  readonly from: string
  readonly to: string
  readonly recordId: string
  readonly version: number
  readonly kind: Kind
  readonly rule: string
  readonly confidence: number
  readonly quantity: string | null
  readonly unit: string | null
  readonly occurredAtMs: number | null
}

let lastUuid = ''
let lastUuidBytes = Buffer.alloc(16)

/** The 16 bytes of a UUID. The versions of a message name it one after the other, so the last one is remembered. */
export function uuidBytes(id: string): Buffer {
  if (id !== lastUuid) {
    lastUuid = id
    lastUuidBytes = Buffer.from(id.replaceAll('-', ''), 'hex')
  }
  return lastUuidBytes
}

/** The rows of messages, as a step of `writeTogether`. */
export function copyMessages(client: ClientBase, messages: readonly MessageRow[]): WriteStep {
  let size = 1024
  for (const message of messages) size += message.bytes.length + message.results.length * 2 + 400
  const rows = copyRows(size)
  for (const message of messages) {
    const { coding, bytes } = encodeBytes(client, message.bytes, messagePlace(message.id))
    rows.row(18)
    rows.uuid(uuidBytes(message.id))
    rows.timestamp(message.receivedAtMs)
    rows.text(message.system)
    rows.text(message.record)
    rows.text(message.mapping)
    rows.uuid(message.keyId ? uuidBytes(message.keyId) : null)
    rows.text(message.contentType)
    rows.text(message.encoding)
    rows.bytes(message.sha256)
    rows.int4(message.bytes.length)
    rows.latin1(coding)
    rows.bytes(bytes)
    rows.text(message.state)
    rows.int4(message.received)
    rows.int4(message.accepted)
    rows.int4(message.unchanged)
    rows.int4(message.rejected)
    rows.text(sealResults(client, message.id, message.results))
  }
  return {
    copy: `copy messages (id, received_at, system, record, mapping, key_id, content_type, encoding, sha256, size, coding, bytes, state,
       received, accepted, unchanged, rejected, results) from stdin (format binary)`,
    rows,
  }
}

/** Sets the problem of a refused message; refused messages are rare, so the column is not part of the fast way in. */
export async function setMessageProblem(
  client: PoolClient,
  id: string,
  receivedAtMs: number,
  problem: string,
): Promise<void> {
  await client.query(
    'update messages set problem = $3 where id = $1 and received_at = to_timestamp($2::numeric / 1000)',
    [id, receivedAtMs, problem],
  )
}

/** Takes the lock under which positions are given out; it is held until COMMIT, so nothing but the rows of versions should follow. */
export const LOCK_POSITIONS = 'select lock_positions()'
/** Fails with a serialization failure where a void waits for a record that was just written: the two crossed. Comes after the versions. */
export const REFUSE_CROSSED_VOIDS = 'select refuse_crossed_voids()'

/** Marks the edges of versions that were just made old or void as not counting. Comes after the versions. */
const RETIRE_EDGES = 'select retire_edges()'

/** `RETIRE_EDGES` where one of the versions is not the first of its record, or void; most groups have none. */
export const retireEdges = (versions: readonly VersionRow[]): WriteStep[] =>
  versions.some(({ version, status }) => version > 1 || status === 'void') ? [RETIRE_EDGES] : []

/** Takes the position lock early, for a transaction that must know what is committed. */
export async function lockPositions(client: PoolClient): Promise<void> {
  await client.query(LOCK_POSITIONS)
}

/**
 * The rows of versions. They get their positions on arrival: only after `LOCK_POSITIONS`. All are of intake, or all of a replay, which
 * they name.
 */
export function copyVersions(client: ClientBase, versions: readonly VersionRow[]): WriteStep {
  const isReplay = typeof versions[0]?.replay === 'string'
  let size = 1024
  for (const version of versions) size += version.body.length + 900
  const rows = copyRows(size)
  for (const version of versions) {
    const sealed = sealedOf(client, version)
    rows.row(isReplay ? 21 : 20)
    rows.latin1(version.id)
    rows.int4(version.version)
    rows.latin1(version.kind)
    rows.latin1(version.system)
    rows.latin1(version.record)
    rows.latin1(version.status)
    rows.int2(version.schema)
    rows.latin1(version.mapping)
    rows.uuid(uuidBytes(version.messageId))
    rows.int4(version.messageIndex)
    rows.timestamp(version.receivedAtMs)
    rows.text(sealed.recorded)
    rows.timestamp(version.occurredAtMs)
    rows.text(version.region)
    rows.text(version.productClass)
    rows.text(version.order)
    rows.latin1(version.hash)
    rows.textArray(version.flags)
    rows.textArray(version.codes)
    if (typeof sealed.body === 'string') rows.text(sealed.body)
    else rows.bytes(sealed.body)
    if (isReplay) rows.uuid(version.replay ? uuidBytes(version.replay) : null)
  }
  return { copy: isReplay ? `${VERSIONS_COPY}, replay${FROM}` : VERSIONS_COPY + FROM, rows }
}

/** Body and time of recording as they are stored: sealed where something of them is of persons. */
function sealedOf(
  client: ClientBase,
  row: VersionRow,
): { readonly body: string | Uint8Array; readonly recorded: string | null } {
  if (!hasDataKeys(client)) return row
  const { taken = takePersonal(row.kind, { body: bytesOf(row).toString(), recorded: row.recorded }) } = row
  if (taken === null) return row
  const place = versionPlace(row.id, row.version)
  return 'body' in taken
    ? sealTaken(client, taken, place)
    : { body: sealCuts(client, bytesOf(row), taken, place), recorded: row.recorded }
}

const bytesOf = ({ body }: VersionRow): Buffer => Buffer.from(body.buffer, body.byteOffset, body.length)

const VERSIONS_COPY = `copy record_versions (record_id, version, kind, system, record, status, schema, mapping, message_id, message_index,
  received_at, recorded, occurred_at, region, product_class, source_order, content_hash, flags, codes, body`
const FROM = ') from stdin (format binary)'

/** The rows of edges. */
export function copyEdges(edges: readonly EdgeRow[]): WriteStep {
  const rows = copyRows(edges.length * 300)
  for (const edge of edges) {
    rows.row(10)
    rows.text(edge.from)
    rows.text(edge.to)
    rows.latin1(edge.recordId)
    rows.int4(edge.version)
    rows.latin1(edge.kind)
    rows.latin1(edge.rule)
    rows.real(edge.confidence)
    rows.numeric(edge.quantity)
    rows.text(edge.unit)
    rows.timestamp(edge.occurredAtMs)
  }
  return {
    copy: `copy lot_edges (from_code, to_code, record_id, version, kind, rule, confidence, quantity, unit, occurred_at)
       from stdin (format binary)`,
    rows,
  }
}

/** Inserts versions in a transaction of the caller's, which holds the position lock. */
export const insertVersions = (client: PoolClient, versions: readonly VersionRow[]): Promise<void> =>
  writeTogether(client, [copyVersions(client, versions), ...retireEdges(versions)])

/** Inserts edges in a transaction of the caller's. */
export const insertEdges = (client: PoolClient, edges: readonly EdgeRow[]): Promise<void> =>
  writeTogether(client, [copyEdges(edges)])

/** Inserts messages in a transaction of the caller's. */
export const insertMessages = (client: PoolClient, messages: readonly MessageRow[]): Promise<void> =>
  writeTogether(client, [copyMessages(client, messages)])
