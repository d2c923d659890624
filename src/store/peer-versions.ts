import type { ClientBase, Pool } from 'pg'
import type { Road } from '#core/peers/road.ts'
import { copyRows } from './copy-binary.ts'
import type { WriteStep } from './write-together.ts'

/** The road of a version that came from a peer. */
export interface PeerVersionRow extends Road {
  readonly recordId: string
  readonly version: number
  /** System of the peer that brought it. */
  readonly via: string
}

/** The rows of versions that came from peers; in the transaction of the versions. */
export function copyPeerVersions(versions: readonly PeerVersionRow[]): WriteStep {
  const rows = copyRows(versions.length * 300)
  for (const { recordId, version, origin, hops, via } of versions) {
    rows.row(5)
    rows.latin1(recordId)
    rows.int4(version)
    rows.latin1(origin)
    rows.textArray(hops)
    rows.latin1(via)
  }
  return {
    copy: 'copy peer_versions (record_id, version, origin, hops, via) from stdin (format binary)',
    rows,
  }
}

/** Fails with a serialization failure where a record got another owner or a newer version meanwhile. Comes after the rows. */
export const REFUSE_CROSSED_VERSIONS = 'select refuse_crossed_versions()'

/** Who owns a record that came from a peer. */
export interface Owner {
  readonly hub: string
  /** System of the peer that brought its newest version. */
  readonly via: string
}

/** Owners of those of the records that are of other hubs. */
export async function readOwners(
  client: ClientBase | Pool,
  ids: readonly string[],
): Promise<Map<string, Owner>> {
  if (ids.length === 0) return new Map()
  const { rows } = await client.query({
    name: 'read-owners',
    text: `select distinct on (record_id) record_id, origin, via from peer_versions
            where record_id = any($1) order by record_id, version desc`,
    values: [ids],
  })
  return new Map(rows.map((row) => [row.record_id, { hub: row.origin, via: row.via }]))
}

/** Key of a version in `readRoads`. */
export const versionKey = (recordId: string, version: number): string => `${version} ${recordId}`

/** Roads of those of the versions that came from peers, by `versionKey`. */
export async function readRoads(
  client: ClientBase | Pool,
  versions: readonly { readonly recordId: string; readonly version: number }[],
): Promise<Map<string, Road>> {
  const { rows } = await client.query({
    name: 'read-roads',
    text: `select p.record_id, p.version, p.origin, p.hops
             from unnest($1::text[], $2::integer[]) v (record_id, version) join peer_versions p using (record_id, version)`,
    values: [versions.map(({ recordId }) => recordId), versions.map(({ version }) => version)],
  })
  return new Map(
    rows.map((row) => [versionKey(row.record_id, row.version), { origin: row.origin, hops: row.hops }]),
  )
}

/** A version of a record with its road; null where it was made by this hub. */
export interface VersionRoad {
  readonly version: number
  readonly road: (Road & { readonly via: string }) | null
}

/** The roads of all versions of a record, newest first. */
export async function readRecordRoads(pool: Pool, id: string, limit: number): Promise<VersionRoad[]> {
  const { rows } = await pool.query(
    `select v.version, p.origin, p.hops, p.via from record_versions v left join peer_versions p using (record_id, version)
      where v.record_id = $1 order by v.version desc limit $2`,
    [id, limit],
  )
  return rows.map(({ version, origin, hops, via }) => ({
    version,
    road: origin === null ? null : { origin, hops, via },
  }))
}

/** Systems of the peers that brought those of the versions that came from peers, by `versionKey`. */
export async function readVias(
  client: ClientBase | Pool,
  versions: readonly { readonly recordId: string; readonly version: number }[],
): Promise<Map<string, string>> {
  const { rows } = await client.query({
    name: 'read-vias',
    text: `select p.record_id, p.version, p.via
             from unnest($1::text[], $2::integer[]) v (record_id, version) join peer_versions p using (record_id, version)`,
    values: [versions.map(({ recordId }) => recordId), versions.map(({ version }) => version)],
  })
  return new Map(rows.map((row) => [versionKey(row.record_id, row.version), row.via]))
}

/** Whether any version came from a peer. */
export async function hasPeerVersions(client: ClientBase | Pool): Promise<boolean> {
  const { rows } = await client.query<{ has: boolean }>('select exists (select from peer_versions) as has')
  return rows[0]?.has ?? false
}
