import { createHash } from 'node:crypto'
import type { SourceValue } from '#core/source.ts'
import type { RejectionRow } from '#store/rejections.ts'
import type { PreparedMessage } from './decide.ts'
import type { KeyedResult } from './results-text.ts'

/** A message with the decoded values of its rejected source records, by their place. */
export type RejectedIn = PreparedMessage & { readonly rejectedValues: ReadonlyMap<number, SourceValue> }

/** Identifier of the rejection of a source record: the same record sent again has the same. @param source its JSON text */
export function rejectionId(system: string, record: string, source: string): string {
  const digest = createHash('sha256').update(`${system}/${record}\n${source}`).digest('hex')
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-a${digest.slice(17, 20)}-${digest.slice(20, 32)}`
}

/** A rejected source record as it is kept. */
export function rejectionRow(message: RejectedIn, result: KeyedResult): RejectionRow {
  const source = JSON.stringify(message.rejectedValues.get(result.index) ?? null)
  const first = result.issues?.[0]
  const code = first?.code ?? 'E_SCHEMA'
  const place = storable(first?.path ?? '')
  return {
    id: rejectionId(message.system, message.record, source),
    messageId: message.id,
    receivedAtMs: message.receivedAtMs,
    index: result.index,
    system: message.system,
    record: message.record,
    mapping: message.mapping,
    key: result.key?.map(storable) ?? null,
    code,
    place,
    groupKey: `${message.record} ${code} ${fieldOf(place)} ${message.mapping}`,
    issues: JSON.stringify(result.issues ?? []),
    source,
  }
}

/** Text as PostgreSQL takes it: a place may name a field of the source that holds NUL or half a surrogate pair. */
const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD')

/** The field of a place without the row, so that the same fault in many rows is one group. */
const fieldOf = (place: string): string =>
  storable(place.slice(place.lastIndexOf('/') + 1).slice(0, FIELD_MAX))
/** A field of a group is part of an index; the sender chooses its name. */
const FIELD_MAX = 100
