import type { Body } from '#core/model/body.ts'
import type { Written } from './store-records.ts'

const at = (text: string) => ({ at: `${text}+08:00`, precision: 'second' as const })
const day = (text: string) => ({ at: `${text}T00:00:00+08:00`, precision: 'day' as const })
const kg = (value: string) => ({ value, unit: 'KGM' as const })
const region = (code: string) => ({ code, year: 2024 })
const slaughterhouse: NonNullable<Body['sites']> = [
  {
    role: 'slaughterhouse',
    name: '绍兴稽山示例肉联厂',
    ids: [{ scheme: 'cn.mofcom.node9', value: '330603001' }],
  },
]
const fruitMarket: NonNullable<Body['sites']> = [
  {
    role: 'market',
    name: '嘉兴南湖示例果蔬批发市场',
    ids: [{ scheme: 'cn.mofcom.node9', value: '330402003' }],
  },
]

/** Pork from 衢江 by way of 绍兴, as the slaughterhouse's own three records tell it. */
export const PORK: readonly Written[] = [
  {
    kind: 'entry',
    system: 'shaoxing-slaughter',
    key: 'SX2404140001',
    body: {
      occurredAt: day('2024-04-14'),
      region: region('330603'),
      origin: region('330803'),
      sites: [...slaughterhouse, { role: 'farm', name: '衢江莲花示例养殖场', ids: [] }],
      parties: [
        {
          role: 'owner',
          name: '稽山示例生猪批发部',
          ids: [{ scheme: 'cn.mofcom.operator13', value: '3306030010012' }],
        },
      ],
      lots: [{ role: 'subject', scheme: 'local.shaoxing-slaughter', value: 'SX2404140001' }],
      documents: [{ role: 'upstream', type: 'animal_B', number: '3308000217' }],
      product: { name: '生猪', class: 'other_livestock' },
      quantity: { value: '20', unit: 'HEA' },
      mass: kg('2260.00'),
      price: { value: '15.60', currency: 'CNY', per: 'KGM' },
      vehicle: '浙H00X01',
    },
  },
  {
    kind: 'transformation',
    system: 'shaoxing-slaughter',
    key: 'quarantine-3308000217',
    body: {
      occurredAt: day('2024-04-15'),
      region: region('330603'),
      sites: slaughterhouse,
      process: 'slaughter',
      product: { name: '生猪', class: 'other_livestock' },
      input: {
        documents: [{ role: 'input', type: 'animal_B', number: '3308000217' }],
        quantity: { value: '20', unit: 'HEA' },
      },
      output: {
        documents: [
          { role: 'output', type: 'product_B', number: '3306041501' },
          { role: 'output', type: 'meat_quality', number: 'ZJ-RP-0415088' },
        ],
      },
    },
  },
  {
    kind: 'test',
    system: 'shaoxing-slaughter',
    key: 'test-3308000217',
    body: {
      occurredAt: day('2024-04-15'),
      sites: slaughterhouse,
      input: { documents: [{ role: 'input', type: 'animal_B', number: '3308000217' }] },
      test: { item: '检疫检验', sample: 'JY240415-01', sampled: '2', positive: '0', verdict: 'pass' },
    },
  },
  {
    kind: 'sale',
    system: 'shaoxing-slaughter',
    key: '33060300100120000157',
    body: {
      occurredAt: day('2024-04-15'),
      region: region('330603'),
      sites: slaughterhouse,
      parties: [
        {
          role: 'seller',
          name: '稽山示例生猪批发部',
          ids: [{ scheme: 'cn.mofcom.operator13', value: '3306030010012' }],
        },
        {
          role: 'buyer',
          name: '阿庆示例肉铺',
          ids: [{ scheme: 'cn.mofcom.operator13', value: '3301050120023' }],
        },
      ],
      documents: [
        { role: 'upstream', type: 'product_B', number: '3306041501' },
        { role: 'upstream', type: 'meat_quality', number: 'ZJ-RP-0415088' },
        {
          role: 'voucher',
          type: 'sales_voucher',
          number: '33060300100120000157',
          scheme: 'cn.mofcom.tran20a',
        },
      ],
      product: { code: '21113013', name: '带皮片猪', class: 'pork' },
      quantity: kg('185.5'),
      price: { value: '22.80', currency: 'CNY', per: 'KGM' },
      saleKind: 'wholesale',
    },
  },
]

const certificate = (number: string, lot: string, name: string, mass: string, issued: string): Written => ({
  kind: 'document',
  system: 'zj-agri-certificate',
  key: number,
  body: {
    occurredAt: at(issued),
    region: region('330825'),
    origin: region('330825'),
    parties: [
      {
        role: 'issuer',
        name: '龙游溪口示例蔬菜专业合作社',
        ids: [{ scheme: 'cn.uscc', value: '93330825MA9TE5018N' }],
      },
    ],
    lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: lot }],
    product: { name, class: 'vegetable' },
    quantity: kg(mass),
    documents: [
      {
        role: 'self',
        type: 'promise_cert',
        number,
        form: '2021',
        issueType: 'producer',
        basis: ['自我承诺'],
      },
    ],
  },
})

const trade = (number: string, paper: string, name: string, mass: string, sold: string): Written => ({
  kind: 'sale',
  system: 'jiaxing-wholesale',
  key: number,
  body: {
    occurredAt: at(sold),
    region: region('330402'),
    origin: region('330825'),
    sites: fruitMarket,
    parties: [
      {
        role: 'seller',
        name: '嘉禾示例果蔬商行',
        ids: [{ scheme: 'cn.mofcom.operator13', value: '3304020030107' }],
      },
      {
        role: 'buyer',
        name: '秀英示例蔬菜摊',
        ids: [{ scheme: 'cn.mofcom.operator13', value: '3301050120045' }],
      },
    ],
    documents: [
      { role: 'upstream', type: 'promise_cert', number: paper },
      { role: 'voucher', type: 'sales_voucher', number },
    ],
    product: { name, class: 'vegetable' },
    quantity: kg(mass),
    price: { value: '4.80', currency: 'CNY', per: 'KGM' },
    amount: { value: '480.00', currency: 'CNY' },
    saleKind: 'wholesale',
  },
})

/** Tomatoes and cabbage from 龙游 to 嘉兴; the cabbage's certificate was made void after the sale. */
export const VEGETABLES: readonly Written[] = [
  certificate('HGZ20240415-7K3M', '33082500724041400001', '番茄', '300', '2024-04-15T00:42:00'),
  trade('JXSG2024041500018', 'HGZ20240415-7K3M', '番茄', '100', '2024-04-15T03:42:10'),
  trade('JXSG2024041500019', 'HGZ20240415-7K3M', '番茄', '120', '2024-04-15T03:44:51'),
  trade('JXSG2024041500020', 'HGZ20240415-7K3M', '番茄', '80', '2024-04-15T03:47:02'),
  certificate('HGZ20240415-M4ND', '33082500724041400004', '大白菜', '500', '2024-04-15T00:51:00'),
  trade('JXSG2024041500035', 'HGZ20240415-M4ND', '大白菜', '120', '2024-04-15T03:55:40'),
]

const cabbage = VEGETABLES[4] as Written
export const CABBAGE_VOID: Written = {
  ...cabbage,
  body: { ...cabbage.body, void: { reason: '数量填写错误', at: at('2024-04-15T09:10:44') } },
  version: 2,
  status: 'void',
  receivedAt: '2024-04-15T08:00:00Z',
}
