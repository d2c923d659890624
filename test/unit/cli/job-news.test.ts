import { expect, it } from 'vitest'
import { jobNews } from '#cli/job-news.ts'

interface Line {
  readonly message: string
  readonly [fact: string]: unknown
}

function news(note: () => Promise<unknown> = async () => {}) {
  const lines: Line[] = []
  const at = { nowMs: 0, stops: false, noted: 0 }
  const write = (facts: object, message: string) => void lines.push({ ...facts, message })
  const told = jobNews({
    log: { warn: write, error: write },
    clock: () => at.nowMs,
    isStopping: () => at.stops,
    note: () => {
      at.noted++
      return note()
    },
  })
  return { lines, at, ...told }
}

it('while the database is away the log tells of it once a minute, with how often it happened', () => {
  const { lines, at, onError } = news()
  for (; at.nowMs < 90_000; at.nowMs += 50) onError(new Error('connect ECONNREFUSED'))
  expect(lines).toEqual([
    { message: 'jobs', reason: 'connect ECONNREFUSED', times: 1 },
    { message: 'jobs', reason: 'connect ECONNREFUSED', times: 1200 },
  ])
})

it('each failed job is told and noted; that it cannot be noted is no further failure', async () => {
  const { lines, at, onFailed } = news(() => Promise.reject(new Error('the database is away')))
  for (const _ of [1, 2]) onFailed('links', new Error('out of memory'))
  await Promise.resolve()
  expect(lines).toEqual(
    [1, 2].map(() => ({
      message: 'a job failed; the sweep finds its work again',
      queue: 'links',
      reason: 'out of memory',
    })),
  )
  expect(at.noted).toBe(2)
})

it('what ends because the hub stops is no news', () => {
  const { lines, at, onError, onFailed } = news()
  at.stops = true
  onError(new Error('terminating connection'))
  onFailed('links', new Error('terminating connection'))
  expect([lines, at.noted]).toEqual([[], 0])
})
