import type { ClientBase, Pool } from 'pg'
import type { Bucket, Figures } from '#core/reconcile/bucket.ts'
import type { ChangeFilter } from './change-filter.ts'

/** Hours of events; null: the records whose event has no time. */
export type WantedHours = { readonly from: string; readonly to: string } | null

/** What is put into the bucket of a system, or taken out of it (with counts and masses below zero). */
export interface BucketMove extends Bucket {
  readonly system: string
  /** System of the peer that brought the version; empty where it entered here. */
  readonly via: string
}

/** Adds to the buckets, one move to each of them; the caller is the only one who does. */
export async function moveBuckets(client: ClientBase, moves: readonly BucketMove[]): Promise<void> {
  await client.query(
    `insert into record_buckets (system, via, kind, region, hour, count, mass, digest)
     select system, via, kind, region, hour, count, mass, ('x' || digest)::bit(128)
       from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::numeric[], $7::text[],
                   $8::text[]) m (system, kind, region, hour, count, mass, digest, via)
     on conflict (system, hour, kind, region, via) do update
        set count = record_buckets.count + excluded.count, mass = record_buckets.mass + excluded.mass,
            digest = record_buckets.digest # excluded.digest`,
    [
      moves.map(({ system }) => system),
      moves.map(({ kind }) => kind),
      moves.map(({ region }) => region),
      moves.map(({ hour }) => hour),
      moves.map(({ count }) => count),
      moves.map(({ mass }) => mass),
      moves.map(({ digest }) => digest),
      moves.map(({ via }) => via),
    ],
  )
}

/** Kept digests as text: a bit string is 128 characters, of which 32 digits are made here. */
export const digestText = (bits: string): string => BigInt(`0b${bits}`).toString(16).padStart(32, '0')

/** Decimal text without the zeros at its end that a sum leaves. */
export const massText = (sum: string): string => (sum.includes('.') ? sum.replace(/\.?0+$/, '') : sum)

export const figuresOfRow = (row: { count: string; mass: string; digest: string }): Figures => ({
  count: Number(row.count),
  mass: massText(row.mass),
  digest: digestText(row.digest),
})

/** Whether the kept buckets tell apart what a filter tells apart. A region is none of it: records fit that were in it before, and a bucket tells only where they are now. */
export const isKept = ({ kinds: _k, systems: _s, ...others }: ChangeFilter): boolean =>
  Object.values(others).every((list) => list === undefined || list === null || list.length === 0)

/** Who brought records here: `''` means those that entered here; absent: all. */
export interface Brought {
  readonly via?: string | undefined
}

/** The kept buckets of some hours that fit a filter (`isKept`), the systems of it together. */
export async function readBuckets(
  client: ClientBase | Pool,
  { filter, via }: { readonly filter: ChangeFilter } & Brought,
  hours: WantedHours,
): Promise<Bucket[]> {
  const list = (values: readonly string[] | undefined) => (values?.length ? values : null)
  const { rows } = await client.query(
    `select kind, region, hour, sum(count) as count, sum(mass) as mass, bit_xor(digest)::text as digest from record_buckets
      where hour >= $1 and hour < $2 and ($3::text[] is null or kind = any($3)) and ($4::text[] is null or system = any($4))
        and ($5::text is null or via = $5)
      group by hour, kind, region having sum(count) > 0`,
    [hours?.from ?? '', hours?.to ?? '0', list(filter.kinds), list(filter.systems), via ?? null],
  )
  return rows.map((row) => ({ kind: row.kind, region: row.region, hour: row.hour, ...figuresOfRow(row) }))
}
