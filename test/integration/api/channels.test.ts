import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DeclaredChannel } from '#core/channels/declared.ts'
import { withApi } from '#test/api.ts'

const PATH = '/v1/systems/jiaxing-wholesale/channels/query'
const DECLARED: DeclaredChannel = {
  name: 'query',
  title: { zh: '查询接口', en: 'Query interface' },
  adapter: 'pull',
  record: 'trade',
  every: '5m',
  settings: { rows: 'list', paging: { page: { parameter: 'p', size: 'n' } } },
}
const SCANNED: DeclaredChannel = {
  ...DECLARED,
  name: 'scanned',
  scan: { cron: '30 2 * * *', fusePercent: 5 },
}
const api = withApi((registry) => {
  const system = registry.system('jiaxing-wholesale')
  if (!system?.file) throw new Error('the mappings of jiaxing-wholesale are missing')
  const systems = new Map(registry.systems).set('jiaxing-wholesale', {
    ...system,
    file: { ...system.file, channels: [DECLARED, SCANNED] },
  })
  return { systems, mistakes: [], system: (id) => systems.get(id) }
})
let source: Server
let url: string
let allow: string
/** What was asked of the source. */
const keys: (string | string[] | undefined)[] = []

beforeAll(async () => {
  source = createServer((request, response) => {
    keys.push(request.headers['x-key'])
    response.setHeader('content-type', 'application/json').end('{"list":[]}')
  })
  await new Promise<void>((resolve) => source.listen(0, '127.0.0.1', resolve))
  const { port } = source.address() as AddressInfo
  url = `http://127.0.0.1:${port}/trades`
  allow = `127.0.0.1/32:${port}`
})
afterAll(() => source.close())

const patch = (body: object) => api.call('PATCH', PATH, { body })

describe('channels by the API', () => {
  it('adapters are listed with the form of their settings, every one titled in both languages', async () => {
    const { adapters, limits } = (await api.call('GET', '/v1/adapters')).json()
    const pull = adapters.find(({ name }: { name: string }) => name === 'pull')
    expect(pull.settings.properties.url).toBeDefined()
    expect(pull.limits.timeoutMs).toBeGreaterThan(0)
    expect(limits.properties.pageRows.maximum).toBe(5000)
    for (const { title, description } of adapters) {
      expect(description).toEqual({
        zh: expect.stringMatching(/[一-龥]/),
        en: expect.stringMatching(/[a-z]/),
      })
      expect(title).toEqual({ zh: expect.stringMatching(/\S/), en: expect.not.stringMatching(/[一-龥]/) })
    }
  })

  it('a channel of a system.yaml is there before anyone sets it, off and never read', async () => {
    const { channels } = (await api.call('GET', '/v1/channels?system=jiaxing-wholesale')).json()
    expect(channels).toHaveLength(2)
    expect(channels[0]).toMatchObject({
      system: 'jiaxing-wholesale',
      name: 'query',
      on: false,
      received: 0,
      state: null,
      secrets: [],
    })
    expect((await api.call('GET', PATH)).json()).toEqual(channels[0])
  })

  it('cannot be switched on while something is missing, and every missing setting is named', async () => {
    const refused = await patch({ on: true })
    expect(refused.json()).toMatchObject({ status: 400, code: 'invalid_request' })
    expect(refused.json().issues.map(({ path }: { path: string }) => path)).toContain('/settings/url')
    expect((await api.call('GET', PATH)).json().on).toBe(false)
  })

  it('refuses settings, bounds, rhythms and secrets that do not fit, each at its place', async () => {
    const refused = await patch({
      settings: { url, nonsense: 1 },
      limits: { pageRows: 100 },
      rhythm: { cron: '61 * * * *' },
      allowAddress: ['everywhere'],
      secrets: { wand: 'abracadabra' },
    })
    expect(refused.statusCode).toBe(400)
    const paths = refused.json().issues.map(({ path }: { path: string }) => path)
    expect(paths).toEqual(
      expect.arrayContaining(['/settings/nonsense', '/rhythm/cron', '/allowAddress', '/secrets/wand']),
    )
    expect(refused.body).not.toContain('abracadabra')
    expect((await patch({ limits: { pageRows: 0 } })).statusCode).toBe(400)
  })

  it('a check tries settings that are not kept, with an answer for each', async () => {
    const checked = await api.call('POST', `${PATH}/check`, { body: { settings: { url } } })
    expect(checked.statusCode).toBe(200)
    expect(checked.json().ok).toBe(false)
    const wrong = checked.json().checks.filter(({ ok }: { ok: boolean }) => !ok)
    expect(wrong[0].setting).toMatch(/url|allowAddress/)
    const right = await api.call('POST', `${PATH}/check`, {
      body: { settings: { url }, allowAddress: [allow] },
    })
    expect(right.json()).toMatchObject({ ok: true })
    expect((await api.call('GET', PATH)).json().set).toEqual({})
  })

  it('is woken when it is switched on and when somebody asks for it, and its secrets are never given back', async () => {
    const name = Object.keys(
      (await api.call('GET', '/v1/adapters'))
        .json()
        .adapters.find((one: { name: string }) => one.name === 'pull').secrets,
    )[0] as string
    api.woken.length = 0
    const on = await patch({
      on: true,
      settings: { url },
      allowAddress: [allow],
      secrets: { [name]: 'abracadabra' },
    })
    expect(on.json()).toMatchObject({
      on: true,
      secrets: [name],
      rhythm: { every: '5m' },
      settings: { url, rows: 'list' },
    })
    expect((await api.call('POST', `${PATH}/run`)).statusCode).toBe(202)
    expect(api.woken).toEqual(['jiaxing-wholesale/query', 'jiaxing-wholesale/query'])
    const said = [on.body, (await api.call('GET', PATH)).body, (await api.call('GET', '/v1/channels')).body]
    expect(said.join()).not.toContain('abracadabra')
    expect((await patch({ secrets: { [name]: null } })).json().secrets).toEqual([])
  })

  it('a secret goes to the address that it was given for and to no other, whether by a change, a check or the next system.yaml', async () => {
    const auth = { header: { name: 'x-key' } }
    const elsewhere = { url: url.replace('127.0.0.1', 'localhost'), auth }
    const check = (body: object) => api.call('POST', `${PATH}/check`, { body })
    const given = { settings: { url, auth }, allowAddress: [allow], secrets: { token: 'abracadabra' } }
    expect((await patch(given)).statusCode).toBe(200)
    expect((await check({})).json().ok).toBe(true)
    expect((await patch({ settings: { url: `${url}?more=1`, auth } })).statusCode).toBe(200)
    keys.length = 0
    for (const answer of [
      await check({ settings: elsewhere }),
      await patch({ settings: elsewhere }),
      // Not in two steps either.
      (await patch({ on: false, settings: { auth } })) && (await patch({ settings: elsewhere })),
    ]) {
      expect(answer.statusCode).toBe(400)
      expect(answer.json().issues).toMatchObject([{ path: '/secrets/token', fix: expect.any(String) }])
    }
    expect(keys).toEqual([])
    const tried = await check({ settings: elsewhere, secrets: { token: 'another' } })
    expect(tried.json().ok).toBe(true)
    expect(new Set(keys)).toEqual(new Set(['another']))
    expect((await patch({ settings: elsewhere, secrets: { token: null } })).json().secrets).toEqual([])
  })

  it('the next system.yaml aims no channel elsewhere while its secrets are kept', async () => {
    const file = (host: string): string =>
      [
        'system: aimed-county',
        'title: { zh: 县, en: County }',
        'region: "330825"',
        'adapter: push',
        'records: { trade: { mapping: trade.yaml, accepts: [application/json] } }',
        'channels:',
        '  query:',
        '    title: { zh: 查询, en: Query }',
        '    adapter: pull',
        '    record: trade',
        `    settings: { url: 'https://${host}/q', rows: list, paging: { page: { parameter: p, size: n } }, auth: { header: { name: x-key } } }`,
      ].join('\n')
    const made = await api.call('POST', '/v1/systems', { body: { systemFile: file('county.example') } })
    expect(made.statusCode, made.body).toBe(201)
    const channel = '/v1/systems/aimed-county/channels/query'
    const secret = (token: string | null) =>
      api.call('PATCH', channel, { body: { secrets: { token } } }).then(({ statusCode }) => statusCode)
    const next = (host: string) =>
      api.call('PATCH', '/v1/systems/aimed-county', { body: { systemFile: file(host) } })
    expect(await secret('abracadabra')).toBe(200)
    expect((await next('county.example/v2')).statusCode).toBe(200)
    const refused = await next('elsewhere.example')
    expect(refused.statusCode).toBe(400)
    expect(refused.json().issues).toMatchObject([
      { path: '/systemFile', value: 'channels/query/secrets/token', fix: expect.stringContaining(channel) },
    ])
    expect((await api.call('GET', channel)).json().settings.url).toBe('https://county.example/v2/q')
    expect(await secret(null)).toBe(200)
    expect((await next('elsewhere.example')).statusCode).toBe(200)
  })

  it('goes on from another state when it is told to', async () => {
    expect((await api.call('POST', `${PATH}/reset`, { body: { state: { a: 1 } } })).json().state).toEqual({
      a: 1,
    })
    expect((await api.call('POST', `${PATH}/reset`, { body: { state: null } })).json().state).toBeNull()
  })

  it('looks for deleted records now where its system.yaml declares that, and it is on', async () => {
    const scanned = PATH.replace('/query', '/scanned')
    expect((await api.call('POST', `${PATH}/scan`)).statusCode).toBe(409)
    expect((await api.call('POST', `${scanned}/scan`)).statusCode).toBe(409)
    await api.call('PATCH', scanned, { body: { on: true, settings: { url }, allowAddress: [allow] } })
    api.woken.length = 0
    const { statusCode, body } = await api.call('POST', `${scanned}/scan`)
    expect([statusCode, JSON.parse(body).scanError]).toEqual([202, null])
    expect(api.woken).toEqual(['jiaxing-wholesale/scanned'])
    await api.call('PATCH', scanned, { body: { on: false } })
  })

  it('that is off is not run, and one that no system.yaml names is not there', async () => {
    await patch({ on: false })
    expect((await api.call('POST', `${PATH}/run`)).statusCode).toBe(409)
    for (const [method, path] of [
      ['GET', PATH.replace('query', 'other')],
      ['POST', `${PATH.replace('query', 'other')}/run`],
      ['GET', PATH.replace('jiaxing-wholesale', 'nobody')],
    ] as const)
      expect((await api.call(method, path)).statusCode).toBe(404)
  })

  it('is set and run by administrators alone', async () => {
    const key = await api.key('read', 'push:jiaxing-wholesale')
    expect((await api.call('GET', PATH, { key })).statusCode).toBe(200)
    for (const [method, path, body] of [
      ['PATCH', PATH, { on: true }],
      ['POST', `${PATH}/run`, undefined],
      ['POST', `${PATH}/scan`, undefined],
      ['POST', `${PATH}/check`, {}],
      ['POST', `${PATH}/reset`, { state: null }],
    ] as const)
      expect((await api.call(method, path, { key, body })).statusCode).toBe(403)
  })

  it('is among what a check of its system finds wrong', async () => {
    await api.pool.query(`update channels set is_on = true, settings = '{}'`)
    const { settings } = (await api.call('POST', '/v1/systems/jiaxing-wholesale/check')).json()
    expect(settings).toEqual(
      expect.arrayContaining([expect.objectContaining({ setting: 'channels/query/settings/url' })]),
    )
  })
})
