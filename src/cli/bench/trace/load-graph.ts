import { randomUUID } from 'node:crypto'
import type { Pool, PoolClient } from 'pg'
import { type MatchPoint, matchFacts } from '#core/lineage/matching.ts'
import { contentOf } from '#flow/intake/content.ts'
import { inTransaction } from '#store/database.ts'
import { emptyTables } from '#store/empty-tables.ts'
import { copyEdges, copyVersions, type EdgeRow, LOCK_POSITIONS, type VersionRow } from '#store/intake.ts'
import { insertMatchPoints } from '#store/match-points.ts'
import { writeTogether } from '#store/write-together.ts'
import { bigLot, EDGES_OF_MORNING, mornings, type Told } from './morning.ts'

const SIDE_BY_SIDE = 16
const ROWS_AT_ONCE = 4000
const TABLES = ['record_versions', 'lot_edges', 'match_points']

/** What was loaded: so many mornings, beside the one big lot. */
export interface LoadedGraph {
  readonly mornings: number
  readonly edges: number
  readonly records: number
}

/**
 * Fills the empty tables with a graph of about so many edges. Each record becomes the rows that intake and the matching follower make of it, by
 * their own functions; indexes other than primary keys are made after the rows. Holds some thousand rows at a time.
 */
export async function loadGraph(pool: Pool, edges: number): Promise<LoadedGraph> {
  const count = Math.max(SIDE_BY_SIDE, Math.round(edges / EDGES_OF_MORNING))
  await emptyTables(pool)
  await pool.query('truncate match_points, stall_traders')
  const { rows: indexes } = await pool.query<{ indexname: string; indexdef: string }>(
    `select i.indexname, i.indexdef from pg_indexes i where i.tablename = any($1) and i.indexname not like '%pkey'`,
    [TABLES],
  )
  for (const { indexname } of indexes) await pool.query(`drop index ${indexname}`)
  let records = await loadAll(pool, bigLot())
  for (let first = 0; first < count; first += SIDE_BY_SIDE)
    records += await loadAll(pool, mornings(first, Math.min(count, first + SIDE_BY_SIDE)))
  await inTransaction(pool, async (client) => {
    await client.query(`set local maintenance_work_mem = '512MB'`)
    for (const { indexdef } of indexes) await client.query(indexdef)
  })
  await pool.query(`vacuum analyze ${TABLES.join(', ')}`)
  const { rows } = await pool.query<{ n: string }>('select count(*) as n from lot_edges')
  return { mornings: count, records, edges: Number(rows[0]?.n) }
}

async function loadAll(pool: Pool, all: Iterable<Told>): Promise<number> {
  let some: Told[] = []
  let count = 0
  const write = async (): Promise<void> => {
    await inTransaction(pool, (client) => writeSome(client, some))
    count += some.length
    some = []
  }
  for (const one of all) {
    some.push(one)
    if (some.length === ROWS_AT_ONCE) await write()
  }
  await write()
  return count
}

const RECEIVED = Date.parse('2024-04-15T06:00:00Z')

async function writeSome(client: PoolClient, some: readonly Told[]): Promise<void> {
  const messageId = randomUUID()
  const versions: VersionRow[] = []
  const edges: EdgeRow[] = []
  const points: (MatchPoint & { recordId: string; version: number })[] = []
  for (const { kind, system, id, body } of some) {
    const content = contentOf({ kind, id }, body, 'active')
    const row = { version: 1, kind, occurredAtMs: content.occurredAtMs }
    versions.push({
      ...row,
      id,
      system,
      record: 'row',
      status: 'active',
      mapping: `${system}/row@1`,
      messageId,
      messageIndex: versions.length,
      receivedAtMs: RECEIVED,
      recorded: null,
      region: content.region,
      productClass: content.productClass,
      order: null,
      hash: content.hash,
      flags: content.flags,
      codes: content.codes,
      body: content.bytes,
      schema: 1,
    })
    for (const edge of content.edges)
      edges.push({ ...edge, ...row, recordId: id, quantity: content.quantity, unit: content.unit })
    for (const point of matchFacts(kind, id, body).points) points.push({ ...point, recordId: id, version: 1 })
  }
  await insertMatchPoints(client, points)
  await writeTogether(client, [copyEdges(edges), LOCK_POSITIONS, copyVersions(client, versions)])
}
