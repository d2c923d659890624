import { addDecimal } from '#core/decimal.ts'
import { massOf } from '#core/lineage/document-use.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import { joinDigests, NO_DIGEST, versionDigest } from './digest.ts'
import { hourOf } from './hour.ts'

/** The records of one kind, region and hour. */
export interface BucketName {
  readonly kind: string
  /** GB/T 2260 code; empty where the record has none. */
  readonly region: string
  /** Of the event, by the clock of China; empty where it has no time. */
  readonly hour: string
}

/** What can be said of a set of records without naming them. */
export interface Figures {
  readonly count: number
  /** Kilograms, decimal text. Records that are void, or whose quantity is no mass, count without one. */
  readonly mass: string
  /** Of keys and versions, see `digest.ts`; null where the side does not know it. */
  readonly digest: string | null
}

export interface Bucket extends BucketName, Figures {}

export const NO_FIGURES: Figures = { count: 0, mass: '0', digest: NO_DIGEST }

/** A version of a record in a set. */
export interface VersionKey {
  readonly id: string
  readonly version: number
  /** Kilograms; null where the side does not say. */
  readonly mass: string | null
}

/** Where a record is counted, and what it adds there. */
export interface Placed extends BucketName {
  readonly id: string
  readonly version: number
  readonly mass: string
}

/** The bucket of a version, and its mass. @param occurredAtMs since 1970; NaN where the event has no time */
export function placed(record: CanonicalRecord, occurredAtMs: number): Placed {
  const { kind, id, version, region, status } = record
  return {
    kind,
    region: region?.code ?? '',
    hour: hourOf(occurredAtMs),
    id,
    version,
    mass: status === 'void' ? '0' : (massOf(record) ?? '0'),
  }
}

export const bucketText = ({ kind, region, hour }: BucketName): string => `${kind} ${region} ${hour}`

export const addFigures = (a: Figures, b: Figures): Figures => ({
  count: a.count + b.count,
  mass: addDecimal(a.mass, b.mass),
  digest: a.digest === null || b.digest === null ? null : joinDigests(a.digest, b.digest),
})

/** What one version adds to its bucket. */
export const figuresOf = ({ id, version, mass }: Omit<VersionKey, 'mass'> & { mass: string }): Figures => ({
  count: 1,
  mass,
  digest: versionDigest(id, version),
})

/** Figures of the same bucket put together. */
export function gathered(buckets: Iterable<Bucket>): Map<string, Bucket> {
  const all = new Map<string, Bucket>()
  for (const bucket of buckets) {
    const name = bucketText(bucket)
    const known = all.get(name)
    all.set(name, known ? { ...bucket, ...addFigures(known, bucket) } : bucket)
  }
  return all
}
