import type { CanonicalRecord } from '#core/model/record.ts'
import { placeOf } from '#core/supervision/market.ts'
import type { LogReader, PageReading } from '#flow/follow/noted-page.ts'
import { INSPECTIONS_FOLLOWER, type InspectionRow, writeInspections } from '#store/inspections.ts'

/** Keeps the newest version of each inspection, whichever system wrote it. */
export const inspectionsReader: LogReader = { name: INSPECTIONS_FOLLOWER, begin: noteInspections }

function noteInspections(): PageReading {
  const rows = new Map<string, InspectionRow>()
  const voided = new Set<string>()
  return {
    note({ said }) {
      if (said.kind !== 'inspection') return
      const row = said.status === 'void' ? null : rowOf(said)
      rows.delete(said.id)
      voided.delete(said.id)
      if (row === null) voided.add(said.id)
      else rows.set(said.id, row)
    },
    write: (client) => writeInspections(client, [...rows.values()], [...voided]),
  }
}

function rowOf(record: CanonicalRecord): InspectionRow | null {
  if (record.occurredAt === undefined) return null
  const { result = 'unknown', sites = [] } = record
  const stall = sites.find(({ role }) => role === 'stall')
  return {
    id: record.id,
    version: record.version,
    system: record.system,
    place: placeOf(record).said,
    stall: stall?.name ?? stall?.ids[0]?.value ?? null,
    region: record.region?.code ?? '',
    result,
    answers: record.answers ?? [],
    // Nothing has to be put right where everything was right.
    dueAt: result === 'pass' ? null : (record.dueAt?.at ?? null),
    occurredAt: record.occurredAt.at,
  }
}
