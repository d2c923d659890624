import fc from 'fast-check'
import { expect, it } from 'vitest'
import { daysOf, hourOf, piecesOf, spanOf, yesterdayOf } from '#core/reconcile/hour.ts'

it('an hour is one of China, and begins and ends where it says', () => {
  expect(hourOf(Date.parse('2024-04-14T19:42:10Z'))).toBe('2024-04-15T03')
  expect(hourOf(Date.parse('2024-04-15T23:59:59.999+08:00'))).toBe('2024-04-15T23')
  expect(hourOf(Number.NaN)).toBe('')
  expect(spanOf('2024-02-29')?.toMs).toBe(Date.parse('2024-03-01T00:00:00+08:00'))
  expect(['2024-02-30', '2024-04-15T24', '2024-4-1', '', 'x'].map(spanOf)).toEqual([
    null,
    null,
    null,
    null,
    null,
  ])
})

it('every instant lies in its hour', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), (ms) => {
      const { fromMs, toMs } = spanOf(hourOf(ms)) as { fromMs: number; toMs: number }
      expect(fromMs <= ms && ms < toMs).toBe(true)
    }),
  )
})

it('a stretch of hours is cut into its days', () => {
  expect(daysOf({ from: '2024-04-15T22', to: '2024-04-17T01' })).toEqual([
    { from: '2024-04-15T22', to: '2024-04-16T00' },
    { from: '2024-04-16T00', to: '2024-04-17T00' },
    { from: '2024-04-17T00', to: '2024-04-17T01' },
  ])
  expect(piecesOf({ from: '2024-04-15T22', to: '2024-04-16T05' }, 6)).toEqual([
    { from: '2024-04-15T22', to: '2024-04-16T04' },
    { from: '2024-04-16T04', to: '2024-04-16T05' },
  ])
  expect(yesterdayOf(Date.parse('2024-04-15T17:00:00Z'))).toBe('2024-04-15')
})
