import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { installedSystems } from '#test/installed.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

/** One mapping of the real folder is broken, as an author may leave it. */
const api = withApi((registry) => {
  const mistake = {
    path: 'shaoxing-slaughter/trade.yaml',
    line: 7,
    column: 3,
    target: 'emit.0.fields.price',
    message: { en: 'there is no verb "pries"', zh: '没有动词 “pries”' },
    advice: { en: 'Did you mean "price"?', zh: '是否为 “price”？' },
  }
  const slaughter = registry.system('shaoxing-slaughter')
  const record = slaughter?.records.get('trade')
  if (!slaughter || !record) throw new Error('the mappings of shaoxing-slaughter are missing')
  const broken = {
    ...slaughter,
    records: new Map(slaughter.records).set('trade', { ...record, mapping: null, mistakes: [mistake] }),
  }
  const systems = new Map(registry.systems).set('shaoxing-slaughter', broken)
  return { systems, mistakes: [mistake], system: (id) => systems.get(id) }
})

it('lists the installed systems with the records that each may push', async () => {
  const { systems, next } = (await api.call('GET', '/v1/systems')).json()
  expect(next).toBeNull()
  expect(systems.map((one: { id: string }) => one.id)).toEqual(installedSystems)
  expect(systems.find((one: { id: string }) => one.id === 'jiaxing-wholesale')).toMatchObject({
    title: { zh: '嘉兴果蔬批发市场电子结算' },
    region: '330402',
    installed: true,
    records: [{ name: 'trade', mapping: 'jiaxing-wholesale/trade@2' }],
  })
})

it('a broken mapping is named by /readyz, refuses its own pushes, and leaves the others working', async () => {
  const ready = await api.call('GET', '/readyz', { key: null, headers: { 'accept-language': 'zh-CN' } })
  expect(ready.statusCode).toBe(200)
  expect(ready.json()).toMatchObject({
    ready: true,
    mappings: [
      {
        system: 'shaoxing-slaughter',
        record: 'trade',
        mistakes: [
          { path: 'shaoxing-slaughter/trade.yaml', line: 7, column: 3, message: '没有动词 “pries”' },
        ],
      },
    ],
  })
  const type = api.registry.system('shaoxing-slaughter')?.records.get('trade')?.accepts[0] ?? ''
  const refused = await api.push('shaoxing-slaughter/trade', '<a/>', { type })
  expect(refused.statusCode).toBe(503)
  expect(refused.json()).toMatchObject({ code: 'mapping_broken', detail: 'shaoxing-slaughter/trade' })
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  expect((await api.push(TRADES, JSON.stringify([trade('A1')]))).statusCode).toBe(200)
})

it('a check answers with every mistake of the mappings and every wrong setting at once', async () => {
  const settings = { url: 'http://10.0.0.7/in', allowAddress: ['10.0.0.0/8'], colour: 'red' }
  expect((await api.call('PATCH', '/v1/systems/shaoxing-slaughter', { body: { settings } })).statusCode).toBe(
    200,
  )
  const checked = (await api.call('POST', '/v1/systems/shaoxing-slaughter/check')).json()
  expect(checked.ok).toBe(false)
  expect(checked.mistakes).toHaveLength(1)
  expect(checked.settings.map((one: { setting: string }) => one.setting).sort()).toEqual([
    'allowAddress',
    'colour',
    'url',
  ])
  for (const { reason, advice } of checked.settings) expect(reason && advice).toBeTruthy()
  expect((await api.call('POST', '/v1/systems/jiaxing-wholesale/check')).json()).toEqual({
    ok: true,
    mistakes: [],
    doubts: [],
    settings: [],
  })
})

it('a check says whether anyone answers at the address of the system', async () => {
  const listener = createServer((_request, response) => response.writeHead(405).end())
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as AddressInfo
  const settings = { url: `http://127.0.0.1:${port}/in`, allowAddress: [`127.0.0.1/32:${port}`] }
  const body = { id: 'answers', title: { zh: '答', en: 'Answers' }, settings }
  expect((await api.call('POST', '/v1/systems', { body })).statusCode).toBe(201)
  const check = async () => (await api.call('POST', '/v1/systems/answers/check')).json()
  expect(await check()).toEqual({ ok: true, mistakes: [], doubts: [], settings: [] })
  await new Promise((resolve) => listener.close(resolve))
  expect((await check()).settings).toMatchObject([{ setting: 'url' }])
})

it('a system is registered, changed, and gives its address to its links', async () => {
  const body = { id: 'city-platform', title: { zh: '市平台', en: 'City platform' }, region: '330100' }
  const made = await api.call('POST', '/v1/systems', { body })
  expect(made.statusCode).toBe(201)
  expect(made.json()).toMatchObject({ ...body, installed: false, records: [], settings: {} })
  expect((await api.call('POST', '/v1/systems', { body })).statusCode).toBe(409)
  const settings = { url: 'http://127.0.0.1:9000/in', allowAddress: ['127.0.0.1/32:9000'] }
  const patched = await api.call('PATCH', '/v1/systems/city-platform', {
    body: { title: { zh: '平台', en: 'Platform' }, settings },
  })
  expect(patched.json()).toMatchObject({ title: { en: 'Platform' }, settings })
  const link = await api.call('POST', '/v1/links', { body: { name: 'city', system: 'city-platform' } })
  expect(link.json()).toMatchObject({
    system: 'city-platform',
    url: settings.url,
    allowAddress: settings.allowAddress,
  })
})

it('what the folder of a system says is not changed here', async () => {
  const answer = await api.call('PATCH', '/v1/systems/jiaxing-wholesale', {
    body: { title: { zh: '甲', en: 'A' } },
  })
  expect(answer.statusCode).toBe(400)
  expect(answer.json().issues[0]).toMatchObject({ path: '/title' })
})

it('fields that no mapping reads are shown with a sample', async () => {
  await api.push(TRADES, JSON.stringify([trade('D1', { newField: 'x7' }), trade('D2', { newField: 'x8' })]))
  const { drift } = (await api.call('GET', '/v1/systems/jiaxing-wholesale')).json()
  expect(drift).toMatchObject([{ record: 'trade', field: 'newField', count: 2, sample: 'x7' }])
})

it.each([
  [{ id: 'Bad Name', title: { zh: '甲', en: 'A' } }, '/id'],
  [{ id: 'a', title: { zh: '甲' } }, '/title/en'],
  [{ id: 'a', title: { zh: '甲', en: 'A' }, region: '33' }, '/region'],
  [{ id: 'a', title: { zh: '甲', en: 'A' }, state: 'active' }, '/state'],
])('%j is refused at %s', async (body, path) => {
  const answer = await api.call('POST', '/v1/systems', { body })
  expect(answer.statusCode).toBe(400)
  expect(answer.json().issues.map((issue: { path: string }) => issue.path)).toContain(path)
})

it('a system that there is not is 404', async () => {
  expect((await api.call('GET', '/v1/systems/nobody')).statusCode).toBe(404)
  expect((await api.call('POST', '/v1/systems/nobody/check')).statusCode).toBe(404)
  expect((await api.call('PATCH', '/v1/systems/nobody', { body: { settings: {} } })).statusCode).toBe(404)
})
