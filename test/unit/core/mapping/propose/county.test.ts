import { describe, expect, it } from 'vitest'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { sniff } from '#adapters/push/sniff/sniff.ts'
import { compileMapping } from '#core/mapping/compile.ts'
import { proposeMapping } from '#core/mapping/propose/propose.ts'

/** The proposal for a sample, and how many of its records that mapping rejects. */
async function propose(text: string) {
  const { read } = await sniff(Buffer.from(text))
  const { records } = await decodeMessage(Buffer.from(text), read)
  const title = { zh: '甲', en: 'A' }
  const proposal = proposeMapping({ system: 'a', record: 'b', title, read, records, sample: 'valid/a.txt' })
  const { mapping, mistakes } = compileMapping({ path: 'b.yaml', text: proposal.mapping })
  const mapped = records.flatMap((record) => mapping?.map(record, { receivedAtMs: 0 }) ?? [])
  return { ...proposal, mistakes, rejected: mapped.filter(({ rejected }) => rejected).length }
}

/** A county's ledger of certificates: papers of a producer, typed by hand. */
const CERTIFICATES = [
  '合格证编号,开证日期,养殖主体,统一社会信用代码,联系电话,水产品名称,数量,单位,净重（公斤）,检测单位,购货单位,运输车牌,状态',
  'NXSC202600001,2026年7月5日,示例水产养殖有限公司,91330502MA2D1E2F3G,0572-2345678,黄颡鱼,120,公斤,,,,,有效',
  'NXSC202600002,2026年7月2日,沈大强,,1385721 2346,河蟹,25,斤,12.5,,,浙E12345,有效',
  'NXSC202600003,2026年7月2日,沈大强,,无,草鱼,300,公斤,,,,,作废',
].join('\r\n')

/** What a cold store takes in, each paper with a list of goods. */
const inbound = (i: number, zt: number) => ({
  rkdh: `RK26070${i}`,
  rksj: 1_783_200_000 + i * 3671,
  kfmc: '2号冷藏库',
  hzmc: '示例水产商行',
  cph: '浙E12001',
  hwmc: '冻带鱼段',
  sl: 120.5,
  dw: 'kg',
  ph: `P26060${i}`,
  zt,
})

describe('a ledger of certificates', async () => {
  const { mapping, mistakes, rejected, open } = await propose(CERTIFICATES)

  it('is of papers: who issued them, and the paper itself', () => {
    expect(mistakes).toEqual([])
    expect(mapping).toContain('kind: document')
    expect(mapping).toContain('- { role: self, from: 合格证编号, type: promise_cert }')
    expect(mapping).toMatch(/parties\.issuer: \{ code: \{ from: 统一社会信用代码, .*name: 养殖主体/u)
    expect(rejected).toBe(0)
  })

  it('takes the amount of every row before a weight that most rows leave empty', () => {
    expect(mapping).toContain('quantity: { from: 数量, unit: 单位 }')
  })

  it('knows a column by the words at the end of its name', () => {
    expect(mapping).toContain('product: { name: 水产品名称 }')
    expect(mapping).toContain('vehicle: 运输车牌')
    expect(open).toEqual(['净重（公斤）', '检测单位'])
  })

  it('says that a name may be that of a person where one does not end as organisations do', () => {
    expect(mapping).toContain('name: 养殖主体, personal: by-name }')
  })

  it('takes canteens, noodle houses and markets for no persons', async () => {
    const sold = ['示例面馆', '实验小学食堂', '南门市场'].map((gfmc, i) => ({
      dh: `X${i}`,
      rq: '2026-07-01',
      gfmc,
      pm: '鸡蛋',
    }))
    expect((await propose(JSON.stringify(sold))).mapping).toContain('parties.buyer: { name: gfmc }')
  })
})

describe('what a cold store takes in', async () => {
  const { mapping, mistakes, rejected } = await propose(JSON.stringify([inbound(1, 1), inbound(2, 9)]))

  it('is an entry into a cold store, by initials of pinyin', () => {
    expect(mistakes).toEqual([])
    expect(mapping).toContain('kind: entry')
    expect(mapping).toContain("occurredAt: { from: rksj, date: ['epoch-s'] }")
    expect(mapping).toContain('sites.cold_store: { name: kfmc }')
    expect(mapping).toContain('product: { name: hwmc }')
    expect(mapping).toContain('quantity: { from: sl, unit: dw }')
    expect(mapping).toContain('- { role: subject, from: ph, scheme: local }')
    expect(mapping).toContain('key: [rkdh]')
    expect(rejected).toBe(0)
  })

  it('a number next to 1 that says neither valid nor void is asked for', () => {
    expect(mapping).toMatch(/# CHECK[^\n]*9[^\n]*\nstatus: \{ from: zt, active: \['1'\], void: \['9'\] \}/u)
  })

  it('a number that lost digits is no key, and the file says what the sender must change', async () => {
    const lost = [inbound(1, 1), inbound(2, 1)].map((row, i) =>
      JSON.stringify(row).replace(/"RK[^"]*"/, `9007199254740993${i}`),
    )
    const found = await propose(`[${lost.join(',')}]`)
    expect(found.mapping).toMatch(/# CHECK: rkdh [^\n]*as a text/u)
    expect(found.mapping).not.toContain('key: [rkdh]')
    expect(found.rejected).toBe(0)
  })
})

describe('deliveries with a list of goods inside', async () => {
  const delivery = (i: number) => ({
    rkdh: `RK26070${i}`,
    rksj: 1_783_200_000 + i * 3671,
    hzmc: '示例水产商行',
    hwlb: ['冻带鱼段', '冻鸡爪'].map((hwmc, k) => ({
      hwmc,
      sl: 12,
      dw: k === 0 ? 'kg' : '箱',
      jz: 120.5,
      ph: `P260${i}`,
      scrq: '20260501',
    })),
  })
  const body = { code: 0, msg: 'ok', body: { list: [delivery(1), delivery(2), delivery(3)] } }
  const { mapping, mistakes, rejected } = await propose(JSON.stringify(body))

  it('are read line by line, each with the delivery as its base', () => {
    expect(mistakes).toEqual([])
    expect(mapping).toContain('lines: hwlb')
    expect(mapping).toContain('kind: entry')
    expect(mapping).toContain("occurredAt: { from: base.rksj, date: ['epoch-s'] }")
    expect(mapping).toContain('parties.owner: { name: base.hzmc }')
    expect(mapping).toContain("producedOn: { from: scrq, date: ['yyyyMMdd'] }")
    expect(mapping).toMatch(/key: \[base\.rkdh, .*hwmc\]/u)
    expect(rejected).toBe(0)
  })

  it('a unit of boxes is not that of the weight beside it', () => {
    expect(mapping).toMatch(/# CHECK the unit[^\n]*\n\s+quantity: \{ from: jz, unit: \{ const: 公斤 \} \}/u)
  })
})

/** What a slaughterhouse's old program exports: names of ten capital letters, the kind of animal in a column that elsewhere holds a weight. */
const slaughtered = (i: number) => ({
  TZRQ: `202503${10 + i}`,
  PCH: `SX20250310${i}`,
  HZMC: '诸暨示例牧业有限公司',
  YZCMC: '平水示例猪场',
  CDJYZH: `330621120${i}`,
  ZL: '生猪',
  TZTS: String(40 + i),
  JYY: '王检',
  CPJYZH: `330600008${i}`,
  RPPZH: `RP0000300${i}`,
  QXMC: '绍兴示例肉类批发市场',
})

describe('what a slaughterhouse exports', async () => {
  const { mapping, open } = await propose(JSON.stringify([0, 1, 2].map(slaughtered)))

  it('has its papers, its farm, its heads and its goods, by initials of pinyin', () => {
    expect(mapping).toContain('from: CDJYZH, type: [animal_A, animal_B] }')
    expect(mapping).toContain('from: CPJYZH, type: [product_A, product_B] }')
    expect(mapping).toContain('from: RPPZH, type: meat_quality }')
    expect(mapping).toContain('sites.farm: { name: YZCMC }')
    expect(mapping).toContain('quantity: { from: TZTS, unit: { const: 头 } }')
    expect(mapping).toContain('destination: { name: QXMC }')
    expect(mapping).toContain('ignore: [JYY]')
    expect(open).toEqual([])
  })

  it('texts without a number are no mass: ZL is the kind of animal here', () => {
    expect(mapping).toContain('product: { name: ZL }')
    expect(mapping).not.toContain('from: ZL')
  })

  it('says that a paper may be no number of a record', () => {
    expect(mapping).toMatch(/# CHECK: one paper may come with several records[^\n]*\nkey: \[CDJYZH\]/u)
  })
})

it('a dispatch of a farm has its origin and its customer, by initials of pinyin', async () => {
  const sent = [0, 1].map((i) => ({
    ckdh: `C${i}`,
    cksj: '2025-03-18',
    spmc: '番茄',
    cdmc: '龙游县',
    gkmc: '示例超市',
  }))
  const { mapping, open } = await propose(JSON.stringify(sent))
  expect(mapping).toContain('origin: { name: cdmc }')
  expect(mapping).toContain('parties.buyer: { name: gkmc }')
  expect(open).toEqual([])
})
