import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkPapers } from '#flow/documents/check-papers.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { readDocument } from '#flow/trace/read-document.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { followToTheEnd } from '#test/follow.ts'
import { pushSamples } from '#test/sample-day.ts'

const registry = await loadRegistry('mappings')
const database = withDatabase()
let pool: Pool

/** Every valid sample of every system in its own bytes; a sample that follows another comes after it. */
beforeAll(async () => {
  pool = createPool({ url: database.url })
  const intake = createIntake({ pool, registry, clock: Date.now, onCommitted: () => {} })
  await pushSamples(intake, registry)
  await intake.close()
  await followToTheEnd(pool)
}, 180_000)
afterAll(() => pool.end())

const nowMs = Date.parse('2024-04-15T10:00:00Z')
type Measures = readonly { readonly value: string; readonly unit: string }[]
const said = (measures: Measures): string => measures.map(({ value, unit }) => value + unit).join('+')

/** What another market's gate says of papers, and what the page of each says of the same. */
async function asked(numbers: readonly string[], on: string) {
  const questions = numbers.map((number) => ({ number, on, site: '330110099' }))
  const { papers } = await checkPapers(pool, questions, nowMs)
  const told = []
  for (const { number, verdict, stated, used, left, reasons } of papers) {
    const page = await readDocument(pool, { type: 'any', number, on, nowMs })
    told.push({
      number,
      gate: [
        verdict,
        said(used),
        left?.value,
        ...reasons.map(({ code, values }) => `${code} ${values['sites'] ?? ''}`.trim()),
      ],
      page: [said(page.sent), said(page.takenIn)],
      agree: [said(stated), said(used)].join() === [said(page.stated), said(page.takenIn)].join(),
    })
  }
  return told
}

const [SLAUGHTER, JIAXING, XIANGHU] = [
  '绍兴稽山示例肉联厂',
  '嘉兴南湖示例果蔬批发市场',
  '杭州湘湖示例农副产品批发市场',
]
const [DAGUAN, CHAOMING, LIANGZHU] = ['大关湾示例农贸市场', '潮鸣湾示例农贸市场', '良渚湾示例农贸市场']

// Read by hand from the samples.
test.each<[number: string, on: string, gate: (string | undefined)[], sent: string, takenIn: string]>([
  // Pigs came to the slaughterhouse.
  [
    ...(['3308000217', '2024-04-14'] as const),
    ['refuse', '2260KGM+20HEA', '0', 'used_up', `used_elsewhere ${SLAUGHTER}`],
    ...(['', '2260KGM+20HEA'] as const),
  ],
  // Sold to a stall of whose goods one carcass came in, with the voucher of its sale.
  [
    ...(['3306041501', '2024-04-15'] as const),
    ['refuse', '185.5KGM', undefined, `used_elsewhere ${DAGUAN}`],
    ...(['766KGM', '185.5KGM'] as const),
  ],
  [
    'ZJ-RP-0415088',
    '2024-04-15',
    ['ok', '185.5KGM', undefined, `shared_elsewhere ${DAGUAN}`],
    '766KGM',
    '185.5KGM',
  ],
  [
    '33060300100120000157',
    '2024-04-15',
    ['refuse', '185.5KGM', '0', 'used_up', `shared_elsewhere ${DAGUAN}`],
    '',
    '185.5KGM',
  ],
  // Sold, and came in nowhere yet.
  ['3306041502', '2024-04-15', ['ok', '', undefined], '770.1KGM', ''],
  ['3306041505', '2024-04-15', ['ok', '', undefined], '811.8KGM', ''],
  ['33060300100120000159', '2024-04-15', ['ok', '', '170.7'], '', ''],
  // Sold to one stall; another has it.
  [
    '3306041503',
    '2024-04-15',
    ['refuse', '120.5KGM', undefined, `used_elsewhere ${CHAOMING}`],
    '632.3KGM',
    '120.5KGM',
  ],
  // A certificate in pieces, used by the kilogram at a wholesale market that sold on.
  [
    '3413020988',
    '2024-04-15',
    ['refuse', '1640KGM', undefined, `used_elsewhere ${XIANGHU}`, 'not_comparable'],
    '',
    '1640KGM',
  ],
  [
    '33010900400180000412',
    '2024-04-15',
    ['refuse', '164KGM', '0', 'used_up', `shared_elsewhere ${LIANGZHU}`],
    '',
    '164KGM',
  ],
  // A farm's tomatoes at a wholesale market that tells of its sales alone.
  [
    'HGZ20240415-7K3M',
    '2024-04-15',
    ['refuse', '300KGM', '0', 'used_up', `shared_elsewhere ${JIAXING}`],
    '300KGM',
    '300KGM',
  ],
  [
    'JXSG2024041500018',
    '2024-04-15',
    ['refuse', '100KGM', '0', 'used_up', `shared_elsewhere ${DAGUAN}`],
    '',
    '100KGM',
  ],
  // More left the farm, and came in, than is stated.
  [
    'HGZ20240415-U2CX',
    '2024-04-15',
    ['refuse', '260KGM', '-60', 'used_up', `shared_elsewhere ${XIANGHU}`],
    '260KGM',
    '260KGM',
  ],
  ['HGZ20240415-B9YA', '2024-04-15', ['ok', '80KGM', '520', `shared_elsewhere ${DAGUAN}`], '', '80KGM'],
])(
  'of %s the gate counts what came in and where, whatever was sold before',
  async (number, on, gate, sent, takenIn) => {
    expect(await asked([number], on)).toMatchObject([{ gate, page: [sent, takenIn], agree: true }])
  },
)

test('of no paper that several records of the samples name do the gate and the page tell other figures of what is stated and came in', async () => {
  const { rows } = await pool.query<{ on: string; numbers: string[] }>(
    `select day as on, array_agg(substr(code, 5)) as numbers from (
       select code, coalesce(max(used_on)::text, '2024-04-15') as day from document_mentions where kind <> 'payment'
        group by code having count(*) > 1 and bool_or(role in ('self', 'output', 'voucher'))) m
      group by day order by day`,
  )
  const told = []
  for (const { on, numbers } of rows) told.push(...(await asked(numbers, on)))
  expect(told.length).toBeGreaterThan(30)
  expect(told.filter(({ agree }) => !agree)).toEqual([])
}, 120_000)
