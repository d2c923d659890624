import { expect, test } from 'vitest'
import { withFindings } from './setting.ts'

const { api, post } = withFindings()

const PORK = { name: '带皮片猪', class: 'pork' }
const BEEF = { name: '牛肉', class: 'beef' }
const measure = (value: string, unit = 'KGM') => ({ quantity: { value, unit } })
let run = 0
const told = (kind: string, number: string, more: object): object => ({
  ...{ kind, system: 'jiaxing-wholesale', key: [`b${run++}`] },
  ...(kind === 'sale' ? { saleKind: 'retail' } : {}),
  occurredAt: { at: '2024-04-15T05:00:00+08:00', precision: 'second' },
  region: { code: '330402', year: 2024 },
  sites: [{ role: 'market', name: '甲市场', ids: [{ scheme: 'cn.mofcom.node9', value: '330402170' }] }],
  product: PORK,
  documents: [{ role: 'upstream', type: 'promise_cert', number }],
  ...more,
})
const sold = (number: string, value: string, more: object = {}) =>
  told('sale', number, { ...measure(value), ...more })
const back = (number: string, value: string, unit: string, more: object = {}) =>
  told('sale', number, { refund: true, ...measure(value, unit), ...more })
const paper = (number: string, stated: object = measure('1000')) =>
  told('document', number, { documents: [{ role: 'self', type: 'promise_cert', number }], ...stated })

/** What the finding, the page of the paper and the gate say of how much was used of it. */
async function saidOf(number: string, product?: string) {
  const { findings } = (await api.call('GET', '/v1/findings?kind=paper_overused&limit=1000')).json()
  const { document } = (await api.call('GET', `/v1/documents/${number}?on=2024-04-15`)).json()
  const papers = [{ number, on: '2024-04-15', quantity: '100', ...(product ? { product } : {}) }]
  const { papers: checked } = (await api.call('POST', '/v1/documents/check', { body: { papers } })).json()
  const OF_USE = ['over_used', 'used_up', 'more_than_left', 'not_comparable']
  const codes = (reasons: readonly { code: string }[]) =>
    reasons.flatMap(({ code }) => (OF_USE.includes(code) ? [code] : []))
  return {
    finding: findings.flatMap((one: { subject: string; state: string }) =>
      one.subject === `doc:${number}` ? [one.state] : [],
    ),
    page: [document.left?.value ?? null, document.overKg, ...codes(document.reasons)],
    gate: [checked[0].verdict, ...codes(checked[0].reasons)],
  }
}
const OVER = { finding: ['open'], page: ['-300', '300', 'over_used'], gate: ['refuse', 'used_up'] }
/** As much as is told was used; what came back is told in no kilograms, so nobody knows that it was more than is stated. */
const UNSURE = {
  finding: [],
  page: ['0', null, 'not_comparable'],
  gate: ['refuse', 'used_up', 'not_comparable'],
}

test('a paper of which goods came back by the piece is not found to be used beyond its kilograms, and the page and the gate say no more', async () => {
  await post(paper('B1'), sold('B1', '1300'))
  expect(await saidOf('B1')).toEqual(OVER)
  await post(back('B1', '5', 'PKG'))
  expect(await saidOf('B1')).toEqual({ ...UNSURE, finding: ['resolved'] })
  await post(
    paper('B2'),
    sold('B2', '1300', { mass: { value: '1300', unit: 'KGM' }, ...measure('40', 'PKG') }),
  )
  expect(await saidOf('B2')).toEqual(OVER)
  // The pieces of it are told as those that were sold are, and add up with them.
  await post(back('B2', '5', 'PKG'))
  expect(await saidOf('B2')).toEqual({ ...UNSURE, finding: ['resolved'] })
})

test('a paper of packages of which goods came back by the kilogram is not found to be used beyond its packages', async () => {
  const packages = measure('100', 'PKG')
  await post(paper('B3', packages), sold('B3', '130', measure('130', 'PKG')))
  expect(await saidOf('B3')).toMatchObject({ finding: ['open'], page: ['-30', null, 'over_used'] })
  await post(back('B3', '50', 'KGM'))
  expect(await saidOf('B3')).toMatchObject({ finding: ['resolved'], page: ['0', null, 'not_comparable'] })
})

test('what came back in the unit of the paper is taken off, and what is used beyond it for certain stays found', async () => {
  await post(paper('B4'), sold('B4', '1300'), back('B4', '400', 'KGM'))
  expect(await saidOf('B4')).toMatchObject({ finding: [], page: ['100', null], gate: ['warn'] })
  // Mass and pieces of what came back are both told.
  await post(paper('B5'), sold('B5', '1300'), back('B5', '5', 'PKG', { mass: { value: '100', unit: 'KGM' } }))
  expect(await saidOf('B5')).toMatchObject({ finding: ['open'], page: ['-200', '200', 'over_used'] })
  // What came in is told by the kilogram, whatever came back of what was sold of it.
  await post(
    paper('B6'),
    told('entry', 'B6', { ...measure('1300'), parties: [{ role: 'supplier', name: '龙游合作社', ids: [] }] }),
    sold('B6', '1300'),
    back('B6', '5', 'PKG'),
  )
  expect(await saidOf('B6')).toEqual(OVER)
  // Another market tells it.
  const elsewhere = {
    sites: [{ role: 'market', name: '乙市场', ids: [{ scheme: 'cn.mofcom.node9', value: '330402171' }] }],
  }
  await post(paper('B7'), sold('B7', '1300', elsewhere), sold('B7', '200'), back('B7', '5', 'PKG'))
  expect(await saidOf('B7')).toMatchObject({ finding: ['open'], page: ['-500', '500', 'over_used'] })
})

test('of a voucher for two kinds of goods only that of which some came back by the piece is not found to be used beyond it', async () => {
  const voucher = (number: string, product: object, value: string, more: object = {}) =>
    sold(number, value, {
      ...{ saleKind: 'wholesale', product },
      documents: [{ role: 'voucher', type: 'sales_voucher', number }],
      ...more,
    })
  const under = (number: string, product: object) => ({
    product,
    documents: [{ role: 'upstream', type: 'sales_voucher', number }],
  })
  for (const [number, over] of [
    ['B8', BEEF],
    ['B9', PORK],
  ] as const)
    await post(
      ...[voucher(number, PORK, '100'), voucher(number, BEEF, '100')],
      ...[sold(number, '130', under(number, over)), back(number, '5', 'PKG', under(number, BEEF))],
    )
  expect(await saidOf('B8', '牛肉')).toEqual({
    finding: [],
    page: ['70', null, 'not_comparable'],
    gate: ['refuse', 'used_up', 'not_comparable'],
  })
  expect(await saidOf('B9', '带皮片猪')).toMatchObject({ finding: ['open'], gate: ['refuse', 'used_up'] })
})

test('a paper of which no more than it states was used is found when tickets use more of it, until they are made void', async () => {
  await post(paper('B10'), sold('B10', '900'))
  expect(await saidOf('B10')).toMatchObject({ finding: [] })
  const ticket = sold('B10', '200')
  await post(ticket)
  expect(await saidOf('B10')).toMatchObject({ finding: ['open'], page: ['-100', '100', 'over_used'] })
  await post({ ...ticket, status: 'void', void: { reason: '误报' } })
  expect(await saidOf('B10')).toMatchObject({ finding: ['resolved'], page: ['100', null] })
})
