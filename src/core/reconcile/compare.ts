import { compareDecimal } from '#core/decimal.ts'
import { type BucketName, bucketText, type Figures, NO_FIGURES, type VersionKey } from './bucket.ts'

/** A bucket of which the two sides say different things. */
export interface Difference extends BucketName {
  readonly own: Figures
  readonly theirs: TheirFigures
}

/** What the other side says; it may not know masses or digests. */
export interface TheirFigures {
  readonly count: number
  readonly mass: string | null
  readonly digest: string | null
}

/** Whether two figures can be of the same set; what one side does not say is not compared. */
export const agrees = (own: Figures, theirs: TheirFigures): boolean =>
  own.count === theirs.count &&
  (theirs.mass === null || compareDecimal(own.mass, theirs.mass) === 0) &&
  (own.digest === null || theirs.digest === null || own.digest === theirs.digest)

/** The buckets in which two sides do not agree; a bucket that one side does not name is empty there. */
export function differences(
  own: ReadonlyMap<string, BucketName & Figures>,
  theirs: ReadonlyMap<string, BucketName & TheirFigures>,
): Difference[] {
  const found: Difference[] = []
  const compare = (name: BucketName, ours: Figures, others: TheirFigures): void => {
    if (agrees(ours, others)) return
    const { kind, region, hour } = name
    found.push({ kind, region, hour, own: figures(ours), theirs: theirFigures(others) })
  }
  for (const [text, bucket] of own) compare(bucket, bucket, theirs.get(text) ?? NO_FIGURES)
  for (const [text, bucket] of theirs) if (!own.has(text)) compare(bucket, NO_FIGURES, bucket)
  return found.sort((a, b) => (bucketText(a) < bucketText(b) ? -1 : 1))
}

const figures = ({ count, mass, digest }: Figures): Figures => ({ count, mass, digest })
const theirFigures = ({ count, mass, digest }: TheirFigures): TheirFigures => ({ count, mass, digest })

/** How the two sides differ in one record. */
export interface KeyPair {
  readonly id: string
  readonly own: Omit<VersionKey, 'id'> | null
  readonly theirs: Omit<VersionKey, 'id'> | null
}

/** The records of which one side has no version, another version, or another mass. */
export function keyPairs(own: Iterable<VersionKey>, theirs: Iterable<VersionKey>): KeyPair[] {
  const others = new Map([...theirs].map((key) => [key.id, key]))
  const pairs: KeyPair[] = []
  for (const { id, version, mass } of own) {
    const other = others.get(id)
    others.delete(id)
    if (other && other.version === version && sameMass(mass, other.mass)) continue
    pairs.push({
      id,
      own: { version, mass },
      theirs: other ? { version: other.version, mass: other.mass } : null,
    })
  }
  for (const { id, version, mass } of others.values())
    pairs.push({ id, own: null, theirs: { version, mass } })
  return pairs
}

const sameMass = (own: string | null, theirs: string | null): boolean =>
  own === null || theirs === null || compareDecimal(own, theirs) === 0
