import type { ClientBase, Pool } from 'pg'
import type { CanonicalRecord } from '#core/model/record.ts'
import { type Change, readPreviousVersions } from '#store/changes.ts'

/** A change with the version that it takes the place of. */
export interface Succession {
  readonly change: Change
  /** What the records say now and said before; null where it is void, or where there was none. */
  readonly now: CanonicalRecord | null
  readonly before: CanonicalRecord | null
  readonly receivedAt: string
  /** The same, also where it is void. */
  readonly said: CanonicalRecord
  readonly saidBefore: CanonicalRecord | null
  /** Where in the log that stands. */
  readonly positionBefore: bigint | null
}

/**
 * Each change with what its record said before: what a new version takes back can be taken back from the counts. They are parsed one by
 * one, as they are asked for, so that only one is in memory.
 */
export async function readSuccessions(
  client: ClientBase | Pool,
  changes: readonly Change[],
): Promise<Iterable<Succession>> {
  const here = new Map(changes.map((change) => [keyOf(change.recordId, change.version), change]))
  const isFirst = (change: Change): boolean => change.version === 1
  const inPage = ({ recordId, version }: Change): Change | undefined => here.get(keyOf(recordId, version - 1))
  // Of the records of another hub not every version comes, so the one before need not be one less.
  const wanted = changes.filter((change) => !isFirst(change) && !inPage(change))
  const earlier = wanted.length > 0 ? await readPreviousVersions(client, wanted) : new Map<string, Change>()
  const successionOf = (change: Change): Succession => {
    const before = inPage(change) ?? earlier.get(keyOf(change.recordId, change.version))
    const record = JSON.parse(change.text) as CanonicalRecord
    const saidBefore = before ? (JSON.parse(before.text) as CanonicalRecord) : null
    return {
      change,
      now: change.status === 'active' ? record : null,
      before: before?.status === 'active' ? saidBefore : null,
      receivedAt: record.receivedAt,
      said: record,
      saidBefore,
      positionBefore: before?.position ?? null,
    }
  }
  return changes.values().map(successionOf)
}

const keyOf = (recordId: string, version: number): string => `${version} ${recordId}`
