import { readFileSync } from 'node:fs'
import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { TRADES } from '#test/jiaxing.ts'
import { archive } from '#test/zip-archive.ts'

const api = withApi()
const MIB = 1024 * 1024
const GROWS_BYTES = 100 * MIB
const XML = 'shaoxing-slaughter/quarantine'
const SHEET = 'stall-ledger/stock-in'
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** 200 MiB of blanks in pieces, so that making it costs no memory either. */
const blanks = Buffer.alloc(200 * MIB, 0x20)
const inCoding = (coding: string, body: Buffer) => () =>
  api.push(TRADES, body, { headers: { 'content-encoding': coding } })
const xml = (text: string) => () => api.push(XML, text, { type: 'application/xml' })
const sheet = (bytes: Buffer) => () => api.push(SHEET, bytes, { type: XLSX })

const laughs = `<!DOCTYPE a [<!ENTITY l0 "lol">${Array.from({ length: 30 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('')}]><a>&l30;</a>`
const workbook = readFileSync('mappings/stall-ledger/samples/valid/C-007-kg.xlsx')

const BOMBS: readonly (readonly [name: string, push: () => ReturnType<typeof api.push>])[] = [
  ['gzip', inCoding('gzip', gzipSync(blanks))],
  ['deflate', inCoding('deflate', deflateSync(blanks))],
  ['zstd', inCoding('zstd', zstdCompressSync(blanks))],
  ['gzip in gzip in gzip', inCoding('gzip', gzipSync(gzipSync(gzipSync(blanks))))],
  ['gzip that is cut', inCoding('gzip', gzipSync(Buffer.from('[{"billNo":"A"}]')).subarray(0, 20))],
  ['gzip under another name', inCoding('zstd', gzipSync(Buffer.from('[]')))],
  [
    'a zip of a zip of a zip',
    sheet(archive([['a.zip', archive([['b.zip', archive([['c', blanks.subarray(0, 20 * MIB)]])]])]])),
  ],
  ['a workbook in a workbook', sheet(archive([['xl/workbook.xml', workbook]]))],
  [
    'a workbook of blanks',
    sheet(
      archive([
        ['xl/workbook.xml', blanks.subarray(0, 50 * MIB)],
        ['_rels/.rels', '<Relationships/>'],
      ]),
    ),
  ],
  ['20,000 members', sheet(archive(Array.from({ length: 20_000 }, (_, i) => [`m${i}`, ''] as const)))],
  ['raw deflate as a workbook', sheet(deflateRawSync(blanks.subarray(0, MIB)))],
  ['a billion laughs', xml(laughs)],
  [
    'quadratic entities',
    xml(`<!DOCTYPE a [<!ENTITY b "${'x'.repeat(100_000)}">]><a>${'&b;'.repeat(10_000)}</a>`),
  ],
  ['an external entity', xml('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>')],
  [
    'an external entity of parameters',
    xml('<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1/x.dtd">%b;]><a/>'),
  ],
  ['a DOCTYPE alone', xml('<!DOCTYPE quarantine_info><quarantine_info/>')],
  ['elements in elements', xml('<a>'.repeat(500_000))],
]

it.each(BOMBS)('%s is refused, with no memory kept', async (_, push) => {
  const before = process.memoryUsage()
  const answer = await push()
  expect(answer.statusCode, answer.body.slice(0, 300)).toBeGreaterThanOrEqual(400)
  expect(answer.statusCode, answer.body.slice(0, 300)).toBeLessThan(500)
  expect(answer.body).not.toContain('root:')
  const after = process.memoryUsage()
  const grown = after.heapUsed + after.external - before.heapUsed - before.external
  expect(grown).toBeLessThan(GROWS_BYTES)
})

it('nothing of them is stored as a record', async () => {
  const { rows } = await api.pool.query('select count(*)::int as n from record_versions')
  expect(rows[0].n).toBe(0)
})

it('an element of 300,000 attributes is one record that is rejected', async () => {
  const attributes = Array.from({ length: 300_000 }, (_, i) => `a${i}="1"`).join(' ')
  const answer = await xml(`<quarantine_info ${attributes}/>`)()
  expect(answer.json()).toMatchObject({ received: 1, accepted: 0, rejected: 1 })
})
