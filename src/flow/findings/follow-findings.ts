import { placeOf, systemsOf } from '#core/findings/finding-row.ts'
import type { LogReader } from '#flow/follow/noted-page.ts'
import { FINDINGS_FOLLOWER, type FindingRow, writeFindings } from '#store/findings.ts'

/** Keeps the newest version of each finding, whoever wrote it, where lists look for it. */
export const findingsReader: LogReader = {
  name: FINDINGS_FOLLOWER,
  begin() {
    const rows = new Map<string, FindingRow>()
    const voided = new Set<string>()
    return {
      note({ change: { kind, recordId, version }, now, receivedAt }) {
        if (kind !== 'finding') return
        rows.delete(recordId)
        voided.delete(recordId)
        if (now?.occurredAt === undefined) {
          voided.add(recordId)
          return
        }
        rows.set(recordId, {
          id: recordId,
          version,
          system: now.system,
          kind: now.findingKind ?? '',
          severity: now.severity ?? '',
          state: now.state ?? '',
          subject: now.subject ?? null,
          region: now.region?.code ?? null,
          ownerRole: now.owner?.role ?? null,
          ownerRegion: now.owner?.region?.code ?? null,
          site: placeOf(now),
          aboutSystems: systemsOf(now),
          productClass: now.product?.class ?? null,
          occurredAt: now.occurredAt.at,
          dueAt: now.dueAt?.at ?? null,
          receivedAt,
        })
      },
      write: (client) => writeFindings(client, [...rows.values()], [...voided]),
    }
  },
}
