import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { Body } from '#core/model/body.ts'
import { checkPapers } from '#flow/documents/check-papers.ts'
import { papersReader } from '#flow/documents/follow-papers.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import { readDocument } from '#flow/trace/read-document.ts'
import { createPool } from '#store/database.ts'
import { migrate } from '#store/migrate.ts'
import { readMigrations } from '#store/migration-files.ts'
import { withDatabase } from '#test/database.ts'
import { onceOn, onServer } from '#test/template.ts'
import { entry, paper } from '#test/trace/certificates.ts'
import { storeRecords } from '#test/trace/store-records.ts'

const nowMs = Date.parse('2024-04-15T10:00:00Z')
const NAME = '中心农贸市场'
const at = (region?: string, code?: string): Partial<Body> => ({
  sites: [{ role: 'market', name: NAME, ids: code ? [{ scheme: 'cn.mofcom.node9', value: code }] : [] }],
  region: { ...(region ? { code: region } : {}), year: 2024 },
})

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 4 })
})
afterAll(() => pool.end())
const follow = async (): Promise<void> => {
  const follower = logFollower('papers', 200, [papersReader])
  while ((await follower.step(pool)) === 'more');
}
const owner = (key: string) => [{ role: 'owner' as const, name: `示例批发 ${key}`, ids: [] }]
const read = (number: string) =>
  readDocument(pool, { type: 'any', number, on: '2024-04-15', nowMs, full: true })
const sitesOf = async (number: string) => {
  const { sites, siteCount, uses } = await read(number)
  expect(sites).toHaveLength(siteCount)
  return [
    ...sites.map(({ site, name, used }) => [site, name, used[0]?.value]),
    uses.filter(({ counted }) => counted).length,
  ]
}

test('a paper that was used at markets of one name in two regions was used at two places, before and after it is followed', async () => {
  await storeRecords(pool, [
    paper('R1'),
    entry('r1', 'R1', '400', { body: at('330109') }),
    entry('r2', 'R1', '300', { body: at('310115') }),
    paper('R2'),
    entry('r3', 'R2', '400', { body: at('330109', '330109777') }),
    entry('r4', 'R2', '300', { body: { ...at('330100'), parties: owner('r3') }, system: 'ledger' }),
    entry('r5', 'R2', '200', { body: at('310115') }),
  ])
  for (const step of [async () => {}, follow]) {
    await step()
    expect(await sitesOf('R1')).toEqual([[`${NAME}@330109`, NAME, '400'], [`${NAME}@310115`, NAME, '300'], 2])
    expect((await read('R1')).reasons).toMatchObject([{ code: 'used_twice', severity: 'warn' }])
    expect(await sitesOf('R2')).toEqual([['330109777', NAME, '400'], [`${NAME}@310115`, NAME, '200'], 2])
    const question = { number: 'R1', on: '2024-04-15', quantity: '100', site: NAME }
    const { papers } = await checkPapers(
      pool,
      ['330109', '330402'].map((region) => ({ ...question, region })),
      nowMs,
    )
    expect(papers.map(({ reasons }) => reasons.map(({ code }) => code))).toEqual([[], ['used_elsewhere']])
  }
})

/** The last migration before that which tells places of one name apart under a paper. */
async function before(): Promise<number> {
  const migrations = await readMigrations('src/store/migrations')
  return migrations.findIndex(({ name }) => name.endsWith('places-and-last-days-of-papers.sql'))
}

test('what a market sells of a lot that it took in is the same goods though its systems know more and less of its region, and is bought on in another', async () => {
  const lot = (role: 'subject' | 'source') => [{ role, scheme: 'local', value: 'L-R3' }]
  const sold = (key: string, region: string, system: string) => ({
    ...entry(key, 'R3', '450', {
      body: { ...at(region), lots: lot('source'), parties: [], saleKind: 'retail' as const },
      system,
    }),
    kind: 'sale' as const,
  })
  await storeRecords(pool, [
    paper('R3'),
    entry('r6', 'R3', '400', { body: { ...at('330109'), lots: lot('subject') } }),
    sold('r7', '330100', 'scales'),
    sold('r8', '310115', 'scales'),
  ])
  expect(await sitesOf('R3')).toEqual([[`${NAME}@330109`, NAME, '450'], 1])
})

test('uses that were kept under a name stand under its region, and papers that were used at two such places are judged anew', async () => {
  const server = inject('databaseServer') ?? ''
  const name = `hub_test_${randomBytes(6).toString('hex')}`
  await onceOn(server, `create database ${name}`)
  const stored = createPool({ url: onServer(server, name), max: 2 })
  try {
    await migrate(stored, { upTo: await before() })
    await storeRecords(stored, [
      entry('s1', 'S1', '400', { body: at('330109') }),
      entry('s2', 'S1', '300', { body: at('310115') }),
      entry('s3', 'S2', '300', { body: at('310115') }),
      entry('s4', 'S2', '300', { body: at('310115', '310115001') }),
      entry('s5', 'S2', '300', { body: at() }),
    ])
    await stored.query(
      `insert into document_mentions (code, record_id, version, kind, system, status, role, type, site, site_name, used_on, mass, bought_on)
       select 'doc:' || (body::json -> 'documents' -> 0 ->> 'number'), record_id, version, kind, system, status, 'upstream', 'product_A',
              coalesce(body::json -> 'sites' -> 0 -> 'ids' -> 0 ->> 'value', $1), $1, '2024-04-15', 100, false from record_versions`,
      [NAME],
    )
    await migrate(stored)
    const { rows } = await stored.query(
      `select right(record_id, 2) as id, site from document_mentions order by record_id`,
    )
    expect(rows.map(({ id, site }) => [id, site])).toEqual([
      ['s1', `${NAME}@330109`],
      ['s2', `${NAME}@310115`],
      ['s3', `${NAME}@310115`],
      ['s4', '310115001'],
      ['s5', NAME],
    ])
    const { rows: checks } = await stored.query('select subject from finding_checks')
    expect(checks).toEqual([{ subject: 'doc:S1' }])
  } finally {
    await stored.end()
    await onceOn(server, `drop database if exists ${name} with (force)`)
  }
})
