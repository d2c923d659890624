import { addFigures, type Bucket, type BucketName, bucketText, type Figures } from './bucket.ts'

/** By what figures are told apart; hour and day are never both. */
export type Grain = 'kind' | 'region' | 'hour' | 'day'

/** Stands for what is not told apart. */
export const ALL = '*'

/** The bucket that a bucket is put into where figures are told apart by these. */
export function atGrain({ kind, region, hour }: BucketName, grain: readonly Grain[]) {
  const name: BucketName = {
    kind: grain.includes('kind') ? kind : ALL,
    region: grain.includes('region') ? region : ALL,
    hour: grain.includes('hour') ? hour : grain.includes('day') ? hour.slice(0, 10) : ALL,
  }
  return { name, text: bucketText(name) }
}

/** Puts buckets together as coarsely as the grain says. */
export function grainBuckets(
  into: Map<string, BucketName & Figures>,
  buckets: Iterable<Bucket>,
  grain: readonly Grain[],
): void {
  for (const bucket of buckets) {
    const { name, text } = atGrain(bucket, grain)
    const { count, mass, digest } = bucket
    const known = into.get(text)
    into.set(text, { ...name, ...(known ? addFigures(known, bucket) : { count, mass, digest }) })
  }
}
