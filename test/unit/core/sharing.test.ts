import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PARTS } from '#api/record-parts.ts'
import { KINDS, type Kind } from '#core/model/kinds.ts'
import { PARTY_ROLES, SITE_ROLES } from '#core/model/parts.ts'
import { type CanonicalRecord, RECORD_SCHEMAS } from '#core/model/record.ts'
import {
  classesOf,
  DEFAULT_SEES,
  kindSharing,
  PART_SHARING,
  RECORD_SHARING,
  type Rules,
  SHARING_CLASSES,
  type SharingClass,
  sharedRecord,
} from '#core/model/sharing.ts'

let made = 0
/** A text that stands nowhere else, with the class of the place that it is put at. */
interface Marks {
  readonly of: Map<string, ReadonlySet<SharingClass>>
}
const mark = (marks: Marks, ...classes: SharingClass[]): string => {
  const text = `value${++made}x`
  marks.of.set(text, new Set(classes))
  return text
}

// Classes as a reader of docs/model.md would note them, written down apart from the rules.
function recordWith(marks: Marks, kind: Kind, roles: { party: string; site: string }): CanonicalRecord {
  const seller = PARTY_ROLES.filter(
    (role) => !['buyer', 'payer', 'payee', 'consignee', 'principal'].includes(role),
  )
  const secret = !seller.includes(roles.party as 'seller')
  const party: SharingClass[] = secret ? ['partner', 'restricted'] : ['partner']
  const region = (...more: SharingClass[]) => ({
    code: '330100',
    year: 2024,
    name: mark(marks, 'public', ...more),
    writtenAs: mark(marks, 'personal', ...more),
  })
  const alias = (...more: SharingClass[]) => ({
    scheme: 'cn.uscc',
    value: mark(marks, ...more),
    raw: mark(marks, 'personal', ...more),
  })
  const number = (...more: SharingClass[]) => ({
    value: mark(marks, ...more),
    unit: 'KGM',
    raw: mark(marks, 'personal', ...more),
    rawUnit: mark(marks, 'personal', ...more),
  })
  const money = () => ({
    value: mark(marks, 'restricted'),
    currency: 'CNY',
    per: 'KGM',
    raw: mark(marks, 'restricted', 'personal'),
  })
  const when = (...more: SharingClass[]) => ({
    at: mark(marks, 'public', ...more),
    precision: 'day',
    raw: mark(marks, 'personal', ...more),
  })
  const document = () => ({
    role: 'upstream',
    type: 'promise_cert',
    number: mark(marks, 'partner'),
    sources: [mark(marks, 'partner')],
    url: mark(marks, 'partner', 'personal'),
    raw: mark(marks, 'partner', 'personal'),
    // Without its number a paper is none.
    issuedOn: when('partner'),
  })
  const lot = () => ({
    role: 'subject',
    scheme: 'local.s',
    value: mark(marks, 'partner'),
    raw: mark(marks, 'personal', 'partner'),
  })
  const product = () => ({
    name: mark(marks, 'public'),
    ids: [alias('public')],
    raw: mark(marks, 'personal'),
  })
  const flow = () => ({
    lots: [lot()],
    documents: [document()],
    product: product(),
    quantity: number('partner'),
  })
  const person = (role: string, classes: SharingClass[]) => ({
    role,
    name: mark(marks, ...classes, 'personal'),
    personal: true,
    ids: [{ ...alias(...classes, 'personal'), scheme: 'cn.idcard.hash' }, alias(...classes)],
    region: region(...classes),
  })
  return {
    kind,
    id: 'id',
    key: ['key'],
    flags: [],
    extension: mark(marks, 'nobody' as SharingClass),
    occurredAt: when(),
    region: region(),
    destination: region('partner'),
    parties: [
      person(roles.party, party),
      { role: roles.party, name: `${mark(marks, ...party)}示例食品有限公司`, ids: [alias(...party)] },
      { role: roles.party, name: mark(marks, ...party, 'personal'), ids: [] },
    ],
    sites: [
      {
        role: roles.site,
        name: `${mark(marks, 'partner')}示例农贸市场`,
        ids: [alias('partner')],
        region: region(),
      },
      { role: roles.site, name: mark(marks, 'partner', 'personal'), ids: [], region: region() },
    ],
    operator: person('operator', ['partner']),
    lots: [lot()],
    documents: [document(), { role: 'upstream', type: 'unknown', number: '13800000000' }],
    product: product(),
    quantity: number('partner'),
    price: money(),
    amount: money(),
    vehicle: mark(marks, 'personal'),
    note: mark(marks, 'personal'),
    raw: { note: mark(marks, 'personal') },
    void: { reason: mark(marks, 'personal'), at: when() },
    contactDigest: mark(marks, 'personal'),
    geo: [mark(marks, 'restricted'), mark(marks, 'restricted')],
    input: flow(),
    output: flow(),
    test: {
      item: mark(marks, 'public'),
      sample: mark(marks, 'partner'),
      raw: mark(marks, 'personal'),
      verdict: 'pass',
    },
    method: mark(marks, 'restricted'),
    cause: mark(marks, 'personal'),
    findings: [mark(marks, 'personal')],
  } as unknown as CanonicalRecord
}

const classes = fc.subarray(SHARING_CLASSES.slice(1)).map((more) => ['public' as const, ...more])

describe('what a link may see', () => {
  test('holds no value of a class that it does not see, and every value of those that it sees', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...KINDS),
        fc.constantFrom(...PARTY_ROLES),
        fc.constantFrom(...SITE_ROLES),
        classes,
        (kind, party, site, sees) => {
          const marks: Marks = { of: new Map() }
          const record = recordWith(marks, kind, { party, site })
          const whole = JSON.stringify(record)
          const shared = sharedRecord(record, sees)
          expect(JSON.stringify(record)).toBe(whole)
          if (!sees.includes(kindSharing(kind))) {
            expect(shared).toBeNull()
            return
          }
          const all = sees.length === SHARING_CLASSES.length
          const text = JSON.stringify(shared)
          for (const [value, wanted] of marks.of) {
            const isSeen = all || [...wanted].every((one) => sees.includes(one))
            expect([value, [...wanted], text.includes(value)]).toEqual([value, [...wanted], isSeen])
          }
          expect(text.includes('13800000000')).toBe(sees.includes('personal') && sees.includes('partner'))
        },
      ),
      { numRuns: 300 },
    )
  })

  test('is nothing personal and nothing restricted where nobody says otherwise', () => {
    expect(DEFAULT_SEES).toEqual(['public', 'partner'])
    const marks: Marks = { of: new Map() }
    const text = JSON.stringify(
      sharedRecord(recordWith(marks, 'sale', { party: 'buyer', site: 'market' }), DEFAULT_SEES),
    )
    for (const [value, wanted] of marks.of)
      if (wanted.has('personal') || wanted.has('restricted')) expect(text).not.toContain(value)
  })

  test('is the record itself where it sees everything', () => {
    const record = recordWith({ of: new Map() }, 'payment', { party: 'payer', site: 'market' })
    expect(sharedRecord(record, SHARING_CLASSES)).toBe(record)
  })

  test.each([
    ['上海浦东示例食品配送有限公司', true],
    ['嘉禾示例果蔬商行', true],
    ['秀英示例蔬菜摊', true],
    ['张三', false],
    ['欧阳小明', false],
    ['龙游示例种植户', false],
    ['阿布都热依木·示例行', false],
    ['王店', false],
  ])('the name %s is taken for that of a business: %s', (name, isSeen) => {
    const record = {
      kind: 'sale',
      parties: [{ role: 'seller', name, ids: [{ scheme: 'local.s', value: '1' }] }],
    }
    const shared = sharedRecord(record as unknown as CanonicalRecord, DEFAULT_SEES)
    expect(shared?.parties?.[0]?.name).toBe(isSeen ? name : undefined)
  })
})

describe('every field of the model', () => {
  const fieldsOf = (schema: unknown): string[] =>
    Object.keys((schema as { properties: Record<string, unknown> }).properties)
  test('has a class, and no class is of a field that is not there', () => {
    const fields = new Set(KINDS.flatMap((kind) => fieldsOf(RECORD_SCHEMAS[kind])))
    expect(Object.keys(RECORD_SHARING).sort()).toEqual([...fields].sort())
    for (const [name, schema] of Object.entries(PARTS))
      expect([name, Object.keys(PART_SHARING[name as keyof typeof PARTS] as Rules).sort()]).toEqual([
        name,
        fieldsOf(schema).sort(),
      ])
  })
})

test.each([
  ['parties.buyer.registeredIn', ['partner', 'restricted']],
  ['parties.seller.ids.cn\\.uscc', ['partner']],
  ['price.value', ['restricted', 'public']],
  ['occurredAt.raw', ['public', 'personal']],
  ['sites.market.name', ['public']],
  ['documents.promise_cert.number', ['partner']],
  ['related.seller.ids.cn\\.uscc', []],
  ['system', ['public']],
  ['__proto__.x', []],
])('the path %s needs %j', (path, classes) => {
  expect(classesOf(path)).toEqual(classes)
})
