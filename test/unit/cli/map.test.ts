import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest'
import { mapCommand } from '#cli/map.ts'
import { systemCheck } from '#cli/system/check.ts'
import type { ExpectedFile } from '#core/mapping/check/expected.ts'

const mappings = await mkdtemp(join(tmpdir(), 'map-'))
const own = join(mappings, 'a-county')
const mappingPath = join(own, 'trade.yaml')
const samplePath = join(own, 'samples/valid/day.json')
const goldenPath = join(own, 'samples/valid/day.expected.json')
const exitCode = process.exitCode

const MAPPING = `mapping: a-county/trade
version: 1
title: { zh: 交易, en: Trade }
read: { format: json }
key: [no]
emit:
  - kind: sale
    fields:
      occurredAt: { from: day, date: [yyyy-MM-dd] }
      parties.seller: { code: { from: uscc, scheme: cn.uscc }, name: seller }
      product: { name: goods }
  - kind: payment
    fields:
      occurredAt: { from: day, date: [yyyy-MM-dd] }
      parties.payer: { name: { const: 甲食堂 } }
      product: { name: goods }
      method: { from: pay, enum: { '1': cash } }
`
const row = (no: number) => ({
  no: `T${no}`,
  day: '2026-03-05',
  seller: '甲合作社',
  uscc: '91330825MA29TEST0X',
  goods: '番茄',
  pay: String(no),
})

beforeEach(async () => {
  vi.stubEnv('HUB_LANG', 'en')
  vi.stubEnv('HUB_MAPPINGS', mappings)
  await rm(own, { recursive: true, force: true })
  await mkdir(join(own, 'samples/valid'), { recursive: true })
  await mkdir(join(own, 'samples/invalid'), { recursive: true })
  await writeFile(
    join(own, 'system.yaml'),
    'system: a-county\ntitle: { zh: 甲, en: A }\nadapter: push\nrecords:\n  trade: { mapping: trade.yaml, accepts: [application/json] }\n',
  )
  await writeFile(mappingPath, MAPPING)
  await writeFile(samplePath, JSON.stringify([1, 2, 3, 4].map(row)))
  await writeFile(join(own, 'samples/invalid/cut.json'), '[{"no":')
})
afterEach(() => {
  process.exitCode = exitCode
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})
afterAll(() => rm(mappings, { recursive: true }))

async function said(run: () => Promise<void>) {
  const out = vi.spyOn(console, 'log').mockImplementation(() => {})
  const err = vi.spyOn(console, 'error').mockImplementation(() => {})
  await run()
  const lines = { out: out.mock.calls.flat().map(String), err: err.mock.calls.flat().map(String) }
  vi.restoreAllMocks()
  return lines
}
const golden = async (): Promise<ExpectedFile> => JSON.parse(await readFile(goldenPath, 'utf8'))

it.each([
  [['test', 'a-county', '--write'], '--write is no option here.'],
  [['try', 'a.yaml', 'b.json', '--short'], '--short is no option here.'],
  [['try', 'a.yaml'], '<sample>: missing.'],
  [['draft'], '<system>: missing.'],
])('hub map %j is refused with what is wrong', async (argv, wrong) => {
  await expect(mapCommand(argv)).rejects.toThrow(wrong)
})

it('a brief trial shows one record of each kind, the counts, and what was found where something is doubtful', async () => {
  const { out, err } = await said(() => mapCommand(['try', mappingPath, samplePath, '--brief']))
  expect(out.map((text) => JSON.parse(text).kind)).toEqual(['sale', 'payment'])
  expect(err[0]).toBe('a-county/trade@1: 4 source records, 0 rejected; records: 4 sale, 4 payment')
  expect(err.find((line) => line.startsWith('W_ENUM_UNKNOWN'))).toMatch(/ Found: "2", "3", "4"\.$/)
  expect(err.find((line) => line.startsWith('W_ID_CHECK_FAIL'))).toContain(' Found: "91330825MA29TEST0X".')
})

it('a trial and a check name the words that are read as fields, and the fields that no sample has', async () => {
  await writeFile(
    mappingPath,
    MAPPING.replace("{ from: pay, enum: { '1': cash } }", 'cash').replace('name: seller }', 'name: sellr }'),
  )
  const trial = await said(() => mapCommand(['try', mappingPath, samplePath, '--brief']))
  expect(trial.err).toContainEqual(expect.stringContaining('Did you mean { const: cash }?'))
  expect(trial.err).toContainEqual(expect.stringContaining('Did you mean "seller"?'))
  await said(() => mapCommand(['draft', 'a-county']))
  const check = await said(() => systemCheck(['a-county']))
  expect(check.out[0]).toBe('✗ a-county: trade')
  expect(check.out[1]).toMatch(/^ {2}a-county\/trade\.yaml:17:15 method: "cash" is read as a field/)
  expect(check.out[2]).toMatch(/^ {2}\? a-county\/trade\.yaml:10:70 .*"sellr"\. Did you mean "seller"\?$/)
  expect(process.exitCode).toBe(1)
})

it.each([
  ['a-count', 'Did you mean "a-county"?', '是否应为“a-county”？'],
  ['stall', 'There are: a-county.', '已有：a-county。'],
  ['empty', 'has no system.yaml, and is no system. Add one', '没有 system.yaml，不构成对接系统'],
])(
  'a system %s that there is not is told by each command with why, in both languages',
  async (name, en, zh) => {
    await mkdir(join(mappings, 'empty'), { recursive: true })
    for (const [language, sentence] of [
      ['en', en],
      ['zh', zh],
    ]) {
      vi.stubEnv('HUB_LANG', language)
      for (const run of [() => systemCheck([name]), () => mapCommand(['test', name])]) {
        expect((await said(run)).err).toContainEqual(expect.stringContaining(sentence as string))
        expect(process.exitCode).toBe(1)
      }
    }
  },
)

it('a check tells of a record whose mapping is not there, and of one that its mapping calls otherwise', async () => {
  const file = (records: string) =>
    writeFile(
      join(mappings, 'a-county/system.yaml'),
      `system: a-county\ntitle: { zh: 甲县, en: A county }\nadapter: push\nrecords: { ${records} }\n`,
    )
  await file('trade: { mapping: trads.yaml, accepts: [application/json] }')
  const missing = await said(() => systemCheck(['a-county']))
  expect(missing.out[1]).toMatch(
    /^ {2}a-county\/system\.yaml:4:\d+ records\.trade\.mapping: There is no mapping file "trads\.yaml" .* Did you mean "trade\.yaml"\?$/,
  )
  await file('sale: { mapping: trade.yaml, accepts: [application/json] }')
  const misnamed = await said(() => systemCheck(['a-county']))
  expect(misnamed.out[1]).toBe(
    '  a-county/trade.yaml:1:1 mapping: the mapping is called a-county/trade, and its system.yaml has it for a-county/sale. Write mapping: a-county/sale, or give the record in system.yaml the name of the mapping.',
  )
  expect(process.exitCode).toBe(1)
})

it('drafts of goldens are written by the mapping as it is, anew while they are drafts, and never over one that was read', async () => {
  await writeFile(
    goldenPath,
    '{"draft":true,"record":"trade","contentType":"application/json","received":0,"records":[]}',
  )
  const first = await said(() => mapCommand(['draft', 'a-county']))
  expect(first.out.slice(0, 2)).toEqual([
    '+ invalid/cut.expected.json: a draft',
    '+ valid/day.expected.json: the draft, anew',
  ])
  expect(await golden()).toMatchObject({ draft: true, received: 4, accepted: 4 })
  expect(JSON.parse(await readFile(join(own, 'samples/invalid/cut.expected.json'), 'utf8'))).toMatchObject({
    draft: true,
    received: 0,
    refused: { code: 'E_SCHEMA' },
  })
  const tested = await said(() => mapCommand(['test', 'a-county']))
  expect(tested.out.at(-1)).toBe('2 passed, 0 failed')

  const { draft: _, ...read } = await golden()
  await writeFile(goldenPath, JSON.stringify({ ...read, accepted: 3 }))
  const again = await said(() => mapCommand(['draft', 'a-county', 'valid/day.json']))
  expect(again.out).toEqual([
    '= valid/day.expected.json: read by a person, left as it is; delete it to have a draft anew',
  ])
  expect(await golden()).toMatchObject({ accepted: 3 })
})

it('a sample of which nothing tells the record is not guessed', async () => {
  await writeFile(join(own, 'other.yaml'), MAPPING.replace('a-county/trade', 'a-county/other'))
  const asked = await said(() => mapCommand(['draft', 'a-county', 'samples/valid/day.json']))
  expect(asked.out[0]).toContain('of which record?')
  expect(process.exitCode).toBe(1)
  const named = await said(() => mapCommand(['draft', 'a-county', 'valid/day.json', '--record', 'other']))
  expect(named.out[0]).toBe('+ valid/day.expected.json: a draft')
  expect(await golden()).toMatchObject({ record: 'other' })
})

it('an expected record without its place in the sample is told as what it is', async () => {
  await writeFile(
    goldenPath,
    JSON.stringify({
      record: 'trade',
      contentType: 'application/json',
      received: 4,
      rejected: 0,
      records: [{ key: ['T1'] }],
    }),
  )
  const { out } = await said(() => mapCommand(['test', 'a-county']))
  expect(out).toContain(
    '    records.0 of the expected file has no "index": say which record of the sample it is, from 0',
  )
})

it('tells of orders that are told with all their lines how many lines of the sample they end, in both languages', async () => {
  const text = MAPPING.replace('read: { format: json }', 'read: { format: json, lines: lines }').replace(
    'key: [no]',
    'key: [base.order, no]\nwhole: [base.order]',
  )
  await writeFile(mappingPath, text)
  const orders = [[1, 2, 3], [1], []].map((lines) => ({ order: 'A1', lines: lines.map(row) }))
  const broken = { order: 'A2', lines: [row(1), { ...row(2), no: '' }] }
  await writeFile(samplePath, JSON.stringify([...orders, broken]))
  const { err } = await said(() => mapCommand(['try', mappingPath, samplePath]))
  expect(err).toContain(
    '4 whole orders: lines that they leave out end, in the sample 3; 1 with a line whose key cannot be read, which end none',
  )
  vi.stubEnv('HUB_LANG', 'zh')
  const { err: chinese } = await said(() => mapCommand(['try', mappingPath, samplePath]))
  expect(chinese).toContain(
    '整单 4 份，其余明细将作废；样例内已作废 3 条；其中 1 份有明细主键无法读取，不作废任何明细',
  )
})
