import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPageWriter } from '#adapters/database/ndjson.ts'
import { createCopyReader } from '#adapters/database/postgres/copy-rows.ts'

const COLUMNS = ['编号', '货"主', 'c'].map((name) => ({ name, bytes: 'utf-8', trim: false }) as const)
const KEPT = { cells: [0, 3], mark: null }
const cell = fc.option(
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.toWellFormed()),
  { nil: null },
)
const rows = fc.array(fc.tuple(cell, cell, cell, cell), { maxLength: 20 })

/** A row as COPY writes it. */
const copied = (row: readonly (string | null)[]): string =>
  `${row
    .map((text) =>
      text === null
        ? '\\N'
        : text.replace(
            /[\\\b\f\n\r\t\v]/g,
            (one) =>
              `\\${({ '\\': '\\', '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't', '\v': 'v' } as Record<string, string>)[one]}`,
          ),
    )
    .join('\t')}\n`

describe('rows of COPY as NDJSON', () => {
  it('are the values that went in, wherever the bytes are cut', () => {
    fc.assert(
      fc.property(rows, fc.array(fc.nat(400), { maxLength: 8 }), (given, cuts) => {
        const bytes = Buffer.from(given.map(copied).join(''))
        const writer = createPageWriter(COLUMNS, KEPT, 1 << 20, undefined)
        const read = createCopyReader(writer)
        let from = 0
        for (const cut of [...cuts.filter((at) => at < bytes.length).sort((a, b) => a - b), bytes.length]) {
          read(bytes.subarray(from, cut))
          from = cut
        }
        const lines = writer
          .bytes()
          .toString()
          .split('\n')
          .filter((line) => line !== '')
        expect(lines.map((line) => JSON.parse(line))).toEqual(
          given.map(([编号, owner, c]) => ({ 编号, '货"主': owner, c })),
        )
        expect(writer.rows).toBe(given.length)
        const last = given.at(-1)
        expect(writer.last).toEqual(last ? [last[0], last[3]] : [])
      }),
    )
  })

  it('leave out what does not fit, as a whole', () => {
    const writer = createPageWriter(COLUMNS, KEPT, 100, undefined)
    createCopyReader(writer)(
      Buffer.from([1, 2, 3, 4].map((n) => copied([`${n}`, 'x'.repeat(10), 'y', 'k'])).join('')),
    )
    expect(writer.isFull).toBe(true)
    expect(writer.bytes().toString()).toBe(
      `{"编号":"1","货\\"主":"xxxxxxxxxx","c":"y"}\n{"编号":"2","货\\"主":"xxxxxxxxxx","c":"y"}\n`,
    )
    expect(writer.last).toEqual(['2', 'k'])
  })

  it('know where the rows at the end begin that share a value, and which were there before', () => {
    const writer = createPageWriter([COLUMNS[0] as never], { cells: [1], mark: 2 }, 1000, undefined)
    createCopyReader(writer)(Buffer.from('a\t1\t0\nb\t2\t0\nc\t2\t1\n'))
    expect(writer.bytes().subarray(writer.tailAt).toString()).toBe('{"编号":"b"}\n{"编号":"c"}\n')
    expect(writer.known).toEqual({ rows: 2, bytes: writer.bytes().toString().indexOf('{"编号":"c"}') + 8 })
  })

  it('mark bytes that are no UTF-8, and are UTF-8 all the same', () => {
    const writer = createPageWriter([COLUMNS[0] as never], { cells: [], mark: null }, 1000, undefined)
    createCopyReader(writer)(Buffer.from([0x61, 0xff, 0x0a]))
    expect(JSON.parse(writer.bytes().toString())).toEqual({ 编号: 'a\ufffd' })
    expect(writer.damaged).toBe(1)
  })
})
