import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createLinkPlaces, HANGING_AT_ONCE, LINKS_AT_ONCE, type LinkPlaces } from '#jobs/link-places.ts'

const HANGS_AFTER_MS = 20
const settled = async (): Promise<unknown> => await vi.advanceTimersByTimeAsync(0)
const hung = async (): Promise<unknown> => await vi.advanceTimersByTimeAsync(HANGS_AFTER_MS)

let begun: string[]
let again: string[]
let places: LinkPlaces
beforeEach(() => {
  vi.useFakeTimers()
  begun = []
  again = []
  places = createLinkPlaces((link) => void again.push(link), { hangsAfterMs: HANGS_AFTER_MS })
})

afterEach(() => void vi.useRealTimers())

interface Going {
  readonly done: Promise<void>
  /** The receiver answers, and the delivery ends. */
  readonly end: (failed: boolean | undefined) => Promise<void>
}

function begin(link: string): Going {
  const answer = Promise.withResolvers<boolean | undefined>()
  const done = places.run(link, async (onAsking) => {
    begun.push(link)
    onAsking(true)
    const failed = await answer.promise
    onAsking(false)
    return failed
  })
  const end = async (failed: boolean | undefined): Promise<void> => {
    answer.resolve(failed)
    await done
  }
  return { done, end }
}
const many = (count: number, name: string): Going[] =>
  Array.from({ length: count }, (_, i) => begin(`${name}${i}`))

it('a delivery that gets no answer gives its place to one that waits', async () => {
  const first = many(LINKS_AT_ONCE + 5, 'a')
  await settled()
  expect(begun).toHaveLength(LINKS_AT_ONCE)
  await hung()
  expect(begun).toHaveLength(LINKS_AT_ONCE + 5)
  await Promise.all(first.map(({ end }) => end(false)))
  many(LINKS_AT_ONCE + 1, 'b')
  await settled()
  expect(begun).toHaveLength(2 * LINKS_AT_ONCE + 5)
})

it('no more hang beside the others than there are places for that', async () => {
  const all = many(LINKS_AT_ONCE + HANGING_AT_ONCE + 3, 'a')
  await hung()
  await hung()
  expect(begun).toHaveLength(LINKS_AT_ONCE + HANGING_AT_ONCE)
  await all[0]?.end(true)
  await settled()
  expect(begun).toHaveLength(LINKS_AT_ONCE + HANGING_AT_ONCE + 1)
})

it('links whose receiver failed last begin in a lane of their own, and what is put off there is asked for again', async () => {
  const names = Array.from({ length: LINKS_AT_ONCE }, (_, i) => `f${i}`)
  await Promise.all(names.map((name) => begin(name).end(true)))
  begun = []
  const probes = names.map(begin)
  await settled()
  expect(begun).toHaveLength(HANGING_AT_ONCE / 2)
  many(LINKS_AT_ONCE, 'well')
  await settled()
  expect(begun).toHaveLength(HANGING_AT_ONCE / 2 + LINKS_AT_ONCE)
  await probes[0]?.end(false)
  expect(again).toEqual([names[HANGING_AT_ONCE / 2]])
  // It answered: from now on it waits for a place like all others.
  const back = begin('f0')
  await settled()
  expect(begun.filter((name) => name === 'f0')).toHaveLength(1)
  await hung()
  expect(begun.filter((name) => name === 'f0')).toHaveLength(2)
  await back.end(false)
})

it('a delivery that learns nothing of the receiver, as where another process has the link, leaves it where it was', async () => {
  await begin('f').end(true)
  await begin('f').end(undefined)
  // It still begins as a probe: of the places of the others all are free.
  many(LINKS_AT_ONCE, 'well')
  begin('f')
  await settled()
  expect(begun.filter((name) => name === 'f')).toHaveLength(3)
  expect(begun).toHaveLength(3 + LINKS_AT_ONCE)
})
