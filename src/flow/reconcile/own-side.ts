import type { Pool } from 'pg'
import type { CanonicalRecord } from '#core/model/record.ts'
import {
  addFigures,
  type Bucket,
  bucketText,
  type Figures,
  figuresOf,
  gathered,
  NO_FIGURES,
  type VersionKey,
} from '#core/reconcile/bucket.ts'
import { placeOf } from '#core/reconcile/digest.ts'
import { piecesOf } from '#core/reconcile/hour.ts'
import type { BackwardMapping } from '#flow/delivery/ports.ts'
import { readVersions } from '#store/changes.ts'
import { readBuckets, type WantedHours } from '#store/record-buckets.ts'
import {
  type BucketPart,
  countParts,
  countVersions,
  listVersions,
  newestVersions,
  type PlacedVersion,
  pageVersions,
  type VersionSet,
} from '#store/version-sets.ts'
import { placedRecord } from './placed-record.ts'

/** What our side should have given to the other, or has of it. */
export interface OwnSide {
  buckets(hours: WantedHours): Promise<Map<string, Bucket>>
  /** Sixteen parts of a part, by the next digit of the place. */
  parts(part: BucketPart): Promise<Map<string, Figures>>
  keys(part: BucketPart): Promise<VersionKey[]>
  /** All versions of some hours, a page at a time. */
  pages(hours: WantedHours): AsyncGenerator<readonly VersionKey[]>
  /** The newest version of each of the records, whether it is counted yet or not. */
  newest(ids: readonly string[]): Promise<Map<string, PlacedVersion>>
}

const PAGE = 1000
/** Everything that a set will ever hold. */
const whole = ({ filter, via, notPassed }: VersionSet): VersionSet => ({
  filter,
  via,
  notPassed,
  position: EVER,
})

/** Beyond every position. */
export const EVER = 9_223_372_036_854_775_807n

/**
 * A side that the database counts.
 * @param kept reads the figures of hours from those that are kept; the filter of the set must tell apart no more than they do
 */
export function countedSide(pool: Pool, set: VersionSet, { kept = false } = {}): OwnSide {
  return {
    async buckets(hours) {
      return gathered(kept ? await readBuckets(pool, set, hours) : await countVersions(pool, set, hours))
    },
    parts: (part) => countParts(pool, set, part),
    async keys(part) {
      const keys: VersionKey[] = []
      for await (const page of partPages(pool, set, part)) keys.push(...page)
      return keys
    },
    pages: (hours) => hourPages(pool, set, hours),
    newest: (ids) => newestVersions(pool, whole(set), ids),
  }
}

/** A side of which a mapping decides what concerns the receiver: each version is looked at, a page at a time. */
export function mappedSide(pool: Pool, set: VersionSet, mapping: BackwardMapping): OwnSide {
  const seen = async (keys: readonly VersionKey[]) => {
    const changes = await readVersions(
      pool,
      keys.map(({ id, version }) => ({ recordId: id, version })),
    )
    const prepared = await mapping.prepare(changes)
    return changes.map((change) => ({ change, written: prepared.one(change) }))
  }
  /** Versions that were sent: those that the mapping leaves out or cannot write are not. */
  const sent = async (keys: readonly VersionKey[]): Promise<CanonicalRecord[]> =>
    (await seen(keys))
      .filter(({ written }) => written.ok && written.text !== null)
      .map(({ change }) => JSON.parse(change.text) as CanonicalRecord)
  return {
    async buckets(hours) {
      const all = new Map<string, Bucket>()
      for await (const page of hourPages(pool, set, hours)) {
        for (const record of await sent(page)) {
          const { kind, region, hour, ...key } = placedRecord(record)
          const name = bucketText({ kind, region, hour })
          all.set(name, {
            kind,
            region,
            hour,
            ...addFigures(all.get(name) ?? NO_FIGURES, figuresOf(key)),
          })
        }
      }
      return all
    },
    async parts(part) {
      const all = new Map<string, Figures>()
      for await (const page of partPages(pool, set, part)) {
        for (const record of await sent(page)) {
          const place = placeOf(record.id).slice(0, part.place.length + 1)
          all.set(place, addFigures(all.get(place) ?? NO_FIGURES, figuresOf(placedRecord(record))))
        }
      }
      return all
    },
    async keys(part) {
      const keys: VersionKey[] = []
      for await (const page of partPages(pool, set, part)) keys.push(...(await sent(page)).map(keyOf))
      return keys
    },
    async *pages(hours) {
      for await (const page of hourPages(pool, set, hours)) yield (await sent(page)).map(keyOf)
    },
    async newest(ids) {
      const all = await newestVersions(pool, whole(set), ids)
      for (const { change, written } of await seen([...all.values()]))
        if (written.ok && written.text === null) all.delete(change.recordId)
      return all
    },
  }
}

function keyOf(record: CanonicalRecord): VersionKey {
  const { id, version, mass } = placedRecord(record)
  return { id, version, mass }
}

async function* partPages(pool: Pool, set: VersionSet, part: BucketPart) {
  for (let after: string | undefined; ; ) {
    const page = await listVersions(pool, set, part, { after, limit: PAGE })
    yield page
    if (page.length < PAGE) return
    after = page.at(-1)?.id
  }
}

/** An hour after the other, so that each page looks at the versions of one. */
async function* hourPages(pool: Pool, set: VersionSet, hours: WantedHours) {
  for (const piece of hours === null ? [null] : piecesOf(hours, 1)) {
    for (let after = 0n; ; ) {
      const page = await pageVersions(pool, set, piece, { after, limit: PAGE })
      if (page.length > 0) yield page
      if (page.length < PAGE) break
      after = page.at(-1)?.position ?? after
    }
  }
}

/** A side without masses, for a link that may not see them. */
export function withoutOwnMass(side: OwnSide): OwnSide {
  const bare = <K, T>(rows: ReadonlyMap<K, T>): Map<K, T & { mass: string }> =>
    new Map([...rows].map(([name, row]) => [name, { ...row, mass: '0' }]))
  const keys = (rows: readonly VersionKey[]): VersionKey[] => rows.map((row) => ({ ...row, mass: null }))
  return {
    buckets: async (hours) => bare(await side.buckets(hours)),
    parts: async (part) => bare(await side.parts(part)),
    keys: async (part) => keys(await side.keys(part)),
    newest: async (ids) => bare(await side.newest(ids)),
    async *pages(hours) {
      for await (const page of side.pages(hours)) yield keys(page)
    },
  }
}
