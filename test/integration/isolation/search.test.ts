import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkPapers } from '#flow/documents/check-papers.ts'
import { pageOfSeenCards, readSeenCard } from '#flow/reference/read-seen-cards.ts'
import { pageOfSeenSameNames } from '#flow/reference/seen-same-names.ts'
import { traceLot } from '#flow/trace/trace-lot.ts'
import { headPosition } from '#store/changes.ts'
import { createPool } from '#store/database.ts'
import { listRecords } from '#store/records.ts'
import { type Reader, withSight } from '#store/sighted.ts'
import { listSeenPlaces, readSeenLines } from '#store/supervision.ts'
import { listSeenUnknownProducts } from '#store/unknown-products.ts'
import { withDatabase } from '#test/database.ts'
import { versionRow } from '../changes/rows.ts'
import { store } from '../delivery/setting.ts'

const ROWS = 20_000
const CODE = 'doc:SEARCH-1'
const SYSTEM = 'jiaxing-wholesale'

const SIGHT = { systems: [SYSTEM], regions: ['3305'] }

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
  // What others say of twenty thousand parties and markets, in counties all over the country; and a little of the caller's.
  await pool.query(`
    insert into description_sights (id, region, system, records, first_seen, last_seen, newest)
      select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, case when n % 400 = 0 then '330502' else (410000 + n % 9000)::text end,
             case when n % 401 = 0 then '${SYSTEM}' else 'zj-agri-certificate' end, 1, now(), now(), array['r'] from generate_series(1, ${ROWS}) n;
    insert into descriptions (id, subject, codes, system, name, role, personal, records, first_seen, last_seen, newest)
      select id, 'party', array['local.x:' || id], system, 'name ' || id, 'seller', false, 1, now(), now(), array['r'] from description_sights;
    update descriptions set name = '城南水产批发部' where id::text like '%000800' or id::text like '%000802' or id::text like '%000803';
    insert into card_code_sights (subject, code, system, region, records)
      select 'party', 'local.x:' || id, system, region, 1 from description_sights;
    insert into card_codes (subject, code, value, born, card, first_position, records)
      select 'party', 'local.x:' || id, id::text, id, id, 1, 1 from description_sights;
    insert into supervision_lines (place, day, family, unit, class, region, said, system, detail, records, mass, amount)
      select 'm' || n, '2026-07-15'::date + n % 100, 'entry', '', '', '410105', 'm' || n, 'zj-agri-certificate', '', 1, 1, 1 from generate_series(1, ${ROWS}) n;
    insert into unknown_products (name, code, own_code, system, records, first_seen, last_seen, newest)
      select 'p' || n, '', '', case when n % 400 = 0 then '${SYSTEM}' else 'zj-agri-certificate' end, 1, now(), now(), array['r'] from generate_series(1, ${ROWS}) n`)
  await pool.query('analyze')
})
afterAll(() => pool.end())

/** Rows of the log that the server looks at for what is read, whatever way it goes. */
async function looked(
  read: (reader: Reader, hub: Reader) => Promise<unknown>,
  tables: readonly string[] = ['record_versions'],
): Promise<number> {
  return await withSight(pool, SIGHT, async (reader, hub) => {
    const seen = async (): Promise<number> => {
      const { rows } = await hub.query(
        `select sum(pg_stat_get_xact_tuples_returned(c.oid) + pg_stat_get_xact_tuples_fetched(c.oid) + coalesce((
           select sum(pg_stat_get_xact_tuples_returned(i.indexrelid)) from pg_index i where i.indrelid = c.oid), 0)) as rows
           from pg_class c where c.oid = any($1::regclass[])`,
        [tables],
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

it('cards, unknown products and markets of a caller who sees a part are found through indexes, however much others have', async () => {
  const cards = ['descriptions', 'description_sights', 'card_code_sights', 'card_codes']
  const wanted = { subject: 'party', limit: 10 } as const
  const page = (query: object) => async (reader: Reader, hub: Reader) => {
    const found = await pageOfSeenCards({ reader, hub, sight: SIGHT }, { ...wanted, ...query })
    expect(found.cards.length).toBeGreaterThan(0)
  }
  const id = '00000000-0000-4000-8000-000000000400'
  expect(await looked(page({}), cards)).toBeLessThan(4000)
  expect(await looked(page({ codes: [id] }), cards)).toBeLessThan(500)
  expect(await looked(page({ name: `name ${id}` }), cards)).toBeLessThan(500)
  const one = async (reader: Reader, hub: Reader) =>
    expect(await readSeenCard({ reader, hub, sight: SIGHT }, 'party', id)).not.toBeNull()
  expect(await looked(one, cards)).toBeLessThan(500)
  const names = async (reader: Reader, hub: Reader) =>
    expect(
      (await pageOfSeenSameNames({ reader, hub, sight: SIGHT }, { ...wanted })).suggestions.map(
        ({ name }) => name,
      ),
    ).toEqual(['城南水产批发部'])

  expect(await looked(names, cards)).toBeLessThan(4000)
  const products = async (reader: Reader) =>
    expect(await listSeenUnknownProducts(reader, SIGHT, { limit: 10 })).toHaveLength(10)
  expect(await looked(products, ['unknown_products'])).toBeLessThan(500)
  const markets = async (reader: Reader) =>
    await listSeenPlaces(reader, { day: '2026-07-15', prefix: '', after: '', limit: 10 })
  expect(await looked(markets, ['supervision_lines'])).toBeLessThan(1000)
  const market = async (reader: Reader) =>
    await readSeenLines(reader, { from: '2026-07-15', to: '2026-10-15' }, ['m7', 'm7@410105'])
  expect(await looked(market, ['supervision_lines'])).toBeLessThan(500)
})
