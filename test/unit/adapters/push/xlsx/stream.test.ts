import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { decodeStream, type StreamReport } from '#adapters/push/decode-stream.ts'
import type { ReadOptions, SourceRecord } from '#core/source.ts'
import { inChunks } from '../bytes.ts'
import { refused } from './refused.ts'
import { rowsOf, workbook } from './workbook.ts'

const folder = mkdtempSync(join(tmpdir(), 'xlsx-'))
afterAll(() => rmSync(folder, { recursive: true }))

const ROWS = 20_000
const bytes = workbook({
  rows: rowsOf([['n', '品名'], ...Array.from({ length: ROWS }, (_, i) => [String(i), `番茄${i % 7}`])]),
})
const options: ReadOptions = { format: 'xlsx' }
const plain = ({ index, path, value, place }: SourceRecord) => ({ index, path, value, at: place('品名') })

test('a stream gives the records that the whole workbook gives, and leaves no file behind', async () => {
  const report: StreamReport = { encoding: 'utf-8', encodingMismatch: true, unjoined: [] }
  const streamed: SourceRecord[] = []
  const source = inChunks(bytes, 10_007)
  for await (const record of decodeStream(source, { ...options, spool: { folder } }, {}, report)) {
    if (streamed.length === 0) expect(readdirSync(folder)).toHaveLength(1)
    streamed.push(record)
  }
  const { records, encoding } = await decodeMessage(bytes, options)
  expect(records).toHaveLength(ROWS)
  expect(streamed.map(plain)).toEqual(records.map(plain))
  expect(report).toEqual({ encoding, encodingMismatch: false, unjoined: [] })
  expect(readdirSync(folder)).toEqual([])
})

test('a reader that stops early ends the reading, and the file is gone', async () => {
  for (let i = 0; i < 3; i++) {
    for await (const { index } of decodeStream(inChunks(bytes, 65_536), { ...options, spool: { folder } })) {
      if (index === 10) break
    }
    expect(readdirSync(folder)).toEqual([])
  }
  expect((await decodeMessage(bytes, options)).records).toHaveLength(ROWS)
})

test('a sender that breaks off leaves no file behind', async () => {
  async function* broken() {
    yield bytes.subarray(0, 1000)
    throw new Error('connection reset')
  }
  const reading = Array.fromAsync(decodeStream(broken(), { ...options, spool: { folder } }))
  await expect(reading).rejects.toThrow('connection reset')
  expect(readdirSync(folder)).toEqual([])
})

test('a stream that is no workbook is refused like the whole', async () => {
  const reading = Array.fromAsync(
    decodeStream(inChunks(Buffer.from('a,b\n'), 2), { ...options, spool: { folder } }),
  )
  expect(await refused(reading)).toMatchObject({ at: 'first bytes' })
  expect(readdirSync(folder)).toEqual([])
})

test('more workbooks than there are threads are read one after the other', async () => {
  const many = await Promise.all(Array.from({ length: 8 }, () => decodeMessage(bytes, options)))
  for (const { records } of many) expect(records).toHaveLength(ROWS)
})

test('the sender of a workbook for which too many wait is told to come again', async () => {
  const small = workbook({ rows: rowsOf([['n'], ['1']]) })
  const outcomes = await Promise.allSettled(Array.from({ length: 80 }, () => decodeMessage(small, options)))
  const late = outcomes.filter(({ status }) => status === 'rejected')
  expect(late).toHaveLength(80 - 64 - 2)
  for (const outcome of late)
    expect(outcome).toMatchObject({ reason: { code: 'busy', parts: { retryAfterMs: 5000 } } })
  expect((await decodeMessage(small, options)).records).toHaveLength(1)
})

test('a process that read a workbook ends by itself, under the flags of the hub too', () => {
  const path = join(folder, 'ledger.xlsx')
  writeFileSync(path, workbook({ rows: rowsOf([['n'], ['1'], ['2']]) }))
  const script = [
    "import { readFileSync } from 'node:fs'",
    "import { decodeMessage } from '#adapters/push/decode-message.ts'",
    `const { records } = await decodeMessage(readFileSync(${JSON.stringify(path)}), { format: 'xlsx' })`,
    'console.log(records.length)',
  ].join('\n')
  const flags = ['--max-semi-space-size=8', '--heap-growing-percent=20', '--input-type=module', '-e', script]
  const run = spawnSync(process.execPath, flags, { encoding: 'utf8', timeout: 25_000 })
  expect({ out: run.stdout.trim(), signal: run.signal, status: run.status }).toEqual({
    out: '2',
    signal: null,
    status: 0,
  })
  rmSync(path)
})
