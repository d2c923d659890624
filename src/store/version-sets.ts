import type { ClientBase, Pool } from 'pg'
import type { Bucket, BucketName, Figures, VersionKey } from '#core/reconcile/bucket.ts'
import { hourOf, piecesOf, spanOf } from '#core/reconcile/hour.ts'
import { type ChangeFilter, filterSql } from './change-filter.ts'
import { type Brought, figuresOfRow, massText, type WantedHours } from './record-buckets.ts'

type Client = ClientBase | Pool

/** Of each record the newest version that fits a filter, up to a position of the log. */
export interface VersionSet extends Brought {
  readonly filter: ChangeFilter
  readonly position: bigint
  /** The same for holds, which go over a lane of their own, and for what replays made, which goes behind the rest; absent: the same position. */
  readonly aside?: { readonly holds: bigint; readonly replayed: bigint } | undefined
  /** Records whose newest version is not behind this position are not in the set. */
  readonly beginsAfter?: bigint | undefined
  /** What this link holds is not in the set. */
  readonly withoutHeldOf?: string | undefined
  /** What has passed this hub, or is of it, is not in the set. */
  readonly notPassed?: string | undefined
}

/** A version with its place in the log, and whether a replay made it. */
export interface PlacedVersion extends VersionKey {
  readonly mass: string
  readonly position: bigint
  readonly replayed: boolean
}

/** One part of a bucket: the records whose place (`placeOf`) begins with some digits. */
export interface BucketPart {
  readonly bucket: BucketName
  /** Hexadecimal digits; empty for the whole bucket. */
  readonly place: string
}

const BYTES = `sha256(convert_to(record_id || chr(10) || version, 'UTF8'))`
/** The same as `versionDigest`. */
const DIGEST = `('x' || left(encode(${BYTES}, 'hex'), 32))::bit(128)`
/** The same as `placeOf`. */
const PLACE = `encode(sha256(convert_to(record_id, 'UTF8')), 'hex')`
/** The same as `hourOf`. */
const HOUR = `coalesce(to_char(occurred_at + interval '8 hours', 'YYYY-MM-DD"T"HH24'), '')`
/** The same as `placed`: kilograms of the quantity, or of the mass beside a count. A text is read as JSON once where it has a quantity. */
const MASS = `case when status = 'void' then 0
  when q ->> 'unit' = 'KGM' and q ->> 'value' <> '' then (q ->> 'value')::numeric
  when strpos(body, '"mass":') > 0 and body::json #>> '{mass,unit}' = 'KGM' and body::json #>> '{mass,value}' <> ''
    then (body::json #>> '{mass,value}')::numeric
  else 0 end`
/** Not to be pulled up (`offset 0`): the text would be parsed for each mention. */
const QUANTITY = `cross join lateral (select case when strpos(body, '"quantity":') > 0 then body::json -> 'quantity' end as q offset 0) j`

interface Sql {
  readonly text: string
  readonly values: unknown[]
}

/** `from … where …` of a set, with further conditions on the versions in it. */
function from(set: VersionSet, more: (parameter: (value: unknown) => string) => string[]): Sql {
  const values: unknown[] = [set.position]
  const filter = filterSql(set.filter, 2)
  values.push(...filter.values)
  const parameter = (value: unknown): string => `$${values.push(value)}`
  const fitting: string[] = []
  const { withoutHeldOf, via, notPassed, aside, beginsAfter } = set
  const bound =
    aside === undefined
      ? 'position <= $1'
      : `position <= case when kind = 'hold' then ${parameter(aside.holds)}::bigint when replay is null then $1::bigint
           else least($1::bigint, ${parameter(aside.replayed)}::bigint) end`
  const came = (condition: string): string =>
    `exists (select from peer_versions p where p.record_id = VERSION.record_id and p.version = VERSION.version${condition})`
  if (withoutHeldOf !== undefined)
    fitting.push(`not exists (select from held_changes h where h.link_id = ${parameter(withoutHeldOf)}
      and h.record_id = VERSION.record_id and h.version = VERSION.version)`)
  if (via !== undefined) fitting.push(via === '' ? `not ${came('')}` : came(` and p.via = ${parameter(via)}`))
  if (notPassed !== undefined) {
    const hub = parameter(notPassed)
    fitting.push(`not ${came(` and (p.origin = ${hub} or ${hub} = any(p.hops))`)}`)
  }
  const fits = (alias: string): string =>
    [`${bound}${filter.text(alias)}`, ...fitting.map((text) => text.replaceAll('VERSION', alias))].join(
      ' and ',
    )
  const conditions = [
    ...more(parameter),
    ...(beginsAfter === undefined ? [] : [`position > ${parameter(beginsAfter)}`]),
  ]
  return {
    text: `record_versions v ${QUANTITY} where ${[fits('v'), ...conditions].join(' and ')}
      and not exists (select from record_versions n where n.record_id = v.record_id and n.version > v.version and ${fits('n')})`,
    values,
  }
}

const inHours = (hours: WantedHours) => (parameter: (value: unknown) => string) =>
  hours === null
    ? ['occurred_at is null']
    : [
        `occurred_at >= to_timestamp(${parameter(startOf(hours.from))}::numeric / 1000)`,
        `occurred_at < to_timestamp(${parameter(startOf(hours.to))}::numeric / 1000)`,
      ]

const startOf = (hour: string): number => spanOf(hour)?.fromMs ?? 0

const inPart =
  ({ bucket, place }: BucketPart) =>
  (parameter: (value: unknown) => string) => [
    `kind = ${parameter(bucket.kind)}`,
    bucket.region === '' ? 'region is null' : `region = ${parameter(bucket.region)}`,
    ...(bucket.hour === ''
      ? ['occurred_at is null']
      : inHours({ from: bucket.hour, to: hourAfter(bucket.hour) })(parameter)),
    ...(place === '' ? [] : [`starts_with(${PLACE}, ${parameter(place)})`]),
  ]

const hourAfter = (hour: string): string => hourOf(spanOf(hour)?.toMs ?? 0)

/** A day of a million records stays within the time of a statement. */
const HOURS_AT_ONCE = 6

/** The buckets of a set in some hours, some hours in each statement. */
export async function countVersions(client: Client, set: VersionSet, hours: WantedHours): Promise<Bucket[]> {
  if (hours === null) return await countPiece(client, set, null)
  const buckets: Bucket[] = []
  for (const piece of piecesOf(hours, HOURS_AT_ONCE)) buckets.push(...(await countPiece(client, set, piece)))
  return buckets
}

/** The buckets of a set in some hours: one pass over the versions of these hours, whose bodies are not carried into the grouping. */
async function countPiece(client: Client, set: VersionSet, hours: WantedHours): Promise<Bucket[]> {
  const { text, values } = from(set, inHours(hours))
  const { rows } = await client.query(
    `select kind, region, hour, count(*), sum(mass) as mass, bit_xor(digest)::text as digest from (
       select kind, coalesce(region, '') as region, ${HOUR} as hour, ${MASS} as mass, ${DIGEST} as digest from ${text} offset 0) s
      group by 1, 2, 3`,
    values,
  )
  return rows.map((row) => ({ kind: row.kind, region: row.region, hour: row.hour, ...figuresOfRow(row) }))
}

/** The sixteen parts of a part by the next digit of the place; those without a record are left out. */
export async function countParts(
  client: Client,
  set: VersionSet,
  part: BucketPart,
): Promise<Map<string, Figures>> {
  const { text, values } = from(set, inPart(part))
  const { rows } = await client.query(
    `select left(${PLACE}, ${part.place.length + 1}) as place, count(*), sum(${MASS}) as mass, bit_xor(${DIGEST})::text as digest
       from ${text} group by 1`,
    values,
  )
  return new Map(rows.map((row) => [row.place as string, figuresOfRow(row)]))
}

/** Versions of a part by identifier (byte by byte); `after` is the last one of the page before. */
export async function listVersions(
  client: Client,
  set: VersionSet,
  part: BucketPart,
  page: { readonly after?: string | undefined; readonly limit: number },
): Promise<(VersionKey & { readonly mass: string })[]> {
  const { text, values } = from(set, (parameter) => [
    ...inPart(part)(parameter),
    ...(page.after === undefined ? [] : [`record_id collate "C" > ${parameter(page.after)}`]),
  ])
  const { rows } = await client.query(
    `select record_id, version, ${MASS} as mass from ${text} order by record_id collate "C" limit ${page.limit}`,
    values,
  )
  return rows.map(keyOf)
}

/** Versions of some hours in the order of the log; `after` is the position of the last one of the page before. */
export async function pageVersions(
  client: Client,
  set: VersionSet,
  hours: WantedHours,
  page: { readonly after: bigint; readonly limit: number },
): Promise<(VersionKey & { readonly mass: string; readonly position: bigint })[]> {
  const { text, values } = from(set, (parameter) => [
    ...inHours(hours)(parameter),
    `position > ${parameter(page.after)}`,
  ])
  const { rows } = await client.query(
    `select record_id, version, position, ${MASS} as mass from ${text} order by position limit ${page.limit}`,
    values,
  )
  return rows.map((row) => ({ ...keyOf(row), position: BigInt(row.position) }))
}

/** The version of each of the records that is in the set; records without one are left out. */
export async function newestVersions(
  client: Client,
  set: VersionSet,
  ids: readonly string[],
): Promise<Map<string, PlacedVersion>> {
  const { text, values } = from(set, (parameter) => [`record_id = any(${parameter(ids)}::text[])`])
  const { rows } = await client.query(
    `select record_id, version, position, replay is not null as replayed, ${MASS} as mass from ${text}`,
    values,
  )
  return new Map(
    rows.map((row) => [
      row.record_id,
      { ...keyOf(row), position: BigInt(row.position), replayed: row.replayed },
    ]),
  )
}

const keyOf = (row: { record_id: string; version: number; mass: string }) => ({
  id: row.record_id,
  version: row.version,
  mass: massText(row.mass),
})
