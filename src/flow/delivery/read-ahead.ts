import type { Pool } from 'pg'
import type { ChangeFilter } from '#store/change-filter.ts'
import { type Change, type ChangePage, readChanges } from '#store/changes.ts'
import type { Lane } from '#store/lanes.ts'

/** The changes of a link in order, one page in hand and the next one under way while the first is sent. */
export interface ReadAhead {
  /** Changes in hand, oldest first; asks the log when none is. Empty where nothing is left. */
  peek(): Promise<readonly Change[]>
  /** Takes changes off the front, and begins to read the next page where the page in hand runs out. */
  consume(count: number): void
  /** Last place up to which what was read may hold something that a replay made. */
  readonly lastReplayed: bigint
  /** Position that everything consumed, and everything that the filter left out, is behind. */
  readonly passed: bigint
}

export function readAhead(
  pool: Pool,
  from: {
    readonly link: string
    readonly after: bigint
    readonly filter: ChangeFilter
    readonly lane: Lane
    readonly page: number
  },
): ReadAhead {
  let inHand: readonly Change[] = []
  let used = 0
  /** Where the page in hand ends in the log. */
  let end = from.after
  let passed = from.after
  let lastReplayed = 0n
  let coming: Promise<ChangePage> | null = null

  const read = (after: bigint): Promise<ChangePage> => {
    const { link, filter, lane } = from
    const page = readChanges(pool, { after, limit: from.page, link, filter, lane })
    // Awaited later, or never: a failure must not be without a listener until then.
    page.catch(() => {})
    return page
  }
  const settlePassed = (): void => {
    passed = used === inHand.length ? end : used > 0 ? (inHand[used - 1] as Change).position : passed
  }

  return {
    async peek() {
      while (used === inHand.length) {
        const page = await (coming ?? read(end))
        coming = null
        const moved = page.next > end
        inHand = page.rows
        used = 0
        end = page.next
        if (page.lastReplayed > lastReplayed) lastReplayed = page.lastReplayed
        settlePassed()
        if (!page.atHead) coming = read(end)
        if (!moved && page.rows.length === 0) return []
      }
      return inHand.slice(used)
    },
    consume(count) {
      used += count
      settlePassed()
    },
    get lastReplayed() {
      return lastReplayed
    },
    get passed() {
      return passed
    },
  }
}
