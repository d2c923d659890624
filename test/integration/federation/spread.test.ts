import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { peerCommand } from '#cli/peer.ts'
import { ADMIN_KEY } from '#test/api.ts'
import { dispatch, dispatchId, openHubs, settle, type TestHub, type TestHubs, versionsAt } from './hubs.ts'

let hubs: TestHubs
const at = (id: string): TestHub => hubs.of(id)
const posted = () => hubs.all.flatMap((hub) => hub.posted)
/** Versions of the records whose key begins so. */
const versionsOf = async (id: string, prefix: string): Promise<string[]> =>
  (await versionsAt(at(id))).filter((text) => text.startsWith(prefix)).sort()

beforeAll(async () => {
  hubs = await openHubs('a', 'b', 'c', 'd')
})
afterEach(async () => await hubs.part())
afterAll(async () => await hubs.close())

test('a record that enters a ring of hubs comes to each once and stops before its owner, its void too', async () => {
  await hubs.join([
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'a'],
  ])
  await at('a').push(dispatch('r1', '10'), dispatch('r2', '20'))
  await at('b').push(dispatch('r3', '30'))
  // Each record goes over two links of three: the third leads to its owner.
  expect(await settle(hubs)).toBe(6)
  for (const id of ['a', 'b', 'c'])
    expect(await versionsOf(id, 'r')).toEqual(['r1@1 active 10', 'r2@1 active 20', 'r3@1 active 30'])
  await at('a').push(dispatch('r1', '11'), dispatch('r2', '20', { status: 'void' }))
  expect(await settle(hubs)).toBe(4)
  for (const id of ['a', 'b', 'c'])
    expect(await versionsOf(id, 'r')).toEqual(expect.arrayContaining(['r1@2 active 11', 'r2@2 void 20']))
  expect(posted().every(({ answer }) => answer.verdict === 'ok')).toBe(true)
  expect(at('c').posted.map(({ to, change }) => `${to} ${change.origin} ${change.hops}`)).toEqual(['a b b,c'])
  expect(at('b').posted[0]?.change).toMatchObject({ origin: 'b', hops: ['b'] })
})

test('in a full mesh every hub gets every version once, what comes by a second road is a duplicate, and the number of messages is finite', async () => {
  const ids = ['a', 'b', 'c', 'd']
  await hubs.join(ids.flatMap((from) => ids.filter((to) => to !== from).map((to) => [from, to] as const)))
  for (const id of ids) await at(id).push(dispatch(`m${id}`, '1'), dispatch(`m${id}x`, '2'))
  const count = await settle(hubs)
  await at('a').push(dispatch('ma', '5'))
  const more = await settle(hubs)
  const wanted = ids.flatMap((id) => [`m${id}@1 active 1`, `m${id}x@1 active 2`])
  for (const id of ids) expect(await versionsOf(id, 'm')).toEqual([...wanted, 'ma@2 active 5'].sort())
  // The owner tells three; each of them has it from the owner itself and tells the two that are neither the owner nor itself.
  const versions = 9
  expect(count + more).toBe(versions * (3 + 3 * 2))
  expect(posted().filter(({ answer }) => answer.verdict === 'ok')).toHaveLength(versions * 3)
  expect(posted().every(({ answer }) => answer.verdict === 'ok' || answer.verdict === 'duplicate')).toBe(true)
})

test('answers that get lost make no version twice and none go back, and in the end all hubs know the same', async () => {
  const ids = ['a', 'b', 'c']
  await hubs.join(ids.flatMap((from) => ids.filter((to) => to !== from).map((to) => [from, to] as const)))
  let sent = 0
  for (const hub of hubs.all) hub.losesAnswer = () => ++sent % 3 === 0
  const keys = ['lost1', 'lost2', 'lost3']
  for (let version = 1; version <= 4; version++) {
    for (const [i, key] of keys.entries()) await at(ids[i] as string).push(dispatch(key, String(version)))
    for (const hub of hubs.all) for (const link of hub.links.values()) await hub.delivery.deliverLink(link)
    for (const hub of hubs.all) hub.clock.ahead += 6000
  }
  for (const hub of hubs.all) hub.losesAnswer = () => false
  for (let round = 0; round < 4; round++) {
    for (const hub of hubs.all) hub.clock.ahead += 35_000
    await settle(hubs)
  }
  expect(sent).toBeGreaterThan(10)
  for (const id of ids) {
    for (const key of keys) {
      const numbers = (await versionsAt(at(id)))
        .filter((text) => text.startsWith(`${key}@`))
        .map((text) => Number(/@(\d+)/.exec(text)?.[1]))
      expect(numbers).toEqual([...new Set(numbers)].sort((x, y) => x - y))
      expect(numbers.at(-1)).toBe(4)
    }
  }
  expect(posted().some(({ answer }) => answer.verdict === 'duplicate')).toBe(true)
  expect(posted().every(({ answer }) => answer.verdict !== 'reject')).toBe(true)
  for (const hub of hubs.all) hub.clock.ahead = 0
})

test('the trace at the province leads over the records of three hubs', async () => {
  const [county, city, province] = ['a', 'b', 'c'] as const
  await hubs.join(
    [
      [county, city],
      [city, province],
    ],
    [county],
  )
  const lot = (role: string, value: string) => ({ role, scheme: 'cn.mofcom.batch', value })
  const record = (key: string, hour: string, lots: object[]) =>
    dispatch(key, '100', { occurredAt: { at: `2024-04-15T${hour}:00:00+08:00`, precision: 'second' }, lots })
  const [first, second, third] = ['FARM0001', 'MARKET02', 'SHOP0003'] as const
  await at(county).push(record('tf', '05', [lot('source', first), lot('subject', second)]))
  await at(city).push(record('tm', '06', [lot('source', second), lot('subject', third)]))
  await at(province).push(record('ts', '07', [lot('subject', third)]))
  await settle(hubs)
  const answer = await at(province).call('GET', `/v1/trace/${third}?direction=back`)
  expect(answer.statusCode).toBe(200)
  for (const key of ['tf', 'tm', 'ts']) expect(answer.body).toContain(dispatchId(key))
  const road = async (key: string) =>
    (await at(province).call('GET', `/v1/records/${encodeURIComponent(dispatchId(key))}/road`)).json()
  expect(await road('tf')).toMatchObject({
    owner: county,
    isHere: false,
    versions: [{ version: 1, hops: [county, city], via: `hub-${city}` }],
  })
  expect(await road('ts')).toMatchObject({
    owner: province,
    isHere: true,
    versions: [{ hops: [], via: null }],
  })
  // Nothing of it went back.
  expect(await versionsOf(county, 't')).toHaveLength(1)
})

test('two commands on each side join two hubs', async () => {
  const [up, down] = [at('d'), at('c')]
  const said: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((text) => void said.push(String(text)))
  const peer = async (hub: TestHub, ...words: string[]) => {
    await peerCommand([...words, '--hub', hub.url, '--key', ADMIN_KEY])
    return JSON.parse(said.at(-1) ?? '') as Record<string, string>
  }
  try {
    const ofUp = await peer(up, 'add', 'hub-down', '--id', down.id, '--carries', 'county-*')
    const ofDown = await peer(down, 'add', 'hub-up', '--id', up.id, '--carries', '*')
    const link = (to: TestHub, { path = '', key = '' }: Record<string, string>) =>
      ['--to', to.url + path, '--token', key, '--allow', to.address] as const
    const upward = await peer(down, 'add', 'hub-up', ...link(up, ofUp))
    const downward = await peer(up, 'add', 'hub-down', ...link(down, ofDown))
    expect((await peer(up, 'list'))['peers']).toContainEqual({
      system: 'hub-down',
      hub: 'c',
      carries: ['county-*'],
    })
    up.links.set(down.id, downward['link'] ?? '')
    down.links.set(up.id, upward['link'] ?? '')
  } finally {
    log.mockRestore()
  }
  await down.push(dispatch('up', '1'))
  await up.push(dispatch('down', '2'))
  await settle(hubs)
  expect(await versionsOf('d', 'up')).toEqual(['up@1 active 1'])
  expect(await versionsOf('c', 'down')).toEqual(['down@1 active 2'])
})
