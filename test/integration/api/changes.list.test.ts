import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()
interface Page {
  changes: {
    event: string
    operation: string
    kind: string
    id: string
    version: number
    record: { key: string[] }
  }[]
  next: string
}
const changes = async (query: string, key?: string): Promise<Page> =>
  (await api.call('GET', `/v1/changes?${query}`, key ? { key } : {})).json()

it('an empty log gives a cursor too, and with it the first change', async () => {
  const empty = await changes('')
  expect(empty.changes).toEqual([])
  expect(empty.next).toMatch(/^[A-Za-z0-9_-]+$/)
  await api.push(TRADES, JSON.stringify([trade('A1')]))
  const page = await changes(`after=${empty.next}`)
  expect(
    page.changes.map(({ kind, operation, version, record }) => [kind, operation, version, record.key[0]]),
  ).toEqual([
    ['sale', 'upsert', 1, 'A1'],
    ['payment', 'upsert', 1, 'A1'],
  ])
})

it('every version is met once, in order, and its event is the same each time', async () => {
  await api.push(TRADES, JSON.stringify([trade('A1', { price: '5.00', amount: '500.00' })]))
  const seen: Page['changes'] = []
  let next = ''
  for (let i = 0; i < 10; i++) {
    const page = await changes(`limit=1${next && `&after=${next}`}`)
    seen.push(...page.changes)
    next = page.next
  }
  expect(seen.map(({ kind, version }) => `${kind} ${version}`)).toEqual([
    'sale 1',
    'payment 1',
    'sale 2',
    'payment 2',
  ])
  const again = (await changes('')).changes
  expect(again.map(({ event }) => event)).toEqual(seen.map(({ event }) => event))
  expect(new Set(again.map(({ event }) => event)).size).toBe(4)
})

it('a cursor belongs to its filter', async () => {
  const { next } = await changes('kind=sale')
  const answer = await api.call('GET', `/v1/changes?kind=payment&after=${next}`)
  expect(answer.statusCode).toBe(400)
  expect(answer.json().issues[0]).toMatchObject({ path: '?after', reason: 'a cursor of another filter' })
  expect((await changes(`kind=sale&after=${next}`)).changes).toEqual([])
})

it('a cursor belongs to the key that got it, and none can be made up', async () => {
  const refusal = async (after: string, key: string) => {
    const answer = await api.call('GET', `/v1/changes?after=${after}`, { key })
    return [answer.statusCode, answer.json().issues?.[0]?.reason]
  }
  const [one, other] = [await api.key('read'), await api.key('read')]
  const { next } = await changes('', one)
  expect(await refusal(next, other)).toEqual([400, 'a cursor of another key'])
  expect(await refusal(next, one)).toEqual([200, undefined])
  const parts = JSON.parse(Buffer.from(next, 'base64url').toString()) as string[]
  const forged = (...changed: string[]) => Buffer.from(JSON.stringify(changed)).toString('base64url')
  const [position = '', ...rest] = parts
  for (const made of [
    forged(String(Number(position) + 1), ...rest),
    forged(position, rest[1] ?? '', rest[0] ?? '', rest[2] ?? ''),
    forged(position, rest[0] ?? '', rest[1] ?? '', '0'.repeat(32)),
    forged(position, (rest[0] ?? '').slice(0, 12)),
  ])
    expect(await refusal(made, one)).toEqual([400, 'not a cursor of this list'])
})

it('a link with a mapping gives what the mapping makes of what the link may see', async () => {
  const link = async (sees: string[]) =>
    (
      await api.call('POST', '/v1/links', {
        body: { name: 'p', system: 'shanghai-platform', mapping: 'shanghai-platform/outbound', sees },
      })
    ).json().id as string
  const buyer = { buyerCode: '91310115MA9SH6016K', buyerName: '上海浦东示例食品配送有限公司' }
  await api.push(TRADES, JSON.stringify([trade('P1', buyer), trade('P2')]))
  const read = async (id: string) => (await changes('limit=1000', await api.key(`link:${id}`))).changes
  const seen = await read(await link(['partner', 'restricted']))
  expect(seen.map(({ version, record }) => [version, record])).toMatchObject([
    [1, { body: { enterpriseCode: '91310115MA9SH6016K', items: [{ batchNo: 'P1' }] } }],
  ])
})

it('who waits gets a change as soon as it is there', async () => {
  const { next } = await changes('')
  const startedMs = performance.now()
  const waiting = changes(`after=${next}&wait=20`)
  await pause(300)
  await api.push(TRADES, JSON.stringify([trade('W1')]))
  const page = await waiting
  expect(page.changes.map(({ record }) => record.key[0])).toContain('W1')
  expect(performance.now() - startedMs).toBeLessThan(10_000)
})

it('who waits in vain gets an empty page with a cursor when the time is over', async () => {
  const { next } = await changes('')
  const page = await changes(`after=${next}&wait=1`)
  expect(page.changes).toEqual([])
  expect(page.next).toBe(next)
})

it('a key of a link sees what the link lets through, and nothing of another link', async () => {
  const make = async (filter: object) =>
    (
      await api.call('POST', '/v1/links', {
        body: { name: 'puller', system: 'zj-agri-certificate', filter, sees: ['restricted'] },
      })
    ).json().id as string
  const [own, other] = [await make({ kinds: ['payment'] }), await make({ kinds: ['sale'] })]
  const key = await api.key(`link:${own}`)
  const page = await changes('', key)
  expect(new Set(page.changes.map(({ kind }) => kind))).toEqual(new Set(['payment']))
  expect((await changes('kind=sale', key)).changes).toEqual([])
  expect((await api.call('GET', `/v1/changes?link=${other}`, { key })).statusCode).toBe(404)
  expect((await api.call('GET', `/v1/links/${own}/deliveries`, { key })).statusCode).toBe(200)
  expect((await api.call('GET', `/v1/links/${other}/deliveries`, { key })).statusCode).toBe(403)
})

const puller = async (body: object = {}): Promise<string> =>
  (
    await api.call('POST', '/v1/links', {
      body: { name: 'puller', system: 'zj-agri-certificate', filter: { kinds: ['sale'] }, ...body },
    })
  ).json().id

it('a link that begins now, or at a time, gives nothing of before, whoever reads it and with what cursor', async () => {
  await api.push(TRADES, JSON.stringify([trade('B1')]))
  const id = await puller({ from: 'now' })
  const key = await api.key(`link:${id}`)
  const first = await changes('limit=1000', key)
  expect(first.changes).toEqual([])
  expect((await changes(`link=${id}`)).changes).toEqual([])
  await api.push(TRADES, JSON.stringify([trade('B2')]))
  for (const query of [`after=${first.next}`, ''])
    expect((await changes(query, key)).changes.map(({ record }) => record.key)).toEqual([['B2']])
})

it('a cursor of a link ends with its filter: what the new one lets through was passed by it', async () => {
  const id = await puller({ filter: { kinds: ['sale'], regions: ['110000'] } })
  const key = await api.key(`link:${id}`)
  const { changes: none, next } = await changes('', key)
  expect(none).toEqual([])
  const patch = (body: object) => api.call('PATCH', `/v1/links/${id}`, { body })
  await patch({ name: 'another name', sees: ['public'] })
  expect((await api.call('GET', `/v1/changes?after=${next}`, { key })).statusCode).toBe(200)
  await patch({ filter: { kinds: ['sale'] } })
  const refused = await api.call('GET', `/v1/changes?after=${next}`, { key })
  expect(refused.statusCode).toBe(400)
  expect(refused.json().issues).toMatchObject([
    {
      path: '?after',
      reason: 'a cursor of another filter, or of the link before its filter was changed',
      fix: 'Read again without "after": what you have comes with the event that it had.',
    },
  ])
  const again = await changes('limit=1000', key)
  expect(again.changes.length).toBeGreaterThan(0)
  // Back to the old filter, its cursors count again.
  await patch({ filter: { kinds: ['sale'], regions: ['110000'] } })
  expect((await api.call('GET', `/v1/changes?after=${next}`, { key })).statusCode).toBe(200)
})

it('a link that is paused gives its receiver nothing, says so, and goes on at the same cursor', async () => {
  const id = await puller({ from: 'now' })
  const key = await api.key(`link:${id}`)
  const { next } = await changes('', key)
  await api.call('POST', `/v1/links/${id}/pause`)
  await api.push(TRADES, JSON.stringify([trade('Z1')]))
  const refused = await api.call('GET', `/v1/changes?after=${next}`, { key })
  expect(refused.statusCode).toBe(409)
  expect(refused.json()).toMatchObject({ code: 'wrong_state', detail: `the link ${id} is paused` })
  await api.call('POST', `/v1/links/${id}/resume`)
  expect((await changes(`after=${next}`, key)).changes.map(({ record }) => record.key)).toEqual([['Z1']])
})

it('a link that is paused while its receiver waits gives it nothing more', async () => {
  const id = await puller({ from: 'now' })
  const key = await api.key(`link:${id}`)
  const { next } = await changes('', key)
  const waiting = api.call('GET', `/v1/changes?after=${next}&wait=20`, { key })
  await pause(300)
  await api.call('POST', `/v1/links/${id}/pause`)
  await api.push(TRADES, JSON.stringify([trade('Z2')]))
  expect((await waiting).statusCode).toBe(409)
})

it('who waits for what can never come waits all the same, and does not ask again at once', async () => {
  const id = await puller()
  const key = await api.key(`link:${id}`)
  const startedMs = performance.now()
  expect((await changes('kind=test&wait=1', key)).changes).toEqual([])
  expect(performance.now() - startedMs).toBeGreaterThan(900)
})

it.each(['wait=31', 'wait=-1', 'limit=0', 'link=x', 'foo=1'])('%s is refused', async (query) => {
  expect((await api.call('GET', `/v1/changes?${query}`)).statusCode).toBe(400)
})

it('a key that only pushes reads no changes', async () => {
  const key = await api.key('push:jiaxing-wholesale')
  const answer = await api.call('GET', '/v1/changes', { key })
  expect(answer.statusCode).toBe(403)
  expect(answer.json().detail).toContain('read')
})

it('a connection outlives the longest wait', () => {
  expect(api.app.server.timeout).toBeGreaterThan(30_000)
})
