import type { ClientBase, Pool } from 'pg'
import { MATCH_SIDES, type MatchPoint, type StallTrader, TRADER_DAYS } from '#core/lineage/matching.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import { tracedRecords, type VersionRow } from './lots.ts'

/** The version that tells of something. */
export interface Told {
  readonly recordId: string
  readonly version: number
}

/** Stores points; one that is there already stays. */
export async function insertMatchPoints(
  client: ClientBase,
  rows: readonly (MatchPoint & Told)[],
): Promise<void> {
  if (rows.length === 0) return
  await client.query({
    name: 'insert-match-points',
    text: `insert into match_points (who, what, side, record_id, version, day, code, kilograms, papers)
           select who, what, side, record_id, version, day, code, kilograms, string_to_array(papers, ' ')::bigint[]
             from unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::text[], $5::integer[], $6::date[], $7::text[], $8::numeric[], $9::text[])
               p (who, what, side, record_id, version, day, code, kilograms, papers)
           on conflict do nothing`,
    values: [
      rows.map(({ who }) => who),
      rows.map(({ what }) => what),
      rows.map(({ side }) => MATCH_SIDES.indexOf(side)),
      rows.map(({ recordId }) => recordId),
      rows.map(({ version }) => version),
      rows.map(({ day }) => day),
      rows.map(({ code }) => code),
      rows.map(({ kilograms }) => kilograms),
      // An array of arrays of several lengths is none.
      rows.map(({ papers }) => papers?.join(' ') ?? null),
    ],
  })
}

const [TESTED, OVERNIGHT] = [MATCH_SIDES.indexOf('tested'), MATCH_SIDES.indexOf('overnight')]

/**
 * Stores the points of tests anew, by what their markets are called now, where the follower has written theirs: of others it writes them when it comes to them, and nobody waits for it here.
 */
export async function renewTestPoints(
  client: ClientBase,
  tests: readonly (Told & { readonly points: readonly MatchPoint[] })[],
): Promise<void> {
  if (tests.length === 0) return
  const { rows } = await client.query<Told>({
    name: 'tests-with-points',
    text: `select t.id as "recordId", t.version from unnest($1::text[], $2::integer[]) t (id, version)
            where exists (select from match_points p where p.record_id = t.id and p.version = t.version and p.side = ${TESTED})`,
    values: [tests.map(({ recordId }) => recordId), tests.map(({ version }) => version)],
  })
  const written = new Set(rows.map(({ recordId }) => recordId))
  const points = tests.flatMap(({ recordId, version, points: own }) =>
    written.has(recordId) ? own.map((point) => ({ ...point, recordId, version })) : [],
  )
  await client.query({
    name: 'drop-former-test-points',
    text: `delete from match_points p using unnest($1::text[], $2::integer[]) t (id, version)
            where p.record_id = t.id and p.version = t.version and p.side in (${TESTED}, ${OVERNIGHT})
              and (p.who, p.what, p.record_id) not in (select * from unnest($3::uuid[], $4::uuid[], $5::text[]))`,
    values: [
      rows.map(({ recordId }) => recordId),
      rows.map(({ version }) => version),
      points.map(({ who }) => who),
      points.map(({ what }) => what),
      points.map(({ recordId }) => recordId),
    ],
  })
  await insertMatchPoints(client, points)
}

/** Stores who had which stall, as each record says; a row that is there already stays. */
export async function insertStallTraders(
  client: ClientBase,
  rows: readonly (StallTrader & Told)[],
): Promise<void> {
  if (rows.length === 0) return
  await client.query({
    name: 'insert-stall-traders',
    text: `insert into stall_traders (stall, trader, day, record_id, version)
           select * from unnest($1::uuid[], $2::uuid[], $3::date[], $4::text[], $5::integer[])
           on conflict do nothing`,
    values: [
      rows.map(({ stall }) => stall),
      rows.map(({ trader }) => trader),
      rows.map(({ day }) => day),
      rows.map(({ recordId }) => recordId),
      rows.map(({ version }) => version),
    ],
  })
}

/** Whom else the points may mean: who had a stall around their day, and which stall a trader had, as any version says. */
export async function readOthersMeant(
  pool: Pool,
  points: readonly Pick<MatchPoint, 'who' | 'day'>[],
): Promise<string[]> {
  const near = `t.day between p.day - ${TRADER_DAYS} and p.day + ${TRADER_DAYS}`
  const { rows } = await pool.query<{ who: string }>(
    `select t.trader as who from unnest($1::uuid[], $2::date[]) p (who, day) join stall_traders t on t.stall = p.who and ${near}
      union select t.stall from unnest($1::uuid[], $2::date[]) p (who, day) join stall_traders t on t.trader = p.who and ${near}`,
    [points.map(({ who }) => who), points.map(({ day }) => day)],
  )
  return rows.map(({ who }) => who)
}

/** What of a part of the log is asked for. */
export interface GoodsQuery {
  readonly after: bigint
  readonly upTo: bigint
  readonly limit: number
  /** Days in China, `2024-04-15`. */
  readonly days: readonly string[]
  /** Of these classes or of none that is known; null for all. */
  readonly classes: readonly string[] | null
}

/** A canonical text has no blanks, and nothing of this is of persons, so it stands in a sealed body too. */
const IS_SUMMARY = `v.kind = 'sale' and v.body like '%"saleKind":"summary"%'`

/**
 * The records of a part of the log that tell what came to a place on one of the days, or what was sold there in sum: newest first. `next`: up to where there
 * may be more.
 */
export async function readGoodsAmong(
  pool: Pool,
  { after, upTo, limit, days, classes }: GoodsQuery,
): Promise<{ readonly records: readonly TracedRecord[]; readonly next: bigint }> {
  const { rows } = await pool.query<VersionRow & { readonly position: string }>(
    `select v.position, v.record_id as id, v.version, v.kind, v.system, v.status, v.received_at as "receivedAt", v.flags, v.body
       from record_versions v
      where v.position > $1 and v.position <= $2 and v.status = 'active' and (v.kind = 'entry' or ${IS_SUMMARY})
        and ($5::text[] is null or v.product_class is null or v.product_class = any($5))
        and exists (select from unnest($4::date[]) d (day)
                     where v.occurred_at >= d.day::timestamp at time zone 'Asia/Shanghai' and v.occurred_at < (d.day + 1)::timestamp at time zone 'Asia/Shanghai')
      order by v.position desc limit $3`,
    [after, upTo, limit, days, classes],
  )
  const last = rows.length === limit ? rows.at(-1) : undefined
  return {
    records: await tracedRecords(pool, rows),
    next: last ? BigInt(last.position) - 1n : after,
  }
}
