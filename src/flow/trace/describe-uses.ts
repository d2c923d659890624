import { checkDocumentUse } from '#core/documents/document-validity.ts'
import type { PaperUsage } from '#core/documents/paper-usage.ts'
import { placesOfUse } from '#core/documents/places-of-use.ts'
import { massOf } from '#core/lineage/document-use.ts'
import { recordSummary } from '#core/lineage/record-summary.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { UseRow } from '#store/document-uses.ts'
import { readTracedVersions } from '#store/lots.ts'
import type { Reader } from '#store/sighted.ts'
import { dayIssued, dayOf } from './document-issue.ts'
import type { DocumentIssue, DocumentUse } from './document-parts.ts'

/** Uses of a paper as they are told, in their order: which of them are counted, and what is wrong with each by the day of issue and the province of the paper. */
export async function describeUses(
  reader: Reader,
  uses: readonly UseRow[],
  { sites }: PaperUsage,
  issue: DocumentIssue | undefined,
  province: string | null,
): Promise<DocumentUse[]> {
  const counted = new Set(
    sites.flatMap(({ keys, kind, system }) => keys.map((key) => `${kind} ${system} ${key}`)),
  )
  const records = await readTracedVersions(reader, uses)
  return uses.flatMap(({ recordId, kind, system, site, isFirst }) => {
    const record = records.get(recordId)
    return record ? [useOf(record, isFirst && counted.has(`${kind} ${system} ${site}`), issue, province)] : []
  })
}

function useOf(
  record: TracedRecord,
  counted: boolean,
  issue: DocumentIssue | undefined,
  province: string | null,
): DocumentUse {
  const { body } = record
  const usedOn = body.occurredAt && dayOf(body.occurredAt.at)
  const flags =
    issue?.issuedOn && usedOn
      ? checkDocumentUse({
          type: issue.type,
          // Of a paper of which no day of issue is told nobody knows that it had expired.
          issuedOn: dayIssued(issue.issuedOn) ?? usedOn,
          usedOn,
          ...(issue.validUntil ? { validUntil: issue.validUntil } : {}),
          ...placesOfUse(body),
          // A paper is valid in the province of its issue, wherever the animals came from that its goods were made of.
          ...(province === null ? {} : { from: province }),
        })
      : []
  return {
    record: record.id,
    kind: record.kind as DocumentUse['kind'],
    system: record.system,
    status: record.status,
    occurredAt: body.occurredAt ?? null,
    massKg: massOf(body),
    counted,
    summary: recordSummary(body),
    flags: [...flags],
  }
}
