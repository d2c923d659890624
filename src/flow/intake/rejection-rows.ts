import { createHash } from 'node:crypto'
import type { RejectionRow } from '#store/rejections.ts'
import type { KeyedResult } from './results-text.ts'
import type { IntakeMessage } from './write.ts'

/** The rejections of messages, each once. */
export function rejectionRows(
  messages: readonly IntakeMessage[],
  results: readonly KeyedResult[][],
): RejectionRow[] {
  const rows = new Map<string, RejectionRow>()
  messages.forEach((message, m) => {
    for (const result of results[m] as KeyedResult[]) {
      if (result.result !== 'rejected') continue
      const row = rejectionRow(message, result)
      rows.set(row.id, row)
    }
  })
  // Two writers that count the same rejections in another order would wait for each other.
  return [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

type RejectedIn = Pick<
  IntakeMessage,
  'id' | 'receivedAtMs' | 'system' | 'record' | 'mapping' | 'rejectedValues'
>

/** A rejection as it is kept. Its identifier follows from system, record and source. */
export function rejectionRow(
  message: RejectedIn,
  result: Omit<KeyedResult, 'recordKeys' | 'records'>,
): RejectionRow {
  const source = JSON.stringify(message.rejectedValues.get(result.index) ?? null)
  const first = result.issues?.[0]
  const code = first?.code ?? 'E_SCHEMA'
  const place = storable(first?.path ?? '')
  const digest = createHash('sha256').update(`${message.system}/${message.record}\n${source}`).digest('hex')
  return {
    id: `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-a${digest.slice(17, 20)}-${digest.slice(20, 32)}`,
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
