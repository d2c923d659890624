import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'

const api = withApi()

const sale = (key: string, region: string | null, change: object = {}) => ({
  kind: 'sale',
  system: 'jiaxing-wholesale',
  key: [key],
  occurredAt: { at: '2026-07-15T04:12:30+08:00', precision: 'second' },
  parties: [{ role: 'seller', name: '某经营部', ids: [] }],
  product: { name: '番茄' },
  quantity: { value: '7', unit: 'KGM' },
  ...(region === null ? {} : { region: { code: region, year: 2026 } }),
  ...change,
})
const post = async (...body: object[]): Promise<void> => {
  const answer = await api.call('POST', '/v1/records', { body })
  expect([answer.statusCode, answer.json().rejected], answer.body).toEqual([200, 0])
}
const feed = async (key: string, query: string) => {
  const answer = await api.call('GET', `/v1/changes?${query}`, { key })
  expect(answer.statusCode, answer.body).toBe(200)
  return { text: answer.body, ...answer.json() }
}

interface Told {
  readonly event: string
  readonly operation: string
  readonly version: number
  readonly outOfSight?: boolean
  readonly record: Readonly<Record<string, unknown>>
}
const told = (changes: readonly Told[]) =>
  changes.map(({ operation, version, outOfSight }) => `${version} ${operation}${outOfSight ? ' out' : ''}`)

/** All that comes after a place, page by page. */
async function rest(key: string, query: string, after: string): Promise<Told[]> {
  const found: Told[] = []
  for (let place = after; ; ) {
    const page = await feed(key, `${query}&after=${place}`)
    if (page.changes.length === 0) return found
    found.push(...page.changes)
    place = page.next
  }
}

it('who reads the changes of a region is told that a record left it, and nothing of what it became', async () => {
  const key = await api.key('read:region:330400')
  await post(sale('M1', '330402'))
  const first = await feed(key, 'limit=100')
  expect(told(first.changes)).toEqual(['1 upsert'])
  await post(sale('M1', '310115', { quantity: { value: '4321', unit: 'KGM' }, note: '移到浦东' }))
  const second = await feed(key, `limit=100&after=${first.next}`)
  expect(told(second.changes)).toEqual(['2 void out'])
  expect(second.changes[0].record).toMatchObject({
    version: 2,
    status: 'void',
    region: { code: '330402' },
    quantity: { value: '7' },
  })
  for (const secret of ['310115', '4321', '浦东']) expect(second.text).not.toContain(secret)
  const whole = await feed(await api.key('read'), 'limit=100')
  expect(told(whole.changes)).toEqual(['1 upsert', '2 upsert'])
  // Of a record that is elsewhere nothing more is told, and one that comes back is there again.
  await post(sale('M1', null))
  const third = await feed(key, `limit=100&after=${second.next}`)
  expect(third.changes).toEqual([])
  await post(sale('M1', '330482'))
  expect(told((await feed(key, `limit=100&after=${third.next}`)).changes)).toEqual(['4 upsert'])
})

it('a filter of such a reader holds for what left too, and the event is another one than that of the version itself', async () => {
  const key = await api.key('read:region:330400')
  const { next } = await feed(key, 'limit=1000&kind=sale&region=330402')
  const { next: other } = await feed(key, 'limit=1000&kind=entry')
  await post(sale('F1', '330402'), sale('F2', '330482'))
  await post(sale('F2', '310115'), sale('F1', '310115'))
  const changes = await rest(key, 'limit=1000&kind=sale&region=330402', next)
  expect(told(changes)).toEqual(['1 upsert', '2 void out'])
  // Also where a page is full of what left without having fitted.
  expect(await rest(key, 'limit=1&kind=sale&region=330402', next)).toEqual(changes)
  expect((await feed(key, `limit=1000&kind=entry&after=${other}`)).changes).toEqual([])
  const whole = (await feed(await api.key('read'), 'limit=1000')).changes as Told[]
  expect(whole.map(({ event }) => event)).not.toContain(changes[1]?.event)
})

it('a reader who waits is told of it at once, and in pages of one each is told once and in order', async () => {
  const key = await api.key('read:region:330400')
  await post(sale('W1', '330402'), sale('W2', '330402'), sale('W3', '330402'))
  const { next } = await feed(key, 'limit=1000')
  const waiting = feed(key, `limit=1&wait=20&after=${next}`)
  await post(sale('W1', '310115'), sale('W2', '330482'), sale('W3', '310115'))
  const found = await waiting
  expect(told(found.changes)).toEqual(['2 void out'])
  expect(told(await rest(key, 'limit=1', found.next))).toEqual(['2 upsert', '2 void out'])
})

it('a record that was void when it left, and one of a system that is seen, are not told to have left', async () => {
  const key = await api.key('read:region:330400')
  const both = await api.key('read:region:330400', 'read:jiaxing-wholesale')
  await post(sale('V1', '330402'), sale('V2', '330402'))
  await post(sale('V1', '330402', { status: 'void' }))
  const { next } = await feed(key, 'limit=1000')
  const { next: after } = await feed(both, 'limit=1000')
  await post(sale('V1', '310115'), sale('V2', '310115'))
  expect(told((await feed(key, `limit=1000&after=${next}`)).changes)).toEqual(['2 void out'])
  expect(told((await feed(both, `limit=1000&after=${after}`)).changes)).toEqual(['3 upsert', '2 upsert'])
})
