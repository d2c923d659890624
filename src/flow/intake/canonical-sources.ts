import { decodeText } from '#adapters/push/charset.ts'
import { decode } from '#adapters/push/decode.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { HubError } from '#core/errors.ts'
import type { Issue } from '#core/issue.ts'
import type { MappedRecord, MappedSource } from '#core/mapping/mapping.ts'
import type { Body } from '#core/model/body.ts'
import { withEventRegion } from '#core/model/event-region.ts'
import { CANONICAL, KEY_PART_MAX, recordId } from '#core/model/identity.ts'
import { isKind, KINDS, type Kind } from '#core/model/kinds.ts'
import { knownGoods } from '#core/model/known-goods.ts'
import { missingParts } from '#core/model/minimal.ts'
import { normalCodes } from '#core/model/normal-codes.ts'
import { ownCodes, type UnknownScheme } from '#core/model/own-codes.ts'
import { SCHEMA_VERSION } from '#core/model/record.ts'
import { withYears } from '#core/model/region-years.ts'
import { inChina, timeIssues } from '#core/model/times.ts'
import { schemaIssues } from '#core/model/validate.ts'
import { parseJson } from '#core/parse-json.ts'
import { NAME_SCHEME, type ProductAlias, type ProductAliases } from '#core/products/aliases.ts'
import type { SourceRecord } from '#core/source.ts'
import { checked } from './checked.ts'
import { edgeBudget, type Prepared, prepared } from './prepare.ts'

interface Envelope {
  kind: Kind
  system: string
  key: string[]
  status: 'active' | 'void'
  body: Body
  unknown: readonly UnknownScheme[]
}

const ENVELOPE = new Set(['kind', 'system', 'key', 'status'])

/** What a message of canonical records has in the place of its mapping. The names of mappings have a slash. */
export const CANONICAL_READING = `${CANONICAL}@${SCHEMA_VERSION}`

/** Whether a message came as canonical records, by what read it when it came. */
export const isCanonical = (reading: string): boolean => reading.startsWith(`${CANONICAL}@`)

/** Canonical records as they came, before their schema is checked. */
export interface CanonicalMessage {
  readonly system: string
  readonly records: readonly SourceRecord[]
  /** The same records with numbers as JSON has them, for the schema. */
  readonly values: readonly unknown[]
}

/**
 * Reads the body of `POST /v1/records`: `{kind, system, key, status?, …body}`, single or in a list. All records of one request are of
 * one system, that of the first. Throws where the text is not JSON or names no system.
 */
export function readCanonical(bytes: Uint8Array): CanonicalMessage {
  let read: Omit<CanonicalMessage, 'system'>
  try {
    read = decodeCanonical(bytes)
  } catch (error) {
    if (!(error instanceof DecodeRefusal)) throw error
    const { at: path, code, reason, fix } = error
    throw new HubError('unreadable_message', {
      detail: `${reason} (${path})`,
      issues: [{ path, code, reason, fix }],
    })
  }
  const system = systemOf(read.values[0])
  if (system === undefined)
    throw new HubError('unknown_system', { detail: 'the first record names no system' })
  return { system, ...read }
}

/**
 * The records of a message, whatever system they are of.
 * @throws DecodeRefusal where the text is not JSON
 */
export function decodeCanonical(bytes: Uint8Array): Omit<CanonicalMessage, 'system'> {
  const { records } = decode(bytes, { format: 'json', exactNumbers: true }, {})
  // In the encoding that the records were read in: in another, what they say would be checked as something else.
  const value: unknown = parseJson(decodeText(bytes).text)
  return { records, values: Array.isArray(value) ? value : [value] }
}

/** The records checked against their schemas and marked where they are doubtful; one that does not fit is rejected among its neighbours. */
export function canonicalSources(
  { system, records, values }: CanonicalMessage,
  receivedAtMs: number,
  aliases?: ProductAliases,
): Prepared {
  const edges = edgeBudget()
  const decided = aliases && ((name: string) => aliases.find(system, NAME_SCHEME, name))
  const sources = records.map((record, index) =>
    prepared(canonicalSource(values[index], record, { system, receivedAtMs, decided }), edges, {
      path: record.path,
    }),
  )
  const rejected = records.filter((_, index) => sources[index]?.rejected)
  const rejectedValues = new Map(rejected.map(({ index, value }) => [index, value]))
  return { sources, rejectedValues, expectsLots: false }
}

const systemOf = (value: unknown): string | undefined => {
  if (value === null || typeof value !== 'object') return undefined
  const { system } = value as { system?: unknown }
  return typeof system === 'string' ? system : undefined
}

interface Reading {
  readonly system: string
  readonly receivedAtMs: number
  /** What a person decided of a name of goods. */
  readonly decided: ((name: string) => ProductAlias | undefined) | undefined
}

function canonicalSource(
  value: unknown,
  source: SourceRecord,
  { system, receivedAtMs, decided }: Reading,
): MappedSource {
  const { index } = source
  if (source.issues.length > 0)
    return { index, key: null, rejected: true, issues: [...source.issues], records: [] }
  const read = readEnvelope(value, source.path, system)
  if ('issues' in read) return { index, key: read.key, rejected: true, issues: read.issues, records: [] }
  const { kind, key, status, unknown } = read.envelope
  const goods = knownGoods(read.envelope.body, decided)
  const told = { kind, status, at: source.path, receivedAtMs, unknown, unknownGoods: goods.unknown }
  const { body, issues } = checked(goods.body, told)
  const record: MappedRecord = {
    kind,
    id: recordId(kind, system, CANONICAL, key),
    key,
    operation: status === 'void' ? 'void' : 'upsert',
    body,
  }
  return { index, key, rejected: false, issues, records: [record] }
}

function readEnvelope(
  value: unknown,
  at: string,
  system: string,
): { envelope: Envelope } | { issues: Issue[]; key: string[] | null } {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return { issues: [issue(at, 'not an object')], key: null }
  }
  const given = value as Record<string, unknown>
  const issues: Issue[] = []
  const key = keyOf(given['key'])
  if (!key)
    issues.push({
      ...issue(`${at}/key`, 'the key is one or several non-empty texts of at most 200 characters'),
      code: 'E_NO_KEY',
    })
  if (given['system'] !== system)
    issues.push(issue(`${at}/system`, `all records of one request are of one system, here ${system}`))
  const status = given['status'] ?? 'active'
  if (status !== 'active' && status !== 'void') issues.push(issue(`${at}/status`, 'active or void'))
  const kind = given['kind']
  if (typeof kind !== 'string' || !isKind(kind)) {
    issues.push(issue(`${at}/kind`, `one of ${KINDS.join(', ')}`))
    return { issues, key }
  }
  let body: Record<string, unknown> = { flags: [] }
  for (const [name, part] of Object.entries(given)) if (!ENVELOPE.has(name)) body[name] = part
  body = withYears(body)
  const wrong = schemaIssues(kind, body, at)
  let unknown: readonly UnknownScheme[] = []
  if (wrong.length === 0) {
    const own = ownCodes(inChina(body) as unknown as Body, system)
    unknown = own.unknown
    // Codes first: a region is read from that of a node.
    body = withEventRegion(kind, normalCodes(own.body)) as object as typeof body
  }
  issues.push(...(wrong.length > 0 ? wrong : timeIssues(body, at)))
  if (issues.length === 0) {
    for (const missing of missingParts(kind, body as unknown as Body))
      issues.push(issue(`${at}/${missing.part}`, missing.reason))
  }
  if (issues.length > 0 || !key) return { issues, key }
  return {
    envelope: {
      kind,
      system,
      key,
      status: status as 'active' | 'void',
      body: body as unknown as Body,
      unknown,
    },
  }
}

function keyOf(key: unknown): string[] | null {
  const parts = typeof key === 'string' ? [key] : key
  if (!Array.isArray(parts) || parts.length === 0) return null
  const good = parts.every(
    (part) =>
      typeof part === 'string' &&
      part !== '' &&
      part.length <= KEY_PART_MAX &&
      part.isWellFormed() &&
      !part.includes('\0'),
  )
  return good ? (parts as string[]) : null
}

const issue = (path: string, reason: string): Issue => ({
  path,
  code: 'E_SCHEMA',
  reason,
  fix: 'See docs/model.md for the record.',
})
