import { expect, test } from 'vitest'
import { withFindings } from './setting.ts'

const { api, post } = withFindings()

const DAY = '2026-04-15'
/** A record of a wholesale market of its own. */
const at = (market: string, kind: string, key: string, more: object) => ({
  ...{ kind, system: 'jiaxing-wholesale', key: [market + key] },
  occurredAt: { at: `${DAY}T0${kind === 'entry' ? 4 : 6}:00:00+08:00`, precision: 'second' },
  region: { code: market.slice(0, 6), year: 2026 },
  sites: [{ role: 'market', name: market, ids: [{ scheme: 'cn.mofcom.node9', value: market }] }],
  quantity: { value: '60', unit: 'KGM' },
  ...more,
})
const lot = (role: string, value: string) => ({ role, scheme: 'cn.mofcom.batch16', value })
const paper = (role: string, type: string, number: string) => ({ role, type, number })

const PORK = { name: '猪白条', class: 'pork' }
const SPINACH = { name: '菠菜', class: 'vegetable' }

const missingAt = async (market: string) => {
  const { findings } = (await api.call('GET', `/v1/findings?kind=no_paper&site=${market}`)).json()
  return findings.map(({ state, evidence }: { state: string; evidence: { id: string }[] }) => [
    state,
    evidence.map(({ id }) => id.split(':').at(-1)),
  ])
}

test.each([
  {
    market: '330402141',
    product: PORK,
    batch: '3304021410000001',
    papers: [
      paper('upstream', 'product_2026', '3304260001'),
      paper('upstream', 'meat_quality', 'RP2604150001'),
    ],
  },
  {
    market: '330402142',
    product: SPINACH,
    batch: '3304021420000001',
    papers: [paper('upstream', 'promise_cert', 'HGZ2604150001')],
  },
])(
  'a wholesale trade of $product.name under its voucher alone has the papers of the lot that it was sold from',
  async ({ market, product, batch, papers }) => {
    const sold = (key: string, lots: object[]) =>
      at(market, 'sale', key, {
        ...{ saleKind: 'wholesale', product, lots, quantity: { value: '20', unit: 'KGM' } },
        documents: [paper('voucher', 'sales_voucher', `V${market}${key}`)],
      })
    await post(
      at(market, 'entry', 'in', { product, lots: [lot('subject', batch)], documents: papers }),
      sold('a', [lot('source', batch)]),
    )
    expect(await missingAt(market)).toEqual([])
    // Of another lot nobody has told any paper, and of none at all nothing can be told.
    await post(sold('b', [lot('source', `${batch.slice(0, -1)}2`)]), sold('c', []))
    expect(await missingAt(market)).toEqual([['open', [`${market}b`, `${market}c`]]])
  },
)
