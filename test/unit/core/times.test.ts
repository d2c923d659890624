import { expect, test } from 'vitest'
import { goodsMoves } from '#core/balance/goods-move.ts'
import { matchFacts } from '#core/lineage/matching.ts'
import type { Body } from '#core/model/body.ts'
import { inChina, timeIssues } from '#core/model/times.ts'
import { dayOf } from '#core/supervision/lines.ts'

const china = (at: string, precision = 'second', raw?: string) =>
  inChina({ occurredAt: { at, precision, ...(raw === undefined ? {} : { raw }) } }).occurredAt

test('a time of another zone is written as one of China, and what was written stays', () => {
  expect(china('2026-11-25T16:10:00Z')).toEqual({
    ...{ at: '2026-11-26T00:10:00+08:00', precision: 'second', raw: '2026-11-25T16:10:00Z' },
  })
  expect(china('2026-11-25T16:00:00.000Z', 'day', '26.11.')).toEqual({
    ...{ at: '2026-11-26T00:00:00+08:00', precision: 'day', raw: '26.11.' },
  })
  expect(china('2026-11-26')).toMatchObject({ at: '2026-11-26T00:00:00+08:00', precision: 'day' })
  expect(china('2026-11-26T00:10:00+08:00')).toEqual({
    at: '2026-11-26T00:10:00+08:00',
    precision: 'second',
  })
  const documents = [{ number: 'A', issuedOn: { at: '2026-11-25T23:00:00Z', precision: 'day' } }]
  expect(inChina({ documents }).documents[0]?.issuedOn.at).toBe('2026-11-26T07:00:00+08:00')
})

const NO_TIMES = [
  ...['yesterday', '', '2026-02-30T00:00:00+08:00', '2026-11-25T25:10:00+08:00', '20261125'],
  '0001-01-01T00:00:00+08:00',
]

test.each(NO_TIMES)('%j is no time, and is told of at its place', (at) => {
  const body = { documents: [{ issuedOn: china(at) }] }
  expect(timeIssues(body, '/0').map(({ path }) => path)).toEqual(['/0/documents/0/issuedOn/at'])
})

test.each(NO_TIMES)(
  'a stored record of the time %j is of no day, and stops nobody who counts by days',
  (at) => {
    const occurredAt = { at, precision: 'second' as const }
    const body: Body = {
      ...{ flags: [], occurredAt, product: { name: '菠菜', class: 'vegetable' } },
      quantity: { value: '1', unit: 'KGM' },
      sites: [
        { role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value: '330105012' }] },
        { role: 'stall', name: 'A-1', ids: [] },
      ],
    }
    expect(dayOf(occurredAt)).toBeNull()
    expect(goodsMoves('entry', 'id', body)).toEqual([])
    expect(matchFacts('entry', 'id', body).points).toEqual([])
    const today = { ...body, occurredAt: { ...occurredAt, at: '2026-03-05T00:10:00+08:00' } }
    expect(goodsMoves('entry', 'id', today)).toMatchObject([{ day: '2026-03-05' }])
    expect(matchFacts('entry', 'id', today).points.length).toBeGreaterThan(0)
  },
)
