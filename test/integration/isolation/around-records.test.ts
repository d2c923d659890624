import { beforeAll, expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'
import { versionRow } from '../changes/rows.ts'
import { store } from '../delivery/setting.ts'

const api = withApi()
const OWN = 'jiaxing-wholesale'
const OTHER = 'zj-agri-certificate'
let own = ''
let other = ''
let both = ''
let region = ''
let elsewhere = ''
beforeAll(async () => {
  own = await api.key(`read:${OWN}`)
  other = await api.key(`read:${OTHER}`)
  both = await api.key(`read:${OWN}`, `read:${OTHER}`)
  region = await api.key('read:region:330400')
  elsewhere = await api.key('read:region:310000')
  await api.push(TRADES, JSON.stringify([trade('R-1', { tradeTime: '' }), trade('R-2', { colour: 'red' })]))
})

const get = async (path: string, key: string) => (await api.call('GET', path, { key })).json()

it('rejections and their groups are those of the systems that are seen; a region has none', async () => {
  const all = await get('/v1/rejections', await api.key('read'))
  expect(all.rejections.length).toBeGreaterThan(0)
  expect(await get('/v1/rejections', own)).toEqual(all)
  expect((await get('/v1/rejections', both)).rejections).toEqual(all.rejections)
  for (const key of [other, region, elsewhere])
    for (const [path, plural] of [
      ['/v1/rejections', 'rejections'],
      ['/v1/rejections/groups', 'groups'],
      [`/v1/rejections?system=${OWN}`, 'rejections'],
    ] as const)
      expect(await get(path, key)).toEqual({ [plural]: [], next: null })
  expect((await get('/v1/rejections/groups', own)).groups).toHaveLength(1)
})

it('the registry holds for each caller its own systems, with what drifted in them', async () => {
  const names = async (key: string) =>
    (await get('/v1/systems?limit=1000', key)).systems.map(({ id }: { id: string }) => id)
  expect(await names(own)).toEqual([OWN])
  expect(await names(both)).toEqual([OWN, OTHER])
  expect(await names(region)).toEqual([])
  expect((await names(await api.key('read'))).length).toBeGreaterThan(5)
  const drift = await get(`/v1/systems/${OWN}/drift`, own)
  expect(drift.fields.map(({ field }: { field: string }) => field)).toContain('colour')
  expect((await get(`/v1/systems/${OWN}`, own)).drift).not.toEqual([])
})

it('a finding is seen in its region, without the cases that it is part of, and by no system', async () => {
  const body = {
    findingKind: 'document_expired',
    severity: 'serious',
    state: 'open',
    subject: 'doc:F-1',
    occurredAt: { at: '2026-07-15T04:12:30+08:00', precision: 'second' },
  }
  const row = versionRow('F-1', {
    kind: 'finding',
    system: 'trace-hub',
    record: 'own',
    region: '330402',
    codes: ['doc:F-1'],
    body: Buffer.from(JSON.stringify(body)),
  })
  await store(api.pool, [row])
  await api.pool.query(
    `insert into findings (id, version, system, kind, severity, state, subject, region, about_systems, occurred_at, found_at, changed_at)
     values ($1, 1, 'trace-hub', 'document_expired', 'serious', 'open', 'doc:F-1', '330402', $2, now(), now(), now())`,
    [row.id, [OWN, OTHER]],
  )
  const { rows } = await api.pool.query(
    `with made as (
       insert into cases (id, hub, state, narrow, opened_by, code, cause, told_at, opened_at, state_at)
       values (gen_random_uuid(), 'h', 'held', false, 'official', 'doc:F-1', 'x', now(), now(), now()) returning id)
     insert into case_lots (case_id, code, kind, role, depth, place) select id, 'doc:F-1', 'document', 'tested', 0, 'x' from made returning case_id as id`,
  )
  const list = async (key: string) =>
    (await get('/v1/findings', key)).findings.map(({ id }: { id: string }) => id)
  expect([await list(region), await list(elsewhere), await list(own), await list(both)]).toEqual([
    [row.id],
    [],
    [],
    [],
  ])
  expect(await list(await api.key('read'))).toEqual([row.id])
  const path = `/v1/findings/${encodeURIComponent(row.id)}`
  expect((await get(path, await api.key('read'))).cases).toEqual([rows[0].id])
  expect((await get(path, region)).cases).toEqual([])
  expect((await api.call('GET', path, { key: both })).statusCode).toBe(404)
})

it('one connection serves callers of every sight in turn, and each gets its own', async () => {
  const asked = await Promise.all(
    Array.from({ length: 40 }, async (_, n) => {
      const key = [own, other, region, elsewhere, await api.key('read')][n % 5] as string
      const { records } = await get('/v1/records?limit=1000', key)
      return [n % 5, records.filter((one: { kind: string }) => one.kind !== 'finding').length]
    }),
  )
  const counts = new Map(asked as [number, number][])
  for (const [who, count] of asked) expect(count).toBe(counts.get(who as number))
  expect([counts.get(1), counts.get(3)]).toEqual([0, 0])
  expect(counts.get(0)).toBe(counts.get(4))
  expect(counts.get(0)).toBeGreaterThan(0)
})
