import iconv from 'iconv-lite'
import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'

const api = withApi()
const sale = (key: string, change: object = {}) => ({
  kind: 'sale',
  system: 'jiaxing-wholesale',
  key: [key],
  occurredAt: { at: '2026-07-15T04:12:30+08:00', precision: 'second' },
  parties: [{ role: 'seller', name: '嘉兴某蔬菜经营部', ids: [] }],
  product: { name: '番茄' },
  quantity: { value: '186.5', unit: 'KGM' },
  ...change,
})
const post = (body: unknown, call: object = {}) => api.call('POST', '/v1/records', { body, ...call })

it('canonical records become records, and one that does not fit its schema is rejected alone', async () => {
  const answer = await post([sale('A1'), sale('A2', { colour: 'red' }), sale('A3')])
  expect(answer.statusCode).toBe(200)
  const receipt = answer.json()
  expect(receipt).toMatchObject({ record: 'canonical', received: 3, accepted: 2, rejected: 1 })
  expect(receipt.results[1].issues[0]).toMatchObject({ path: '/1/colour', code: 'E_SCHEMA' })
  const id = encodeURIComponent(receipt.results[0].records[0].id)
  expect((await api.call('GET', `/v1/records/${id}`)).json()).toMatchObject({
    kind: 'sale',
    key: ['A1'],
    version: 1,
  })
})

it('a dispatch that names no farm, origin or region is taken, marked, and told why; one that does is not', async () => {
  const dispatch = (key: string, change: object = {}) => sale(key, { kind: 'dispatch', ...change })
  const answer = await post(
    [dispatch('F1'), dispatch('F2', { sites: [{ role: 'farm', name: '示例基地', ids: [] }] })],
    {
      headers: { 'accept-language': 'zh' },
    },
  )
  const { accepted, results } = answer.json()
  expect([accepted, results[1].issues]).toEqual([2, undefined])
  expect(results[0].issues).toEqual([
    {
      path: '/0/sites',
      code: 'E_SCHEMA',
      reason: expect.stringContaining('未注明货物从何处发出'),
      fix: expect.stringContaining('产地'),
    },
  ])
  const id = encodeURIComponent(results[0].records[0].id)
  expect((await api.call('GET', `/v1/records/${id}`)).json().flags).toEqual(['E_SCHEMA'])
})

it('a single record is taken as well, and sent again it is unchanged', async () => {
  expect((await post(sale('B1'))).json()).toMatchObject({ received: 1, accepted: 1 })
  expect((await post(sale('B1'))).json()).toMatchObject({ received: 1, unchanged: 1 })
})

it('only a key of the system may push for it', async () => {
  const own = await api.key('push:jiaxing-wholesale')
  expect((await post(sale('C1'), { key: own })).statusCode).toBe(200)
  for (const scope of ['push:shaoxing-slaughter', 'read']) {
    const answer = await post(sale('C2'), { key: await api.key(scope) })
    expect(answer.statusCode).toBe(403)
    expect(answer.json().detail).toContain('push:jiaxing-wholesale')
  }
  expect((await post(sale('C3'), { key: null })).statusCode).toBe(401)
})

it('a system that is registered without a folder pushes canonical records', async () => {
  const registered = await api.call('POST', '/v1/systems', {
    body: { id: 'county-hub', title: { zh: '县级平台', en: 'County hub' } },
  })
  expect(registered.statusCode).toBe(201)
  expect((await post(sale('R1', { system: 'county-hub' }))).json()).toMatchObject({
    received: 1,
    accepted: 1,
  })
})

it('an unknown system is answered with the known ones', async () => {
  const answer = await post(sale('D1', { system: 'nobody' }))
  expect(answer.statusCode).toBe(404)
  expect(answer.json().known).toContain('jiaxing-wholesale')
})

it('an Idempotency-Key is kept here too', async () => {
  const headers = { 'idempotency-key': 'c-1' }
  const first = await post(sale('E1'), { headers })
  expect((await post(sale('E1'), { headers })).json()).toEqual(first.json())
  expect((await post(sale('E2'), { headers })).statusCode).toBe(422)
})

it.each([
  ['text', 'application/json', '{"kind":', 400],
  ['nothing', 'application/json', '', 400],
  ['XML', 'application/xml', '<a/>', 415],
])('%s is refused', async (_name, type, body, status) => {
  const answer = await post(body, { headers: { 'content-type': type } })
  expect(answer.statusCode).toBe(status)
  if (status === 415) expect(answer.json().accepted).toEqual(['application/json'])
})

it.each(['utf-16le', 'utf-16be', 'gb18030'])(
  'a record in %s is checked and kept as it says',
  async (encoding) => {
    const key = `in-${encoding}`
    const sent = sale(key, { parties: [{ role: 'seller', name: '嘉兴某蔬菜经营部', ids: [] }] })
    const answer = await post(iconv.encode(JSON.stringify(sent), encoding))
    expect(answer.json()).toMatchObject({ received: 1, accepted: 1 })
    const id = encodeURIComponent(answer.json().results[0].records[0].id)
    expect((await api.call('GET', `/v1/records/${id}`)).json().parties[0].name).toBe('嘉兴某蔬菜经营部')
  },
)

it('what is doubtful is taken and told in the receipt with its place, is marked on the record, and is no new version when it is sent again', async () => {
  const doubtful = sale('F1', {
    occurredAt: { at: '2100-07-15T04:12:30+08:00', precision: 'second' },
    origin: { code: '999999' },
  })
  const receipt = (await post([sale('F0'), doubtful])).json()
  expect(receipt).toMatchObject({ accepted: 2, rejected: 0 })
  const told = receipt.results[1].issues.map(({ path, code }: { path: string; code: string }) => [path, code])
  expect(told).toEqual([
    ['/1/origin/code', 'W_AREA_UNKNOWN'],
    ['/1/occurredAt/at', 'W_TIME_RANGE'],
    ['/1/occurredAt/at', 'W_FUTURE_TIME'],
  ])
  const id = encodeURIComponent(receipt.results[1].records[0].id)
  expect((await api.call('GET', `/v1/records/${id}`)).json()).toMatchObject({
    version: 1,
    flags: ['W_AREA_UNKNOWN', 'W_TIME_RANGE', 'W_FUTURE_TIME'],
    origin: { writtenAs: '999999', year: 2100 },
  })
  expect((await post([doubtful])).json()).toMatchObject({ unchanged: 1, accepted: 0 })
})

it('a place that had ended by then is told nowhere as one that is: not in its record, not on the public page', async () => {
  const lot = { role: 'subject', scheme: 'cn.mofcom.trace20b', value: '33060200126071500001' }
  const entry = sale('G1', {
    kind: 'entry',
    lots: [lot],
    origin: { code: '330621' },
    region: { code: '330621' },
  })
  expect((await post(entry)).json()).toMatchObject({ accepted: 1 })
  const page = await api.call('GET', `/t/${lot.value}`, { key: null, headers: { 'accept-language': 'zh' } })
  expect(page.statusCode).toBe(200)
  expect(page.body).not.toContain('绍兴市绍兴县')
})

it('the own numbers of two systems name two lots, and a scheme that nobody knows is told and counts as an own number', async () => {
  const entry = (system: string, scheme: string, value: string) => ({
    ...sale(`own-${scheme}-${value}`),
    ...{ kind: 'entry', system, lots: [{ role: 'subject', scheme, value }] },
  })
  for (const id of ['own-a', 'own-b'])
    await api.call('POST', '/v1/systems', { body: { id, title: { zh: id, en: id } } })
  const [first, second] = [
    await post(entry('own-a', 'local', 'B001')),
    await post(entry('own-b', 'local', 'B001')),
  ]
  for (const answer of [first, second])
    expect([answer.json().accepted, answer.json().results[0].issues]).toEqual([1, undefined])
  const candidates = (await api.call('GET', '/v1/trace/B001')).json()
  expect(candidates.candidates.map((one: { code: string }) => one.code).sort()).toEqual([
    'local.own-a:B001',
    'local.own-b:B001',
  ])
  const third = (await post(entry('own-a', 'batch', 'C001'), { headers: { 'accept-language': 'zh' } })).json()
  expect(third.results[0].issues).toMatchObject([
    { path: '/lots/0/scheme', code: 'W_ID_UNKNOWN', value: 'batch', reason: expect.stringContaining('体系') },
  ])
  expect((await api.call('GET', '/v1/trace/local.own-a:C001')).statusCode).toBe(200)
})
