import { expect, it } from 'vitest'
import { DELIVERY_BOUNDS_S, deliveryTimesOf } from '#core/delivery-times.ts'

it('a time is counted once, within the first bound that holds it, the bound itself included', () => {
  for (const [i, bound] of DELIVERY_BOUNDS_S.entries()) {
    expect(deliveryTimesOf([bound]).counts.indexOf(1), String(bound)).toBe(i)
    expect(deliveryTimesOf([bound + 0.001]).counts.indexOf(1), String(bound)).toBe(i + 1)
  }
})

it('what a clock makes negative took no time, and the sum is that of all', () => {
  const { counts, seconds } = deliveryTimesOf([-5, 0.05, 2, 100_000])
  expect(counts.reduce((sum, count) => sum + count)).toBe(4)
  expect([counts[0], counts.at(-1)]).toEqual([2, 1])
  expect(seconds).toBeCloseTo(100_002.05)
  expect(deliveryTimesOf([])).toEqual({ counts: DELIVERY_BOUNDS_S.map(() => 0).concat(0), seconds: 0 })
})
