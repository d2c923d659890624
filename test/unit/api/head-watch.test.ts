import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createHeadWatch, type HeadWatch } from '#api/head-watch.ts'
import type { ChangeFilter, ChangeMark } from '#store/change-filter.ts'
import type { LogGrowth } from '#store/log-growth.ts'

const SALE: ChangeMark = {
  kind: 'sale',
  system: 'jiaxing',
  region: '330402',
  productClass: 'pork',
  isLater: false,
}
const LOOKS_MS = 200

let growth: LogGrowth
let asked: bigint[]
let watch: HeadWatch
beforeEach(() => {
  vi.useFakeTimers()
  growth = { head: 10n, marks: [] }
  asked = []
  watch = createHeadWatch(async (after) => {
    asked.push(after)
    return growth
  })
})
afterEach(() => {
  watch.close()
  vi.useRealTimers()
})

const looks = (count = 1): Promise<unknown> => vi.advanceTimersByTimeAsync(count * LOOKS_MS)
/** Who waits; `ended` tells how, once it did. */
function wait(filter: ChangeFilter, position = 10n, timeoutMs = 30_000) {
  const leaving = new AbortController()
  const one: { ended: boolean | null; leave: () => void } = { ended: null, leave: () => leaving.abort() }
  void watch.passed(position, filter, timeoutMs, leaving.signal).then((passed) => {
    one.ended = passed
  })
  return one
}

it('of many who wait, those go on whom a new change may concern, and the others stay at no cost', async () => {
  const fits = [
    {},
    { kinds: ['sale'] },
    { regions: ['330400'] },
    { systems: ['jiaxing'], productClasses: ['pork'] },
  ].map((filter) => wait(filter))
  // Whether a place or a risk is in it, the mark does not tell: they must look.
  fits.push(wait({ sites: ['x:1'] }), wait({ kinds: ['sale'], risks: ['doubtful'] }))
  const others = Array.from({ length: 300 }, () => wait({ kinds: ['test'] }))
  others.push(wait({ kinds: ['sale'], regions: ['330100'] }), wait({ systems: ['hangzhou'] }))
  growth = { head: 11n, marks: [SALE] }
  await looks()
  expect(fits.map(({ ended }) => ended)).toEqual(fits.map(() => true))
  expect(others.every(({ ended }) => ended === null)).toBe(true)
  growth = { head: 12n, marks: [{ ...SALE, kind: 'test' }] }
  await looks()
  expect(others.slice(0, 300).every(({ ended }) => ended === true)).toBe(true)
  // One question for all of them each time, behind what is known to concern nobody.
  expect(asked).toEqual([10n, 11n])
})

it('who has waited through changes that did not concern him is not let go for one of them later', async () => {
  const one = wait({ kinds: ['test'] })
  growth = { head: 11n, marks: [SALE] }
  await looks(3)
  const late = wait({ kinds: ['hold'] }, 11n)
  await looks(2)
  expect([one.ended, late.ended]).toEqual([null, null])
  expect(asked.at(-1)).toBe(11n)
})

it('where very many came at once, or one has no region, nobody is left waiting for what is his', async () => {
  const [one, region] = [wait({ kinds: ['test'] }), wait({ regions: ['33'] })]
  growth = { head: 11n, marks: [{ ...SALE, region: null }] }
  await looks()
  expect([one.ended, region.ended]).toEqual([null, null])
  growth = { head: 5000n, marks: null }
  await looks()
  expect([one.ended, region.ended]).toEqual([true, true])
})

it('ends when the time is over, the caller leaves, or the hub stops, and then asks no more', async () => {
  const [short, left, last] = [wait({}, 10n, 300), wait({}), wait({})]
  left.leave()
  await looks(2)
  expect([short.ended, left.ended, last.ended]).toEqual([false, false, null])
  watch.close()
  await looks()
  expect(last.ended).toBe(false)
  const before = asked.length
  await looks(5)
  expect(asked.length).toBe(before)
})
