import { describe, expect, it } from 'vitest'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { tryMapping } from '#core/mapping/check/try.ts'
import { compileMapping } from '#core/mapping/compile.ts'

const text = (change: Readonly<Record<string, string>> = {}): string => {
  const { read, key, order, whole, own } = {
    read: '{ format: json, lines: goods }',
    key: '[base.no, id]',
    order: '{ from: base.rev }',
    whole: '[base.no]',
    own: '',
    ...change,
  }
  return `mapping: a-store/inbound
version: 1
title: { zh: 入库, en: Inbound }
read: ${read}
key: ${key}
order: ${order}
whole: ${whole}
emit:
  - kind: entry
${own}    fields:
      occurredAt: { from: base.at, date: [epoch-s] }
      parties.owner: { name: base.owner }
      product: { name: name }
`
}
const compiled = (change?: Readonly<Record<string, string>>) =>
  compileMapping({ path: 'inbound.yaml', text: text(change) })

const delivery = (no: string, ids: readonly (string | null)[], rev = 1): object => ({
  ...{ no, rev, at: 1_783_200_000, owner: '示例水产商行' },
  goods: ids.map((id) => ({ id, name: '带鱼' })),
})
async function tried(orders: readonly object[], change?: Readonly<Record<string, string>>) {
  const { mapping, mistakes } = compiled(change)
  if (!mapping) throw new Error(JSON.stringify(mistakes))
  const { records } = await decodeMessage(Buffer.from(JSON.stringify(orders)), mapping.read)
  return tryMapping({ mapping, mistakes }, records, Date.UTC(2026, 10, 1)).sources
}

describe('whole', () => {
  it.each([
    ['rows that are no lines', { read: '{ format: csv }' }, 'whole', 'lines: the name of the list'],
    ['a key without it', { key: '[base.other, id]' }, 'whole', 'key: [base.orderNo, lineNo]'],
    ['a key that is no more than it', { key: '[base.no]' }, 'whole', 'key: [base.orderNo, lineNo]'],
    ['a field of a line', { whole: '[id]' }, 'whole', 'whole: [base.orderNo]'],
    [
      'a part that may be missing',
      {
        key: '[{ from: base.no, optional: true }, id]',
        whole: '[base.at, { from: base.no, optional: true }]',
      },
      'whole',
      'Take "optional"',
    ],
    ['an order that a line has', { order: '{ from: rev }' }, 'order', 'order: base.updateTime'],
    ['records that all have keys of their own', { own: '    key: [name]\n' }, 'whole', 'Take "whole" out'],
  ])('with %s is a mistake with its place and what to write', (_, change, target, advice) => {
    expect(compiled(change as Readonly<Record<string, string>>).mistakes).toContainEqual(
      expect.objectContaining({
        target,
        advice: { en: expect.stringContaining(advice), zh: expect.stringMatching(/请/) },
      }),
    )
  })

  const BOOK = '{ format: xlsx, xlsx: { title: { cell: A1, parts: [stall, month] }, header: 2 } }'
  const sheets = {
    read: BOOK,
    key: '[title.stall, id]',
    order: '{ from: title.month }',
    whole: '[title.stall, title.month]',
  }
  it.each([
    ['a part that the title has not', { whole: '[title.stall, title.mont]' }, 'whole', 'Use one of: stall'],
    ['a workbook without a title', { read: '{ format: xlsx }' }, 'whole', 'title: { cell: A1'],
    ['a key without any of its parts', { key: '[id]' }, 'whole', 'key: [title.stall, day, no]'],
    [
      'rows that a filter hides',
      { read: BOOK.replace('header', 'hiddenRows: skip, header') },
      'whole',
      '"hiddenRows"',
    ],
    ['a field of a row', { whole: '[title.stall, id]' }, 'whole', 'whole: [base.orderNo]'],
    ['an order that a row has', { order: '{ from: rev }' }, 'order', 'order: base.updateTime'],
  ])('of sheets with %s is a mistake with its place and what to write', (_, change, target, advice) => {
    expect(compiled({ ...sheets, ...change }).mistakes).toContainEqual(
      expect.objectContaining({
        target,
        advice: { en: expect.stringContaining(advice), zh: expect.stringMatching(/请|可用/) },
      }),
    )
    expect(compiled(sheets).mistakes).toEqual([])
  })

  it.each([
    ['another order of its parts', { key: '[id, base.no]' }],
    [
      'a day',
      { key: '[{ from: base.at, date: [epoch-s] }, id]', whole: '[{ from: base.at, date: [epoch-s] }]' },
    ],
    ['a long and a short form of one field', { key: '[{ from: base.no }, id]' }],
  ])('goes with %s', (_, change) => {
    expect(compiled(change as Readonly<Record<string, string>>).mistakes).toEqual([])
  })

  it('is shown by a trial at the last line of each order: how many lines it has, and how many of the sample it ends', async () => {
    const sources = await tried([
      delivery('R1', ['1', '2', '3']),
      delivery('R2', ['1']),
      delivery('R1', ['2'], 3),
      delivery('R1', ['1', '2'], 2),
      delivery('R2', []),
      delivery('R2', ['1', null], 2),
    ])
    expect(sources.flatMap(({ index, whole }) => (whole ? [{ index, ...whole }] : []))).toEqual([
      { index: 2, key: ['R1'], lines: 3, ends: 0 },
      { index: 3, key: ['R2'], lines: 1, ends: 0 },
      { index: 4, key: ['R1'], lines: 1, ends: 2 },
      { index: 6, key: ['R1'], lines: 2, ends: 0 },
      { index: 7, key: ['R2'], lines: 0, ends: 1 },
      { index: 9, key: ['R2'], lines: null, ends: 0 },
    ])
    expect(sources[7]).toMatchObject({ key: ['R2'], rejected: false, records: [] })
  })

  it('reads the keys of all lines as it reads that of one: whatever the case of their names, and in Base64', async () => {
    const base64 = (value: string): string => Buffer.from(value).toString('base64')
    const upper = {
      NO: 'R3',
      REV: '1',
      AT: '1783200000',
      OWNER: '示例',
      goods: [
        { ID: 'a1', NAME: '带鱼' },
        { ID: 'a2', NAME: '带鱼' },
      ],
    }
    const anyCase = await tried([upper], { read: '{ format: json, lines: goods, names: any-case }' })
    expect(anyCase.at(-1)).toMatchObject({ rejected: false, whole: { key: ['R3'], lines: 2 } })
    const encoded = {
      ...{ no: base64('R4'), rev: base64('1'), at: base64('1783200000'), owner: base64('示例商行') },
      goods: [
        { id: base64('a1'), name: base64('带鱼') },
        { id: base64('a2'), name: base64('带鱼') },
      ],
    }
    const read = '{ format: json, lines: goods, values: base64 }'
    expect((await tried([encoded], { read })).at(-1)).toMatchObject({
      rejected: false,
      key: ['R4', 'a2'],
      whole: { key: ['R4'], lines: 2 },
    })
  })
})
