import { VEGETABLES } from './day-of-april-15.ts'
import type { Written } from './store-records.ts'

const at = (text: string) => ({ at: `${text}+08:00`, precision: 'second' as const })
const LONG_ORGANISATION = '浙江省衢州市龙游县湖镇镇下库村示例有机蔬菜与水果产销服务农民专业合作社'
const LONG_MARKET = '杭州市上城区望江街道示例农副产品综合批发与零售中心南区二期农贸市场'

const [paper, trade] = VEGETABLES as readonly [Written, Written]
const PAPER = 'HGZ20240415-QW8E'

/** Pak choi of the same farm and market, with a stop of sale after a failed quick test. */
export const PAK_CHOI_HELD: readonly Written[] = [
  {
    ...paper,
    key: PAPER,
    body: {
      ...paper.body,
      product: { name: '小白菜', class: 'vegetable' },
      lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: '33082500724041400003' }],
      documents: [{ role: 'self', type: 'promise_cert', number: PAPER }],
    },
  },
  {
    ...trade,
    key: 'JXSG2024041500031',
    body: {
      ...trade.body,
      product: { name: '小白菜', class: 'vegetable' },
      documents: [
        { role: 'upstream', type: 'promise_cert', number: PAPER },
        { role: 'voucher', type: 'sales_voucher', number: 'JXSG2024041500031' },
      ],
    },
  },
  {
    kind: 'test',
    system: 'rapid-test',
    key: 'pak-choi-test',
    body: {
      occurredAt: at('2024-04-15T07:40:00'),
      documents: [{ role: 'upstream', type: 'sales_voucher', number: 'JXSG2024041500031' }],
      test: { item: '有机磷和氨基甲酸酯类', verdict: 'fail', value: '72.4', unit: '%' },
    },
  },
  {
    kind: 'hold',
    system: 'rapid-test',
    key: 'pak-choi-hold',
    body: {
      occurredAt: at('2024-04-15T07:45:00'),
      documents: [{ role: 'upstream', type: 'sales_voucher', number: 'JXSG2024041500031' }],
      holdKind: 'stop_sale',
    },
  },
]

/** The same batch number in two systems, and one of them is recalled. */
export const AMBIGUOUS: readonly Written[] = [
  {
    kind: 'entry',
    system: 'one',
    key: 'a',
    body: {
      occurredAt: at('2024-04-14T03:00:00'),
      lots: [{ role: 'subject', scheme: 'local.one', value: '20240415-01' }],
      product: { name: '番茄', class: 'vegetable' },
      sites: [{ role: 'market', name: '杭州潮鸣湾示例农贸市场', ids: [] }],
    },
  },
  {
    kind: 'entry',
    system: 'two',
    key: 'b',
    body: {
      occurredAt: at('2024-04-15T03:00:00'),
      lots: [{ role: 'subject', scheme: 'local.two', value: '20240415-01' }],
      product: { name: '草鱼', class: 'fish_farmed' },
      sites: [{ role: 'market', name: '嘉兴南湖示例果蔬批发市场', ids: [] }],
    },
  },
  {
    kind: 'hold',
    system: 'two',
    key: 'c',
    body: {
      occurredAt: at('2024-04-15T09:00:00'),
      lots: [{ role: 'subject', scheme: 'local.two', value: '20240415-01' }],
      holdKind: 'recall',
    },
  },
]

/** Everything as long as it may be, and a batch that is linked inside one source only. */
export const LONG_NAMES: readonly Written[] = [
  {
    kind: 'document',
    system: 'one',
    key: 'long-paper',
    body: {
      occurredAt: at('2024-04-14T06:00:00'),
      origin: { code: '330825', year: 2024 },
      region: { code: '330825', year: 2024 },
      parties: [{ role: 'issuer', name: LONG_ORGANISATION, ids: [] }],
      lots: [{ role: 'subject', scheme: 'local.one', value: `BATCH-${'9'.repeat(40)}` }],
      documents: [{ role: 'self', type: 'three_products_one_mark', number: 'ABCDEFGHIJ'.repeat(6) }],
      product: { name: '甲氨基阿维菌素苯甲酸盐超标的某种名称极其冗长的蔬菜', class: 'shellfish_crustacean' },
    },
  },
  {
    kind: 'sale',
    system: 'one',
    key: 'long-sale',
    body: {
      occurredAt: at('2024-04-15T06:00:00'),
      sites: [
        { role: 'market', name: LONG_MARKET, ids: [] },
        { role: 'stall', name: 'AB-1234-5678', ids: [] },
      ],
      lots: [{ role: 'source', scheme: 'local.one', value: `BATCH-${'9'.repeat(40)}` }],
      documents: [{ role: 'voucher', type: 'sales_voucher', number: `V-${'8'.repeat(60)}` }],
      product: { name: '樱桃番茄', class: 'vegetable' },
    },
  },
]
