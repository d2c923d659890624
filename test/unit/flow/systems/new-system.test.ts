import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readSamples, testSystem } from '#flow/systems/golden.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { newSystem } from '#flow/systems/new-system.ts'
import { dbfBytes } from '#test/dbf.ts'

const RECEIVED = Date.UTC(2026, 10, 1)
const mappings = await mkdtemp(join(tmpdir(), 'new-system-'))
const samples = await mkdtemp(join(tmpdir(), 'samples-'))
afterAll(() => Promise.all([mappings, samples].map((folder) => rm(folder, { recursive: true }))))

const table = join(samples, 'JSMX.DBF')
await writeFile(
  table,
  dbfBytes({
    version: 0x30,
    columns: [
      { name: '流水号', type: 'C', length: 12 },
      { name: '交易日期', type: 'D', length: 8 },
      { name: '商户名称', type: 'C', length: 30 },
      { name: '品名', type: 'C', length: 20 },
      { name: '重量', type: 'N', length: 10, decimals: 2 },
      { name: '单价', type: 'N', length: 8, decimals: 2 },
    ],
    rows: [
      ['JS2404150001', '20240415', '嘉禾示例果蔬商行', '番茄', '120.50', '2.60'],
      ['JS2404150002', '20240415', '嘉禾示例果蔬商行', '青菜', '80.00', '1.80'],
    ],
  }),
)

const base64 = (text: string): string => Buffer.from(text).toString('base64').replace(/=+$/u, '')
const encoded = join(samples, 'sales.json')
await writeFile(
  encoded,
  JSON.stringify(
    ['番茄', '青菜', '黄瓜'].map((goods, i) => ({
      'BILL_NO ': base64(`GD2025000${i}`),
      GOODS_NAME: base64(goods),
      SELLER_NAME: base64('示例商行'),
      Weight: base64('12.5'),
      ＵＮＩＴ: base64('公斤'),
      SALE_DATE: base64(`2025-03-1${i}`),
    })),
  ),
)

it('the Base64 of every value and names with blanks are told from the sample', async () => {
  const wish = {
    mappings,
    record: 'sale',
    title: { zh: '甲', en: 'A' },
    adapter: 'push',
    receivedAtMs: RECEIVED,
  }
  const { proposal, mapped } = await newSystem({ ...wish, system: 'an-encoded', samplePath: encoded })
  expect(proposal.mapping).toContain('# CHECK: each text of the sample is Base64.')
  expect(proposal.mapping).toMatch(/read: \{ format: json, .*names: any-case, values: base64 \}/u)
  expect(
    mapped.map(({ key, records }) => [
      key,
      records[0]?.body?.product?.name,
      records[0]?.body?.quantity?.value,
    ]),
  ).toEqual([
    [['GD20250000'], '番茄', '12.5'],
    [['GD20250001'], '青菜', '12.5'],
    [['GD20250002'], '黄瓜', '12.5'],
  ])
  const plain = join(samples, 'plain.json')
  await writeFile(
    plain,
    JSON.stringify(
      [1, 2].map((i) => ({ id: `AbCd000${i}`, name: 'Tomato', date: '2025-03-11', goods: '番茄' })),
    ),
  )
  const other = await newSystem({ ...wish, system: 'a-plain', samplePath: plain })
  expect(other.proposal.mapping).toContain('read: { format: json, encoding: utf-8 }')
})

it.each([
  ['an-encoded-one', encoded, 'application/json'],
  [
    'a-workbook',
    'mappings/stall-ledger/samples/valid/C-032-april.xlsx',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  ],
  ['a-form', 'mappings/longyou-farms/samples/valid/harvest-day.txt', 'application/x-www-form-urlencoded'],
  ['a-table', table, 'application/vnd.dbf'],
])(
  '%s of one sample loads without a mistake, and its draft is what comes out',
  async (system, samplePath, accepts) => {
    const made = await newSystem({
      mappings,
      system,
      record: 'record',
      title: { zh: '甲', en: 'A' },
      adapter: 'push',
      samplePath,
      receivedAtMs: RECEIVED,
    })
    expect(made.mistakes).toEqual([])
    const installed = (await loadRegistry(mappings)).systems.get(system)
    if (installed === undefined) throw new Error('the system is not there')
    expect(await readFile(join(mappings, system, 'system.yaml'), 'utf8')).toContain(`accepts: [${accepts}]`)
    const [sample] = await readSamples(installed)
    expect(sample?.bytes).toEqual(await readFile(samplePath))
    expect(sample?.expected).toMatchObject({ draft: true, rejected: 0, received: made.mapped.length })
    expect((await testSystem(installed, RECEIVED)).flatMap(({ failures }) => failures)).toEqual([])
  },
)
