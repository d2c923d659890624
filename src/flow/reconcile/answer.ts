import type { Pool } from 'pg'
import type { Bucket, BucketName, VersionKey } from '#core/reconcile/bucket.ts'
import type { TheirFigures } from '#core/reconcile/compare.ts'
import type { CountsQuestion, KeysQuestion } from '#core/reconcile/read-questions.ts'
import { headPosition } from '#store/changes.ts'
import { readFollowers } from '#store/followers.ts'
import { isKept, readBuckets } from '#store/record-buckets.ts'
import {
  countParts,
  countVersions,
  listVersions,
  newestVersions,
  type VersionSet,
} from '#store/version-sets.ts'
import { BUCKETS_FOLLOWER } from './follow-buckets.ts'
import { LITTLE_BEHIND } from './open-sides.ts'

export type CountsAnswer =
  | { readonly buckets: readonly Bucket[]; readonly next: string | null }
  | { readonly parts: readonly (TheirFigures & { readonly place: string })[]; readonly next: null }

const BUCKETS_OF_PAGE = 5000
const KEYS_OF_PAGE = 1000

/** Figures of what is here: of hours, or of the sixteen parts of a bucket. */
export async function answerCounts(
  pool: Pool,
  of: Omit<VersionSet, 'position'>,
  question: CountsQuestion,
): Promise<CountsAnswer> {
  const set = { ...of, position: await headPosition(pool) }
  if ('bucket' in question) {
    const rows = [...(await countParts(pool, set, question))].map(([place, figures]) => ({
      place,
      ...figures,
    }))
    return { parts: rows.sort((a, b) => (a.place < b.place ? -1 : 1)), next: null }
  }
  const { hours, after } = question
  const [follower] = await readFollowers(pool, [BUCKETS_FOLLOWER])
  // What the follower has not come to yet makes its bucket differ, and is found among the keys, which are never kept.
  const isLittleBehind = set.position - (follower?.position ?? 0n) <= LITTLE_BEHIND
  const kept = isKept(set.filter) && isLittleBehind
  const all = kept ? await readBuckets(pool, set, hours) : await countVersions(pool, set, hours)
  const rest = all
    .map((bucket) => ({ name: nameOf(bucket), bucket }))
    .filter(({ name }) => after === undefined || name > after)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const page = rest.slice(0, BUCKETS_OF_PAGE)
  const next = rest.length > page.length ? (page.at(-1)?.name ?? null) : null
  return { buckets: page.map(({ bucket }) => bucket), next }
}

const nameOf = ({ hour, kind, region }: BucketName): string => `${hour} ${kind} ${region}`

/** Keys and versions of a part of a bucket, or of records that are named: these by whatever road they came. */
export async function answerKeys(
  pool: Pool,
  of: Omit<VersionSet, 'position'>,
  question: KeysQuestion,
): Promise<{ readonly keys: readonly VersionKey[]; readonly next: string | null }> {
  const position = await headPosition(pool)
  if ('ids' in question) {
    const known = await newestVersions(pool, { filter: {}, position }, question.ids)
    // Whoever names a record that it did not bring learns that it is here, as the verdict `duplicate` would tell, and no more.
    return { keys: [...known.values()].map(({ id, version }) => ({ id, version, mass: null })), next: null }
  }
  const { after } = question
  const keys = await listVersions(pool, { ...of, position }, question, { after, limit: KEYS_OF_PAGE })
  return { keys, next: keys.length === KEYS_OF_PAGE ? (keys.at(-1)?.id ?? null) : null }
}
