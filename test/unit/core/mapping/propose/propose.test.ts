import { describe, expect, it } from 'vitest'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { sniff } from '#adapters/push/sniff/sniff.ts'
import { compileMapping } from '#core/mapping/compile.ts'
import { headingUnit, meaningOfName } from '#core/mapping/propose/meaning.ts'
import { type Proposal, proposeMapping } from '#core/mapping/propose/propose.ts'
import { timeFormats } from '#core/mapping/propose/shape.ts'
import { readSamples } from '#flow/systems/golden.ts'
import { loadRegistry } from '#flow/systems/load.ts'

const RECEIVED = { receivedAtMs: Date.UTC(2026, 10, 1) }

async function propose(
  bytes: Uint8Array,
): Promise<{ proposal: Proposal; mapped: number; rejected: number; mistakes: unknown[] }> {
  const { read } = await sniff(bytes)
  const { records } = await decodeMessage(bytes, read)
  const proposal = proposeMapping({
    system: 'a-system',
    record: 'a-record',
    title: { zh: '甲', en: 'A' },
    read,
    records,
    sample: 'valid/a.json',
  })
  const { mapping, mistakes } = compileMapping({ path: 'a-record.yaml', text: proposal.mapping })
  const sources = records.map((record) => mapping?.map(record, RECEIVED))
  return {
    proposal,
    mistakes,
    mapped: sources.length,
    rejected: sources.filter((source) => source?.rejected !== false).length,
  }
}

const proposed = async (value: unknown): Promise<string> =>
  (await propose(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))).proposal.mapping

describe('what a field is taken for', () => {
  it.each([
    ['seller_id', 'seller.code'],
    ['SellerName', 'seller.name'],
    ['卖方名称', 'seller.name'],
    ['gys', 'supplier.name'],
    ['供货商（全称）', 'supplier.name'],
    ['jcjg', 'test.verdict'],
    ['车牌号', 'vehicle'],
    ['base.market_id', 'market.code'],
    ['联系电话', 'personal'],
    ['qymc', 'issuer.name'],
    ['pzmc', 'product.name'],
    ['cssl', 'quantity'],
    ['qx', 'destination.name'],
    ['fzr', 'personal'],
    ['塘口', 'farm.name'],
    ['pondNo', 'farm.code'],
    // A name below an object is that of the object, and of nothing where nobody knows the object.
    ['farm.name', 'farm.name'],
    ['buyer.code', 'buyer.code'],
    ['data.seller.name', 'seller.name'],
    ['dryer.name', undefined],
    ['dryer.weight', 'quantity'],
    ['base.name', 'product.name'],
    ['frobnicate', undefined],
  ])('%s → %s', (name, meaning) => {
    expect(meaningOfName(name)).toBe(meaning)
  })

  it.each([
    ['数量(斤)', '斤'],
    ['重量/公斤', '公斤'],
    ['净重（kg）', 'kg'],
    ['数量', undefined],
  ])('%s is counted in %s', (name, unit) => {
    expect(headingUnit(name)).toBe(unit)
  })
})

describe('formats of times', () => {
  it.each([
    [['2024/4/15 3:42:10', '2024/4/15 13:02:01'], ['yyyy/M/d H:mm:ss']],
    [['20240415'], ['yyyyMMdd']],
    [
      ['2024年4月14日', '2024.4.14'],
      ['yyyy年M月d日', 'yyyy.M.d'],
    ],
    [['1713110400000'], ['epoch-ms']],
    [['2024-04-15', 'soon'], null],
    [['330402003'], null],
  ])('%j → %j', (texts, formats) => {
    expect(timeFormats(texts)).toEqual(formats)
  })
})

describe('a proposed mapping', () => {
  const row = {
    dh: 'X1',
    rq: '2024-04-15',
    gys: '示例商行',
    spmc: '番茄',
    sl: '120',
    lxdh: '0570-0000000',
    weird: 'ZZ-9',
  }

  it('names fields by the initials of pinyin, keeps personal ones out, and lists what it does not know', async () => {
    const text = await proposed([row, { ...row, dh: 'X2' }])
    expect(text).toContain('parties.supplier: { name: gys }')
    expect(text).toContain('product: { name: spmc }')
    expect(text).toContain('ignore: [lxdh]')
    expect(text).toMatch(/# Not recognised[\s\S]*#\s+weird \(text, such as ZZ-9\)/)
    expect(text).not.toContain('0570-0000000')
  })

  it('says openly what it guesses: a mass without a unit has a CHECK', async () => {
    expect(await proposed([row])).toMatch(
      /# CHECK the unit[^\n]*\n\s+quantity: \{ from: sl, unit: \{ const: 公斤 \} \}/,
    )
  })

  it('takes the unit of a heading, and a ledger for an entry', async () => {
    const text = await proposed(
      '序号,进货日期,商品名称,数量(斤),供货商\n1,2024.4.15,青菜,120,示例商行\n2,2024.4.16,猪肉,50,示例商行\n',
    )
    expect(text).toContain('kind: entry')
    expect(text).toContain("quantity: { from: '数量(斤)', unit: { const: 斤 } }")
    expect(text).toMatch(/# CHECK: rows are numbered anew[^\n]*\nkey: \[进货日期, 序号\]/u)
  })

  it('makes a key of several fields where none numbers the records', async () => {
    const text = await proposed([
      { marketCode: '330402003', tradeTime: '2024/4/15 3:42:10', goodsName: '番茄', sellerName: '甲' },
      { marketCode: '330402003', tradeTime: '2024/4/15 3:42:10', goodsName: '茄子', sellerName: '甲' },
    ])
    expect(text).toMatch(/# CHECK: no field[^\n]*\nkey: \[marketCode, goodsName\]/)
  })

  it('a word of a status that means void is one, and a number next to 1 is to be checked', async () => {
    expect(
      await proposed([
        { ...row, zt: '作废' },
        { ...row, dh: 'X2', zt: '正常' },
      ]),
    ).toContain('status: { from: zt, active: [正常], void: [作废] }')
    expect(
      await proposed([
        { ...row, zt: '1' },
        { ...row, dh: 'X2', zt: '0' },
      ]),
    ).toContain("status: { from: zt, active: ['1'], void: ['0'] }")
  })

  it('no text of a sample can break out of the file: names with quotes, hashes and line ends stay names', async () => {
    const text = "it's # a: {field}\nkey: x"
    const { mistakes } = await propose(
      Buffer.from(JSON.stringify([{ ...row, [text]: 'a', danhao: "'}\n#" }])),
    )
    expect(mistakes).toEqual([])
  })
})

const registry = await loadRegistry('mappings')
describe.each([...registry.systems.values()])('over the samples of $id', async (system) => {
  const valid = (await readSamples(system)).filter(
    ({ name, expected }) => name.startsWith('valid/') && expected.received > 4,
  )
  it.each(valid)('$name: compiles, and rejects nothing', async ({ bytes }) => {
    const { mistakes, mapped, rejected } = await propose(bytes)
    expect(mistakes).toEqual([])
    expect(mapped).toBeGreaterThan(0)
    expect(rejected).toBe(0)
  })
})
