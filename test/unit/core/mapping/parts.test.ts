import { describe, expect, test } from 'vitest'
import { partOf } from './part-of.ts'

describe('the content of a package times the number of packages', () => {
  const quantity = (fields: { [name: string]: string | null }) =>
    partOf(
      'quantity: { from: each, times: boxes, unit: { from: unit, default: 千克 }, dimension: mass }',
      fields,
    )
  test.each([
    [{ each: '20.000', boxes: '20', unit: '千克' }, '400', '20', []],
    [{ each: '0.1', boxes: '3', unit: '吨' }, '300', '3', []],
    [{ each: '12.345', boxes: '１０００', unit: '' }, '12345', '1000', []],
    [{ each: '20公斤', boxes: '2', unit: '' }, '40', '2', []],
    [
      { each: '0.1', boxes: '99999999999999999999', unit: '克' },
      '9999999999999999.9999',
      '99999999999999999999',
      ['W_UNIT_SUSPECT'],
    ],
  ])('%j is exact', (fields, value, packs, doubts) => {
    const { body, flags } = quantity(fields)
    expect(body.quantity).toMatchObject({ value, unit: 'KGM', packs })
    expect(flags).toEqual(doubts)
  })
  test.each([
    [{ each: '20', boxes: null }, '20'],
    [{ each: '20', boxes: '0' }, '20*0'],
    [{ each: '20', boxes: '1.5' }, '20*1.5'],
    [{ each: '20', boxes: '若干' }, '20*若干'],
    [{ each: 'x', boxes: '2' }, 'x*2'],
    [{ each: '20', unit: '箱', boxes: '2' }, '20箱*2'],
  ])('%j has no mass, its text and a flag', (fields, raw) => {
    const { body, flags, places } = quantity(fields)
    expect(body.quantity).toMatchObject({ value: null, unit: 'KGM', raw })
    expect(body.quantity?.packs).toBeUndefined()
    expect(flags).toEqual(['W_UNIT_SUSPECT'])
    expect(places).toHaveLength(1)
  })
  test('nothing where there is no content', () => {
    expect(quantity({ each: '', boxes: '2' }).body.quantity).toBeUndefined()
  })
  test('a number of packages that cannot be read is no number, and its text is kept', () => {
    const { body } = partOf('quantity: { from: mass, unit: { const: 公斤 }, packs: boxes }', {
      mass: '5',
      boxes: '几',
    })
    expect(body).toMatchObject({ quantity: { value: '5' }, raw: { 'quantity.packs': '几' } })
  })
})

test('source certificates are numbers as they are compared, with what was written beside them', () => {
  const part = 'documents: [{ role: self, from: no, type: promise_cert, sources: { each: from } }]'
  const written = { no: 'A1', from: ['hgz-１ a', 'HGZ-2'] }
  expect(partOf(part, written, '20240415', 'document').body).toMatchObject({
    documents: [{ number: 'A1', sources: ['HGZ-1A', 'HGZ-2'] }],
    raw: { 'documents.sources': 'hgz-１ a,HGZ-2' },
  })
  expect(partOf(part, { no: 'A1', from: ['HGZ-2'] }, '20240415', 'document').body.raw).toBeUndefined()
})

describe('the country of imported goods', () => {
  const origin = (country: string) => partOf('origin: { country: c }', { c: country })
  test.each([
    ['BRA', 'BRA', '巴西'],
    ['ｉｄｎ', 'IDN', '印度尼西亚'],
  ])('%s', (text, code, name) => {
    const { body, flags } = origin(text)
    expect(body.origin).toEqual({ country: code, name, year: 2024 })
    expect(flags).toEqual([])
  })
  test('a code that ISO 3166 does not have is kept and marked', () => {
    const { body, places } = origin('ZZZ')
    expect(body.origin).toEqual({ writtenAs: 'ZZZ', year: 2024 })
    expect(places).toEqual(['/c W_ENUM_UNKNOWN'])
  })
  test('destroyed text rejects', () => expect(origin('锟斤拷').rejected).toBe(true))
})

describe('the region in a code', () => {
  const region = (code: string, day?: string) => partOf('region: { code: c }', { c: code }, day)
  test.each([
    ['a credit code of a company', '91330206MA9CC801XG', '330206'],
    ['a node', '330825007', '330825'],
    ['an operator', '3301050120045', '330105'],
  ])('%s', (_, code, wanted) => {
    const { body, flags } = region(code)
    expect(body.region).toMatchObject({ code: wanted, year: 2024 })
    expect(body.region?.writtenAs).toBeUndefined()
    expect(flags).toEqual([])
  })
  test('of a credit code is read in the year of the record', () => {
    const { body } = region('91330103MA9CC801XG', '20240415')
    expect(body.region).toMatchObject({ code: '330105', writtenAs: '91330103MA9CC801XG' })
  })
  test('an identity number begins with its region, and is no credit code', () => {
    expect(region('33010619491231002X').body.region?.code).not.toBe('010619')
  })
})

describe('the type of a document that a field says', () => {
  const PART =
    'documents: [{ role: upstream, from: no, type: { from: kind, enum: { HGZ: promise_cert, PB: product_B } } }]'
  const document = (kind: string, no: string, day?: string) => partOf(PART, { kind, no }, day)
  test('is that type, and not guessed', () => {
    const { body, flags } = document('PB', '3413028812')
    expect(body.documents).toEqual([{ number: '3413028812', role: 'upstream', type: 'product_B' }])
    expect(flags).toEqual([])
  })
  test('of quarantine papers since 2026 there is one', () => {
    expect(document('PB', '3413028812', '20260201').body.documents?.[0]?.type).toBe('product_2026')
  })
  test('that is not named is unknown and marked', () => {
    const { body, places } = document('XX', 'AB-77')
    expect(body.documents).toEqual([{ number: 'AB-77', role: 'upstream', type: 'unknown' }])
    expect(places).toEqual(['/kind W_ENUM_UNKNOWN'])
  })
  test('and says nothing is told by the number', () => {
    expect(document('', 'HGZ20240415-7K3M').body.documents?.[0]?.type).toBe('promise_cert')
    expect(document('', 'AB-77').flags).toEqual(['W_DOC_TYPE_GUESSED'])
  })
})

describe('a name whose characters became question marks', () => {
  test.each([
    ['region', 'region: { name: t }'],
    ['party', 'parties.owner: { name: t }'],
    ['product', 'destination: { code: c, name: t }'],
  ])('rejects in a %s, wherever they stand', (_, part) => {
    expect(partOf(part, { t: '嘉兴??' })).toMatchObject({ rejected: true, places: ['/t E_ENCODING'] })
  })
  test('is a question in a note', () => {
    expect(partOf('note: t', { t: '真的吗??' }).body.note).toBe('真的吗??')
  })
})

test('when goods were produced is a time of its own, and does not set the year of the record', () => {
  const { body } = partOf('producedOn: { from: d, date: [yyyyMMdd] }\n      region: { code: c }', {
    d: '20200101',
    c: '330103',
  })
  expect(body.producedOn).toMatchObject({ at: '2020-01-01T00:00:00+08:00', precision: 'day' })
  expect(body.region?.year).toBe(2024)
})

test('a specification of goods is kept as written, beside a product that is known by it no better', () => {
  const goods = (fields: Record<string, string>) =>
    partOf('input: { product: { name: pm, specification: gg } }', fields, '20240415', 'transformation').body
      .input?.product
  expect(goods({ pm: '番茄', gg: '20kg/箱' })).toEqual({
    class: 'vegetable',
    name: '番茄',
    specification: '20kg/箱',
  })
  expect(goods({ pm: '番茄', gg: '/' })).not.toHaveProperty('specification')
  expect(goods({ pm: '', gg: '20kg/箱' })).toBeUndefined()
})
