import type { Page } from '#adapters/adapter.ts'
import { createPace } from '#adapters/ports/pace.ts'
import { acknowledge, end, type Reading } from './read-ordered.ts'

/** Messages that are stored at once: they share commits, and the source may send no more than this beyond what is acknowledged. */
const AT_ONCE = 256
const BYTES_AT_ONCE = 16 * 1024 * 1024

export interface ListeningReading extends Reading {
  /** Ends the work of the adapter by its signal: it may wait for a message that comes tomorrow. */
  readonly breakOff: () => void
}

/**
 * Takes pages as they come, many under way at once; each is acknowledged after its own COMMIT.
 * @returns whether the end was reached
 */
export async function readListening({
  adapter,
  parts,
  state,
  store,
  isOver,
  breakOff,
}: ListeningReading): Promise<boolean> {
  const pages = adapter.read(parts, state)[Symbol.asyncIterator]()
  const pace = createPace(parts.limits.rowsPerSecond, parts.clock)
  const underWay = new Set<Promise<void>>()
  let bytes = 0
  const failures: unknown[] = []

  const take = async (page: Page): Promise<void> => {
    try {
      const taken = await store(page)
      await acknowledge(adapter, parts, page, taken)
    } catch (error) {
      failures.push(error)
      breakOff()
    }
  }

  let next = pages.next()
  const go = async (): Promise<boolean> => {
    for (;;) {
      const { done, value: page } = await next
      if (done || isOver() || parts.signal.aborted) return done === true
      const size = page.bytes instanceof Uint8Array ? page.bytes.length : 0
      bytes += size
      const work = take(page).finally(() => {
        underWay.delete(work)
        bytes -= size
      })
      underWay.add(work)
      await pace.take(page.rows ?? 1)
      while (underWay.size >= AT_ONCE || bytes >= BYTES_AT_ONCE) await Promise.race(underWay)
      if (failures.length > 0) return false
      next = pages.next()
    }
  }
  let isDone: boolean
  try {
    isDone = await go()
  } catch (error) {
    // What could not be stored is why the adapter was broken off.
    throw failures[0] ?? error
  } finally {
    // While what is under way is stored, the source must still be there to be told.
    await Promise.allSettled(underWay)
    await end(pages, next)
  }
  // What was not acknowledged is given again.
  if (failures.length > 0) throw failures[0]
  return isDone
}
