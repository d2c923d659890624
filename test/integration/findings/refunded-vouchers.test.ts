import { expect, test } from 'vitest'
import { withFindings } from './setting.ts'

const { api, post } = withFindings()

const CABBAGE = { name: '大白菜', code: '01232011' }
const WHOLESALE = ['330402003', '示例果蔬批发市场'] as const
const MARKET = ['330105031', '甲示例农贸市场'] as const
const OTHER = '330110032'
let run = 0
const told = (kind: string, value: string, more: object): Record<string, unknown> => ({
  ...{ kind, system: 'jiaxing-wholesale', key: [`v${run++}`] },
  occurredAt: { at: '2024-04-15T05:00:00+08:00', precision: 'second' },
  region: { code: '330402', year: 2024 },
  sites: [at(...WHOLESALE)],
  product: CABBAGE,
  quantity: { value, unit: 'KGM' },
  ...more,
})
const at = (value: string, name: string) => ({
  role: 'market',
  name,
  ids: [{ scheme: 'cn.mofcom.node9', value }],
})
const party = (role: string, name: string) => ({ role, name, ids: [] })
const sold = (number: string, value: string, more: object = {}) =>
  told('sale', value, {
    saleKind: 'wholesale',
    parties: [party('seller', '嘉禾商行'), party('buyer', '张记菜摊')],
    documents: [{ role: 'voucher', type: 'sales_voucher', number }],
    ...more,
  })
const back = (number: string, value: string, more: object = {}) =>
  sold(number, value, { refund: true, ...more })
const came = (number: string, value: string, more: object = {}) =>
  told('entry', value, {
    region: { code: '330105', year: 2024 },
    sites: [at(...MARKET)],
    parties: [party('owner', '张记菜摊'), party('supplier', '嘉禾商行')],
    documents: [{ role: 'upstream', type: 'sales_voucher', number }],
    ...more,
  })

/** What the page of a voucher states, what the gate of another market says of a load of some kilograms, and the findings. */
async function saidOf(number: string, load: string, on = '2024-04-15') {
  const { document } = (await api.call('GET', `/v1/documents/${number}?on=${on}`)).json()
  const papers = [{ number, on, quantity: load, unit: '公斤', site: OTHER, product: '大白菜' }]
  const { papers: checked } = (await api.call('POST', '/v1/documents/check', { body: { papers } })).json()
  const { findings } = (await api.call('GET', '/v1/findings?kind=paper_overused&limit=1000')).json()
  const value = (measures: readonly { value: string }[]) => measures[0]?.value ?? null
  expect([value(checked[0].stated), value(checked[0].used), checked[0].left?.value]).toEqual([
    value(document.stated),
    value(document.used),
    document.left?.value,
  ])
  return [
    ...[value(document.stated), value(document.used), document.left?.value, document.overKg],
    ...[checked[0].verdict, ...checked[0].reasons.map(({ code }: { code: string }) => code)],
    ...findings.flatMap((one: { subject: string; state: string }) =>
      one.subject === `doc:${number}` ? [`finding ${one.state}`] : [],
    ),
  ]
}
const USED_UP = ['refuse', 'used_up', 'shared_elsewhere']

test('a voucher of which a part was refunded lets no more in than came, and is not found to be overused by goods that came in before they went back, in whatever order it is told', async () => {
  const [sale, entry, refund] = [sold, came, back] as const
  const orders = [
    (n: string) => [sale(n, '100'), entry(n, '100'), refund(n, '40')],
    (n: string) => [refund(n, '40'), entry(n, '100'), sale(n, '100')],
    (n: string) => [entry(n, '100'), refund(n, '40'), sale(n, '100')],
    (n: string) => [sale(n, '100'), refund(n, '-40'), entry(n, '100')],
    // Written below zero, and not marked.
    (n: string) => [sale(n, '100'), entry(n, '100'), sale(n, '-40')],
  ]
  for (const [n, order] of orders.entries()) {
    for (const one of order(`WBV1${n}`)) await post(one)
    expect(await saidOf(`WBV1${n}`, '40')).toEqual(['100', '100', '0', null, ...USED_UP])
  }
})

test('what went back before it came in is not stated any more, and the rest may come in', async () => {
  await post(sold('WBV2', '100'), back('WBV2', '40'))
  expect(await saidOf('WBV2', '60')).toEqual(['60', null, '60', null, 'ok'])
  expect(await saidOf('WBV2', '61')).toEqual(['60', null, '60', null, 'refuse', 'more_than_left'])
  await post(came('WBV2', '60'))
  expect(await saidOf('WBV2', '1')).toEqual(['60', '60', '0', null, ...USED_UP])
  await post(came('WBV2', '45'))
  expect(await saidOf('WBV2', '1')).toEqual([...['100', '105', '-5', '5', ...USED_UP], 'finding open'])
})

test('a refund counts as it was corrected, not once it is void, and changes neither day nor issuer of its voucher', async () => {
  const late = { occurredAt: { at: '2024-04-18T05:00:00+08:00', precision: 'second' } }
  const refund = back('WBV3', '40', late)
  await post(sold('WBV3', '100'), refund)
  expect(await saidOf('WBV3', '60')).toEqual(['60', null, '60', null, 'ok'])
  await post({ ...refund, quantity: { value: '20', unit: 'KGM' } })
  expect(await saidOf('WBV3', '80')).toEqual(['80', null, '80', null, 'ok'])
  await post({ ...refund, status: 'void', void: { reason: '误报' } })
  expect(await saidOf('WBV3', '100')).toEqual(['100', null, '100', null, 'ok'])
})

test('a voucher that tells of a refund alone lets nothing in, and one whose sale is void is void whatever was refunded', async () => {
  await post(back('WBV4', '40'))
  expect(await saidOf('WBV4', '40')).toEqual(['0', null, '0', null, 'refuse', 'used_up'])
  const sale = sold('WBV5', '100')
  await post(sale, back('WBV5', '40'))
  await post({ ...sale, status: 'void', void: { reason: '误报' } })
  expect(await saidOf('WBV5', '40')).toMatchObject({ 4: 'refuse', 5: 'void' })
})

test('a refund under a number of its own that names the voucher of the sale gives nothing back to that voucher', async () => {
  for (const value of ['40', '-40']) {
    const [sale, own] = [`WBV6${value}`, `WBR6${value}`]
    const documents = [
      { role: 'upstream', type: 'sales_voucher', number: sale },
      { role: 'voucher', type: 'sales_voucher', number: own },
    ]
    await post(back(own, value, { documents }), sold(sale, '100'))
    expect(await saidOf(sale, '60')).toEqual(['60', null, '60', null, 'ok'])
    await post(came(sale, '100'))
    expect(await saidOf(sale, '40')).toEqual(['100', '100', '0', null, ...USED_UP])
    expect(await saidOf(own, '40')).toMatchObject({ 0: '0', 2: '0', 4: 'refuse' })
  }
})
