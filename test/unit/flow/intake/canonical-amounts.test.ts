import { expect, test } from 'vitest'
import { chineseReason } from '#core/mapping/reasons.ts'
import type { Peer } from '#core/peers/peer.ts'
import { canonicalSources, readCanonical } from '#flow/intake/canonical-sources.ts'
import { isRefused, readChange } from '#flow/peers/change.ts'

const event = (kind: string, parts: object): object => ({
  kind,
  occurredAt: { at: '2024-04-15T05:00:00+08:00', precision: 'second' },
  parties: [{ role: 'seller', name: '示例批发部', ids: [] }],
  product: { name: '菠菜' },
  ...(kind === 'sale' ? { saleKind: 'wholesale' } : {}),
  ...(kind === 'dispatch' ? { sites: [{ role: 'farm', name: '示例基地', ids: [] }] } : {}),
  ...(kind === 'production' ? { productionKind: 'harvest' } : {}),
  ...parts,
})
const kilograms = (value: string) => ({ value, unit: 'KGM' })

/** What became of a canonical record: its place of doubt, its flags. */
function pushed(kind: string, parts: object) {
  const records = [event('sale', {}), event(kind, parts)]
  const bytes = Buffer.from(
    JSON.stringify(records.map((one, i) => ({ ...one, system: 'stall-ledger', key: `${i}` }))),
  )
  const source = canonicalSources(readCanonical(bytes), Date.parse('2024-04-15T06:00:00+08:00')).sources[1]
  expect(source).toMatchObject({ rejected: false })
  return { issues: source?.issues ?? [], flags: source?.records[0]?.content?.flags }
}

const DOUBTS: readonly [kind: string, parts: object, path: string, reason: RegExp][] = [
  ['production', { quantity: kilograms('-60') }, '/quantity/value', /below zero/],
  ['entry', { quantity: kilograms('-0.25') }, '/quantity/value', /below zero/],
  ['dispatch', { quantity: kilograms('0') }, '/quantity/value', /no goods/],
  ['sale', { quantity: kilograms('0.00') }, '/quantity/value', /no goods/],
  ['sale', { quantity: kilograms('1000000.01') }, '/quantity/value', /1,000 tonnes/],
  ['entry', { quantity: { value: '20', unit: 'HEA' }, mass: kilograms('-2') }, '/mass/value', /below zero/],
  [
    'transformation',
    { process: 'slaughter', input: { quantity: kilograms('-1') } },
    '/input/quantity/value',
    /below zero/,
  ],
  ['sale', { quantity: kilograms('-60') }, '/quantity/value', /refund/],
  ['sale', { amount: { value: '-60', currency: 'CNY' } }, '/amount/value', /refund/],
]

test.each(DOUBTS)(
  'a canonical %s of %j is taken, marked, and told at its place why',
  (kind, parts, path, reason) => {
    const { issues, flags } = pushed(kind, parts)
    expect(flags).toEqual(['W_UNIT_SUSPECT'])
    expect(issues).toEqual([
      {
        path: `/1${path}`,
        code: 'W_UNIT_SUSPECT',
        value: expect.stringMatching(/\d/),
        reason: expect.stringMatching(reason),
        fix: expect.stringMatching(/\.$/),
      },
    ])
    for (const text of [issues[0]?.reason, issues[0]?.fix])
      expect(chineseReason(text ?? '')).toMatch(/\p{Script=Han}/u)
  },
)

test('what the sender marked already stays marked, once', () => {
  expect(
    pushed('sale', { quantity: kilograms('0'), flags: ['W_TEST_DATA', 'W_UNIT_SUSPECT'] }).flags,
  ).toEqual(['W_TEST_DATA', 'W_UNIT_SUSPECT'])
})

test.each([
  ['sale', { quantity: kilograms('-60'), refund: true }, 'goods that come back to a seller'],
  ['entry', { quantity: kilograms('-60'), status: 'void' }, 'a void whose source turns the sign round'],
  ['production', { quantity: kilograms('1000000') }, 'a thousand tonnes and no more'],
  ['production', { quantity: { value: '3000000', unit: 'HEA' } }, 'heads'],
  ['entry', { quantity: { value: null, unit: 'KGM', raw: '?' } }, 'what could not be read'],
])('a canonical %s of %j is not marked: %s', (kind, parts, _why) => {
  expect(pushed(kind, parts)).toEqual({ issues: [], flags: [] })
})

const PEER: Peer = { hub: 'hub-anji', system: 'peer-anji', carries: [] }

test.each(DOUBTS)(
  'a %s of %j that a peer brings is marked and told by the same rules',
  (kind, parts, path, reason) => {
    const id = `urn:cnft:${kind}:stall-ledger:canonical:1`
    const change = readChange(
      { event: 'e1', kind, id, version: 1, operation: 'upsert', record: event(kind, parts) },
      '/changes/0',
      PEER,
      'here',
    )
    if (isRefused(change)) throw new Error(JSON.stringify(change))
    expect(change.mapped.body?.flags).toEqual(['W_UNIT_SUSPECT'])
    expect(change.doubts).toMatchObject([
      { path: `/changes/0/record${path}`, code: 'W_UNIT_SUSPECT', reason: expect.stringMatching(reason) },
    ])
  },
)
