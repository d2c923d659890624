import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { decodeStream } from '#adapters/push/decode-stream.ts'
import type { ReadOptions, SourceRecord } from '#core/source.ts'
import { rowsOf, workbook } from './workbook.ts'

const READ: ReadOptions = {
  format: 'xlsx',
  columns: [['no']],
  xlsx: { sheets: 'all', title: { cell: 'A1', parts: ['stall', 'month'] }, header: 2, whole: ['month'] },
}
type Sheet = readonly [month: string, ...rows: readonly string[]]
const book = (sheets: readonly Sheet[], heading = 'no'): Buffer => {
  const all = sheets.map(([month, ...rows]) =>
    rowsOf([[`C-1 ${month}`], [heading, 'kg'], ...rows.map((no) => [no, '5'])]),
  )
  return workbook({
    before: all.slice(0, -1).map((rows, i) => [`s${i}`, '', rows] as const),
    rows: all.at(-1) as string,
  })
}
const told = (records: readonly SourceRecord[]) =>
  records.map(({ index, whole }) => ({
    ...{ index, first: whole?.first },
    ...(whole?.lines ? { lines: whole.lines.map((line) => line.index) } : {}),
    ...(whole?.alone ? { alone: true } : {}),
    ...(whole?.cutAt ? { cutAt: whole.cutAt } : {}),
  }))
async function read(bytes: Buffer): Promise<ReturnType<typeof told>> {
  const { records } = await decodeMessage(bytes, READ)
  const streamed = await Array.fromAsync(decodeStream(Readable.from([bytes]), READ))
  expect(told(streamed)).toEqual(told(records))
  return told(records)
}

describe('sheets that are told as a whole by their title', () => {
  it('tell all their rows at the last one, those of one title at the last of all', async () => {
    expect(
      await read(
        book([
          ['4月', 'a', 'b'],
          ['5月', 'c'],
          ['4月', 'd'],
        ]),
      ),
    ).toEqual([
      { index: 0, first: 0 },
      { index: 1, first: 0 },
      { index: 2, first: 2, lines: [2] },
      { index: 3, first: 0, lines: [0, 1, 3] },
    ])
  })

  it('are one also where their titles differ in the width of a letter', async () => {
    expect(
      (
        await read(
          book([
            ['（4月）', 'a'],
            ['(4月)', 'b'],
          ]),
        )
      ).at(-1),
    ).toMatchObject({ lines: [0, 1] })
  })

  it('stand for themselves where the last of their title has no row', async () => {
    expect(await read(book([['4月', 'a'], ['5月'], ['4月']]))).toEqual([
      { index: 0, first: 0 },
      { index: 1, first: 1, lines: [], alone: true },
      { index: 2, first: 0, lines: [0], alone: true },
    ])
  })

  it('say nothing where they have no row and are another table', async () => {
    expect(await read(book([['4月'], ['5月']], 'other'))).toEqual([])
  })

  it('have at most so many rows looked through, and the place of the next is told', async () => {
    const many = Array.from({ length: 20_002 }, (_, i) => `${i}`)
    const records = told((await decodeMessage(book([['4月', ...many]]), READ)).records)
    expect(records).toHaveLength(20_002)
    expect(records.at(-1)).toMatchObject({ first: 0, cutAt: 'row 20003' })
    expect(records.at(-1)?.lines).toHaveLength(20_000)
  })
})
