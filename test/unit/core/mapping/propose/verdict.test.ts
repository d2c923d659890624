import { describe, expect, it } from 'vitest'
import { proposed } from './proposed.ts'

const ENTRY = (results: readonly string[], more = ''): string =>
  [
    `进货单号,进货日期,市场名称,供货商,商品名称,数量(公斤),批次号,合格证编号${more},检测结果`,
    ...results.map(
      (result, i) =>
        `J${i},2026-04-0${i + 1},示例农贸市场,示例商行,青菜,${20 + i},P${i}A,HGZ2026040${i}-7K3M${more && ',农残'},${result}`,
    ),
  ].join('\n')

describe('a verdict in a table of goods that arrive', () => {
  it('is a test of its own beside the entry, of the same goods, where the words are those of a verdict', async () => {
    const { kind, mapping, mistakes, mapped, open } = await proposed(ENTRY(['合格', '不合格', '']))
    expect(mistakes).toEqual([])
    expect(open).toEqual([])
    expect(kind).toBe('entry')
    expect(mapped.map(({ records }) => records.map((record) => record.kind))).toEqual([
      ['entry', 'test'],
      ['entry', 'test'],
      ['entry'],
    ])
    expect(mapped[1]?.records[1]?.body).toMatchObject({
      product: { class: 'vegetable' },
      lots: [{ role: 'subject', value: 'P1A' }],
      documents: [{ number: 'HGZ20260401-7K3M' }],
      test: { item: '检测', raw: '不合格', verdict: 'fail' },
    })
    expect(mapped[1]?.records[1]?.body?.quantity).toBeUndefined()
    // What was tested no column says.
    expect(mapping).toMatch(/# CHECK what was tested[^\n]*\n\s+item: \{ const: 检测 \}/u)
    expect(mapping).not.toMatch(/# CHECK each verdict/u)
  })

  it('has each of its numbers checked, and none of them counts as a pass before that', async () => {
    const { mapping, mapped, mistakes } = await proposed(ENTRY(['1', '2', '1']))
    expect(mistakes).toEqual([])
    expect(mapping).toMatch(/# CHECK each verdict[^\n]*\n\s+verdict: \{ from: 检测结果/u)
    expect(mapped.map(({ records }) => records[1]?.body?.test?.verdict)).toEqual([
      'unknown',
      'unknown',
      'unknown',
    ])
  })

  it('is none where the column holds a rate: it is kept as written, and no verdict is made of it', async () => {
    const { mapping, mapped, mistakes } = await proposed(ENTRY(['12.5%', '63.4%', '7%']))
    expect(mistakes).toEqual([])
    expect(mapping).toMatch(/# CHECK[^\n]*检测结果[^\n]*no verdict/u)
    expect(mapped[1]?.records[1]?.body?.test).toMatchObject({ value: '63.4', unit: '%', verdict: 'unknown' })
  })

  it('knows the word for a failure although the sample has none', async () => {
    const { mapping } = await proposed(ENTRY(['合格', '合格']))
    expect(mapping).toContain('enum: { 合格: pass, 不合格: fail } }')
  })

  it('stands beside a dispatch as well', async () => {
    const { kind, mapped } = await proposed(
      '单号,出场日期,基地,品名,重量(公斤),去向,检测结果\nC1,2026-04-01,1号基地,番茄,20,杭州市,合格\nC2,2026-04-02,1号基地,番茄,30,杭州市,合格\n',
    )
    expect(kind).toBe('dispatch')
    expect(mapped[0]?.records.map((record) => record.kind)).toEqual(['dispatch', 'test'])
  })
})
