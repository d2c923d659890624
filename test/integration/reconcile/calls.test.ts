import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createLink } from '#store/links.ts'
import { findOpenReconciliations } from '#store/reconciliations.ts'
import { ADMIN_KEY, withApi } from '#test/api.ts'
import { scratchFolder } from '#test/holder.ts'
import { trade } from '#test/jiaxing.ts'
import { follow, reconcile } from './setting.ts'

const api = withApi()

const run = async (answer: { json(): { id: string } }) => {
  await follow(api.pool)
  await reconcile(api.pool, answer.json().id)
  return (await api.call('GET', `/v1/reconciliations/${answer.json().id}`)).json()
}
const csv = (text: string, query: string, key?: string) =>
  api.call('POST', `/v1/reconciliations?${query}`, {
    body: text,
    headers: { 'content-type': 'text/csv' },
    ...(key === undefined ? {} : { key }),
  })

it('figures of a source as CSV: what agrees is equal, what lacks is wanted until it comes', async () => {
  expect(
    (await api.push('jiaxing-wholesale/trade', JSON.stringify([trade('R1'), trade('R2')]))).statusCode,
  ).toBe(200)
  const own = await run(
    await api.call('POST', '/v1/reconciliations', {
      body: { system: 'jiaxing-wholesale', from: '2024-04-15' },
    }),
  )
  expect(own).toMatchObject({ outcome: 'one-sided', side: 'none', counts: { records: expect.any(Number) } })
  const { rows } = await api.pool.query(
    `select kind, hour, sum(count)::integer as count, sum(mass)::text as mass from record_buckets where hour like '2024-04-15%'
      group by kind, hour order by kind, hour`,
  )
  expect(rows.length).toBeGreaterThan(0)
  const text = (more: number) =>
    [
      'kind,hour,count,mass',
      ...rows.map((row, i) => `${row.kind},${row.hour},${row.count + (i === 0 ? more : 0)},${row.mass}`),
    ].join('\n')
  const key = await api.key('push:jiaxing-wholesale')
  const query = 'system=jiaxing-wholesale&from=2024-04-15'
  expect(await run(await csv(text(0), query, key))).toMatchObject({
    outcome: 'equal',
    side: 'figures',
    buckets: [],
  })
  const differs = await run(await csv(text(2), `${query}&resend=true`, key))
  expect(differs).toMatchObject({
    outcome: 'different',
    buckets: [
      {
        kind: rows[0].kind,
        region: '*',
        hour: rows[0].hour,
        own: { count: rows[0].count },
        theirs: { count: rows[0].count + 2 },
        narrowed: false,
      },
    ],
    advice: expect.stringContaining('keys'),
  })
  const wanted = await api.call('GET', '/v1/systems/jiaxing-wholesale/wanted', { key })
  expect(wanted.json()).toMatchObject({ records: [], buckets: [{ kind: rows[0].kind, lacks: 2 }] })
  await run(await csv(text(0), query, key))
  expect((await api.call('GET', '/v1/systems/jiaxing-wholesale/wanted', { key })).json()).toMatchObject({
    buckets: [],
  })
})

it('keys of a source as CSV: the missing one is wanted, comes, and the next list is equal', async () => {
  const key = await api.key('push:jiaxing-wholesale')
  const { rows } = await api.pool.query<{ record_id: string }>(
    `select distinct record_id from record_versions where system = 'jiaxing-wholesale' order by 1`,
  )
  const pushed = await api.push('jiaxing-wholesale/trade', JSON.stringify([trade('R3')]))
  const named = (
    await api.pool.query<{ record_id: string }>(
      `select distinct record_id from record_versions where system = 'jiaxing-wholesale' order by 1`,
    )
  ).rows.map((row) => row.record_id)
  const fresh = named.filter((id) => !rows.some((row) => row.record_id === id))
  expect(pushed.json().accepted).toBe(1)
  expect(fresh.length).toBeGreaterThan(0)
  const gone = fresh[0] as string
  const ghost = gone.replace('R3', 'R4')
  const list = ['id', ...named.filter((id) => id !== gone), ghost].join('\n')
  const query = 'system=jiaxing-wholesale&from=2024-04-15&untimed=true'
  const found = await run(await csv(list, `${query}&resend=true`, key))
  expect(found).toMatchObject({ outcome: 'different', side: 'keys', counts: { missing: 1, surplus: 1 } })
  expect(found.keys.map((one: { id: string; state: string }) => [one.id, one.state]).sort()).toEqual(
    [
      [gone, 'surplus'],
      [ghost, 'missing'],
    ].sort(),
  )
  const wanted = async () =>
    (await api.call('GET', '/v1/systems/jiaxing-wholesale/wanted', { key })).json().records
  expect(await wanted()).toEqual([expect.objectContaining({ id: ghost, reason: 'missing' })])
  await api.push('jiaxing-wholesale/trade', JSON.stringify([trade('R4')]))
  expect(await wanted()).toEqual([])
})

it('a list is told apart by row where it is wrong, and nothing is stored', async () => {
  const before = (await api.pool.query('select count(*) from reconciliations')).rows[0]
  for (const [text, path] of [
    ['kind,hour,count\nsale,2024-04-15T25,1', /hour/],
    ['kind,hour,count\nsail,2024-04-15T03,1', /kind/],
    ['kind,hour,count\nsale,2024-04-15T03,-1', /count/],
    ['kind,hour,count,mass\nsale,2024-04-15T03,1,12x', /mass/],
    ['kind,hour,count\nsale,2024-04-15T03,1\nsale,2024-04-15T03,2', /sale/],
    ['kind,when,count\nsale,x,1', /when/],
    ['name\nx', /name/],
    ['id,version\n,x', /version|id/],
    ['id,version\nurn:cnft:sale:x:y:1,0', /row 1, version/],
    ['id,version\nurn:cnft:sale:x:y:1,1\nurn:cnft:sale:x:y:1,2', /^urn:cnft:sale:x:y:1$/],
    // An export that went wrong says nothing, and not that the other side has nothing.
    ['kind,hour,count', /^$/],
  ] as const) {
    const answer = await csv(text, 'system=jiaxing-wholesale')
    expect(answer.statusCode, text).toBe(400)
    expect(answer.json().issues[0].path, text).toMatch(path)
    if (String(path) === '/^$/') expect(answer.json().issues[0].reason).toContain('the count 0')
  }
  expect(
    (await csv('id,version\nurn:cnft:sale:x:y:1,1\nurn:cnft:sale:x:y:1,1', 'system=nobody')).statusCode,
  ).toBe(404)
  for (const query of [
    '',
    'system=nobody',
    'system=jiaxing-wholesale&from=2024-01-01&to=2024-03-01',
    'system=jiaxing-wholesale&from=2024-04-15&to=2024-04-14',
  ]) {
    const { statusCode } = await csv('id\nx', query)
    expect([400, 403, 404], query).toContain(statusCode)
  }
  expect((await api.pool.query('select count(*) from reconciliations')).rows[0]).toEqual(before)
})

it('a receiver that cannot answer gives its keys as CSV, and what it lacks is resent', async () => {
  const receiver = {
    name: 'a receiver of files',
    url: 'file:///srv/drop/receiver',
    filter: { systems: ['jiaxing-wholesale'], kinds: ['sale'] },
  }
  const { id: link } = (await createLink(api.pool, receiver)).link
  await api.pool.query(
    'update link_lanes set cursor = (select max(position) from record_versions) where link_id = $1',
    [link],
  )
  const { rows } = await api.pool.query(
    `select record_id, max(version) as version from record_versions where kind = 'sale' group by 1 order by 1`,
  )
  const [lost, ...kept] = rows
  const key = await api.key(`link:${link}`)
  const list = ['id,version', ...kept.map((row) => `${row.record_id},${row.version}`)].join('\n')
  const found = await run(await csv(list, `link=${link}&from=2024-04-15`, key))
  expect(found).toMatchObject({
    outcome: 'different',
    keys: [{ id: lost.record_id, state: 'missing', resentAt: null }],
  })
  const resent = await api.call('POST', `/v1/reconciliations/${found.id}/resend`, { key })
  expect(resent.json()).toEqual({ records: 1, buckets: 0 })
  expect(api.woken).toContain(link)
  const held = (await api.call('GET', `/v1/links/${link}/held`)).json().held
  expect(held).toEqual([expect.objectContaining({ id: lost.record_id, state: 'waiting' })])
  expect((await api.call('POST', `/v1/reconciliations/${found.id}/resend`, { key })).json()).toEqual({
    records: 0,
    buckets: 0,
  })
  const asked = await run(
    await api.call('POST', '/v1/reconciliations', { key, body: { link, from: '2024-04-15' } }),
  )
  expect(asked).toMatchObject({ outcome: 'unsupported', advice: expect.stringContaining('CSV') })
})

it('a receiver that pulls is believed to have what its cursors say, so that what it lacks is found and not taken for under way', async () => {
  const made = await api.call('POST', '/v1/links', {
    body: {
      name: 'puller',
      system: 'zj-agri-certificate',
      filter: { kinds: ['sale'], systems: ['jiaxing-wholesale'] },
    },
  })
  const { id: link } = made.json()
  const key = await api.key(`link:${link}`)
  const page = async (query = '') => (await api.call('GET', `/v1/changes?limit=1000${query}`, { key })).json()
  const lane = async () => (await api.call('GET', `/v1/links/${link}`)).json()
  expect(await lane()).toMatchObject({ position: '0', secondsBehind: null })
  const first = await page()
  const ids = [...new Set<string>(first.changes.map(({ id }: { id: string }) => id))]
  const list = ['id', ...ids.slice(1)].join('\n')
  const query = `link=${link}&from=2024-04-15`
  // It was given a page, and has not yet said that it has it: nothing is known of what it has, least of all that it has everything.
  expect(await lane()).toMatchObject({ position: '0', lastOkAt: expect.any(String) })
  expect(await run(await csv(list, query, key))).toMatchObject({
    outcome: 'different',
    counts: { missing: 1 },
  })
  // A narrower question says nothing of the rest.
  await page('&kind=sale')
  const { next } = await page('&kind=sale')
  await page(`&kind=sale&after=${next}`)
  expect(await lane()).toMatchObject({ position: '0' })
  await page(`&after=${first.next}`)
  expect(await lane()).toMatchObject({ behind: 0, secondsBehind: 0, oldest: null })
  const found = await run(await csv(list, query, key))
  expect(found).toMatchObject({ outcome: 'different', keys: [{ id: ids[0], state: 'missing' }] })
  for (const refused of [
    await api.call('POST', `/v1/reconciliations/${found.id}/resend`, { key }),
    await csv(list, `${query}&resend=true`, key),
    await api.call('POST', `/v1/links/${link}/backfill`, { body: {} }),
  ])
    expect([refused.statusCode, refused.json().issues?.[0]]).toMatchObject([
      400,
      { reason: 'the receiver of this link pulls', fix: expect.stringContaining('without "after"') },
    ])
  // What came since its last cursor is under way.
  await api.push('jiaxing-wholesale/trade', JSON.stringify([trade('UNDERWAY')]))
  expect((await run(await csv(list, query, key))).counts).toMatchObject({ missing: 1, inFlight: 0 })
  await page(`&after=${(await page()).next}`)
  // From the beginning again: what it has said that it has stays so.
  await page()
  expect(await lane()).toMatchObject({ behind: 0 })
  await api.push('jiaxing-wholesale/trade', JSON.stringify([trade('PULLED')]))
  expect(await lane()).toMatchObject({ oldest: { at: expect.any(String) } })
})

it('hub reconcile waits for the end, prints a table in the language of the caller, and ends with 1 on a difference', {
  timeout: 60_000,
}, async () => {
  await api.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = api.app.server.address() as AddressInfo
  const folder = await scratchFolder()
  const hub = async (file: string, text: string) => {
    await writeFile(join(folder, file), text)
    const args = ['reconcile', '--hub', `http://127.0.0.1:${port}`, '--key', ADMIN_KEY, '--day', '2024-04-15']
    const child = spawn(
      process.execPath,
      ['bin/hub', ...args, '--system', 'jiaxing-wholesale', '--file', join(folder, file)],
      {
        env: { ...process.env, HUB_LANG: 'zh' },
      },
    )
    let out = ''
    child.stdout.on('data', (chunk) => (out += chunk))
    child.stderr.on('data', (chunk) => (out += chunk))
    const ended = once(child, 'close')
    const work = setInterval(async () => {
      for (const id of await findOpenReconciliations(api.pool)) await reconcile(api.pool, id)
    }, 100)
    const [code] = await ended
    clearInterval(work)
    return { code, out }
  }
  await follow(api.pool)
  const { rows } = await api.pool.query(
    `select count(*)::integer as count from record_versions v where system = 'jiaxing-wholesale' and kind = 'sale'
        and occurred_at >= '2024-04-15T00:00+08:00' and occurred_at < '2024-04-16T00:00+08:00'
        and not exists (select from record_versions n where n.record_id = v.record_id and n.version > v.version)`,
  )
  const wrong = await hub('wrong.csv', `kind,day,count\nsale,2024-04-15,${rows[0].count + 1}\n`)
  expect(wrong.out).toContain('不一致')
  expect(wrong.out).toMatch(new RegExp(`sale +\\* +2024-04-15 +${rows[0].count} +${rows[0].count + 1}`))
  expect(wrong.out).not.toContain('payment')
  expect(wrong.code).toBe(1)
  const right = await hub('right.csv', `kind,day,count\nsale,2024-04-15,${rows[0].count}\n`)
  expect(right).toMatchObject({ code: 0, out: expect.stringContaining('一致') })
  expect((await hub('broken.csv', 'name\nx')).out).toContain('name')
})

it('one system cannot pile up reconciliations', async () => {
  const key = await api.key('push:shaoxing-slaughter')
  const ask = () => csv('id\nx', 'system=shaoxing-slaughter', key)
  for (let i = 0; i < 10; i++) expect((await ask()).statusCode).toBe(202)
  const refused = await ask()
  expect(refused.statusCode).toBe(429)
  expect(refused.headers['retry-after']).toBe('30')
  await api.pool.query(`delete from reconciliations where system = 'shaoxing-slaughter'`)
})

it('a key of another system or link sees nothing of it, and asks for nothing', async () => {
  const all = (await api.call('GET', '/v1/reconciliations')).json().reconciliations as {
    id: string
    system: string | null
    link: string | null
  }[]
  const ofSystem = all.find(({ system }) => system === 'jiaxing-wholesale')
  const ofLink = all.find(({ link }) => link !== null)
  const stranger = await api.key('push:shaoxing-slaughter', 'link:0b6a1c8e-37d2-4c41-9d2e-5f3a5c0198f2')
  expect((await api.call('GET', '/v1/reconciliations', { key: stranger })).json()).toEqual({
    reconciliations: [],
    next: null,
  })
  for (const one of [ofSystem, ofLink]) {
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/resend'],
    ] as const) {
      const answer = await api.call(method, `/v1/reconciliations/${one?.id}${path}`, { key: stranger })
      expect(answer.statusCode).toBe(404)
      expect(answer.body).not.toContain('jiaxing')
    }
  }
  expect((await api.call('GET', '/v1/systems/jiaxing-wholesale/wanted', { key: stranger })).statusCode).toBe(
    403,
  )
  expect((await csv('id\nx', 'system=jiaxing-wholesale', stranger)).statusCode).toBe(403)
  expect((await csv('id\nx', `link=${ofLink?.link}`, stranger)).statusCode).toBe(403)
  const own = await api.key('push:jiaxing-wholesale')
  const seen = (await api.call('GET', '/v1/reconciliations', { key: own })).json().reconciliations as {
    system: string
  }[]
  expect(new Set(seen.map(({ system }) => system))).toEqual(new Set(['jiaxing-wholesale']))
  const reader = await api.key('read')
  expect((await api.call('GET', '/v1/reconciliations?limit=1', { key: reader })).json()).toMatchObject({
    reconciliations: [{}],
    next: expect.any(String),
  })
  expect((await csv('id\nx', 'system=jiaxing-wholesale', reader)).statusCode).toBe(403)
})
