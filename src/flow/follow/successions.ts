import type { ClientBase } from 'pg'
import type { CanonicalRecord } from '#core/model/record.ts'
import { type Change, readVersions } from '#store/changes.ts'

/** A change with the version that it takes the place of. */
export interface Succession {
  readonly change: Change
  /** What the records say now and said before; null where it is void, or where there was none. */
  readonly now: CanonicalRecord | null
  readonly before: CanonicalRecord | null
  readonly receivedAt: string
}

/** Each change with what its record said before: what a new version takes back can be taken back from the counts. */
export async function readSuccessions(client: ClientBase, changes: readonly Change[]): Promise<Succession[]> {
  const here = new Map(changes.map((change) => [keyOf(change.recordId, change.version), change]))
  const wanted = changes
    .map(({ recordId, version }) => ({ recordId, version: version - 1 }))
    .filter(({ recordId, version }) => version > 0 && !here.has(keyOf(recordId, version)))
  if (wanted.length > 0)
    for (const before of await readVersions(client, wanted))
      here.set(keyOf(before.recordId, before.version), before)
  return changes.map((change) => {
    const before = here.get(keyOf(change.recordId, change.version - 1))
    const record = JSON.parse(change.text) as CanonicalRecord
    return {
      change,
      now: change.status === 'active' ? record : null,
      before: before && before.status === 'active' ? (JSON.parse(before.text) as CanonicalRecord) : null,
      receivedAt: record.receivedAt,
    }
  })
}

const keyOf = (recordId: string, version: number): string => `${version} ${recordId}`
