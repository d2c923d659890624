import { expect, it } from 'vitest'
import { SPINACH, withMarket } from '../cases/market.ts'
import { countAll } from './setting.ts'

const { api, entry, laboratory, send, here } = withMarket()
const DAY = '2026-03-03'
const NAME = '中心农贸市场'
const codeHere = () => here().split(':')[1] ?? ''

interface Where {
  readonly code?: string
  readonly name?: string
  readonly region?: string
}
const at = ({ code, name, region }: Where) => ({
  region: region === undefined ? undefined : { code: region, year: 2026 },
  sites: [
    {
      role: 'market',
      ...(name === undefined ? {} : { name }),
      ids: code === undefined ? [] : [{ scheme: 'cn.mofcom.node9', value: code }],
    },
  ],
})
/** Goods that come to a market and fail there. */
const failAt = (n: number, where: Where) =>
  send({ ...entry(n, 'B-1', SPINACH), ...at(where) }, laboratory(`t${n}`, n, 'fail', at(where)))

const openOn = async (where: string) => {
  await countAll(api.pool)
  const answer = await api.call('GET', `/v1/supervision/days/${await today()}?${where}`)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json().cases.open
}
/** Cases are opened when their test is told. */
const today = async () => {
  const { cases } = (await api.call('GET', '/v1/cases')).json()
  return new Date(Date.parse(cases[0]?.openedAt ?? DAY) + 8 * 3_600_000).toISOString().slice(0, 10)
}

it('of markets that bear one name each is told of its own cases, by its code and by its name with its region', async () => {
  const first = codeHere()
  const second = String(Number(first) + 500)
  await failAt(1, { code: first, name: NAME, region: '330105' })
  await failAt(2, { code: second, name: NAME, region: '330402' })
  await failAt(3, { code: second, name: NAME, region: '330402' })
  await failAt(4, { name: NAME, region: '341002' })
  const all = await openOn('')
  expect(all).toBe(4)
  expect(await openOn(`site=${first}`)).toBe(1)
  expect(await openOn(`site=${second}`)).toBe(2)
  expect(await openOn(`site=${encodeURIComponent(NAME)}&region=341002`)).toBe(1)
  expect(await openOn(`site=${encodeURIComponent(NAME)}&region=330402`)).toBe(2)
})

it('a market is told of its cases whichever of its names, or its code alone, their tests give', async () => {
  const code = codeHere()
  const region = '330106'
  await failAt(1, { code, name: '示例（西）市场', region })
  await failAt(2, { code, name: '示例西市场', region })
  await failAt(3, { code, region })
  await failAt(4, { name: ' 示例(西)市场', region })
  expect(await openOn(`site=${code}`)).toBe(4)
})

it('goods that an official stopped count at the market at which they are, and at no other of its name', async () => {
  const first = codeHere()
  const second = String(Number(first) + 500)
  const goods = entry(1, 'B-1', SPINACH)
  await send({ ...goods, ...at({ code: first, name: '南北市场', region: '330105' }) })
  await send({ ...entry(2, 'B-1', SPINACH), ...at({ code: second, name: '南北市场', region: '330402' }) })
  const code = goods.lots[0]?.value
  const opened = await api.call('POST', '/v1/cases', { body: { code, reason: '群众举报' } })
  expect(opened.statusCode, opened.body).toBe(201)
  expect(await openOn(`site=${first}`)).toBe(1)
  expect(await openOn(`site=${second}`)).toBe(0)
})

it('a test of a market that it names without a region counts there and in its region, where records give one code alone beside the name', async () => {
  const [code, name, other] = [codeHere(), '无区示例市场', '330402099']
  const figures = async (where: string) => {
    const open = await openOn(where)
    const { tests } = (await api.call('GET', `/v1/supervision/days/2026-03-02?${where}`)).json()
    return [tests.failed, open]
  }
  const [failed = 0, open = 0] = await figures('region=330105')
  await send(laboratory('early', 3, 'fail', at({ name })))
  await failAt(1, { code, name, region: '330105' })
  await send(laboratory('bare', 4, 'fail', at({ name })))
  // The case of the one that came before anybody gave a code is of no region.
  expect(await figures(`site=${code}`)).toEqual([3, 3])
  expect(await figures('region=330105')).toEqual([failed + 3, open + 2])
  await failAt(2, { code: other, name, region: '330402' })
  expect(await figures(`site=${code}`)).toEqual([1, 1])
  expect(await figures('region=330105')).toEqual([failed + 1, open + 2])
})

it('who sees a region alone is told what its records call a market, and nothing that is said of it elsewhere', async () => {
  const code = codeHere()
  await send({ ...entry(1, 'B-1', SPINACH), ...at({ code, name: '有名示例市场', region: '330105' }) })
  await send({ ...entry(2, 'B-1', SPINACH), ...at({ code, name: '外地叫法市场', region: '330402' }) })
  await countAll(api.pool)
  const namesFor = async (region: string) => {
    const key = await api.key(`read:region:${region}`)
    const path = '/v1/supervision/days/2026-03-02/markets?limit=100'
    const { markets } = (await api.call('GET', path, { key })).json()
    return markets.flatMap((one: { site: string; name: string }) => (one.site === code ? [one.name] : []))
  }
  expect(await namesFor('330105')).toEqual(['有名示例市场'])
  expect(await namesFor('330402')).toEqual(['外地叫法市场'])
})

it('a load that a gate refused for want of papers is refused, and did not come in without papers', async () => {
  const code = codeHere()
  await send({ ...entry(1, 'B-1', SPINACH), ...at({ code, region: '330105' }), admission: 'refused_no_docs' })
  await send({ ...entry(2, 'B-1', SPINACH), ...at({ code, region: '330105' }) })
  await countAll(api.pool)
  const { entries } = (await api.call('GET', `/v1/supervision/days/2026-03-02?site=${code}`)).json()
  expect(entries.refused).toEqual({ records: 1, mass: '10' })
  expect(entries.papers.none).toEqual({ records: 1, mass: '20' })
  expect(entries.papers.missing).toEqual({ records: 1, mass: '20' })
})
