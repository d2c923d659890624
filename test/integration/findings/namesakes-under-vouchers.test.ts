import { expect, test } from 'vitest'
import { withFindings } from './setting.ts'

const { api, post } = withFindings()

type Trader = readonly [code: string | null, name: string | null]
const [SELLER_CODE, BUYER_CODE] = ['3308022010001', '3308023020007']
const [NAME, OTHER_NAME] = ['兴旺蔬菜行', '荷花菜摊']
const SELLER: Trader = [SELLER_CODE, NAME]
const NAMESAKE: Trader = [BUYER_CODE, NAME]
const [WHOLESALE, MARKET] = [
  ['330802201', '信安示例批发市场'],
  ['330802302', '荷花示例农贸市场'],
] as const
let run = 0
const told = (kind: string, [value, name]: readonly [string, string], more: object): object => ({
  ...{ kind, system: 'jiaxing-wholesale', key: [`n${run++}`] },
  occurredAt: { at: '2024-04-15T05:00:00+08:00', precision: 'second' },
  region: { code: '330802', year: 2024 },
  sites: [{ role: 'market', name, ids: [{ scheme: 'cn.mofcom.node9', value }] }],
  product: { name: '小白菜', class: 'vegetable' },
  ...more,
})
const party = (role: string, [code, name]: Trader) => ({
  role,
  ...(name === null ? {} : { name }),
  ids: code === null ? [] : [{ scheme: 'cn.mofcom.operator13', value: code }],
})
const kilograms = (value: number) => ({ quantity: { value: String(value), unit: 'KGM' } })
const sold = (number: string, seller: Trader, buyer: Trader) =>
  told('sale', WHOLESALE, {
    ...kilograms(100),
    saleKind: 'wholesale',
    parties: [party('seller', seller), party('buyer', buyer)],
    documents: [{ role: 'voucher', type: 'sales_voucher', number }],
  })
const came = (
  number: string,
  mass: number,
  owner: Trader,
  supplier?: Trader,
  place: typeof MARKET | typeof WHOLESALE = MARKET,
) =>
  told('entry', place, {
    ...kilograms(mass),
    parties: [party('owner', owner), ...(supplier ? [party('supplier', supplier)] : [])],
    documents: [{ role: 'upstream', type: 'sales_voucher', number }],
  })
/** What the page of a voucher states, what was used of it, and what is left. */
async function figures(number: string): Promise<unknown[]> {
  const { document } = (await api.call('GET', `/v1/documents/${number}?on=2024-04-15`)).json()
  return [document.stated[0]?.value, document.used[0]?.value, document.left?.value]
}

test.each<[string, Trader, Trader, Trader, Trader?]>([
  ['buyer and seller bear one name and two codes', SELLER, NAMESAKE, NAMESAKE],
  ['his arrival names the seller too', SELLER, NAMESAKE, NAMESAKE, SELLER],
  ['the sale calls the buyer by another name', SELLER, [BUYER_CODE, OTHER_NAME], NAMESAKE],
  ['the arrival names no code', SELLER, NAMESAKE, [null, NAME]],
  ['nobody tells a code', [null, NAME], [null, NAME], [null, NAME]],
  ['codes alone are told', [SELLER_CODE, null], [BUYER_CODE, null], [BUYER_CODE, null]],
])(
  'what comes in at another market under a voucher is used of it where %s',
  async (title, seller, buyer, owner, supplier) => {
    const number = `NM-${title.length}`
    await post(sold(number, seller, buyer), came(number, 100, owner, supplier))
    expect(await figures(number)).toEqual(['100', '100', '0'])
  },
)

test('a namesake who takes in more than was sold to him has used more than the voucher states, which is found', async () => {
  await post(sold('NMOVER', SELLER, NAMESAKE), came('NMOVER', 150, NAMESAKE, SELLER))
  expect(await figures('NMOVER')).toEqual(['100', '150', '-50'])
  const { findings } = (await api.call('GET', '/v1/findings?kind=paper_overused')).json()
  expect(findings.map(({ subject }: { subject: string }) => subject)).toEqual(['doc:NMOVER'])
})

test('goods that come back to the seller himself take off what the voucher states, by his code wherever that is and by his name where he sold', async () => {
  await post(sold('NMBACK1', SELLER, NAMESAKE), came('NMBACK1', 40, SELLER, NAMESAKE))
  await post(
    sold('NMBACK2', [null, NAME], [null, NAME]),
    came('NMBACK2', 40, [null, NAME], undefined, WHOLESALE),
  )
  await post(sold('NMBACK3', SELLER, [BUYER_CODE, OTHER_NAME]), came('NMBACK3', 40, [null, NAME]))
  for (const number of ['NMBACK1', 'NMBACK2', 'NMBACK3'])
    expect([number, ...(await figures(number))]).toEqual([number, '60', undefined, '60'])
})
