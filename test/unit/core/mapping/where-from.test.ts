import { expect, test } from 'vitest'
import { compileMapping } from '#core/mapping/compile.ts'
import { chineseReason } from '#core/mapping/reasons.ts'

function mapped(row: Record<string, string>, kind = 'dispatch') {
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
      region: { code: county }
      origin: { code: originCode }
      parties.shipper: { name: shipper }
      sites.farm: { name: farm }
      sites.destination: { name: market }
      product: { name: goods }
`,
  })
  if (mapping === null) throw new Error(JSON.stringify(mistakes))
  const value = { id: 'A1', time: '20260415', shipper: '甲合作社', market: '乙市场', goods: '番茄', ...row }
  const source = { index: 0, path: '/0', value, place: (field: string) => `/0/${field}`, issues: [] }
  return mapping.map(source, { receivedAtMs: Date.UTC(2026, 3, 16) })
}

test('a dispatch that does not say where the goods left is taken, marked, and told why in both languages', () => {
  const { rejected, issues, records } = mapped({})
  expect([rejected, records[0]?.body?.flags]).toEqual([false, ['E_SCHEMA']])
  expect(issues).toMatchObject([
    { path: '/0/farm', code: 'E_SCHEMA', reason: expect.stringContaining('where the goods left') },
  ])
  for (const text of [issues[0]?.reason, issues[0]?.fix])
    expect(chineseReason(text ?? '')).toMatch(/\p{Script=Han}/u)
})

test.each([
  ['its farm', { farm: '龙游示例基地' }],
  ['the origin of the goods', { originCode: '330825' }],
  ['the region that they left', { county: '330825' }],
])('a dispatch that says %s is not marked', (_what, row) => {
  const { issues, records } = mapped(row)
  expect([issues, records[0]?.body?.flags]).toEqual([[], []])
})

test('neither a void dispatch nor another kind of record has to say where goods left', () => {
  expect(mapped({ state: '2' }).issues).toEqual([])
  expect(mapped({}, 'entry').issues).toEqual([])
})
