import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rehearseRecall } from '#flow/recall/rehearse.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url })
})
afterAll(() => pool.end())

type Body = Written['body']
const kg = (value: string) => ({ value, unit: 'KGM' as const })
const lot = (value: string, role: 'subject' | 'source' = 'subject') => ({
  ...{ role, scheme: 'cn.mofcom.trace20b', value },
})
const told = (kind: Written['kind'], key: string, mass: string | null, body: Body): Written => ({
  ...{ kind, system: 'plant', key },
  body: {
    occurredAt: { at: '2026-03-02T06:00:00+08:00', precision: 'minute' },
    product: { name: '猪肉', class: 'pork' },
    ...(mass === null ? {} : { quantity: kg(mass) }),
    ...body,
  },
})
const sites = [
  { role: 'market' as const, name: '甲批发市场', ids: [{ scheme: 'cn.mofcom.node9', value: '330105001' }] },
]
type Paper = readonly [type: string, number: string]
const papers = (role: 'self' | 'upstream', list: readonly Paper[]) =>
  list.map(([type, number]) => ({ role, type, number }))
const paper = (key: string, mass: string | null, of: Paper, lots: readonly string[], more: Body = {}) =>
  told('document', key, mass, { documents: papers('self', [of]), lots: lots.map((one) => lot(one)), ...more })
const came = (key: string, mass: string, under: readonly Paper[], more: Body = {}) =>
  told('entry', key, mass, { sites, lots: [lot(key)], documents: papers('upstream', under), ...more })
/** What left the lot for a stall of another market, and came there, under papers that went on with it. */
const soldOn = (from: string, to: string, mass: string, under: readonly Paper[] = []): Written[] => {
  const voucher = { type: 'sales_voucher', number: `V${to}` }
  return [
    told('sale', to, mass, {
      ...{ sites, saleKind: 'wholesale', lots: [lot(from)], documents: [{ role: 'voucher', ...voucher }] },
    }),
    told('entry', to, mass, {
      sites: [
        { role: 'market', name: '乙农贸市场', ids: [{ scheme: 'cn.mofcom.node9', value: '330105002' }] },
      ],
      lots: [lot(to)],
      documents: [{ role: 'upstream', ...voucher }, ...papers('upstream', under)],
    }),
  ]
}

const rehearse = async (code: string, direction: 'source' | 'forward' = 'source') =>
  await rehearseRecall({ pool, clock: Date.now }, { code, direction, systems: [] })
type Found = Awaited<ReturnType<typeof rehearse>>
const balance = ({ mass }: Found) => {
  const [{ stated, found, where, notFound } = {} as never] = mass
  return { stated, found, atSites: where.atSites, notFound }
}
const left = ({ regions }: Found) =>
  regions.flatMap(({ markets }) => markets.map((one) => [one.code, one.left[0]?.value])).sort()
/** Codes of what was lost on the way. */
const lost = ({ lots }: Found) =>
  lots.flatMap(({ codes, notFound }) => notFound.map(({ value }) => [codes.join(), value]))

test.each([
  ['each', ['1000', '1000']],
  ['one', ['1000']],
  ['one, of which the other does not tell how much,', ['1000', null]],
])(
  'of a lot that came under two papers of which %s has a record of its own what was not sold on is still at its market',
  async (name, masses) => {
    const tag = `TWO${masses.length}${masses.indexOf(null)}`
    const both: Paper[] = [
      ['product_2026', `Q${tag}`],
      ['meat_quality', `M${tag}`],
    ]
    await storeRecords(pool, [
      ...masses.map((mass, i) => paper(`${tag}${i}`, mass, both[i] as Paper, [tag])),
      came(tag, '1000', both),
      ...soldOn(tag, `${tag}R`, '200'),
      ...soldOn(tag, `${tag}S`, '100', both),
    ])
    const asked = [`${tag}R`, `${tag}S`, tag, `M${tag}`].map((code) => [code, 'source'] as const)
    for (const [code, direction] of [...asked, [tag, 'forward'] as const, [`Q${tag}`, 'forward'] as const]) {
      const found = await rehearse(code, direction)
      expect(balance(found), `${name} ${code} ${direction}`).toEqual({
        ...{ stated: '1000', found: '1000', atSites: '1000', notFound: '0' },
      })
      expect(left(found)).toEqual([
        ['330105001', '700'],
        ['330105002', '300'],
      ])
      expect(lost(found)).toEqual([])
    }
  },
)

test('papers of one type under which a lot came are of several loads, each with as much as it tells', async () => {
  const loads: Paper[] = [
    ['product_2026', 'QLOAD1'],
    ['product_2026', 'QLOAD2'],
  ]
  const whole: Paper = ['meat_quality', 'MLOAD']
  await storeRecords(pool, [
    paper('load1', '600', loads[0] as Paper, ['LOAD']),
    paper('load2', '400', loads[1] as Paper, ['LOAD']),
    came('LOAD', '1000', loads),
    ...soldOn('LOAD', 'LOADR', '300'),
  ])
  const same = { stated: '1000', found: '1000', atSites: '1000', notFound: '0' }
  expect(balance(await rehearse('LOADR'))).toEqual(same)
  await storeRecords(pool, [
    paper('load3', '600', ['product_2026', 'QBOTH1'], ['BOTH']),
    paper('load4', '400', ['product_2026', 'QBOTH2'], ['BOTH']),
    paper('load5', '1000', whole, ['BOTH']),
    came('BOTH', '1000', [['product_2026', 'QBOTH1'], ['product_2026', 'QBOTH2'], whole]),
  ])
  expect(balance(await rehearse('BOTH'))).toEqual(same)
})

test('a paper under which goods went to two lots stays what they came from, and what it covers beyond them is not found', async () => {
  const of: Paper = ['product_2026', 'QWIDE']
  await storeRecords(pool, [
    paper('wide', '1000', of, ['WIDEA']),
    came('WIDEA', '500', [of]),
    came('WIDEB', '300', [of]),
  ])
  for (const code of ['WIDEA', 'WIDEB'])
    expect(balance(await rehearse(code))).toEqual({
      ...{ stated: '1000', found: '800', atSites: '800', notFound: '200' },
    })
})

test('a paper beside that of a dispatch is of the goods that were dispatched', async () => {
  const promise: Paper = ['promise_cert', 'PDIS']
  await storeRecords(pool, [
    told('dispatch', 'DISF', '500', {
      sites: [{ role: 'farm', name: '示例合作社', ids: [] }],
      lots: [lot('DISF')],
      documents: papers('upstream', [promise]),
    }),
    came('DISL', '480', [promise, ['test_report', 'TDIS']]),
  ])
  expect(balance(await rehearse('DISL'))).toEqual({
    ...{ stated: '500', found: '480', atSites: '480', notFound: '20' },
  })
})

test('what only its certificates tell of a lot is stated of it, and what did not come on under them is not found', async () => {
  const [one, other, report]: Paper[] = [
    ['promise_cert', 'PUNT1'],
    ['promise_cert', 'PUNT2'],
    ['test_report', 'TUNT'],
  ] as const
  await storeRecords(pool, [
    paper('unt1', '500', one as Paper, ['UNTF']),
    came('UNTL', '485', [one as Paper]),
  ])
  const same = { stated: '500', found: '485', atSites: '485', notFound: '15' }
  expect(balance(await rehearse('UNTL'))).toEqual(same)
  expect(lost(await rehearse('UNTF'))).toEqual([['doc:PUNT1,lot:UNTF', '15']])
  // Another part of it, and a report of it all.
  await storeRecords(pool, [
    paper('unt2', '200', other as Paper, ['UNTF']),
    paper('unt3', '700', report as Paper, ['UNTF']),
    came('UNTM', '200', [other as Paper, report as Paper]),
  ])
  expect(balance(await rehearse('UNTL'))).toEqual({ ...same, stated: '700', found: '685', atSites: '685' })
  await storeRecords(pool, [
    paper('unt4', '500', ['promise_cert', 'PUNT4'], ['UNTA', 'UNTB']),
    came('UNTC', '485', [['promise_cert', 'PUNT4']]),
  ])
  expect(balance(await rehearse('UNTC'))).toEqual(same)
})

test('a paper about a part of a lot that is told itself is that part, and the rest stays where the lot is', async () => {
  const part: Paper = ['promise_cert', 'PPART']
  await storeRecords(pool, [
    came('PART', '600', []),
    paper('part', '500', part, ['PART']),
    came('PARTL', '485', [part]),
  ])
  const found = await rehearse('PARTL')
  expect(balance(found)).toEqual({ stated: '600', found: '585', atSites: '585', notFound: '15' })
  expect(lost(found)).toEqual([['doc:PPART', '15']])
})

test('the voucher of a sale that is told as a paper of the lot too is what was sold of it', async () => {
  await storeRecords(pool, [
    came('VOUC', '1000', [['product_2026', 'QVOUC']]),
    ...soldOn('VOUC', 'VOUCR', '300'),
    paper('vouc', '300', ['sales_voucher', 'VVOUCR'], ['VOUC']),
    paper('vouq', '1000', ['product_2026', 'QVOUC'], ['VOUC']),
  ])
  const found = await rehearse('VOUCR')
  expect(balance(found)).toEqual({ stated: '1000', found: '1000', atSites: '1000', notFound: '0' })
  expect(left(found)).toEqual([
    ['330105001', '700'],
    ['330105002', '300'],
  ])
})

test('papers that the next market writes down for what it bought are the papers of the goods it came from', async () => {
  const both: Paper[] = [
    ['product_2026', 'QNEXT'],
    ['meat_quality', 'MNEXT'],
  ]
  const again = (one: Written): Written => ({ ...one, system: 'city' })
  await storeRecords(pool, [
    ...both.map((one) => paper(`next${one[1]}`, '1000', one, ['NEXT'])),
    came('NEXT', '1000', both),
    ...soldOn('NEXT', 'NEXTR', '300'),
    ...both.map((one) => again(paper(`nextr${one[1]}`, '300', one, ['NEXTR']))),
  ])
  for (const code of ['NEXT', 'NEXTR']) {
    const found = await rehearse(code)
    expect(balance(found)).toEqual({ stated: '1000', found: '1000', atSites: '1000', notFound: '0' })
    expect(left(found)).toEqual([
      ['330105001', '700'],
      ['330105002', '300'],
    ])
    expect(lost(found)).toEqual([])
  }
})
