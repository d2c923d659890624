import { expect, test } from 'vitest'
import { compileMapping } from '#core/mapping/compile.ts'
import { chineseReason } from '#core/mapping/reasons.ts'

function mapped(kind: string, row: Record<string, string>, more = '') {
  const { mapping, mistakes } = compileMapping({
    path: 'test.yaml',
    text: `mapping: a-system/record
version: 1
read: { format: json }
key: [id]
status: { from: state, active: ['1'], void: ['2'], absent: active }
void: { body: new }
emit:
  - kind: ${kind}
    fields:
      occurredAt: { from: time, date: [yyyyMMdd] }
      parties.seller: { name: seller }
      sites.farm: { name: seller }
      product: { name: goods }
      quantity: { from: kg, unit: { from: unit, default: 斤 } }
${more}`,
  })
  if (mapping === null) throw new Error(JSON.stringify(mistakes))
  const value = { id: 'A1', time: '20240415', seller: '甲', goods: '番茄', ...row }
  const source = { index: 0, path: '/0', value, place: (field: string) => `/0/${field}`, issues: [] }
  return mapping.map(source, { receivedAtMs: Date.UTC(2024, 3, 16) })
}

test.each([
  ['production', '-120', '-60', /below zero/],
  ['entry', '-0.5', '-0.25', /below zero/],
  ['dispatch', '0', '0', /no goods/],
  ['sale', '0.00', '0', /no goods/],
  ['production', '600000000', '300000000', /1,000 tonnes/],
  ['sale', '2000000.02', '1000000.01', /1,000 tonnes/],
])('a %s of %s 斤 is taken, marked, and told at its field why', (kind, kg, value, reason) => {
  const { rejected, issues, records } = mapped(kind, { kg })
  expect(rejected).toBe(false)
  expect(records[0]?.body).toMatchObject({ quantity: { value, unit: 'KGM' }, flags: ['W_UNIT_SUSPECT'] })
  expect(issues).toMatchObject([
    {
      path: '/0/kg',
      code: 'W_UNIT_SUSPECT',
      value: expect.stringContaining(kg),
      reason: expect.stringMatching(reason),
    },
  ])
  for (const text of [issues[0]?.reason, issues[0]?.fix])
    expect(chineseReason(text ?? '')).toMatch(/\p{Script=Han}/u)
})

const REFUND = "      refund: { from: back, enum: { '1': 'true', '0': 'false' } }\n"
const MONEY = '      amount: { from: yuan }\n'

test.each([
  ['of goods', { kg: '-120' }, '/0/kg', '-120'],
  ['of money', { kg: '120', yuan: '-600' }, '/0/yuan', '-600'],
  ['told to be none', { kg: '-120', back: '0' }, '/0/kg', '-120'],
])(
  'a sale below zero %s that is not told as a refund is taken, marked, and told at its field why',
  (_what, row, path, value) => {
    const { rejected, issues, records } = mapped('sale', row, MONEY + REFUND)
    expect(rejected).toBe(false)
    expect(records[0]?.body?.flags).toEqual(['W_UNIT_SUSPECT'])
    expect(issues).toMatchObject([
      { path, value: expect.stringContaining(value), reason: expect.stringMatching(/refund/) },
    ])
    expect(chineseReason(issues[0]?.fix ?? '')).toMatch(/\p{Script=Han}/u)
  },
)

test('a sale below zero of a mapping that reads no refund is marked too', () => {
  expect(mapped('sale', { kg: '-120' }).records[0]?.body?.flags).toEqual(['W_UNIT_SUSPECT'])
})

test.each([
  ['sale', { kg: '-120', yuan: '-600', back: '1' }, 'goods that come back to a seller'],
  ['sale', { kg: '-120', state: '2' }, 'a sale that is void'],
  ['entry', { kg: '-120', state: '2' }, 'a void whose source turns the sign round'],
  ['production', { kg: '2000000' }, 'a thousand tonnes and no more'],
  ['production', { kg: '3000000', unit: '头' }, 'heads'],
  ['transformation', { kg: '0' }, 'a day on which nothing was made'],
  ['test', { kg: '0' }, 'what is no movement of goods'],
])('a %s of %o is not marked: %s', (kind, row, _why) => {
  const test = '      test: { item: { const: 农药残留 }, verdict: { const: pass } }\n'
  const more = kind === 'test' ? test : kind === 'sale' ? MONEY + REFUND : ''
  const { issues, records } = mapped(kind, row, more)
  expect([issues, records[0]?.body?.flags]).toEqual([[], []])
})

test('what was made of goods, and the mass beside a count, is below zero for nobody', () => {
  const { records, issues } = mapped(
    'transformation',
    { kg: '1', out: '-5', beside: '-6' },
    '      output: { quantity: { from: out, unit: { default: 公斤 } } }\n      mass: { from: beside, unit: { default: 公斤 } }\n',
  )
  expect(records[0]?.body?.flags).toEqual(['W_UNIT_SUSPECT'])
  expect(issues.map(({ path }) => path).sort()).toEqual(['/0/beside', '/0/out'])
})
