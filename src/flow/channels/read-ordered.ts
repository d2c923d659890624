import type { Adapter, AdapterParts, Page, State, Taken } from '#adapters/adapter.ts'
import { createPace } from '#adapters/ports/pace.ts'

export interface Reading {
  readonly adapter: Adapter<unknown>
  readonly parts: AdapterParts
  readonly state: State | null
  /** Stores a page and the state behind it; settles after COMMIT. */
  readonly store: (page: Page) => Promise<Taken>
  /** Whether others have their turn now; looked at between pages. */
  readonly isOver: () => boolean
}

/**
 * Reads page after page, each committed before the one behind it; where nothing has to be acknowledged, the next one is asked for
 * while a page is stored.
 * @returns whether the end was reached
 */
export async function readOrdered({ adapter, parts, state, store, isOver }: Reading): Promise<boolean> {
  const pages = adapter.read(parts, state)[Symbol.asyncIterator]()
  const pace = createPace(parts.limits.rowsPerSecond, parts.clock)
  let next = pages.next()
  try {
    for (;;) {
      const { done, value: page } = await next
      if (done) return true
      parts.signal.throwIfAborted()
      const isAhead = page.token === undefined && !isStream(page)
      if (isAhead) next = heard(pages.next())
      const taken = await store(page)
      await acknowledge(adapter, parts, page, taken)
      await pace.take(page.rows ?? taken.received)
      if (isOver() || parts.signal.aborted) return false
      if (!isAhead) next = pages.next()
    }
  } finally {
    await end(pages, next)
  }
}

/** What fails while a page is stored is heard when it is its turn. */
function heard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

const isStream = ({ bytes }: Page): boolean => bytes !== null && !(bytes instanceof Uint8Array)

/** Lets the adapter close what it opened, also where a page is under way. */
export async function end(pages: AsyncIterator<Page>, next: Promise<unknown>): Promise<void> {
  await next.catch(() => {})
  await pages.return?.().catch(() => {})
}

/** The page is stored; a source that could not be told is told of it by the next reading. */
export async function acknowledge(
  adapter: Adapter<unknown>,
  parts: AdapterParts,
  page: Page,
  taken: Taken,
): Promise<void> {
  if (page.token === undefined || !adapter.acknowledge) return
  try {
    await adapter.acknowledge(parts, page, taken)
  } catch (error) {
    if (parts.signal.aborted) return
    const reason = error instanceof Error ? error.message : String(error)
    parts.log.warn({ page: page.name, reason }, 'a page is stored, but its source could not be told')
  }
}
