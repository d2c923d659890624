import type { ClientBase } from 'pg'
import { MATCH_SIDES, type MatchPoint, type StallTrader } from '#core/lineage/matching.ts'

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
    text: `insert into match_points (who, what, side, record_id, version, day, code, kilograms)
           select * from unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::text[], $5::integer[], $6::date[], $7::text[], $8::numeric[])
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
    ],
  })
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
