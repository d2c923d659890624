import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { restoreBackup } from '#cli/backup/restore.ts'
import { writeBackup } from '#cli/backup/write.ts'
import { casesFollower } from '#flow/cases/follow-cases.ts'
import { caseSchedule } from '#flow/cases/schedule.ts'
import { listNotices } from '#store/recall-evidence.ts'
import { listFindings } from '#store/reconciliation-findings.ts'
import { followToTheEnd } from '#test/follow.ts'
import { publicApp } from '../public/app.ts'
import { follow, reconcile } from '../reconcile/setting.ts'
import { dispatch, dispatchId, openHubs, settle, type TestHub, type TestHubs } from './hubs.ts'

let hubs: TestHubs
let folder = ''
const at = (id: string): TestHub => hubs.of(id)
/** An hour ago: what is released after it was found, is so whatever time of the day it is. */
const found = new Date(Date.now() + 7 * 3_600_000).toISOString().replace(/\..*/, '+08:00')
const lotOf = (key: string) => `330105001240415007${key}`
const common = (lot: string) => ({
  system: 'farm',
  occurredAt: { at: found, precision: 'second' },
  region: { code: '330105', year: 2024 },
  sites: [{ role: 'market', name: '示例农贸市场', ids: [{ scheme: 'cn.mofcom.node9', value: '330105012' }] }],
  product: { name: '菠菜', class: 'vegetable' },
  lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: lotOf(lot) }],
})
const entry = (lot: string) => ({
  ...{ ...common(lot), kind: 'entry', key: [`e${lot}`], quantity: { value: '40', unit: 'KGM' } },
})
const failed = (lot: string) => ({
  ...{ ...common(lot), kind: 'test', key: [`t${lot}`] },
  test: { item: '有机磷', verdict: 'fail', screening: false, method: 'GC-MS', raw: '阳性' },
})

/** What both hubs do by themselves, until nothing is left. */
const live = async () => {
  for (let round = 0; round < 3; round++) {
    for (const { pool, intake } of hubs.all) {
      await caseSchedule({ pool, intake }).run(new AbortController().signal)
      await followToTheEnd(pool, casesFollower({ pool, intake }))
    }
    await settle(hubs)
  }
}
const shown = async (id: string, lot: string): Promise<string> => {
  const app = await publicApp(at(id).pool, ['farm'])
  const page = (await app.inject(`/public/v1/trace/${lotOf(lot)}`)).json() as { state: string }
  await app.close()
  return page.state
}
interface Newest {
  readonly id: string
  readonly version: number
  readonly body: string
}
/** The newest versions of all records of a hub. */
const newest = async (id: string, kind = '%'): Promise<Newest[]> =>
  (
    await at(id).pool.query(
      `select distinct on (record_id) record_id as id, version, body from record_versions where kind like $1 order by record_id, version desc`,
      [kind],
    )
  ).rows
const refused = () => at('b').posted.filter(({ answer }) => answer.verdict === 'reject')
/** The laboratory takes its test back, so that the goods are released. */
const release = async (lot: string) => {
  await at('b').push({ ...failed(lot), status: 'void' })
  await live()
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-restored-'))
  hubs = await openHubs('a', 'b')
  await hubs.join([['b', 'a']])
  for (const lot of ['11', '12', '13']) await at('b').push(entry(lot), failed(lot))
  await at('b').push(dispatch('old', '10'))
  await live()
  await release('12')
  await writeBackup(at('b').pool, join(folder, 'backup'), null)
  // What is lost: a release, corrections, new records and another case.
  await release('11')
  await at('b').push(dispatch('old', '11'), dispatch('new', '5'))
  await at('b').push(dispatch('new', '6'))
  await at('b').push(entry('14'), failed('14'))
  await live()
  await release('14')
  expect([await shown('a', '11'), await shown('a', '12'), await shown('a', '13')]).toEqual([
    ...['clear', 'clear', 'recalled'],
  ])
  await hubs.restore('b', (pool) => restoreBackup(pool, join(folder, 'backup'), { key: null, goesOn: true }))
})
afterAll(async () => {
  await hubs.close()
  await rm(folder, { recursive: true, force: true })
})

test('what a restored hub orders is in force at the other hub, though that heard the release that the backup does not know', async () => {
  expect(await shown('b', '11')).toBe('recalled')
  await live()
  expect(refused()).toEqual([])
  for (const lot of ['11', '13'])
    expect([await shown('a', lot), await shown('b', lot)], lot).toEqual(['recalled', 'recalled'])
  expect([await shown('a', '12'), await shown('b', '12')]).toEqual(['clear', 'clear'])
})

test('a case that was cleared before the backup is not told anew, and nothing is told twice', async () => {
  const before = await newest('b', 'hold')
  const told = before.filter(({ version }) => version > 1000)
  expect(told.map(({ body }) => JSON.parse(body).holdKind)).toEqual(['recall', 'recall'])
  expect(before).toHaveLength(3)
  await live()
  expect(await newest('b', 'hold')).toEqual(before)
})

test('who is to be told of such a hold is told anew', async () => {
  const [hold] = (await newest('b', 'hold')).filter(({ version }) => version > 1000)
  const notices = await listNotices(at('b').pool, { of: hold?.id ?? '', limit: 9, nowMs: Date.now() })
  expect(notices.find(({ version }) => version === hold?.version)).toMatchObject({
    ...{ how: 'delivery', order: 'recall', events: [{ event: 'delivered' }, { event: 'acknowledged' }] },
  })
})

test('no version that a restored hub makes has a number that the other hub knows: corrections, voids, records that were lost and new cases arrive', async () => {
  await at('b').push(dispatch('old', '12'), dispatch('new', '7'), entry('14'), failed('14'))
  await live()
  await at('b').push({ ...dispatch('new', '7'), status: 'void' })
  await live()
  expect(refused()).toEqual([])
  expect([await shown('a', '14'), await shown('b', '14')]).toEqual(['recalled', 'recalled'])
  const said = ({ body, ...one }: Newest) => {
    // What a link does not share is not there.
    const { holdKind, quantity } = JSON.parse(body)
    return { ...one, holdKind, quantity }
  }
  const versions = new Map((await newest('a')).map((one) => [one.id, one]))
  for (const one of (await newest('b')).filter(({ version }) => version > 1000))
    expect(said(versions.get(one.id) ?? one), one.id).toEqual(said(one))
  expect(JSON.parse(versions.get(dispatchId('old'))?.body ?? '{}').quantity.value).toBe('12')
})

test('what happens after the restore is numbered from 1, and what was given out is counted on by one', async () => {
  const after = { occurredAt: { at: '2099-01-01T00:00:00+08:00', precision: 'second' } }
  await at('b').push(dispatch('later', '1', after))
  const [first] = (await newest('b')).filter(({ id }) => id === dispatchId('later'))
  expect(first?.version).toBe(1)
  const [before] = (await newest('b')).filter(({ id }) => id === dispatchId('old'))
  await at('b').push(dispatch('old', '13'))
  const [next] = (await newest('b')).filter(({ id }) => id === dispatchId('old'))
  expect((next?.version ?? 0) - (before?.version ?? 0)).toBe(1)
})

test('what the other hub has in a version that was lost is said anew where the administrator asks for it, and by nobody else', async () => {
  const id = 'urn:cnft:test:farm:canonical:t11'
  const versionAt = async (hub: string) => (await newest(hub)).find((one) => one.id === id)?.version
  expect([await versionAt('a'), await versionAt('b')]).toEqual([2, 1])
  const link = at('b').links.get('a') as string
  const day = found.slice(0, 10)
  const { key } = (
    await at('b').call('POST', '/v1/keys', { name: 'receiver', scopes: [`link:${link}`] })
  ).json() as { key: string }
  const compare = async (): Promise<string> => {
    for (const { pool } of hubs.all) await follow(pool)
    const made = await at('b').call('POST', '/v1/reconciliations', { link, from: day })
    const { id: one } = made.json() as { id: string }
    await reconcile(at('b').pool, one)
    return one
  }
  const resend = (one: string, headers = {}) =>
    at('b').call('POST', `/v1/reconciliations/${one}/resend`, undefined, headers)
  expect((await resend(await compare(), { authorization: `Bearer ${key}` })).statusCode).toBe(200)
  await live()
  expect(await versionAt('a')).toBe(2)
  expect((await resend(await compare())).json()).toMatchObject({ records: 1 })
  await live()
  expect(await versionAt('a')).toBe(await versionAt('b'))
  expect(await versionAt('a')).toBeGreaterThan(1000)
  expect(await listFindings(at('b').pool, await compare(), { limit: 9 })).toEqual([])
})
