import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkPapers } from '#flow/documents/check-papers.ts'
import { traceLot } from '#flow/trace/trace-lot.ts'
import { headPosition } from '#store/changes.ts'
import { createPool } from '#store/database.ts'
import { listRecords } from '#store/records.ts'
import { type Reader, withSight } from '#store/sighted.ts'
import { withDatabase } from '#test/database.ts'
import { versionRow } from '../changes/rows.ts'
import { store } from '../delivery/setting.ts'

const ROWS = 20_000
const CODE = 'doc:SEARCH-1'
const SYSTEM = 'jiaxing-wholesale'

const NAMING = Buffer.from('{"documents":[{"number":"SEARCH-1","role":"upstream","type":"promise_cert"}]}')

const database = withDatabase()
let pool: Pool
beforeAll(async () => {
  pool = createPool({ url: database.url, max: 3 })
  const rows = Array.from({ length: ROWS }, (_, n) =>
    versionRow(`r${n}`, {
      system: n % 2 === 0 ? SYSTEM : 'zj-agri-certificate',
      codes: n % 4000 < 2 ? [CODE, `lot:${n}`] : [`lot:${n}`],
      ...(n % 4000 < 2 ? { body: NAMING } : {}),
    }),
  )
  for (let from = 0; from < ROWS; from += 2000) await store(pool, rows.slice(from, from + 2000))
  // As a hub at rest is: nothing is beyond the table of papers, and the server knows its tables.
  await pool.query(`insert into followers (name, position) select 'papers', max(position) from record_versions
    on conflict (name) do update set position = excluded.position`)
  await pool.query('analyze')
})
afterAll(() => pool.end())

/** Rows of the log that the server looks at for what is read, whatever way it goes. */
async function looked(read: (reader: Reader, hub: Reader) => Promise<unknown>): Promise<number> {
  return await withSight(pool, { systems: [SYSTEM], regions: ['3305'] }, async (reader, hub) => {
    const seen = async (): Promise<number> => {
      const { rows } = await hub.query(
        `select pg_stat_get_xact_tuples_returned(c.oid) + pg_stat_get_xact_tuples_fetched(c.oid) + coalesce((
           select sum(pg_stat_get_xact_tuples_returned(i.indexrelid)) from pg_index i where i.indrelid = c.oid), 0) as rows
           from pg_class c where c.oid = 'record_versions'::regclass`,
      )
      return Number(rows[0].rows)
    }
    const before = await seen()
    await read(reader, hub)
    return (await seen()) - before
  })
}

it('the rows that are looked at are counted: a search without the index sees them all', async () => {
  const all = await looked((reader) =>
    reader.query(`select record_id from record_versions where codes && '{${CODE}}'`),
  )
  expect(all).toBeGreaterThanOrEqual(ROWS)
})

it('a caller who sees a part finds by code through the index, and gets what is theirs', async () => {
  let found: string[] = []
  const head = await headPosition(pool)
  const listed = await looked(async (reader) => {
    found = (await listRecords(reader, { codes: [CODE], after: 0n, limit: 100 }, head)).records
  })
  expect(found).toHaveLength(5)
  for (const text of found) expect(JSON.parse(text).system).toBe(SYSTEM)
  expect(listed).toBeLessThan(500)
  const asked = { code: CODE, systems: [SYSTEM], direction: 'both' as const }
  const traced = await looked(async (reader) => {
    expect((await traceLot(reader, asked)).nodes[0]?.records).toHaveLength(5)
  })
  expect(traced).toBeLessThan(500)
  const checked = await looked((reader, hub) =>
    checkPapers(hub, [{ number: 'SEARCH-1' }], Date.now(), reader),
  )
  expect(checked).toBeLessThan(500)
})
