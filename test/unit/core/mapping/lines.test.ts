import { describe, expect, it } from 'vitest'
import { decode } from '#adapters/push/decode.ts'
import { compileMapping } from '#core/mapping/compile.ts'

const mappingOf = (read: string) =>
  compileMapping({
    path: 'inbound.yaml',
    text: `mapping: a-store/inbound
version: 1
title: { zh: 入库, en: Inbound }
read: ${read}
key: [base.no, id]
emit:
  - kind: entry
    fields:
      occurredAt: { from: base.at, date: [epoch-s] }
      parties.owner: { name: base.owner }
      product: { name: name }
`,
  })

describe('a list inside each record', () => {
  it('gives a record for each line, with what its delivery says, and drift by its names', () => {
    const { mapping, mistakes } = mappingOf('{ format: json, lines: goods }')
    expect(mistakes).toEqual([])
    const text = JSON.stringify([
      {
        no: 'R1',
        at: 1_783_200_000,
        owner: '示例水产商行',
        door: 3,
        goods: [{ id: 1, name: '带鱼' }, { id: 2 }],
      },
    ])
    const { records } = decode(Buffer.from(text), { format: 'json', lines: 'goods' })
    const mapped = records.map((record) => mapping?.map(record, { receivedAtMs: Date.UTC(2026, 10, 1) }))
    expect(mapped.map((one) => [one?.key, one?.rejected])).toEqual([
      [['R1', '1'], false],
      [['R1', '2'], true],
    ])
    expect(mapped[0]?.records[0]?.body).toMatchObject({ parties: [{ name: '示例水产商行' }] })
    expect(records[0] && mapping?.drift(records[0])).toEqual(['base.door'])
  })

  it.each([
    '{ format: csv, lines: goods }',
    '{ format: json, lines: a.goods }',
    '{ format: json, lines: base }',
    '{ format: json, lines: __proto__ }',
  ])('%s is a mistake with its place and what to write', (read) => {
    expect(mappingOf(read).mistakes).toMatchObject([
      { line: 4, target: 'read.lines', advice: { en: expect.stringContaining('lines: goods') } },
    ])
  })
})
