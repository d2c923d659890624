import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRates, type Rates } from '#api/rates.ts'

/** The store that all processes share, as `chargeCaller` keeps it, with a clock that tests move. */
function shared(unitsPerSecond: number) {
  const world = { nowMs: 1_000_000, isDown: false }
  const full = new Map<string, number>()
  const ask = async (caller: string, costMs: number): Promise<number> => {
    if (world.isDown) throw new Error('no database')
    const at = Math.max(full.get(caller) ?? 0, world.nowMs) + costMs
    full.set(caller, at)
    return at - world.nowMs
  }
  const process = (): Rates => createRates({ unitsPerSecond, ask, clock: () => world.nowMs, callers: 100 })
  return { world, process }
}
const settle = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await Promise.resolve()
}

const RATE = 10
const BURST = 10 * RATE

describe('the units of a caller', () => {
  it('are never more than the burst, the rate in the time, and two blocks and one request for each process', async () => {
    const step = fc.record({
      process: fc.nat(2),
      units: fc.integer({ min: 1, max: 8 }),
      afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3000 })),
      isSettled: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 50, maxLength: 250 }), async (steps) => {
        const { world, process } = shared(RATE)
        const processes = [process(), process(), process()]
        const startMs = world.nowMs
        let admitted = 0
        for (const { process: at, units, afterMs, isSettled } of steps) {
          world.nowMs += afterMs
          if ((processes[at] as Rates).take('one', units).waitMs === 0) admitted += units
          if (isSettled) await settle()
          const given = BURST + ((world.nowMs - startMs) / 1000) * RATE
          expect(admitted).toBeLessThanOrEqual(given + 3 * (3 * RATE + 8))
        }
      }),
      { numRuns: 100 },
    )
  })

  it('come back: who waits as long as he is told is admitted', async () => {
    const { world, process } = shared(RATE)
    const [rates] = [process()]
    let refused = 0
    for (let i = 0; i < 400; i++) {
      const { waitMs } = rates.take('one', 3)
      await settle()
      if (waitMs > 0) {
        refused++
        world.nowMs += waitMs
        expect(rates.take('one', 1).waitMs).toBe(0)
        await settle()
      }
    }
    expect(refused).toBeGreaterThan(10)
  })

  it('of one caller are not those of another, and who asks seldom asks the store never', async () => {
    const { world, process } = shared(RATE)
    const rates = process()
    for (let i = 0; i < 200; i++) {
      rates.take('greedy', 5)
      await settle()
    }
    expect(rates.take('greedy', 1).waitMs).toBeGreaterThan(0)
    world.isDown = true
    expect(rates.take('modest', 1)).toEqual({ waitMs: 0, remaining: BURST })
  })

  it('are counted by each process alone while the store is away, and a caller more forgets the oldest', async () => {
    const { world, process } = shared(RATE)
    const rates = process()
    world.isDown = true
    let admitted = 0
    for (let i = 0; i < 500; i++) {
      if (rates.take('one', 1).waitMs === 0) admitted++
      await settle()
    }
    expect(admitted).toBeGreaterThanOrEqual(BURST)
    expect(admitted).toBeLessThanOrEqual(BURST + 3 * RATE)
    for (let i = 0; i < 300; i++) rates.take(`other ${i}`, 1)
    expect(rates.size).toBe(100)
  })

  it('may be owed: a message that cost more than was there is paid for by waiting', async () => {
    const { process } = shared(RATE)
    const rates = process()
    expect(rates.take('one', 1).waitMs).toBe(0)
    rates.charge('one', 50 * RATE)
    await settle()
    const { waitMs } = rates.take('one', 1)
    expect(waitMs).toBeGreaterThan(30_000)
    expect(waitMs).toBeLessThan(51_000)
  })
})
