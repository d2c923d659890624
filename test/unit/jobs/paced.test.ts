import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { paced } from '#jobs/paced.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('what is asked for is done at once, and what is asked for meanwhile is done once more, and never more often than it may be', () => {
  const at: number[] = []
  const begun = Date.now()
  const pace = paced(100, () => at.push(Date.now() - begun))
  pace.ask()
  expect(at).toEqual([0])
  for (let i = 0; i < 25; i++) {
    vi.advanceTimersByTime(10)
    pace.ask()
  }
  // The last request came 250 ms after the first one, and is answered.
  vi.advanceTimersByTime(1000)
  expect(at).toEqual([0, 100, 200, 300])
  pace.ask()
  expect(at).toEqual([0, 100, 200, 300, 1250])
})

test('behind its end nothing is done', () => {
  let count = 0
  const pace = paced(100, () => count++)
  pace.ask()
  pace.ask()
  pace.stop()
  vi.advanceTimersByTime(1000)
  pace.ask()
  expect(count).toBe(1)
})
