import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { runReplay } from '#flow/replay/run.ts'
import { createLiveRegistry } from '#flow/systems/live.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'
import { sale, saleMapping } from '#test/versions.ts'

const api = withApi()
const STALL = `system: stall
title: { zh: 摊位, en: Stall }
adapter: push
records:
  sale: { mapping: sale.yaml, accepts: [application/json, text/json] }
`
const path = '/v1/systems/stall/mappings'
const post = (url: string, body?: unknown) => api.call('POST', url, body === undefined ? {} : { body })
const add = (version: number, more: object = {}) => post(path, { text: saleMapping({ version, ...more }) })
const pushed = async (no: string, type = 'application/json') => {
  const answer = await api.push('stall/sale', JSON.stringify([sale(no)]), { type })
  return answer.statusCode === 200
    ? (
        await api.pool.query('select mapping from record_versions where record_id = $1', [
          `urn:cnft:sale:stall:sale:${no}`,
        ])
      ).rows[0]?.mapping
    : answer.statusCode
}

it('a system is registered by its system.yaml; mistakes are told all at once', async () => {
  const wrong = await post('/v1/systems', { systemFile: 'system: stall\nadaptor: push\nrecords: {}\n' })
  expect(wrong.statusCode).toBe(422)
  expect(wrong.json()).toMatchObject({ code: 'mapping_invalid', mistakes: expect.anything() })
  expect(wrong.json().mistakes.length).toBeGreaterThan(1)
  const twice = await post('/v1/systems', { systemFile: STALL, title: { zh: '别的', en: 'Other' } })
  expect(twice.json()).toMatchObject({ code: 'invalid_request', issues: [{ path: '/title' }] })
  const made = await post('/v1/systems', { systemFile: STALL })
  expect(made.statusCode).toBe(201)
  expect(made.json()).toMatchObject({
    id: 'stall',
    title: { zh: '摊位', en: 'Stall' },
    installed: true,
    records: [],
  })
  const again = await post('/v1/systems', { systemFile: STALL })
  expect([again.statusCode, again.json().detail]).toEqual([409, 'a system stall is registered already'])
  expect((await post('/v1/systems', {})).json()).toMatchObject({
    issues: [{ path: '/id' }, { path: '/title' }],
  })
})

it('a mapping called canonical is refused in the language of the caller, and so is a system that declares a record of that name', async () => {
  const text = saleMapping({ version: 1 }).replace('stall/sale', 'stall/canonical')
  const systemFile = STALL.replace('system: stall', 'system: other').replace('sale:', 'canonical:')
  for (const [language, told] of [
    ['en', '"canonical" is the name of records that come as canonical ones'],
    ['zh', '“canonical”是规范记录'],
  ] as const) {
    const headers = { 'accept-language': language }
    for (const refused of [
      await api.call('POST', path, { body: { text }, headers }),
      await api.call('POST', '/v1/systems', { body: { systemFile }, headers }),
    ]) {
      expect([refused.statusCode, refused.json().code]).toEqual([422, 'mapping_invalid'])
      expect(refused.json().mistakes).toMatchObject([{ message: expect.stringContaining(told) }])
    }
  }
})

it('the check of a system tells what works and is surely not meant in its system.yaml and its mappings in force, in the language of the caller', async () => {
  const own = '/v1/systems/doubted'
  const systemFile = STALL.replace('system: stall', 'system: doubted').replace('text/json', 'json')
  expect((await post('/v1/systems', { systemFile })).statusCode).toBe(201)
  const text = saleMapping({ version: 1, more: '      saleKind: retail\n' }).replace(
    'stall/sale',
    'doubted/sale',
  )
  expect((await post(`${own}/mappings`, { text })).statusCode).toBe(201)
  expect((await post(`${own}/mappings/sale/1/activate`)).statusCode).toBe(200)
  const check = async (language: string) =>
    (await api.call('POST', `${own}/check`, { headers: { 'accept-language': language } })).json()
  const tried = { mapping: text, sample: JSON.stringify([sale('A1')]), contentType: 'application/json' }
  const { doubts } = (
    await api.call('POST', '/v1/mappings/try', { body: tried, headers: { 'accept-language': 'zh' } })
  ).json()
  expect(doubts).toMatchObject([{ target: expect.stringContaining('saleKind') }])
  const told = await check('zh')
  expect(told.ok).toBe(true)
  expect(told.doubts).toEqual([
    expect.objectContaining({ path: 'doubted/system.yaml', target: 'records.sale.accepts' }),
    { ...doubts[0], path: 'doubted/sale.yaml' },
  ])
  expect((await check('en')).doubts[1].advice).toContain('{ const: retail }')
})

it('a record that is declared and has no mapping is told by the check, by the push and by a roll back', async () => {
  expect((await post('/v1/systems/stall/check')).json()).toMatchObject({
    ok: false,
    settings: [{ setting: 'records.sale', advice: expect.stringContaining('/v1/systems/stall/mappings') }],
  })
  expect((await api.push('stall/sale', JSON.stringify([sale('A1')]))).json()).toMatchObject({
    code: 'unknown_record',
    detail: expect.stringContaining('no mapping of it is in force'),
  })
  expect((await post(`${path}/sale/rollback`)).json()).toMatchObject({ code: 'wrong_state', status: 409 })
})

it('a draft maps nothing; activated it does, at once and with the content types of system.yaml', async () => {
  expect(await pushed('A1')).toBe(404)
  const draft = await add(1)
  expect(draft.statusCode).toBe(201)
  expect(draft.json()).toMatchObject({
    record: 'sale',
    version: 1,
    state: 'draft',
    createdBy: 'administrator',
  })
  expect(await pushed('A1')).toBe(404)
  const tried = await post('/v1/mappings/try', {
    version: 'stall/sale@1',
    sample: JSON.stringify([sale('T1')]),
  })
  expect(tried.json()).toMatchObject({ mapping: 'stall/sale@1', results: [{ rejected: false, key: ['T1'] }] })
  const activated = await post(`${path}/sale/1/activate`)
  expect(activated.json()).toMatchObject({ version: 1, state: 'active', replaced: null })
  expect(await pushed('A1', 'text/json')).toBe('stall/sale@1')
  expect((await api.call('GET', '/v1/systems/stall')).json().records).toMatchObject([
    { name: 'sale', mapping: 'stall/sale@1', accepts: ['application/json', 'text/json'] },
  ])
})

it('a number that is known, a mistake, another system: 422 with line and advice', async () => {
  const again = await add(1, { product: 'other' })
  expect(again.statusCode).toBe(422)
  expect(again.json()).toMatchObject({
    code: 'mapping_invalid',
    mistakes: [{ line: 2, target: 'version', advice: 'Write version: 2.' }],
  })
  const wrong = await post(path, { text: saleMapping({ version: 9 }).replace('key:', 'keys:') })
  expect(wrong.json().mistakes.map(({ target }: { target: string }) => target)).toEqual(
    expect.arrayContaining(['keys']),
  )
  const foreign = await post(path, { text: saleMapping({ version: 9 }).replace('stall/', 'other/') })
  expect(foreign.statusCode).toBe(422)
  const table = await post(path, { text: saleMapping({ version: 9 }), tables: { goods: 'rows: 7' } })
  expect(table.json().mistakes[0]).toMatchObject({ path: 'stall/tables/goods.yaml' })
  expect((await post('/v1/systems/nobody/mappings', { text: 'x' })).statusCode).toBe(404)
})

it('a version takes the place of the one before; a roll back goes to it, and again to the one before that', async () => {
  for (const version of [2, 3]) {
    await add(version)
    await post(`${path}/sale/${version}/activate`)
  }
  expect(await pushed('B3')).toBe('stall/sale@3')
  expect((await post(`${path}/sale/rollback`)).json()).toMatchObject({ version: 2, state: 'active' })
  expect(await pushed('B2')).toBe('stall/sale@2')
  expect((await post(`${path}/sale/rollback`)).json()).toMatchObject({ version: 1, state: 'active' })
  const end = await post(`${path}/sale/rollback`)
  expect(end.statusCode).toBe(409)
  expect(end.json().detail).toContain('no version was active before stall/sale@1')
  const { mappings } = (await api.call('GET', path)).json()
  expect(
    mappings.map(({ record, version, state }: Record<string, unknown>) => `${record} ${version} ${state}`),
  ).toEqual(['system.yaml 1 active', 'sale 3 former', 'sale 2 former', 'sale 1 active'])
  const paged = (await api.call('GET', `${path}?record=sale&limit=2`)).json()
  const rest = (await api.call('GET', `${path}?record=sale&limit=2&after=${paged.next}`)).json()
  expect([...paged.mappings, ...rest.mappings].map(({ version }) => version)).toEqual([3, 2, 1])
})

it('a retired version is not activated again; the active one retired ends the record', async () => {
  expect((await post(`${path}/sale/3/retire`)).json()).toMatchObject({ state: 'retired' })
  expect((await post(`${path}/sale/3/activate`)).statusCode).toBe(409)
  await post(`${path}/sale/1/retire`)
  expect(await pushed('C1')).toBe(404)
  await post(`${path}/sale/2/activate`)
  expect(await pushed('C1')).toBe('stall/sale@2')
})

it('every step stands in a log that nobody can rewrite', async () => {
  const { steps } = (await api.call('GET', '/v1/systems/stall/history')).json()
  expect(steps.slice(0, 3)).toMatchObject([
    { who: 'administrator', action: 'activated', record: 'sale', version: 2 },
    { action: 'retired', version: 1 },
    { action: 'retired', version: 3 },
  ])
  expect(steps.at(-1)).toMatchObject({ action: 'created', record: 'system.yaml', version: 1 })
  await expect(api.pool.query("update mapping_log set who = 'x'")).rejects.toThrow('only grows')
  await expect(api.pool.query('delete from mapping_log')).rejects.toThrow('only grows')
})

it('over a folder: its version is noted, another one takes its place, and the way back leads to the folder', async () => {
  const url = '/v1/systems/jiaxing-wholesale/mappings'
  const text = await readFile(
    new URL('../../../mappings/jiaxing-wholesale/trade.yaml', import.meta.url),
    'utf8',
  )
  expect((await api.call('GET', `${url}/trade/2`)).json()).toMatchObject({
    origin: 'folder',
    state: 'installed',
    text,
  })
  expect((await post(url, { text })).json()).toMatchObject({ mistakes: [{ target: 'version' }] })
  const next = text.replace('version: 2', 'version: 3').replace('vehicle: plateNo', 'note: plateNo')
  expect((await post(url, { text: next })).json().tables).toHaveProperty('markets')
  await post(`${url}/trade/3/activate`)
  await api.push(TRADES, JSON.stringify([trade('R1')]))
  const { rows } = await api.pool.query(
    "select mapping, body from record_versions where record_id like '%:R1' and kind = 'sale'",
  )
  expect(rows).toMatchObject([{ mapping: 'jiaxing-wholesale/trade@3' }])
  expect(JSON.parse(rows[0].body).note).toBe('浙F00X00')
  expect((await post(`${url}/trade/rollback`)).json()).toMatchObject({ version: 2, state: 'installed' })
  expect(api.registry.system('jiaxing-wholesale')?.records.get('trade')?.mapping?.version).toBe(2)
  expect((await post(`${url}/trade/2/retire`)).statusCode).toBe(409)
})

it('another process has an activation within two seconds; what is broken in the database is told and stops nothing', async () => {
  const other = createLiveRegistry({ pool: api.pool, seed: api.registry.seed })
  await other.refresh()
  other.follow()
  try {
    const held = other.system('stall')?.records.get('sale')?.mapping
    expect(held?.version).toBe(2)
    await add(4)
    await post(`${path}/sale/4/activate`)
    const startedMs = performance.now()
    while (other.system('stall')?.records.get('sale')?.mapping?.version !== 4) {
      expect(performance.now() - startedMs).toBeLessThan(2000)
      await pause(20)
    }
    expect(held?.version).toBe(2)
    await api.pool.query(
      "update mapping_versions set text = 'mapping: [' where system = 'stall' and version = 4",
    )
    await api.pool.query('update mapping_epoch set epoch = epoch + 1')
    await api.registry.refresh()
    expect(await pushed('D1')).toBe(503)
    expect((await api.call('GET', '/readyz')).json().mappings).toMatchObject([
      { system: 'stall', record: 'sale' },
    ])
    expect((await api.push(TRADES, JSON.stringify([trade('R2')]))).statusCode).toBe(200)
    const fresh = createLiveRegistry({ pool: api.pool, seed: api.registry.seed })
    await fresh.refresh()
    expect(fresh.system('stall')?.records.get('sale')?.mapping).toBeNull()
    expect((await post(`${path}/sale/rollback`)).json()).toMatchObject({ version: 2 })
    expect(await pushed('D1')).toBe('stall/sale@2')
  } finally {
    await other.close()
  }
})

it('system.yaml has versions too: the next counts at once, and the way back is the same', async () => {
  const next = STALL.replace('摊位', '新摊位').replace(', text/json', '')
  const patched = await api.call('PATCH', '/v1/systems/stall', { body: { systemFile: next } })
  expect(patched.json()).toMatchObject({ title: { zh: '新摊位' } })
  expect(await pushed('E1', 'text/json')).toBe(415)
  expect(
    (await api.call('PATCH', '/v1/systems/stall', { body: { title: { zh: 'x', en: 'x' } } })).statusCode,
  ).toBe(400)
  expect((await post(`${path}/system.yaml/rollback`)).json()).toMatchObject({
    record: 'system.yaml',
    version: 1,
  })
  expect((await api.call('GET', '/v1/systems/stall')).json()).toMatchObject({ title: { zh: '摊位' } })
  expect(await pushed('E1', 'text/json')).toBe('stall/sale@2')
})

it('replays: 202 with a number, woken, and read with their counts; wrong scopes are told', async () => {
  await add(5, { more: '      vehicle: plate\n' })
  await post(`${path}/sale/5/activate`)
  const body = { mode: 'dry-run', scope: { system: 'stall', from: '2020-01-01T00:00:00Z' } }
  const asked = await post('/v1/replays', body)
  expect(asked.statusCode).toBe(202)
  const { id } = asked.json()
  expect(asked.headers['location']).toBe(`/v1/replays/${id}`)
  expect(asked.json()).toMatchObject({
    state: 'waiting',
    mappings: { sale: { version: 5 } },
    who: 'administrator',
  })
  expect(api.woken).toContain(id)
  await runReplay({ pool: api.pool, registry: api.registry, onCommitted: () => {} }, id)
  const done = (await api.call('GET', `/v1/replays/${id}`)).json()
  expect(done).toMatchObject({ state: 'done', counts: { newlyFailing: 0, versions: 0 }, problem: null })
  expect(done.counts.received).toBeGreaterThan(3)
  expect(done.counts.received).toBe(done.counts.same)
  expect((await api.call('GET', '/v1/replays?system=stall')).json()).toMatchObject({
    replays: [{ id }],
    next: null,
  })
  expect((await api.call('GET', '/v1/replays/nothing')).statusCode).toBe(404)
  const wrong = (scope: object, more: object = {}) => post('/v1/replays', { mode: 'apply', scope, ...more })
  expect((await wrong({ system: 'nobody' })).json()).toMatchObject({ code: 'unknown_system' })
  expect((await wrong({ system: 'stall', record: 'no' })).json()).toMatchObject({ code: 'unknown_record' })
  expect((await wrong({ system: 'stall', receipts: ['x'] })).json().issues[0].path).toBe('/scope/receipts/0')
  expect((await wrong({ system: 'stall', newest: 3, flag: 'W_LATE' })).json().issues[0].path).toBe(
    '/scope/newest',
  )
  expect((await wrong({ system: 'stall' }, { versions: { from: 1, to: 2 } })).json().issues[0].path).toBe(
    '/versions',
  )
  const far = await post('/v1/replays', {
    mode: 'compare',
    scope: { system: 'stall', record: 'sale' },
    versions: { from: 1, to: 77 },
  })
  expect(far.json()).toMatchObject({ code: 'not_found', detail: 'mapping stall/sale@77' })
})
