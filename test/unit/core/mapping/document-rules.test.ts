import { describe, expect, test } from 'vitest'
import { compileMapping } from '#core/mapping/compile.ts'

/** An entry with every part that the rules look at. */
const ENTRY = `
mapping: example/inbound
version: 1
read: { format: json }
key: [id]
emit:
  - kind: entry
    fields:
      occurredAt: { from: day, date: [yyyyMMdd] }
      region: { code: here }
      origin: { from: origin }
      destination: { from: to }
      parties.owner: { name: { const: 某配送公司 } }
      product: { name: { const: 猪肉 } }
      documents:
        - { role: upstream, from: no, type: TYPE, issuedOn: { from: issued, date: [yyyyMMdd] }, validUntil: { days: days } }
        - { role: upstream, from: other, type: meat_quality }
        - { role: voucher, from: voucher, type: product_B }
`

type Source = Readonly<Record<string, string>>
function run(text: string, value: Source) {
  const { mapping, mistakes } = compileMapping({ path: 'inbound.yaml', text })
  expect(mistakes).toEqual([])
  const source = {
    index: 0,
    path: '',
    value: { id: '1', ...value },
    place: (field: string) => `/${field}`,
    issues: [],
  }
  const mapped = mapping?.map(source, { receivedAtMs: Date.UTC(2026, 5, 1) })
  const body = mapped?.records[0]?.body as {
    flags: string[]
    documents: { type: string; validUntil?: unknown }[]
  }
  return { body, issues: mapped?.issues ?? [], flags: body.flags.filter((flag) => flag.startsWith('W_DOC')) }
}
const entry = (type: string, value: Source) =>
  run(ENTRY.replace('TYPE', type), { day: '20240415', here: '310115', no: '3413028812', ...value })
const ANHUI = { origin: '341302' }

describe('a certificate for one province', () => {
  test('marks goods from another one until 2025, at the field of its number', () => {
    const { flags, issues } = entry('product_B', { ...ANHUI, other: 'ZJ-RP-1' })
    expect(flags).toEqual(['W_DOC_TERRITORY'])
    expect(issues).toMatchObject([
      { path: '/no', code: 'W_DOC_TERRITORY', value: '3413028812', target: 'documents' },
    ])
    // Animals come from where their paper was issued, whatever its number.
    expect(entry('animal_B', { ...ANHUI, no: '3113028812' }).flags).toEqual(['W_DOC_TERRITORY'])
    expect(entry('animal_B', { ...ANHUI, day: '20251231' }).flags).toEqual(['W_DOC_TERRITORY'])
  })

  test.each([
    ['certificate A', 'product_A', ANHUI],
    ['the same province', 'product_B', { origin: '310110' }],
    ['an origin that is not known', 'product_B', {}],
    ['another paper', 'promise_cert', { ...ANHUI, no: 'HGZ20240415-7K3M' }],
    ['pigs from elsewhere that were slaughtered here', 'product_B', { ...ANHUI, no: '3113028812' }],
    ['since 2026', 'product_B', { ...ANHUI, day: '20260101' }],
    ['an origin with several candidates in the province', 'product_B', { here: '330106', origin: '绍兴县' }],
    ['a voucher of the same type', 'meat_quality', { ...ANHUI, voucher: '3413028813' }],
  ])('does not mark %s', (_, type, value: Source) => {
    expect(entry(type, value).flags).toEqual([])
  })

  test('looks at candidates that all lie in one province, and at the destination where there is one', () => {
    expect(entry('product_B', { origin: '绍兴县' }).flags).toEqual(['W_DOC_TERRITORY'])
    expect(entry('product_B', { here: '341302', to: '上海市浦东新区' }).flags).toEqual(['W_DOC_TERRITORY'])
    expect(entry('product_B', { here: '310110', to: '上海市浦东新区' }).flags).toEqual([])
  })

  test('is judged by its own date of issue where that is known, not by the day of use', () => {
    const old = entry('product_B', { ...ANHUI, issued: '20251231', day: '20260101' })
    expect(old.body.documents[0]?.type).toBe('product_B')
    expect(old.flags).toEqual(['W_DOC_EXPIRED', 'W_DOC_TERRITORY'])
    const fresh = entry('product_B', { ...ANHUI, issued: '20260101', day: '20260101' })
    expect(fresh.body.documents[0]?.type).toBe('product_2026')
    expect(fresh.flags).toEqual([])
  })
})

describe('days of validity', () => {
  test.each([
    ['product_A', '2', '20240416', []],
    ['product_A', '2', '20240417', ['W_DOC_EXPIRED']],
    ['product_A', '30', '20240421', []],
    ['product_A', '30', '20240422', ['W_DOC_EXPIRED']],
    ['animal_A', '', '20240419', []],
    ['animal_A', '', '20240420', ['W_DOC_EXPIRED']],
    ['product_B', '3', '20240415', ['W_DOC_EXPIRED']],
    ['animal_B', '当日', '20240414', []],
    ['animal_B', '', '20240415', ['W_DOC_EXPIRED']],
  ])('%s of 2024-04-14 stating %j days, used on %s: %j', (type, days, day, expected) => {
    const { flags, issues } = entry(type, { issued: '20240414', days, day, origin: '310110' })
    expect(flags).toEqual(expected)
    expect(issues.map(({ path }) => path)).toEqual(expected.map(() => '/no'))
  })

  test.each([
    ['2', '2024-04-16'],
    ['２天', '2024-04-16'],
    ['叁日内', '2024-04-17'],
    ['当日', '2024-04-14'],
    ['0', '2024-04-14'],
    ['9', '2024-04-21'],
  ])('%j days of a product A of 2024-04-14 end on %s', (days, day) => {
    expect(
      entry('product_A', { issued: '20240414', day: '20240414', days }).body.documents[0]?.validUntil,
    ).toEqual({ at: `${day}T00:00:00+08:00`, precision: 'day', raw: days })
  })

  test('of a form without a limit are those that the paper states', () => {
    const { body, flags } = entry('product_A', { issued: '20260414', day: '20260420', days: '9', ...ANHUI })
    expect(body.documents[0]).toMatchObject({
      type: 'product_2026',
      validUntil: { at: '2026-04-23T00:00:00+08:00' },
    })
    expect(flags).toEqual([])
    expect(entry('product_A', { issued: '20260414', day: '20260420', days: '2' }).flags).toEqual([
      'W_DOC_EXPIRED',
    ])
  })

  test('that cannot be read are left out, marked and kept', () => {
    for (const days of ['若干', '-1', '1.5', '400']) {
      const { body, issues } = entry('product_A', { days })
      expect(body.documents[0]).not.toHaveProperty('validUntil')
      expect(body).toMatchObject({ raw: { 'documents.validUntil': days } })
      expect(issues).toMatchObject([{ path: '/days', code: 'E_SCHEMA', value: days }])
    }
  })
})

describe('the record that is the paper itself', () => {
  const PAPER = ENTRY.replace('kind: entry', 'kind: document').replace(
    'role: upstream, from: no',
    'role: self, from: no',
  )

  test('names the places between which it may be used', () => {
    const paper = (value: Source) =>
      run(PAPER.replace('TYPE', 'animal_B'), { day: '20240414', here: '330803', no: '3308000217', ...value })
        .flags
    expect(paper({ to: '浙江省绍兴市柯桥区' })).toEqual([])
    expect(paper({ to: '上海市浦东新区' })).toEqual(['W_DOC_TERRITORY'])
    expect(paper({ to: '' })).toEqual([])
    expect(paper({ day: '20260414', to: '上海市浦东新区' })).toEqual([])
  })

  test('of a slaughter names where that was, and not where the pigs came from', () => {
    const product = (value: Source) =>
      run(PAPER.replace('TYPE', 'product_B'), { day: '20240414', here: '330603', no: '3306041501', ...value })
        .flags
    expect(product({ ...ANHUI, to: '浙江省绍兴市柯桥区' })).toEqual([])
    expect(product(ANHUI)).toEqual([])
    expect(product({ origin: '310118', to: '上海市浦东新区' })).toEqual(['W_DOC_TERRITORY'])
  })
})

describe('ear tags of a document', () => {
  const TAGS = ENTRY.replace('type: TYPE,', 'type: animal_B, earTags: tags,')
  const tags = (text: string) => {
    const { body, issues } = run(TAGS, { day: '20240415', here: '330603', no: '3308000217', tags: text })
    const { earTags } = body.documents[0] as { earTags?: string[] }
    return {
      earTags,
      raw: (body as { raw?: Record<string, string> }).raw?.['documents.earTags'],
      codes: issues.map(({ code }) => code),
    }
  }

  test('partial ones and ranges give each tag and are marked; the cell is kept', () => {
    expect(tags('217,218-220')).toEqual({
      earTags: ['217', '218', '219', '220'],
      raw: '217,218-220',
      codes: ['W_TAG_PARTIAL'],
    })
  })

  test('whole ones may have blanks inside and are not marked', () => {
    expect(tags('133082500000217,1 33082500 000219')).toEqual({
      earTags: ['133082500000217', '133082500000219'],
      raw: '133082500000217,1 33082500 000219',
      codes: [],
    })
    expect(tags('133082500000217')).toEqual({ earTags: ['133082500000217'], raw: undefined, codes: [] })
  })

  test('words are no tags, damaged tags are told', () => {
    expect(tags('见附页')).toEqual({ earTags: undefined, raw: '见附页', codes: [] })
    expect(tags('/')).toEqual({ earTags: undefined, raw: undefined, codes: [] })
    expect(tags('217,236-219')).toEqual({
      earTags: ['217'],
      raw: '217,236-219',
      codes: ['W_TAG_PARTIAL', 'W_ID_UNKNOWN'],
    })
  })
})

describe('persons by their name', () => {
  test('what is not plainly an organisation is taken for a person', () => {
    const text = ENTRY.replace(
      '{ name: { const: 某配送公司 } }',
      '{ name: owner, personal: by-name }',
    ).replace('TYPE', 'meat_quality')
    const party = (owner: string) =>
      (run(text, { day: '20240415', owner }).body as unknown as { parties: { personal?: boolean }[] })
        .parties[0]
    expect(party('衢江莲花示例养殖场')).not.toHaveProperty('personal')
    expect(party('衢江示例养殖户1号')).toMatchObject({ personal: true })
    expect(party('张三')).toMatchObject({ personal: true })
  })
})

test('a source that names the type in a field of its own is judged by it', () => {
  const text = ENTRY.replace(
    / {8}- \{ role: upstream, from: no.*\n/,
    `        - { role: upstream, choose: [ { when: { certType: PA }, from: no } ], type: product_A }
        - { role: upstream, choose: [ { when: { certType: PB }, from: no } ], type: product_B }\n`,
  )
  const inbound = (certType: string, day: string) =>
    run(text, { day, here: '310115', origin: '341302', no: '3413028812', certType })
  expect(inbound('PB', '20240415').flags).toEqual(['W_DOC_TERRITORY'])
  expect(inbound('PB', '20240415').issues).toMatchObject([{ path: '/no' }])
  expect(inbound('PA', '20240415').flags).toEqual([])
  expect(inbound('PB', '20260415').flags).toEqual([])
  expect(inbound('PB', '20260415').body.documents).toMatchObject([{ type: 'product_2026' }])
})
