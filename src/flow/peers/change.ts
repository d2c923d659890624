import type { Issue } from '#core/issue.ts'
import type { MappedRecord } from '#core/mapping/mapping.ts'
import type { Body } from '#core/model/body.ts'
import { KEY_PART_MAX, parseRecordId, recordId } from '#core/model/identity.ts'
import { isKind } from '#core/model/kinds.ts'
import { normalCodes } from '#core/model/normal-codes.ts'
import { ownCodes } from '#core/model/own-codes.ts'
import { OWN_SYSTEM } from '#core/model/own-system.ts'
import { SCHEMA_VERSION } from '#core/model/record.ts'
import { bodyIssues } from '#core/model/validate.ts'
import { isHubId } from '#core/peers/hub-id.ts'
import type { Peer } from '#core/peers/peer.ts'
import { isFault, type Road, roadOf } from '#core/peers/road.ts'
import { doubted } from '#flow/intake/doubted.ts'

/** A change as a peer sent it, checked. */
export interface PeerChange {
  readonly event: string
  readonly version: number
  readonly road: Road
  /** The source's own system and record name, and the mapping that made the version at its owner. */
  readonly system: string
  readonly record: string
  readonly mapping: string
  readonly mapped: MappedRecord
  /** What is doubtful about it here, whatever its owner thought of it; it is taken all the same. */
  readonly doubts: readonly Issue[]
  /** Its content as it came, where codes in it are written otherwise than here: a version of it may have been taken like that. */
  readonly written: Body | null
  /** Set where this is no version but a claim on one: the hub that owns the record. */
  readonly claimOn: string | null
}

/** A change that is not taken, and what the peer is told. */
export interface RefusedChange {
  readonly event: string
  readonly verdict: 'duplicate' | 'reject'
  readonly code: string
  readonly issue: Issue
}

/** What the record says of itself, beside its content. */
const ENVELOPE = new Set([
  'kind',
  'id',
  'system',
  'record',
  'key',
  'version',
  'status',
  'schema',
  'receivedAt',
  'message',
  'mapping',
  'replay',
])
const SLUG = /^[a-z0-9](-?[a-z0-9]){0,62}$/
const RECORD_NAME = /^[A-Za-z0-9._~-]{1,100}$/
const MAPPING_NAME = /^[A-Za-z0-9._~/@-]{1,200}$/
const VERSION_MAX = 2_147_483_647

type Fields = Readonly<Record<string, unknown>>

export const isRefused = (change: PeerChange | RefusedChange): change is RefusedChange => 'verdict' in change

/** One change of a batch against the contract and what the peer may bring. `at` is its place in the batch. */
export function readChange(
  given: Fields & { readonly event: string },
  at: string,
  peer: Peer,
  here: string,
): PeerChange | RefusedChange {
  const { event } = given
  const no = (code: string, reason: string, path = at): RefusedChange => ({
    event,
    verdict: 'reject',
    code,
    issue: { path, code: 'E_PEER', reason: `${code}: ${reason}` },
  })
  const { origin, hops } = given
  const road = roadOf({ origin, hops }, peer, here)
  if (isFault(road)) {
    const { verdict, code, detail } = road
    return { event, verdict, code, issue: { path: at, code: 'E_PEER', reason: `${code}: ${detail}` } }
  }
  const { kind, id, version, operation, record: told, claim } = given
  const claimOn = claim === undefined ? null : ownerOf(claim)
  if (claimOn === undefined) return no('bad_claim', 'a claim names the owner of the record', `${at}/claim`)
  if (told === null || typeof told !== 'object' || Array.isArray(told))
    return no('bad_record', 'the change has no record', `${at}/record`)
  const record = told as Fields
  const parsed = typeof id === 'string' ? parseRecordId(id) : null
  if (!parsed || !isKind(parsed.kind)) return no('bad_id', 'not an identifier of a record', `${at}/id`)
  const { key } = parsed
  const fits =
    SLUG.test(parsed.system) &&
    RECORD_NAME.test(parsed.record) &&
    key.every(
      (part) => part !== '' && part.length <= KEY_PART_MAX && part.isWellFormed() && !part.includes('\0'),
    ) &&
    recordId(parsed.kind, parsed.system, parsed.record, key) === id
  if (!fits) return no('bad_id', 'not an identifier as hubs write it', `${at}/id`)
  // What this hub wrote itself has its name in the key; nobody else begins such a record.
  if (parsed.system === OWN_SYSTEM && key[0] === here && claimOn === null)
    return no('own_record', 'the key names this hub, and the hub wrote no such version', `${at}/id`)
  if (!isVersion(version)) return no('bad_version', 'a whole number from 1', `${at}/version`)
  if (operation !== 'upsert' && operation !== 'void')
    return no('bad_operation', 'upsert or void', `${at}/operation`)
  const status = operation === 'void' ? 'void' : 'active'
  const same = { kind: parsed.kind, id, version, status }
  const [other] = Object.entries(same).filter(([name, value]) => (record[name] ?? value) !== value)
  if (other || kind !== parsed.kind)
    return no(
      'bad_record',
      `${other?.[0] ?? 'kind'} of the change and of its record are not the same`,
      `${at}/record`,
    )
  if (typeof record['schema'] === 'number' && record['schema'] > SCHEMA_VERSION)
    return no('newer_schema', `schema ${record['schema']}; this hub knows ${SCHEMA_VERSION}: update it`)
  const body: Record<string, unknown> = { flags: [] }
  for (const [name, part] of Object.entries(record)) if (!ENVELOPE.has(name)) body[name] = part
  const [wrong] = bodyIssues(parsed.kind, body, `${at}/record`)
  if (wrong) return { event, verdict: 'reject', code: 'bad_record', issue: wrong }
  const { mapping } = record
  const written = body as unknown as Body
  const normal = normalCodes(ownCodes(written, parsed.system).body)
  const marked = doubted(parsed.kind, normal, status, `${at}/record`)
  return {
    event,
    version,
    road,
    system: parsed.system,
    record: parsed.record,
    mapping: typeof mapping === 'string' && MAPPING_NAME.test(mapping) ? mapping : 'peer',
    mapped: { kind: parsed.kind, id: id as string, key, operation, body: marked.body },
    doubts: marked.issues,
    written: normal === written ? null : written,
    claimOn,
  }
}

const ownerOf = (claim: unknown): string | undefined => {
  const owner = claim !== null && typeof claim === 'object' ? (claim as { owner?: unknown }).owner : undefined
  return isHubId(owner) ? owner : undefined
}

const isVersion = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= VERSION_MAX
