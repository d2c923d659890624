import { expect, it } from 'vitest'
import { decode } from '#adapters/push/decode.ts'
import { countStream, decodeStream } from '#adapters/push/decode-stream.ts'
import type { ReadOptions } from '#core/source.ts'

const READ = { format: 'json', rows: 'body.list', lines: 'goods' } as const satisfies ReadOptions
const message = {
  body: {
    list: [
      { no: 'R1', goods: [{ name: 'A' }, { name: 'B' }] },
      { no: 'R2', goods: [] },
      { no: 'R3', goods: [{ name: 'C' }, 'x'] },
      { no: 'R4' },
    ],
  },
}
const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

async function streamed(text: string, read: ReadOptions) {
  const records = []
  const source = async function* () {
    for (const piece of text.match(/[\s\S]{1,7}/gu) ?? []) yield Buffer.from(piece)
  }
  for await (const record of decodeStream(source(), read)) records.push(record)
  let count = 0
  for await (const more of countStream(source(), read)) count += more
  return { records, count }
}

const seen = (records: readonly { index: number; path: string; value: unknown; issues: unknown }[]) =>
  records.map(({ index, path, value, issues }) => ({ index, path, value, issues }))

it('each line is a source record of its own, with the record around it as its base and its own place', () => {
  const { records } = decode(bytes(message), READ)
  expect(records.map(({ index, path }) => [index, path])).toEqual([
    [0, '/body/list/0/goods/0'],
    [1, '/body/list/0/goods/1'],
    [2, '/body/list/1'],
    [3, '/body/list/2/goods/0'],
    [4, '/body/list/2/goods/1'],
    [5, '/body/list/3'],
  ])
  expect(records[1]?.value).toEqual({ name: 'B', base: { no: 'R1' } })
  expect(records[1]?.place('name')).toBe('/body/list/0/goods/1/name')
  expect(records[1]?.place('base.no')).toBe('/body/list/0/no')
})

it('a record without lines, and a line that is none, are rejected at their place while their neighbours live', () => {
  const { records } = decode(bytes(message), READ)
  expect(records.map(({ issues: [issue] }) => issue && `${issue.path}: ${issue.reason}`)).toEqual([
    undefined,
    undefined,
    '/body/list/1/goods: the list of lines is empty',
    undefined,
    '/body/list/2/goods/1: not an object',
    '/body/list/3/goods: the list of lines is empty',
  ])
})

it('what is wrong in one line is not told of the others, what is wrong around them is told of each', () => {
  const text = '[{"no":1,"no":2,"goods":[{"a":1},{"b":1}]},{"no":3,"goods":[{"a":1,"a":2},{"b":1}]}]'
  const { records } = decode(Buffer.from(text), { format: 'json', lines: 'goods' })
  expect(records.map(({ issues }) => issues.map(({ path }) => path))).toEqual([
    ['/0/no'],
    ['/0/no'],
    ['/1/goods/0/a'],
    [],
  ])
})

it.each([
  ['a document', JSON.stringify(message), READ],
  [
    'lines of JSON',
    message.body.list.map((row) => JSON.stringify(row)).join('\n'),
    { format: 'ndjson', lines: 'goods' } as const,
  ],
])('%s as a stream gives the same records, and as many as are counted', async (_, text, read) => {
  const whole = decode(Buffer.from(text), read).records
  const { records, count } = await streamed(text, read)
  expect(seen(records)).toEqual(seen(whole))
  expect(count).toBe(whole.length)
})

it('lines count as the records of a message, so that its bound holds for them', () => {
  expect(() => decode(bytes(message), { ...READ, maxRecords: 5 })).toThrow('6 records, 5 is the most')
})
