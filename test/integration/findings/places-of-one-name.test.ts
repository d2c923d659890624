import { expect, test } from 'vitest'
import { withFindings } from './setting.ts'

const { api, post } = withFindings()

let run = 0
const DAY = '2024-04-15'
interface At {
  readonly name: string
  readonly region?: string
  readonly code?: string
}
const told = (kind: 'entry' | 'sale', kilograms: string, { name, region, code }: At): object => ({
  ...{ kind, system: 'jiaxing-wholesale', key: [`r${run++}`] },
  ...(kind === 'sale' ? { saleKind: 'retail' } : {}),
  occurredAt: { at: `${DAY}T05:00:00+08:00`, precision: 'second' },
  ...(region ? { region: { code: region, year: 2024 } } : {}),
  sites: [{ role: 'market', name, ids: code ? [{ scheme: 'cn.mofcom.node9', value: code }] : [] }],
  product: { name: '菠菜', class: 'vegetable' },
  quantity: { value: kilograms, unit: 'KGM' },
  documents: [{ role: 'upstream', type: 'promise_cert', number: `P${run}` }],
})
const balance = async (site: string, region?: string) => {
  const at = `site=${encodeURIComponent(site)}${region ? `&region=${region}` : ''}`
  const answer = await api.call('GET', `/v1/balance?${at}&day=${DAY}`)
  const { siteName, products, ...more } = answer.json()
  const [one] = products
  return { site: more.site, siteName, in: one?.in ?? null, out: one?.out ?? null }
}
const overAt = async (name: string) => {
  const { findings } = (await api.call('GET', '/v1/findings?kind=balance_off&limit=1000')).json()
  return findings
    .filter(({ subject }: { subject: string }) => subject.includes(name))
    .map(({ state, region }: { state: string; region?: { code: string } }) => [state, region?.code])
}

test('markets of one name in two provinces have each a balance and findings of its own', async () => {
  const name = '中心农贸市场'
  const [here, there] = [
    { name, region: '330402' },
    { name, region: '310115' },
  ]
  await post(told('entry', '100', here), told('entry', '10', there), told('sale', '80', there))
  expect(await overAt(name)).toEqual([['open', '310115']])
  expect(await balance(`${name}@330402`)).toMatchObject({ siteName: name, in: '100', out: null })
  expect(await balance(`${name}@310115`)).toMatchObject({ siteName: name, in: '10', out: '80' })
  expect(await balance(name, '310115')).toEqual(await balance(`${name}@310115`))
  // The name alone says neither, and the answer says so.
  expect(await balance(name)).toEqual({ site: name, siteName: name, in: null, out: null })
  const asked = `/v1/balance?site=${encodeURIComponent(name)}&day=${DAY}`
  expect((await api.call('GET', asked)).json()).toMatchObject({
    candidates: [
      { site: `${name}@310115`, region: '310115', regionName: '上海市浦东新区' },
      { site: `${name}@330402`, region: '330402', regionName: '浙江省嘉兴市南湖区' },
    ],
    note: { zh: expect.stringContaining('重名'), en: expect.stringContaining('"region"') },
  })
  expect((await api.call('GET', `${asked}&region=310115`)).json()).not.toHaveProperty('candidates')
})

test('a market is one under its code and its name where the region agrees as far as both tell it, and is none elsewhere', async () => {
  const name = '和平农贸市场'
  const code = '330402777'
  await post(
    told('entry', '100', { name, code, region: '330402' }),
    told('sale', '30', { name, region: '330402' }),
    told('sale', '20', { name, region: '330400' }),
    told('entry', '10', { name, region: '310115' }),
    told('sale', '80', { name, region: '310115' }),
  )
  const whole = { site: code, siteName: name, in: '100', out: '50' }
  expect(await balance(code)).toEqual(whole)
  expect(await balance(`${name}@330402`)).toEqual(whole)
  expect(await balance(`${name}@330400`)).toEqual(whole)
  expect(await balance(`${name}@310115`)).toMatchObject({ in: '10', out: '80' })
  expect(await overAt(name)).toEqual([['open', '310115']])
})

test('a name of which the region is not told means the one place that bears it, and none where several do', async () => {
  const name = '胜利农贸市场'
  await post(told('entry', '100', { name, region: '330402' }), told('sale', '30', { name }))
  expect(await balance(name)).toEqual({ site: `${name}@330402`, siteName: name, in: '100', out: '30' })
  await post(told('entry', '50', { name, region: '310115' }))
  expect(await balance(name)).toMatchObject({ in: null, out: '30' })
  const asked = await api.call('GET', `/v1/balance?site=${encodeURIComponent(name)}&day=${DAY}`)
  expect(asked.json().candidates).toHaveLength(2)
  expect(await balance(`${name}@330402`)).toMatchObject({ in: '100', out: null })
})
