import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { backoffMs, waitMs } from '#flow/delivery/backoff.ts'

const SECONDS = [5, 30, 120, 600, 1800, 7200, 21_600, 43_200, 86_400]

describe('the wait before the next try', () => {
  test('is 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 6 h, 12 h, 24 h and then 24 h for ever', () => {
    expect(SECONDS.map((_, i) => backoffMs(i + 1, 0.5) / 1000)).toEqual(SECONDS)
    expect(backoffMs(10, 0.5)).toBe(86_400_000)
    expect(backoffMs(1000, 0.5)).toBe(86_400_000)
  })

  test('is spread by no more than 20 % to either side', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (failures, random) => {
          const step = (SECONDS[Math.min(failures, SECONDS.length) - 1] as number) * 1000
          expect(backoffMs(failures, random)).toBeGreaterThanOrEqual(step * 0.8)
          expect(backoffMs(failures, random)).toBeLessThanOrEqual(step * 1.2)
        },
      ),
    )
    expect(backoffMs(1, 0)).toBe(4000)
    expect(backoffMs(1, 0.75)).toBe(5500)
  })

  test('is what the receiver asks for, but neither nothing nor longer than a day', () => {
    expect(waitMs({ failures: 1, random: 0, retryAfterMs: 90_000 })).toBe(90_000)
    expect(waitMs({ failures: 9, random: 0, retryAfterMs: 2000 })).toBe(2000)
    expect(waitMs({ failures: 1, random: 0, retryAfterMs: 0 })).toBe(1000)
    expect(waitMs({ failures: 1, random: 0, retryAfterMs: -5 })).toBe(1000)
    expect(waitMs({ failures: 1, random: 0, retryAfterMs: 7 * 86_400_000 })).toBe(86_400_000)
  })

  test('is at least ten minutes where a person must act', () => {
    expect(waitMs({ failures: 1, random: 0.5, needsPerson: true })).toBe(600_000)
    expect(waitMs({ failures: 6, random: 0.5, needsPerson: true })).toBe(7_200_000)
  })
})
