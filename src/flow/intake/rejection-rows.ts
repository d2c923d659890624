import { fieldOfPlace } from '#core/issue.ts'
import { storable } from '#core/text.ts'
import { digestUuid } from '#store/digest-uuid.ts'
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

/** A message with the decoded values of its rejected source records, by their place. */
export type RejectedIn = Pick<
  IntakeMessage,
  'id' | 'receivedAtMs' | 'system' | 'record' | 'mapping' | 'rejectedValues'
>

/** Identifier of the rejection of a source record: the same record sent again has the same. @param source its JSON text */
export const rejectionId = (system: string, record: string, source: string): string =>
  digestUuid(`${system}/${record}\n${source}`)

/** A rejection as it is kept. Its identifier follows from system, record and source. */
export function rejectionRow(
  message: RejectedIn,
  result: Omit<KeyedResult, 'recordKeys' | 'records'>,
): RejectionRow {
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
    groupKey: `${message.record} ${code} ${fieldOfPlace(place)} ${message.mapping}`,
    issues: JSON.stringify(result.issues ?? []),
    source,
  }
}
