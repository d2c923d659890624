import { describe, expect, it } from 'vitest'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { sniff } from '#adapters/push/sniff/sniff.ts'
import { compileMapping } from '#core/mapping/compile.ts'
import { proposeMapping } from '#core/mapping/propose/propose.ts'
import { rowsOf, workbook } from '../../../adapters/push/xlsx/workbook.ts'

/** The proposal for a sample, and what a mapping of it says when the sample is read as it says. */
async function proposed(sample: Uint8Array | object) {
  const bytes = sample instanceof Uint8Array ? sample : Buffer.from(JSON.stringify(sample))
  const { read } = await sniff(bytes)
  const { records } = await decodeMessage(bytes, read)
  const words = {
    system: 'a-system',
    record: 'a-record',
    title: { zh: '甲', en: 'A' },
    sample: 'valid/a.json',
  }
  const proposal = proposeMapping({ ...words, read, records })
  const { mapping, mistakes } = compileMapping({ path: 'a-record.yaml', text: proposal.mapping })
  const again = mapping ? (await decodeMessage(bytes, mapping.read)).records : []
  const mapped = again.map((record) => mapping?.map(record, { receivedAtMs: Date.UTC(2026, 10, 1) }))
  const drift = [...new Set(again.flatMap((record) => mapping?.drift(record) ?? []))]
  return { text: proposal.mapping, open: proposal.open, mistakes, mapped, drift }
}

const ROW = { dh: 'X1', rq: '2024-04-15', spmc: '番茄', sl: '120', dw: '公斤' }
const LIST = [ROW, { ...ROW, dh: 'X2' }]

describe('what stands around the rows of a proposed mapping', () => {
  it('says who sends where the rows do not', async () => {
    const { text, mistakes, mapped, drift } = await proposed({
      head: { recordNodeId: '330825007', recordNodeName: '示例合作社' },
      list: LIST,
    })
    expect(text).toContain('envelope: [head.recordNodeId, head.recordNodeName]')
    expect(text).toMatch(/# CHECK what place this node is[^\n]*\n\s+sites\.market:/)
    expect(mistakes).toEqual([])
    expect(mapped[0]?.records[0]?.body?.sites).toEqual([
      {
        role: 'market',
        ids: [{ scheme: 'cn.mofcom.node9', value: '330825007' }],
        name: '示例合作社',
      },
    ])
    expect(drift).toEqual([])
  })

  it('gives way to a field of the rows that means the same', async () => {
    const { text, open } = await proposed({
      method: 'sale',
      marketCode: '330825007',
      list: LIST.map((row, i) => ({ ...row, scbm: `33040200${i}` })),
    })
    expect(text).toContain('sites.market: { code: { from: scbm, scheme: cn.mofcom.node9 } }')
    expect(open).toEqual(['envelope.marketCode'])
  })

  it('is ignored where each row says the same', async () => {
    const { text, open } = await proposed({
      method: 'sale',
      recordNodeId: '330825007',
      list: LIST.map((row) => ({ ...row, scbm: '330825007' })),
    })
    expect(text).toContain('ignore: [envelope.recordNodeId]')
    expect(open).toEqual([])
  })

  it('is ignored where it speaks of the message, and what nobody knows is open: the mapping reports exactly that', async () => {
    const { text, open, drift } = await proposed({
      node: '330825007',
      size: 2,
      timestamp: '1713110400000',
      sign: 'c0ffee',
      phone: '13800000000',
      frobnicate: 'hush-hush',
      others: [1],
      list: LIST,
    })
    expect(text).toContain('ignore: [envelope.size, envelope.timestamp, envelope.sign, envelope.phone]')
    expect(open).toEqual(['envelope.frobnicate', 'envelope.others'])
    expect(drift.toSorted()).toEqual(open)
    expect(text).not.toMatch(/hush-hush|c0ffee|13800000000/)
  })

  it('is left alone where nothing of it is needed', async () => {
    const { text, open, drift } = await proposed({
      code: 0,
      msg: 'ok',
      list: LIST.map((row) => ({ ...row, gys: '甲行' })),
    })
    expect(text).not.toMatch(/^read:.*envelope/m)
    expect(text).toContain('#   envelope.code, envelope.msg')
    expect([...open, ...drift]).toEqual([])
  })

  it('is expected where it names the message: another one is refused', async () => {
    const { text } = await proposed({ method: 'sOriginOut', node: '330825007', list: LIST })
    expect(text).toMatch(/# CHECK[^\n]*method[^\n]*\nread: .*expect: \{ method: \[sOriginOut\] \}/)
  })

  it('is never made up: a sample that says neither party nor site has a mistake', async () => {
    const { mistakes } = await proposed({ size: 2, list: LIST })
    expect(mistakes.map(({ message }) => message.en)).toEqual(['A sale needs a party or a site'])
  })

  it('no name there can break out of the file', async () => {
    const { mistakes } = await proposed({
      node: '330825007',
      "it's # a: {member}": 'x',
      'a\nkey: x': 'y',
      list: LIST,
    })
    expect(mistakes).toEqual([])
  })
})

describe('a proposed mapping of a workbook', () => {
  const sheet = (rows: readonly (readonly string[])[]) => workbook({ rows: rowsOf(rows) })
  const TITLE = '示例农贸市场 C-032 小林示例菜摊 进货台账（2024年4月）'
  const HEADING = ['序号', '进货日期', '商品名称', '数量(斤)', '供货商']

  it('takes the keeper from the title, the unit from the heading, and the key from all that numbers a row', async () => {
    const { text, open, mistakes, mapped, drift } = await proposed(
      sheet([
        [TITLE],
        HEADING,
        ['1', '45397', '番茄', '160', '示例商行'],
        ['2', '同上', '黄瓜', '10', '同上'],
        ['3', '2024.4.16', '茄子', '10', '示例商行'],
        ['合计', '', '', '180', ''],
      ]),
    )
    expect(mistakes).toEqual([])
    expect(text).toContain('title.month')
    expect(mapped.map((source) => source?.key)).toEqual([
      ['示例农贸市场', 'C-032', '2024-04-15', '1'],
      ['示例农贸市场', 'C-032', '2024-04-15', '2'],
      ['示例农贸市场', 'C-032', '2024-04-16', '3'],
    ])
    expect(mapped[0]?.records[0]).toMatchObject({
      kind: 'entry',
      body: {
        quantity: { value: '80', unit: 'KGM', rawUnit: '斤' },
        sites: [{ role: 'market', name: '示例农贸市场' }, { role: 'stall' }],
        parties: [
          { role: 'supplier', name: '示例商行' },
          { role: 'owner', name: '小林示例菜摊' },
        ],
      },
    })
    expect([...open, ...drift]).toEqual([])
  })

  it('a number that could be a day of a spreadsheet is one only under the name of a time', async () => {
    const { text } = await proposed(
      sheet([
        ['单号', '日期', '商品名称', '重量', '供货商'],
        ['A1', '45397', '番茄', '45397', '示例商行'],
      ]),
    )
    expect(text).toContain("occurredAt: { from: 日期, date: ['excel'] }")
    expect(text).toContain('quantity: { from: 重量')
  })

  it('a column of units goes before the unit of the heading', async () => {
    const { text } = await proposed(
      sheet([
        [...HEADING, '单位'],
        ['1', '2024-04-15', '番茄', '160', '示例商行', '公斤'],
      ]),
    )
    expect(text).toContain('quantity: { from: 数量, unit: 单位 }')
    expect(text).toContain('ignore: [unit.数量]')
  })
})
