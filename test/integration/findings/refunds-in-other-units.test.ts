import { expect, test } from 'vitest'
import { withFindings } from './setting.ts'

const { api, post } = withFindings()

let run = 0
const told = (site: string, kind: string, value: string, unit: string, more: object = {}): object => ({
  ...{ kind, system: 'jiaxing-wholesale', key: [`u${run++}`] },
  ...(kind === 'sale' ? { saleKind: 'retail' } : {}),
  occurredAt: { at: '2024-04-15T05:00:00+08:00', precision: 'second' },
  region: { code: site.slice(0, 6), year: 2024 },
  sites: [{ role: 'market', name: site, ids: [{ scheme: 'cn.mofcom.node9', value: site }] }],
  product: { name: '菠菜', class: 'vegetable' },
  quantity: { value, unit },
  documents: [{ role: 'upstream', type: 'promise_cert', number: `P${run}` }],
  ...more,
})
const judged = async (site: string) => {
  const { products } = (await api.call('GET', `/v1/balance?site=${site}&day=2024-04-15`)).json()
  const { findings } = (await api.call('GET', `/v1/findings?kind=balance_off&site=${site}`)).json()
  return [products[0].verdict, products[0].out, ...findings.map(({ state }: { state: string }) => state)]
}
const stall = (site: string, name: string) => ({
  sites: [
    { role: 'market', name: site, ids: [{ scheme: 'cn.mofcom.node9', value: site }] },
    { role: 'stall', name, ids: [] },
  ],
})

test('a place of which goods came back by the piece is not found to have sold more kilograms than came in', async () => {
  const refund = { refund: true }
  const sites = ['330402150', '330402151', '330402152', '330402153'] as const
  for (const site of sites) {
    await post(told(site, 'entry', '100', 'KGM'), told(site, 'sale', '130', 'KGM', stall(site, 'A1')))
    expect(await judged(site)).toEqual(['over', '130', 'open'])
  }
  await post(told(sites[0], 'sale', '5', 'H87', { ...refund, ...stall(sites[0], 'A1') }))
  await post(told(sites[1], 'sale', '5', 'H87', { ...refund, ...stall(sites[1], 'B2') }))
  await post(told(sites[2], 'sale', '5', 'PKG', { ...refund, system: 'stall-ledger' }))
  for (const site of sites.slice(0, 3)) expect(await judged(site)).toEqual(['unknown', '130', 'resolved'])
  // By the kilogram they are taken off.
  await post(told(sites[3], 'sale', '10', 'KGM', { ...refund, ...stall(sites[3], 'A1') }))
  expect(await judged(sites[3])).toEqual(['over', '120', 'open'])
})

test('what one system tells to have come back is no longer sold, though another tells the sales alone, and is sold again', async () => {
  const site = '330402156'
  const sale = (kilograms: string, more: object = {}) =>
    told(site, 'sale', kilograms, 'KGM', { ...stall(site, 'A1'), ...more })
  const ledger = { system: 'stall-ledger' }
  await post(told(site, 'entry', '80', 'KGM'), sale('80'), sale('20', { refund: true }))
  await post(sale('80', ledger))
  expect(await judged(site)).toEqual(['stock', '60'])
  await post(sale('20'))
  await post(sale('20', ledger))
  expect(await judged(site)).toEqual(['even', '80'])
})

test('a place at which goods came in by the piece at one stall is not found to have sold more kilograms than came in at others', async () => {
  const site = '330402154'
  await post(told(site, 'entry', '100', 'KGM'), told(site, 'sale', '130', 'KGM', stall(site, 'A1')))
  expect(await judged(site)).toEqual(['over', '130', 'open'])
  await post(told(site, 'entry', '40', 'PKG', stall(site, 'A1')))
  expect(await judged(site)).toEqual(['unknown', '130', 'resolved'])
})

test('more meat than can come of its pigs is not found where some of what was sold came back by the piece', async () => {
  const site = '330402155'
  const pork = {
    saleKind: 'wholesale',
    product: { name: '带皮片猪', class: 'pork' },
    lots: [{ role: 'subject', scheme: 'local', value: 'U-PORK' }],
  }
  const made = {
    ...told(site, 'transformation', '0', 'KGM'),
    ...{ quantity: undefined, documents: undefined, process: 'slaughter' },
    input: {
      product: { name: '生猪', class: 'other_livestock' },
      mass: { value: '1000', unit: 'KGM' },
      lots: [{ role: 'input', scheme: 'local', value: 'U-PIGS' }],
    },
    output: { product: pork.product, lots: [{ role: 'output', scheme: 'local', value: 'U-PORK' }] },
  }
  const states = async () =>
    (await api.call('GET', '/v1/findings?kind=balance_off&limit=1000'))
      .json()
      .findings.filter(({ subject }: { subject: string }) => subject.startsWith('yield:'))
      .map(({ state }: { state: string }) => state)
  await post(made, told(site, 'sale', '900', 'KGM', pork))
  expect(await states()).toEqual(['open'])
  await post(told(site, 'sale', '2', 'H87', { ...pork, refund: true }))
  expect(await states()).toEqual(['resolved'])
})
