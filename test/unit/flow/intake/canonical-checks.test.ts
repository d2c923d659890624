import { expect, test } from 'vitest'
import { chineseReason } from '#core/mapping/reasons.ts'
import type { Peer } from '#core/peers/peer.ts'
import { holdAliases } from '#core/products/aliases.ts'
import { canonicalSources, readCanonical } from '#flow/intake/canonical-sources.ts'
import { isRefused, readChange } from '#flow/peers/change.ts'

const RECEIVED = '2026-04-15T06:00:00+08:00'
const second = (at: string) => ({ at, precision: 'second' })
const entry = (parts: object): object => ({
  kind: 'entry',
  occurredAt: second('2026-04-15T05:00:00+08:00'),
  parties: [{ role: 'owner', name: '示例批发部', ids: [] }],
  product: { name: '菠菜', class: 'vegetable' },
  quantity: { value: '60', unit: 'KGM' },
  ...parts,
})

/** What became of a canonical record that is the second of its message. */
function pushed(parts: object) {
  const records = [entry({}), entry(parts)].map((one, n) => ({ ...one, system: 'stall-ledger', key: `${n}` }))
  const read = readCanonical(Buffer.from(JSON.stringify(records)))
  const source = canonicalSources(read, Date.parse(RECEIVED)).sources[1]
  expect(source).toMatchObject({ rejected: false })
  const content = source?.records[0]?.content
  return {
    issues: source?.issues ?? [],
    flags: content?.flags,
    body: JSON.parse(content?.bytes.toString() ?? '{}'),
    hash: content?.hash,
  }
}

const party = (ids: object[], name = '示例批发部') => ({ parties: [{ role: 'owner', name, ids }] })
const upstream = (more: object) => ({
  documents: [{ role: 'upstream', type: 'product_B', number: '3304250001', ...more }],
})

const DOUBTS: readonly [
  what: string,
  parts: object,
  flags: readonly string[],
  path: string,
  reason: RegExp,
][] = [
  [
    'a region that never was',
    { region: { code: '999999' } },
    ['W_AREA_UNKNOWN'],
    '/region/code',
    /no such region/,
  ],
  [
    'a region that had ended, and is several now',
    { region: { code: '330621' } },
    ['W_AREA_OBSOLETE', 'W_AREA_AMBIGUOUS'],
    '/region/code',
    /had ended/,
  ],
  [
    'an origin that had ended',
    { origin: { code: '330125' } },
    ['W_AREA_OBSOLETE'],
    '/origin/code',
    /had ended/,
  ],
  [
    'a name that is no region',
    { origin: { name: '乌有县', year: 2026 } },
    ['W_AREA_UNKNOWN'],
    '/origin/name',
    /no such/,
  ],
  [
    'the region of a place',
    { sites: [{ role: 'origin', ids: [], name: '示例场', region: { code: '999999' } }] },
    ['W_AREA_UNKNOWN'],
    '/sites/0/region/code',
    /no such/,
  ],
  [
    'a time a year ahead',
    { occurredAt: second('2027-04-15T05:00:00+08:00') },
    ['W_TIME_RANGE', 'W_FUTURE_TIME'],
    '/occurredAt/at',
    /later than tomorrow/,
  ],
  [
    'a time an hour ahead',
    { occurredAt: second('2026-04-15T07:00:00+08:00') },
    ['W_FUTURE_TIME'],
    '/occurredAt/at',
    /later than the receipt/,
  ],
  [
    'a time of before there were such systems',
    { occurredAt: second('2008-04-15T05:00:00+08:00') },
    ['W_TIME_RANGE'],
    '/occurredAt/at',
    /before 2009/,
  ],
  [
    'a paper after its last valid day',
    upstream({ validUntil: second('2026-04-14T00:00:00+08:00') }),
    ['W_DOC_EXPIRED'],
    '/documents/0/number',
    /last valid day/,
  ],
  [
    'a paper of another province',
    {
      ...upstream({ number: '3204250001', issuedOn: second('2025-12-30T00:00:00+08:00') }),
      ...{ occurredAt: second('2025-12-30T05:00:00+08:00'), region: { code: '330402' } },
      origin: { code: '320583' },
    },
    ['W_DOC_TERRITORY'],
    '/documents/0/number',
    /one province/,
  ],
  [
    'a wrong check digit',
    party([{ scheme: 'cn.uscc', value: '91330402MA2CW8E34X' }]),
    ['W_ID_CHECK_FAIL'],
    '/parties/0/ids/0/value',
    /check digit/,
  ],
  [
    'a code that is none of its scheme',
    { lots: [{ role: 'subject', scheme: 'cn.mofcom.batch16', value: '123' }] },
    ['W_ID_UNKNOWN'],
    '/lots/0/value',
    /known schemes/,
  ],
  [
    'a lot of a scheme that nobody knows',
    { lots: [{ role: 'subject', scheme: 'batch', value: '123' }] },
    ['W_ID_UNKNOWN'],
    '/lots/0/scheme',
    /no scheme has this name/,
  ],
  [
    'goods that neither code nor name tells',
    { product: { name: '乌有之物' } },
    ['W_PRODUCT_UNKNOWN'],
    '/product',
    /no code table/,
  ],
  ['a name of a trial', party([], '测试商户'), ['W_TEST_DATA'], '/parties/0/name', /test data/],
]

test.each(DOUBTS)(
  'a canonical record with %s is taken, marked, and told at its place why',
  (_what, parts, flags, path, reason) => {
    const { issues, flags: found } = pushed(parts)
    expect(found).toEqual(flags)
    expect(issues.map(({ path: at, code }) => [at, code])).toEqual(flags.map((flag) => [`/1${path}`, flag]))
    expect(issues[0]?.reason).toMatch(reason)
    for (const issue of issues)
      for (const text of [issue.reason, issue.fix])
        expect(chineseReason(text ?? '')).toMatch(/\p{Script=Han}/u)
  },
)

test('goods have the class of their code or name where the sender tells none, and keep the one that he tells', () => {
  const classOf = (product: object) => pushed({ product }).body.product.class
  expect(classOf({ name: '菠菜' })).toBe('vegetable')
  expect(classOf({ code: '01233401' })).toBe('vegetable')
  expect(classOf({ name: '菠菜', class: 'other' })).toBe('other')
  expect(classOf({ name: '乌有之物' })).toBe(undefined)
  const mixed = canonicalSources(
    readCanonical(
      Buffer.from(
        JSON.stringify({
          ...entry({ kind: 'transformation', process: 'packing', product: undefined }),
          ...{
            system: 'stall-ledger',
            key: 'm',
            input: { product: { name: '菠菜' } },
            output: { product: { name: '猪肉' } },
          },
        }),
      ),
    ),
    Date.parse(RECEIVED),
  ).sources[0]?.records[0]?.content
  const { input, output } = JSON.parse(mixed?.bytes.toString() ?? '{}')
  expect([input.product.class, output.product.class]).toEqual(['vegetable', 'pork'])
})

test('what a person decided of a name is the class of canonical goods of that name too', () => {
  const aliases = holdAliases()
  const decided = { class: 'mushroom', code: null, scheme: 'name', value: '乌有之物', system: null } as const
  aliases.replace([decided], 1)
  const bytes = Buffer.from(
    JSON.stringify([{ ...entry({ product: { name: '乌有之物' } }), system: 'stall-ledger', key: '1' }]),
  )
  const [source] = canonicalSources(readCanonical(bytes), Date.parse(RECEIVED), aliases).sources
  const content = source?.records[0]?.content
  expect(content?.flags).toEqual([])
  expect(JSON.parse(content?.bytes.toString() ?? '{}').product).toEqual({
    class: 'mushroom',
    name: '乌有之物',
  })
})

test('a region that is none in its year is not kept as one: what may be meant stands in its place, with what was sent', () => {
  expect(pushed({ region: { code: '330621' } }).body.region).toEqual({
    candidates: ['330602', '330603'],
    writtenAs: '330621',
    year: 2026,
  })
  expect(pushed({ region: { code: '330125' } }).body.region).toEqual({
    ...{ code: '330110', name: '余杭区', writtenAs: '330125', year: 2026 },
  })
  expect(pushed({ region: { code: '999999' } }).body.region).toEqual({ writtenAs: '999999', year: 2026 })
  const named = pushed({ region: { code: '330621', name: '绍兴县' } }).body
  expect([named.region.writtenAs, named.region.code, named.raw]).toEqual([
    '330621',
    undefined,
    { region: '绍兴县' },
  ])
})

test.each([
  [{ region: { code: '330402', name: '我区' } }, 'a name of the sender’s own beside a valid code'],
  [{ region: { code: '330621', year: 2012 } }, 'a code in a year in which it was valid'],
  [{ origin: { country: 'VNM', year: 2026 } }, 'a country'],
  [{ origin: { candidates: ['330602', '330603'], writtenAs: '330621', year: 2026 } }, 'candidates'],
  [
    party([
      { scheme: 'local.x', value: '7' },
      { scheme: 'cn.idcard.hash', value: 'ab'.repeat(32) },
    ]),
    'codes of no standard',
  ],
  [upstream({ type: 'promise_cert' }), 'a paper without a last day'],
])('%j is not marked and stays as it was sent: %s', (parts, _why) => {
  const { issues, flags, body } = pushed(parts)
  expect([issues, flags]).toEqual([[], []])
  expect(body).toMatchObject(parts)
})

test('what the sender marked stays marked, once, and marks are no content', () => {
  const late = { occurredAt: second('2026-04-15T07:00:00+08:00') }
  const marked = pushed({ ...late, flags: ['W_TEST_DATA', 'W_FUTURE_TIME'] })
  expect(marked.flags).toEqual(['W_TEST_DATA', 'W_FUTURE_TIME'])
  expect(pushed(late).hash).toBe(marked.hash)
})

test('what is settled once is settled: a record that comes back as it was kept is the same', () => {
  for (const parts of [{ region: { code: '330621', name: '绍兴县' } }, { origin: { code: '330125' } }]) {
    const { body, hash } = pushed(parts)
    expect(pushed(body).hash).toBe(hash)
  }
})

const PEER: Peer = { hub: 'hub-anji', system: 'peer-anji', carries: [] }

test('a record of a peer keeps what its owner says, content and marks: by which list and when he got it he knows', () => {
  const record = entry({
    ...{ region: { code: '999999', year: 2026 }, occurredAt: second('2027-04-15T05:00:00+08:00') },
    flags: ['W_TEST_DATA'],
  })
  const id = 'urn:cnft:entry:stall-ledger:canonical:1'
  const change = readChange(
    { event: 'e1', kind: 'entry', id, version: 1, operation: 'upsert', record },
    '/changes/0',
    PEER,
    'here',
  )
  if (isRefused(change)) throw new Error(JSON.stringify(change))
  expect(change.mapped.body).toMatchObject({ region: { code: '999999', year: 2026 }, flags: ['W_TEST_DATA'] })
  expect(change.doubts).toEqual([])
})
