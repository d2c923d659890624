import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileMapping } from '#core/mapping/compile.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import { chineseReason, REASONS } from '#core/mapping/reasons.ts'
import { missingParts } from '#core/model/minimal.ts'
import type { SourceRecord, SourceValue } from '#core/source.ts'

const RECEIVED = { receivedAtMs: Date.UTC(2024, 3, 16) }
const HEAD = 'mapping: a-system/record\nversion: 1\nread: { format: json }\n'
const SALE = `
  - kind: sale
    fields:
      occurredAt: { from: time, date: [yyyyMMdd, 'yyyyMMddHHmmss'] }
      parties.seller: { code: { from: seller, scheme: cn.uscc }, name: sellerName }
      product: { name: goods }
      lots: [{ role: subject, from: lot, scheme: cn.mofcom.trace20b }]
      quantity: { from: mass, unit: { from: unit, default: 公斤 } }
      price: { from: price, per: unit }
      note: note`

function compiled(text: string): CompiledMapping {
  const { mapping, mistakes } = compileMapping({ path: 'test.yaml', text: `${HEAD}${text}` })
  if (mapping === null) throw new Error(JSON.stringify(mistakes))
  return mapping
}
const sourceOf = (value: SourceValue): SourceRecord => ({
  index: 0,
  path: '/0',
  value,
  place: (field) => `/0/${field}`,
  issues: [],
})
const mapped = (mapping: CompiledMapping, value: SourceValue) => mapping.map(sourceOf(value), RECEIVED)
const ROW = {
  id: 'A1',
  time: '20240415',
  seller: '93330825MA9TE5018N',
  sellerName: '甲',
  goods: '番茄',
  mass: '10',
  price: '4.80',
}
const plain = compiled(`key: [id]\nemit:${SALE}`)

describe('keys', () => {
  test('the parts are kept in their order and case, in one width and without blanks', () => {
    const mapping = compiled(`key: [id, { const: X }, time]\nemit:${SALE}`)
    const { key, records } = mapped(mapping, { ...ROW, id: ' ａb-1\u3000' })
    expect(key).toEqual(['ab-1', 'X', '20240415'])
    expect(records[0]?.id).toBe('urn:cnft:sale:a-system:record:ab-1:X:20240415')
  })
  test('a missing part rejects with E_NO_KEY first, and the other faults are told too', () => {
    const { key, rejected, records, issues } = mapped(plain, { ...ROW, id: '无', time: 'x' })
    expect([key, rejected, records]).toEqual([null, true, []])
    expect(issues.map(({ path, code }) => [path, code])).toEqual([
      ['/0/id', 'E_NO_KEY'],
      ['/0/time', 'E_SCHEMA'],
    ])
  })
  test('a time of a key is the time that the source writes, and with `day` its day in China', () => {
    const times = "date: [yyyyMMdd, 'yyyyMMdd HH:mm', iso]"
    const mapping = compiled(
      `key: [id, { from: time, ${times} }, { from: time, ${times}, day: true }]\nemit:${SALE}`,
    )
    const keyOf = (time: string) => mapped(mapping, { ...ROW, time }).key
    expect(keyOf('20240415')).toEqual(['A1', '2024-04-15', '2024-04-15'])
    expect(keyOf('20240415 06:00')).toEqual(['A1', '2024-04-15T06:00:00+08:00', '2024-04-15'])
    expect(keyOf('2024-04-14T23:00:00Z')).toEqual(['A1', '2024-04-15T07:00:00+08:00', '2024-04-15'])
  })

  test('a key that lost digits rejects and is null', () => {
    const { key, issues } = mapped(plain, { ...ROW, id: '3.30603E+19' })
    expect(key).toBeNull()
    expect(issues[0]).toMatchObject({ path: '/0/id', code: 'E_PRECISION_LOST' })
  })
  test('a key of more than 200 characters is none', () => {
    expect(mapped(plain, { ...ROW, id: 'x'.repeat(201) }).issues[0]).toMatchObject({
      code: 'E_SCHEMA',
      path: '/0/id',
    })
  })
})

describe('voids', () => {
  const head = "key: [id]\nstatus: { from: st, active: ['1'], void: ['2'] }\n"
  const keeping = compiled(`${head}void: { of: [ref], keeps: content, reason: why }\nemit:${SALE}`)
  const renewing = compiled(
    `${head}void: { body: new, at: { from: voidTime, date: [yyyyMMdd] } }\nemit:${SALE}`,
  )

  test('a void that keeps the content needs only the key of the record that it names', () => {
    const { rejected, records } = mapped(keeping, { id: 'V9', st: '2', ref: 'A1', why: '输错' })
    expect(rejected).toBe(false)
    expect(records).toEqual([
      {
        kind: 'sale',
        id: 'urn:cnft:sale:a-system:record:A1',
        key: ['A1'],
        operation: 'void',
        body: null,
        void: { reason: '输错' },
      },
    ])
  })
  test('a void that names nothing is rejected at the field that should name it', () => {
    expect(mapped(keeping, { id: 'V9', st: '2' })).toMatchObject({
      rejected: true,
      issues: [{ path: '/0/ref' }],
    })
  })
  test('a void that sends the body again carries it, with time and reason', () => {
    const [record] = mapped(renewing, { ...ROW, st: '2', voidTime: '20240416' }).records
    expect(record).toMatchObject({ operation: 'void', key: ['A1'], body: { product: { name: '番茄' } } })
    expect(record?.body?.void).toEqual({
      at: { at: '2024-04-16T00:00:00+08:00', precision: 'day', raw: '20240416' },
    })
  })
  test.each([['7'], [null], ['']])(
    'the status %j leaves open whether the record is valid: rejected',
    (st) => {
      expect(mapped(renewing, { ...ROW, st })).toMatchObject({
        rejected: true,
        key: ['A1'],
        issues: [
          {
            ...{ path: '/0/st', code: 'E_SCHEMA', reason: 'unknown status: valid or void cannot be told' },
            fix: 'Send one of the statuses that the mapping knows: 1、2.',
          },
        ],
      })
    },
  )
})

describe('what rejects and what marks', () => {
  test('a code that lost digits outside the key is left out and marked', () => {
    const { rejected, records, issues } = mapped(plain, { ...ROW, lot: '3.30825E+19' })
    expect(rejected).toBe(false)
    expect(records[0]?.body?.lots).toBeUndefined()
    expect(records[0]?.body?.flags).toEqual(['E_PRECISION_LOST'])
    expect(issues).toMatchObject([{ path: '/0/lot', code: 'E_PRECISION_LOST', value: '3.30825E+19' }])
  })
  test('destroyed text in any mapped field rejects, and a name is not repeated in the issue', () => {
    const { rejected, issues } = mapped(plain, { ...ROW, sellerName: '锟斤拷锟斤拷' })
    expect(rejected).toBe(true)
    expect(issues[0]).toMatchObject({
      path: '/0/sellerName',
      code: 'E_ENCODING',
      target: 'parties.seller.name',
    })
    expect(issues[0]?.value).toBeUndefined()
  })
  test('destroyed text in a field that is not mapped rejects nothing', () => {
    expect(mapped(plain, { ...ROW, other: '锟斤拷' }).rejected).toBe(false)
  })
  test('without party and site, and without goods, both are told', () => {
    const { issues } = mapped(plain, { id: 'A1', time: '20240415' })
    expect(issues.map(({ path, target }) => [path, target])).toEqual([
      ['/0/seller', 'sale.who'],
      ['/0/goods', 'sale.what'],
    ])
  })
  test('a list where a text is wanted is told and not guessed; a list of one is its member', () => {
    const { records, issues } = mapped(plain, { ...ROW, note: ['a', 'b'], mass: ['10'] })
    expect(issues).toMatchObject([{ path: '/0/note', code: 'E_SCHEMA' }])
    expect(records[0]?.body?.quantity?.value).toBe('10')
  })
  test('what is no object is rejected at its own place', () => {
    expect(mapped(plain, 'text')).toMatchObject({
      key: null,
      rejected: true,
      issues: [{ path: '/0/', reason: 'not an object' }],
    })
  })
  test('what decoding found rejects, and the key is read where it can be', () => {
    const issue = { path: '/0/id', code: 'E_SCHEMA', reason: 'no base' } as const
    expect(plain.map({ ...sourceOf(ROW), issues: [issue] }, RECEIVED)).toEqual({
      index: 0,
      key: ['A1'],
      rejected: true,
      issues: [issue],
      records: [],
    })
  })
  test('a doubt about a code is told every time it comes, not only the first', () => {
    const row = { ...ROW, seller: '93330825MA9TE50188' }
    for (let i = 0; i < 3; i++) {
      const { records, issues } = mapped(plain, row)
      expect(records[0]?.body?.flags).toEqual(['W_ID_CHECK_FAIL'])
      expect(issues).toHaveLength(1)
    }
  })
  test('a time later than the receipt is marked; one of the past is not', () => {
    expect(mapped(plain, { ...ROW, time: '20240416120000' }).records[0]?.body?.flags).toEqual([
      'W_FUTURE_TIME',
    ])
    expect(mapped(plain, { ...ROW, time: '20240501' }).records[0]?.body?.flags).toEqual([
      'W_TIME_RANGE',
      'W_FUTURE_TIME',
    ])
    expect(mapped(plain, ROW).records[0]?.body?.flags).toEqual([])
  })
})

describe('several records of one source record', () => {
  const PAYMENT = `
  - kind: payment
    when: { pay: present }
    fields:
      occurredAt: { from: time, date: [yyyyMMdd] }
      parties.payee: { name: sellerName }
      method: { from: pay, enum: { '1': cash } }
      amount: { from: amount }`
  const both = compiled(`key: [id]\nemit:${SALE}${PAYMENT}`)

  test('one whose condition does not hold does not come out', () => {
    expect(mapped(both, ROW).records.map(({ kind }) => kind)).toEqual(['sale'])
  })
  test('an unknown value of an enumeration is marked on the record that has it and kept as written', () => {
    const [sale, payment] = mapped(both, { ...ROW, pay: '9', amount: '48' }).records
    expect(sale?.body?.flags).toEqual([])
    expect(payment?.body).toMatchObject({
      method: 'unknown',
      flags: ['W_ENUM_UNKNOWN'],
      raw: { method: '9' },
    })
  })
  test('a further one that lacks its minimal set is left out, and the first one stays', () => {
    const { rejected, records, issues } = mapped(both, { ...ROW, pay: '1' })
    expect([rejected, records.map(({ kind }) => kind)]).toEqual([false, ['sale']])
    expect(issues).toMatchObject([{ target: 'payment', code: 'E_SCHEMA' }])
  })
})

describe('conditions that no record fulfils, and times of further records', () => {
  const OTHER = `
  - kind: disposal
    when: { gone: present }
    fields:
      occurredAt: { from: goneAt, date: [yyyyMMdd] }
      parties.owner: { name: sellerName }
      product: { name: goods }
      disposalKind: { const: destroyed }`
  test('a record of which nothing comes is rejected, never lost', () => {
    const mapping = compiled(`key: [id]\nemit:${OTHER}`)
    expect(mapped(mapping, ROW)).toMatchObject({
      rejected: true,
      key: ['A1'],
      issues: [{ code: 'E_SCHEMA' }],
    })
  })
  test('an unreadable time of a further record leaves that one out; of the only one it rejects', () => {
    const row = { ...ROW, gone: '1', goneAt: 'soon' }
    const { rejected, records, issues } = mapped(compiled(`key: [id]\nemit:${SALE}${OTHER}`), row)
    expect([rejected, records.map(({ kind }) => kind)]).toEqual([false, ['sale']])
    expect(issues.map(({ path, code }) => [path, code])).toEqual([['/0/goneAt', 'E_SCHEMA']])
    expect(mapped(compiled(`key: [id]\nemit:${OTHER}`), row).rejected).toBe(true)
  })
  test('a party needs no time', () => {
    const PARTY = `
  - kind: party
    fields: { name: sellerName, occurredAt: { from: since, date: [yyyyMMdd] } }`
    expect(mapped(compiled(`key: [id]\nemit:${PARTY}`), ROW).records[0]?.body).toMatchObject({ name: '甲' })
  })
  test('a doubt about a member of a list is told at its place', () => {
    const DOCUMENT = `
  - kind: document
    fields:
      occurredAt: { from: time, date: [yyyyMMdd] }
      parties.issuer: { name: sellerName }
      documents: [{ each: papers, from: ., role: source, type: promise_cert }]`
    const { issues } = mapped(compiled(`key: [id]\nemit:${DOCUMENT}`), {
      ...ROW,
      papers: ['HGZ20240415-A', '3.3E+19'],
    })
    expect(issues.map(({ path }) => path)).toEqual(['/0/papers.1'])
  })
})

test('advice that names what is known is Chinese too', () => {
  for (const fix of [
    'Send one of the statuses that the mapping knows: 1、2.',
    'Send one of these codes or words: 1 委托检测、2 自我检测.',
  ])
    expect(chineseReason(fix)).toMatch(/^请.*2/u)
})

describe('order', () => {
  test('whole numbers compare as texts, times as times', () => {
    const byNumber = compiled(`key: [id]\norder: rev\nemit:${SALE}`)
    const [nine, ten] = ['9', '10'].map((rev) => mapped(byNumber, { ...ROW, rev }).records[0]?.order ?? '')
    expect(String(nine) < String(ten)).toBe(true)
    const byTime = compiled(`key: [id]\norder: { from: rev, date: [yyyy/M/d] }\nemit:${SALE}`)
    expect(mapped(byTime, { ...ROW, rev: '2024/4/5' }).records[0]?.order).toBe('2024-04-05T00:00:00+08:00')
    expect(mapped(byTime, ROW).records[0]?.order).toBeUndefined()
  })
})

describe('trace and drift', () => {
  test('the trace says which field and verb gave each target, and what nobody read', () => {
    const traced = plain.trace(sourceOf({ ...ROW, extra: 'x', none: '' }), RECEIVED)
    expect(traced.fields.map(({ target, from, verb }) => [target, from, verb])).toEqual([
      ['sale.occurredAt', ['time'], 'date'],
      ['sale.product', ['goods'], 'product'],
      ['sale.quantity', ['mass'], 'quantity'],
      ['sale.parties', ['sellerName', 'seller'], 'party'],
      ['sale.price', ['price'], 'price'],
    ])
    expect(traced.unused).toEqual(['extra'])
    expect(traced.records).toEqual(mapped(plain, ROW).records)
  })
  test('drift names the fields that the mapping does not know, also inside objects', () => {
    const mapping = compiled(`ignore: [phone]\nkey: [head.id]\nemit:${SALE}`)
    const row = {
      ...ROW,
      id: undefined as unknown as SourceValue,
      phone: '1',
      head: { id: '1', sign: 'x' },
      extra: '',
    }
    expect(mapping.drift(sourceOf(row))).toEqual(['id', 'head.sign', 'extra'])
    expect(plain.drift(sourceOf(ROW))).toEqual([])
  })
})

describe('personal data', () => {
  const text = `${HEAD}key: [id]\nemit:${SALE}`
  const row = { ...ROW, seller: '11010519491231002X' }
  test('a citizen identity number is kept as a digest where there is a key for digests', () => {
    const { mapping } = compileMapping({ path: 'x', text, keyedHash: () => 'f'.repeat(64) })
    const body = mapping?.map(sourceOf(row), RECEIVED).records[0]?.body
    expect(body?.parties?.[0]).toMatchObject({ personal: true, ids: [{ scheme: 'cn.idcard.hash' }] })
    expect(JSON.stringify(body)).not.toContain('19491231')
  })
  test('and is left out where there is none', () => {
    const result = mapped(plain, row)
    expect(result.records[0]?.body?.parties).toEqual([
      { ids: [], name: '甲', personal: true, role: 'seller' },
    ])
    expect(JSON.stringify(result)).not.toContain('19491231')
  })
})

test('every reason and fix has a Chinese twin', () => {
  for (const { reason, fix } of Object.values(REASONS)) {
    for (const { en } of [reason, fix]) expect(chineseReason(en)).toMatch(/\p{Script=Han}/u)
  }
})

test('the names of a body come in the order of their letters, so content needs no sorting', () => {
  const check = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if (!Array.isArray(value)) expect(Object.keys(value)).toEqual(Object.keys(value).sort())
    for (const part of Object.values(value)) check(part)
  }
  check(mapped(plain, { ...ROW, note: '  a  b ', lot: '33082500724041400003', unit: '斤' }).records[0]?.body)
})

test('any JSON value maps to a rejection with a reason or to records with their minimal set, and stays as it was', () => {
  const names = fc.constantFrom(
    'id',
    'time',
    'seller',
    'sellerName',
    'goods',
    'mass',
    'unit',
    'price',
    'lot',
    'note',
    '__proto__',
    'x',
  )
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('20240415', 'A1', '10', '斤', '番茄', '无', '3.3E+19', '锟斤拷', '\u0000', '1e999'),
  )
  const leaf = fc.oneof(text, fc.boolean(), fc.constant(null), fc.array(text, { maxLength: 2 }))
  const row = fc.dictionary(names, fc.oneof(leaf, fc.dictionary(names, leaf)), { noNullPrototype: false })
  fc.assert(
    fc.property(fc.oneof(row, leaf), (value) => {
      const before = JSON.stringify(value)
      const { rejected, issues, records, key } = mapped(plain, value as SourceValue)
      expect(JSON.stringify(value)).toBe(before)
      if (rejected) {
        expect(records).toEqual([])
        expect(issues[0]?.code).toMatch(/^E_/)
        expect(issues[0]?.reason).toBeTruthy()
      } else {
        expect(key).not.toBeNull()
        expect(records.length).toBeGreaterThan(0)
        for (const { kind, body } of records) expect(body && missingParts(kind, body)).toEqual([])
      }
    }),
    { numRuns: 500 },
  )
})

describe('what no database keeps as text', () => {
  test.each([
    ['id', 'A\u0000'],
    ['sellerName', '甲\u0000'],
    ['seller', '9333\ud800'],
    ['note', 'a\ud800'],
    ['lot', 'X\u0000'],
    ['goods', '番茄\u0000'],
    ['mass', '10\u0000'],
    ['unit', '筐\u0000'],
  ])('%s with %j rejects at that field', (field, text) => {
    const { rejected, issues } = mapped(plain, { ...ROW, [field]: text })
    expect(rejected).toBe(true)
    expect(issues[0]).toMatchObject({ path: `/0/${field}`, code: 'E_ENCODING' })
    expect(JSON.stringify(issues)).not.toMatch(/\\u0000|\\ud800/)
  })
})

test('a damaged code of a region, and a damaged code of a call, reject at that field', () => {
  const mapping = compiled(
    `key: [id]\nemit:${SALE}\n      origin: { code: area, name: areaName }\n      documents: [{ role: self, from: id, type: promise_cert, basis: { call: promise-basis, args: [basis, { const: '2026' }] } }]`,
  )
  for (const field of ['area', 'basis']) {
    const { rejected, issues } = mapped(mapping, { ...ROW, [field]: '3308\ud800' })
    expect([rejected, issues[0]?.path, issues[0]?.code]).toEqual([true, `/0/${field}`, 'E_ENCODING'])
  }
})

test('a product code that lost digits is left out and marked, and the name tells the class', () => {
  const mapping = compiled(
    `key: [id]\nemit:${SALE.replace('product: { name: goods }', 'product: { code: code, name: goods }')}`,
  )
  const {
    records: [record],
    issues,
  } = mapped(mapping, { ...ROW, code: '1.23E+7' })
  expect(issues).toMatchObject([{ path: '/0/code', code: 'E_PRECISION_LOST' }])
  expect(record?.body).toMatchObject({
    product: { name: '番茄', class: 'vegetable' },
    flags: ['E_PRECISION_LOST'],
  })
  expect(record?.body?.product?.code).toBeUndefined()
})
