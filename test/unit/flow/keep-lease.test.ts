import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { keepLease } from '#flow/keep-lease.ts'

it('a lease is extended until its end, and one that is another’s ends the work', async () => {
  const asked: number[] = []
  const kept = keepLease(async (ms) => asked.push(ms) < 3, 15)
  await new Promise((resolve) => kept.signal.addEventListener('abort', resolve, { once: true }))
  expect(kept.isLost()).toBe(true)
  expect(asked.slice(0, 3)).toEqual([15, 15, 15])
  kept.end()
  const count = asked.length
  await pause(30)
  expect(asked).toHaveLength(count)
})

it('a database that cannot be asked ends nothing; who wants the work to stop does', async () => {
  let asked = 0
  const stop = new AbortController()
  const again = Promise.withResolvers<void>()
  const refuse = async (): Promise<boolean> => {
    if (++asked === 3) again.resolve()
    throw new Error('connection refused')
  }
  const kept = keepLease(refuse, 15, stop.signal)
  await again.promise
  expect(kept.signal.aborted).toBe(false)
  stop.abort()
  expect(kept.signal.aborted).toBe(true)
  expect(kept.isLost()).toBe(false)
  kept.end()
})
