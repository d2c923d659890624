import { beforeAll, expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()
beforeAll(async () => {
  await api.push(
    TRADES,
    JSON.stringify([trade(''), trade('', { price: '9' }), trade('A3', { tradeTime: '' })]),
  )
  await api.push(TRADES, JSON.stringify([trade('')]))
})
const get = async (path: string) => (await api.call('GET', path)).json()

it('lists what waits, with its reason and the source itself; the same record sent again is counted', async () => {
  const { rejections, next } = await get('/v1/rejections?system=jiaxing-wholesale')
  expect(next).toBeNull()
  expect(rejections).toHaveLength(3)
  const twice = rejections.find((one: { seen: number }) => one.seen === 2)
  expect(twice).toMatchObject({
    system: 'jiaxing-wholesale',
    record: 'trade',
    code: 'E_NO_KEY',
    state: 'open',
    key: null,
  })
  expect(twice.source).toMatchObject({ billNo: '', goodsName: '番茄' })
  expect(twice.issues[0]).toMatchObject({ code: 'E_NO_KEY' })
})

it('groups them by cause, and a group lists its own', async () => {
  const { groups, next } = await get('/v1/rejections/groups')
  expect(next).toBeNull()
  expect(groups).toHaveLength(2)
  const noKey = groups.find((one: { code: string }) => one.code === 'E_NO_KEY')
  expect(noKey).toMatchObject({ system: 'jiaxing-wholesale', record: 'trade', count: 2, seen: 3 })
  const { rejections } = await get(`/v1/rejections?group=${encodeURIComponent(noKey.group)}`)
  expect(rejections.map((one: { code: string }) => one.code)).toEqual(['E_NO_KEY', 'E_NO_KEY'])
  expect(rejections.map((one: { id: string }) => one.id)).toContain(noKey.sample)
})

it('pages both', async () => {
  for (const [path, plural, all] of [
    ['/v1/rejections', 'rejections', 3],
    ['/v1/rejections/groups', 'groups', 2],
  ] as const) {
    const seen: unknown[] = []
    let after = ''
    do {
      const page = await get(`${path}?limit=1${after}`)
      seen.push(...page[plural])
      after = page.next === null ? '' : `&after=${page.next}`
    } while (after !== '')
    expect(seen).toHaveLength(all)
  }
})

it('nothing is found in another state or system', async () => {
  expect((await get('/v1/rejections?state=mended')).rejections).toEqual([])
  expect((await get('/v1/rejections?system=shaoxing-slaughter')).rejections).toEqual([])
  expect((await api.call('GET', '/v1/rejections?state=lost')).statusCode).toBe(400)
})
