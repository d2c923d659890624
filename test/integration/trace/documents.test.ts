import { Ajv } from 'ajv'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readDocument } from '#flow/trace/read-document.ts'
import { readLot } from '#flow/trace/read-lot.ts'
import { DocumentAnswer, LotCard, TraceGraph } from '#flow/trace/schema.ts'
import { traceLot } from '#flow/trace/trace-lot.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { CABBAGE_VOID, PORK, VEGETABLES } from '#test/trace/day-of-april-15.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'

const nowMs = Date.parse('2024-04-15T17:30:00Z') // 01:30 on the 16th in China
const at = (text: string) => ({ at: `${text}+08:00`, precision: 'second' as const })
const entry = (key: string, mass: string, documents: NonNullable<Written['body']['documents']>): Written => ({
  kind: 'entry',
  system: 'stall-ledger',
  key,
  body: {
    occurredAt: at('2024-04-15T06:00:00'),
    lots: [{ role: 'subject', scheme: 'local.stall-ledger', value: key }],
    quantity: { value: mass, unit: 'KGM' },
    documents,
  },
})
const tomatoPaper = { role: 'upstream' as const, type: 'promise_cert', number: 'HGZ20240415-7K3M' }

const database = withDatabase()
let pool: Pool
beforeAll(async () => {
  pool = createPool({ url: database.url, max: 4 })
  await storeRecords(pool, [
    ...PORK,
    ...VEGETABLES,
    CABBAGE_VOID,
    // The same tomatoes once more at the stall: they are not used twice.
    entry('C-032-1', '80', [tomatoPaper]),
    entry('C-032-2', '100', [
      tomatoPaper,
      { role: 'upstream', type: 'sales_voucher', number: 'JXSG2024041500018' },
    ]),
  ])
})
afterAll(() => pool.end())

test('the mass used is counted once, at the first market, and every use is listed', async () => {
  const paper = await readDocument(pool, { type: 'promise_cert', number: 'HGZ20240415-7K3M', nowMs })
  expect(paper).toMatchObject({
    verdict: 'valid',
    on: '2024-04-16',
    statedKg: '300',
    usedKg: '300',
    overKg: null,
    countedKind: 'sale',
  })
  expect(paper.issues).toMatchObject([
    {
      type: 'promise_cert',
      form: '2021',
      issuer: '龙游溪口示例蔬菜专业合作社',
      territory: 'anywhere',
      typeUnknown: false,
    },
  ])
  expect(paper.uses.map(({ massKg, counted }) => `${massKg} ${counted}`).sort()).toEqual([
    '100 false',
    '100 true',
    '120 true',
    '80 false',
    '80 true',
  ])
})

test('more sold than stated is said in kilograms', async () => {
  const number = 'HGZ20240415-U2CX'
  const body = { occurredAt: at('2024-04-15T00:55:30'), quantity: { value: '200', unit: 'KGM' as const } }
  const self = { role: 'self' as const, type: 'promise_cert', number }
  const upstream = { role: 'upstream' as const, type: 'promise_cert', number }
  await storeRecords(pool, [
    { kind: 'document', system: 'zj-agri-certificate', key: number, body: { ...body, documents: [self] } },
    { ...entry('33010900424041500003', '260', [upstream]), system: 'mofcom-city' },
    {
      ...entry('33011002124041500003', '60', [
        upstream,
        { role: 'upstream', type: 'sales_voucher', number: '33010900400220000981' },
      ]),
      system: 'mofcom-city',
    },
  ])
  const paper = await readDocument(pool, { type: 'any', number, nowMs })
  expect(paper).toMatchObject({ statedKg: '200', usedKg: '260', overKg: '60', countedKind: 'entry' })
})

const market = (code: string): NonNullable<Written['body']['sites']> => [
  { role: 'market', name: code, ids: [{ scheme: 'cn.mofcom.node9', value: code }] },
]
/** A record of goods under a paper at a place: of a lot, or from one. Nobody says who gave them. */
const moved = (
  kind: 'entry' | 'sale' | 'dispatch',
  mass: string,
  where: string,
  number: string,
  lots: { of?: string; from?: string },
): Written => ({
  kind,
  system: 'mofcom-city',
  key: `${number} ${kind} ${where} ${lots.of ?? ''} ${lots.from ?? ''}`,
  body: {
    occurredAt: at('2024-04-15T03:00:00'),
    sites: market(where),
    quantity: { value: mass, unit: 'KGM' },
    documents: [{ role: 'upstream', type: 'promise_cert', number }],
    lots: [
      ...(lots.of ? [{ role: 'subject' as const, scheme: 'local', value: `${number} ${lots.of}` }] : []),
      ...(lots.from ? [{ role: 'source' as const, scheme: 'local', value: `${number} ${lots.from}` }] : []),
    ],
  },
})

test('goods that came from a lot which was taken in under the same paper are no second use of it', async () => {
  const used = async (number: string, records: Written[]) => {
    await storeRecords(pool, records)
    const { usedKg, uses, sites } = await readDocument(pool, { type: 'any', number, nowMs })
    return { usedKg, counted: uses.filter(({ counted }) => counted).length, places: sites.length }
  }
  const [first, second] = ['330109004', '330105012']
  // Taken in at a market, and a part of it at a stall of another, with a lot of its own or none.
  for (const lot of ['B', undefined]) {
    const number = `ONWARD-${lot ?? 'NONE'}`
    const onward = lot ? { of: lot, from: 'A' } : { from: 'A' }
    expect(
      await used(number, [
        moved('entry', '100', first, number, { of: 'A' }),
        moved('entry', '40', second, number, onward),
      ]),
    ).toEqual({ usedKg: '100', counted: 1, places: 1 })
  }
  // Of the lot that came from the farm both are first-hand.
  expect(
    await used('ONWARD-FARM', [
      moved('dispatch', '140', '330825002', 'ONWARD-FARM', { of: 'F' }),
      moved('entry', '100', first, 'ONWARD-FARM', { of: 'A', from: 'F' }),
      moved('entry', '40', second, 'ONWARD-FARM', { of: 'B', from: 'F' }),
    ]),
  ).toEqual({ usedKg: '140', counted: 2, places: 2 })
  // What is sold where it was taken in counts as before: the greater of both.
  expect(
    await used('ONWARD-OVER', [
      moved('entry', '100', first, 'ONWARD-OVER', { of: 'A' }),
      moved('sale', '160', first, 'ONWARD-OVER', { from: 'A' }),
      moved('sale', '30', second, 'ONWARD-OVER', { from: 'A' }),
    ]),
  ).toMatchObject({ usedKg: '160', places: 1 })
  // And within one market from the gate to the stall.
  expect(
    await used('ONWARD-STALL', [
      moved('entry', '100', first, 'ONWARD-STALL', { of: 'A' }),
      moved('entry', '40', first, 'ONWARD-STALL', { of: 'B', from: 'A' }),
    ]),
  ).toEqual({ usedKg: '100', counted: 1, places: 1 })
})

test('a void paper is not valid on any day, with time, and with reason for who may see it, and what was sold on it still counts', async () => {
  for (const on of ['2024-04-15', '2024-04-20']) {
    const asked = { type: 'promise_cert', number: 'HGZ20240415-M4ND', on, nowMs }
    expect((await readDocument(pool, asked)).issues[0]?.voidReason).toBe('***')
    const paper = await readDocument(pool, { ...asked, full: true })
    expect(paper).toMatchObject({ verdict: 'void', statedKg: '500', usedKg: '120' })
    expect(paper.issues[0]).toMatchObject({
      voidReason: '数量填写错误',
      voidedAt: { at: '2024-04-15T09:10:44+08:00' },
    })
  }
})

test('a product certificate B is valid on the day of issue alone, and only in its province', async () => {
  const number = '3306041501'
  expect(await readDocument(pool, { type: 'product_B', number, on: '2024-04-15', nowMs })).toMatchObject({
    verdict: 'valid',
    usedKg: '185.5',
    statedKg: null,
    issues: [{ validUntil: '2024-04-15', territory: 'within_province' }],
  })
  expect((await readDocument(pool, { type: 'product_B', number, nowMs })).verdict).toBe('expired')
  expect((await readDocument(pool, { type: 'product_B', number, on: '2024-04-14', nowMs })).verdict).toBe(
    'not_yet_issued',
  )
})

test('a use outside of the province or after the last day is flagged', async () => {
  const number = '3413028812'
  const part = { type: 'product_B', number }
  const origin = { code: '340100', year: 2024 }
  await storeRecords(pool, [
    {
      kind: 'document',
      system: 'quarantine',
      key: number,
      body: { occurredAt: at('2024-04-15T01:00:00'), documents: [{ role: 'self', ...part }] },
    },
    {
      kind: 'entry',
      system: 'shanghai-platform',
      key: number,
      body: {
        occurredAt: at('2024-04-16T01:00:00'),
        origin,
        region: { code: '310115', year: 2024 },
        documents: [{ role: 'upstream', ...part }],
      },
    },
  ])
  const paper = await readDocument(pool, { type: 'product_B', number, nowMs })
  expect(paper.uses.map(({ flags }) => flags)).toEqual([['W_DOC_EXPIRED', 'W_DOC_TERRITORY']])
})

test.each([
  ['inside the province on its day', '2024-04-15', '2024-04-15', '330402', []],
  ['inside the province a day late', '2024-04-15', '2024-04-16', '330402', ['W_DOC_EXPIRED']],
  ['in another province on its day', '2024-04-15', '2024-04-15', '310115', ['W_DOC_TERRITORY']],
  ['in another province a day late, issued since 2026', '2026-04-15', '2026-04-16', '310115', []],
])('a paper for one province used %s', async (what, issued, used, region, flags) => {
  const number = `34130290${issued.slice(3, 4)}${used.slice(9)}${region.slice(0, 2)}`
  const part = { type: issued < '2026' ? 'product_B' : 'product_2026', number } as const
  const origin = { code: '330825', year: Number(issued.slice(0, 4)) }
  await storeRecords(pool, [
    {
      kind: 'document',
      system: 'quarantine',
      key: number,
      body: { occurredAt: at(`${issued}T01:00:00`), documents: [{ role: 'self', ...part }] },
    },
    {
      kind: 'entry',
      system: 'stall-ledger',
      key: number,
      body: {
        occurredAt: at(`${used}T01:00:00`),
        origin,
        region: { code: region, year: origin.year },
        documents: [{ role: 'upstream', ...part }],
      },
    },
  ])
  const paper = await readDocument(pool, { type: part.type, number, nowMs: Date.parse(`${used}T05:00:00Z`) })
  expect(paper.uses, what).toHaveLength(1)
  expect(paper.uses.map((use) => use.flags)).toEqual([flags])
})

test('a paper that states to be valid for longer than the rule of its type allows is expired after the day of the rule, and says so', async () => {
  const number = '3413028877'
  const validUntil = { at: '2024-05-15T00:00:00+08:00', precision: 'day' } as const
  await storeRecords(pool, [
    {
      kind: 'document',
      system: 'quarantine',
      key: number,
      body: {
        occurredAt: at('2024-04-15T01:00:00'),
        documents: [{ role: 'self', type: 'product_B', number, validUntil }],
      },
    },
    {
      kind: 'entry',
      system: 'stall-ledger',
      key: number,
      body: {
        occurredAt: at('2024-04-20T01:00:00'),
        documents: [{ role: 'upstream', type: 'product_B', number }],
      },
    },
  ])
  const asked = (on: string) => readDocument(pool, { type: 'product_B', number, on, nowMs })
  const answer = await asked('2024-04-20')
  expect(answer).toMatchObject({ verdict: 'expired', issues: [{ validUntil: '2024-04-15' }] })
  expect(answer.uses.map(({ flags }) => flags)).toEqual([['W_DOC_EXPIRED']])
  expect(answer.reasons.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['expired', 'validity_beyond_rule', 'uses_expired']),
  )
  const { reasons } = await asked('2024-04-15')
  expect(reasons.find(({ code }) => code === 'validity_beyond_rule')).toMatchObject({
    severity: 'warn',
    zh: '凭证写明有效期至 2024-05-15，超过规定；按规定仅到 2024-04-15 有效。',
  })
  expect(reasons.map(({ code }) => code)).not.toContain('expired')
})

test('a paper known by its uses alone is unknown, never valid', async () => {
  const paper = await readDocument(pool, { type: 'animal_B', number: '3308000217', nowMs })
  expect(paper).toMatchObject({ verdict: 'unknown', type: 'animal_B', issues: [], statedKg: null })
  expect(paper.uses).toHaveLength(1)
})

test('asked for one type, papers of unknown type are shown and marked, papers of another type are not', async () => {
  await storeRecords(pool, [
    {
      kind: 'document',
      system: 'elsewhere',
      key: 'X-1',
      body: {
        occurredAt: at('2024-04-15T01:00:00'),
        documents: [{ role: 'self', type: 'unknown', number: 'X-1' }],
      },
    },
  ])
  const paper = await readDocument(pool, { type: 'origin_cert', number: 'x-1', nowMs })
  expect(paper.issues).toMatchObject([{ typeUnknown: true, type: 'unknown' }])
  await expect(
    readDocument(pool, { type: 'origin_cert', number: 'HGZ20240415-7K3M', nowMs }),
  ).rejects.toMatchObject({
    code: 'not_found',
    parts: { members: { known: ['promise_cert'] } },
  })
  await expect(readDocument(pool, { type: 'any', number: 'NIRGENDS', nowMs })).rejects.toMatchObject({
    code: 'not_found',
  })
})

test('a type or day that does not exist is refused with what is known', async () => {
  await expect(readDocument(pool, { type: 'passport', number: '1', nowMs })).rejects.toMatchObject({
    code: 'invalid_request',
  })
  for (const on of ['2024-02-30', 'today', '2024-4-1']) {
    await expect(readDocument(pool, { type: 'any', number: '1', on, nowMs })).rejects.toMatchObject({
      code: 'invalid_request',
    })
  }
})

test('the card of a lot names its goods and the papers next to it with their state', async () => {
  const card = await readLot(pool, { code: 'SX2404140001', systems: ['shaoxing-slaughter'] })
  expect(card.lot).toMatchObject({ value: 'SX2404140001', state: 'active', product: { name: '生猪' } })
  expect(card.documents.map(({ number, type, state, side }) => [number, type, state, side])).toEqual([
    ['3308000217', 'animal_B', 'unknown', 'back'],
    ['3306041501', 'product_B', 'valid', 'forward'],
    ['ZJ-RP-0415088', 'meat_quality', 'valid', 'forward'],
  ])
})

test('a lot is held while the newest hold says so, and free after its release', async () => {
  const hold = (key: string, holdKind: string, time: string): Written => ({
    kind: 'hold',
    system: 'market',
    key,
    body: {
      occurredAt: at(time),
      holdKind,
      cause: '快检不合格',
      lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: '33082500724041400001' }],
    },
  })
  const state = async () => (await readLot(pool, { code: '33082500724041400001', systems: [] })).lot.state
  await storeRecords(pool, [hold('1', 'stop_sale', '2024-04-15T08:00:00')])
  expect(await state()).toBe('held')
  await storeRecords(pool, [hold('2', 'release', '2024-04-15T12:00:00')])
  expect(await state()).toBe('active')
  await storeRecords(pool, [hold('3', 'recall', '2024-04-16T12:00:00')])
  expect(await state()).toBe('recalled')
  await storeRecords(pool, [{ ...hold('3', 'recall', '2024-04-16T12:00:00'), version: 2, status: 'void' }])
  expect(await state()).toBe('active')
})

test('every answer fits the schema that the API declares', async () => {
  const ajv = new Ajv({ strict: true, allowUnionTypes: true, keywords: ['x-zh'] })
  const systems = ['shaoxing-slaughter']
  const answers = [
    [TraceGraph, await traceLot(pool, { code: '33060300100120000157', systems })],
    [LotCard, await readLot(pool, { code: 'SX2404140001', systems })],
    [DocumentAnswer, await readDocument(pool, { type: 'any', number: 'HGZ20240415-M4ND', nowMs })],
  ] as const
  for (const [schema, answer] of answers) {
    const validate = ajv.compile(closed(schema))
    expect(validate(answer), JSON.stringify(validate.errors)).toBe(true)
  }
})

/** The schema with every object closed, so that a field which it does not name is seen. */
const closed = (schema: object): object =>
  JSON.parse(JSON.stringify(schema), (_name, value) =>
    value && typeof value === 'object' && value.type === 'object' && value.properties
      ? { ...value, additionalProperties: false }
      : value,
  )

test('what an authority orders about the goods of a paper, or what is done with them, is no issue of it: one that is expired or void does not become valid by it', async () => {
  const order = (key: string, number: string, holdKind: 'stop_sale' | 'release'): Written => ({
    kind: 'hold',
    system: 'trace-hub',
    key,
    body: {
      occurredAt: at(holdKind === 'release' ? '2024-04-20T09:00:00' : '2024-04-18T09:00:00'),
      documents: [{ role: 'self', type: 'unknown', number }],
      holdKind,
    },
  })
  const disposal = (number: string): Written => ({
    kind: 'disposal',
    system: 'trace-hub',
    key: `disposal ${number}`,
    body: { occurredAt: at('2024-04-19T09:00:00'), documents: [{ role: 'self', type: 'unknown', number }] },
  })
  const verdictOf = async (type: string, number: string) => {
    const { verdict, issues } = await readDocument(pool, { type, number, on: '2024-04-21', nowMs })
    return { verdict, records: issues.map(({ record }) => record) }
  }
  for (const [type, number] of [
    ['product_B', '3306041501'],
    ['promise_cert', 'HGZ20240415-M4ND'],
  ] as const) {
    const before = await verdictOf(type, number)
    expect(['expired', 'void']).toContain(before.verdict)
    await storeRecords(pool, [order(`stop ${number}`, number, 'stop_sale'), disposal(number)])
    expect(await verdictOf(type, number)).toEqual(before)
    await storeRecords(pool, [order(`release ${number}`, number, 'release')])
    expect(await verdictOf(type, number)).toEqual(before)
  }
})
