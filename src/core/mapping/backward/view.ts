import type { Row } from '#core/mapping/run/run.ts'
import type { DocumentPart, FlowPart, LotPart, PartyPart, SitePart } from '#core/model/parts.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import { countryOf } from '#core/regions/countries.ts'
import { regionPath } from '#core/regions/path.ts'
import type { SourceValue } from '#core/source.ts'

type Values = { [name: string]: SourceValue }

/**
 * A canonical record as a row that paths can be read from: parties and sites by role (`parties.seller.name`, `.code` the first code,
 * `.ids.cn\.uscc` the one of a scheme), lots by role, documents by role and by type (`documents.promise_cert.number`), the key by
 * number (`key.0`), regions with their whole name (`origin.path`). Where there are several the first is taken; `each` reads them all.
 */
export function viewOf(record: CanonicalRecord): Row {
  const { parties, sites, lots, documents, input, output, ...rest } = record
  return {
    ...plain(rest),
    ...placesOf(rest),
    key: Object.fromEntries(record.key.map((part, i) => [String(i), part])),
    ...(parties ? { parties: byRole(parties, namedOf) } : {}),
    ...(sites ? { sites: byRole(sites, namedOf) } : {}),
    ...(lots ? { lots: byRole(lots, plain) } : {}),
    ...(documents ? { documents: documentsOf(documents) } : {}),
    ...(input ? { input: flowOf(input) } : {}),
    ...(output ? { output: flowOf(output) } : {}),
  }
}

/** The members of a list of the record, for `each`. */
export function membersOf(record: CanonicalRecord, name: string): Row[] {
  if (name === 'parties') return (record.parties ?? []).map(namedOf)
  if (name === 'sites') return (record.sites ?? []).map(namedOf)
  if (name === 'lots') return (record.lots ?? []).map(plain)
  return name === 'documents' ? (record.documents ?? []).map(plain) : []
}

export const LISTS = ['parties', 'sites', 'lots', 'documents'] as const

/** Everything as text, the way a source would have it. */
function plain(part: object): Values {
  const values: Values = {}
  for (const [name, value] of Object.entries(part)) {
    if (value !== undefined) values[name] = asText(value)
  }
  return values
}

function asText(value: unknown): SourceValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map(asText)
  return typeof value === 'object' ? plain(value) : String(value)
}

/** Places with their names from the province down; abroad the name of the country. */
function placesOf(record: Pick<CanonicalRecord, 'region' | 'origin' | 'destination'>): Values {
  const places: Values = {}
  for (const name of ['region', 'origin', 'destination'] as const) {
    const place = record[name]
    const path = place?.code
      ? regionPath(place.code, place.year).join('')
      : countryOf(place?.country ?? '')?.name
    if (place && path) places[name] = { ...plain(place), path }
  }
  return places
}

function namedOf(part: PartyPart | SitePart): Values {
  const [first] = part.ids
  const uscc = part.ids.find(({ scheme }) => scheme === 'cn.uscc')?.value
  return {
    ...plain(part),
    ids: Object.fromEntries(part.ids.map(({ scheme, value }) => [scheme, value])),
    ...(first ? { code: first.value } : {}),
    // GB 32100: the third to eighth characters are the region of the authority that registered it.
    ...(uscc ? { registeredIn: uscc.slice(2, 8) } : {}),
  }
}

function byRole<T extends { readonly role: string }>(parts: readonly T[], read: (part: T) => Values): Values {
  const found: Values = {}
  for (const part of parts) if (!Object.hasOwn(found, part.role)) found[part.role] = read(part)
  return found
}

function documentsOf(documents: readonly DocumentPart[]): Values {
  const found = byRole(documents, plain)
  for (const document of documents)
    if (!Object.hasOwn(found, document.type)) found[document.type] = plain(document)
  return found
}

function flowOf({ lots, documents, ...rest }: FlowPart): Values {
  return {
    ...plain(rest),
    ...(lots ? { lots: byRole<LotPart>(lots, plain) } : {}),
    ...(documents ? { documents: documentsOf(documents) } : {}),
  }
}
