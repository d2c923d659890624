import { expect, test } from 'vitest'
import { withFindings } from './setting.ts'

const { api, judge, post, send } = withFindings()

const trade = (site: string, number: string, type = 'unknown') => ({
  ...{ kind: 'sale', system: 'jiaxing-wholesale', key: [`T-${number}`], saleKind: 'wholesale' },
  occurredAt: { at: '2024-04-15T05:00:00+08:00', precision: 'second' },
  region: { code: '330402', year: 2024 },
  sites: [{ role: 'market', name: site, ids: [{ scheme: 'cn.mofcom.node9', value: site }] }],
  product: { name: '豇豆', class: 'vegetable' },
  quantity: { value: '100', unit: 'KGM' },
  documents: [
    { role: 'upstream', type, number },
    { role: 'voucher', type: 'sales_voucher', number: `V-${number}` },
  ],
})
const certificate = (number: string, more: object = {}) => ({
  ...{ kind: 'document', system: 'zj-agri-certificate', key: [number] },
  occurredAt: { at: '2024-04-14T09:00:00+08:00', precision: 'second' },
  region: { code: '330825', year: 2024 },
  product: { name: '豇豆', class: 'vegetable' },
  quantity: { value: '100', unit: 'KGM' },
  parties: [{ role: 'issuer', name: '长兴示例蔬菜专业合作社', ids: [] }],
  documents: [{ role: 'self', type: 'promise_cert', number }],
  ...more,
})
const found = async (site: string) =>
  (await api.call('GET', `/v1/findings?kind=no_paper&site=${site}`))
    .json()
    .findings.map(({ state }: { state: string }) => state)

test('a trade that names a paper without knowing its type has the paper that another system tells of', async () => {
  await send(certificate('CXHGZ1'))
  await post(trade('330402161', 'CXHGZ1'))
  expect(await found('330402161')).toEqual([])
  // A number that was taken for another paper.
  await send(certificate('CXHGZ2'))
  await post(trade('330402162', 'CXHGZ2', 'customs_decl'))
  expect(await found('330402162')).toEqual([])
})

test('a paper that nobody tells of, or that is for other goods, is none', async () => {
  await send(certificate('CXHGZ4', { product: { name: '猪白条', class: 'pork' } }))
  await post(trade('330402163', 'CXHGZ3'), trade('330402164', 'CXHGZ4'))
  expect([await found('330402163'), await found('330402164')]).toEqual([['open'], ['open']])
})

test('the finding ends when the paper is told of', async () => {
  await post(trade('330402165', 'CXHGZ5'))
  expect(await found('330402165')).toEqual(['open'])
  await post(certificate('CXHGZ5'))
  await post({ ...trade('330402165', 'CXHGZ5'), quantity: { value: '101', unit: 'KGM' } })
  await judge()
  expect(await found('330402165')).toEqual(['resolved'])
})
