import { type ChangeFilter, mayPass } from '#store/change-filter.ts'
import type { LogGrowth } from '#store/log-growth.ts'

/** Lets callers wait until the change log grows by what may concern them, with one query for all of them. */
export interface HeadWatch {
  /** Resolves true when something behind the position may pass the filter, false when the time is over, the caller left or the hub stops. */
  passed(position: bigint, filter: ChangeFilter, timeoutMs: number, signal: AbortSignal): Promise<boolean>
  close(): void
}

interface Waiting {
  /** Up to it nothing concerns the caller. */
  position: bigint
  readonly filter: ChangeFilter
  readonly end: (passed: boolean) => void
}

const INTERVAL_MS = 200

/** @param readGrowth what was committed behind a position */
export function createHeadWatch(readGrowth: (after: bigint) => Promise<LogGrowth>): HeadWatch {
  const waiting = new Set<Waiting>()
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const lookAt = ({ head, marks }: LogGrowth): void => {
    for (const one of [...waiting]) {
      if (head <= one.position) continue
      // Each who is let go asks the database: of hundreds that wait, one change concerns a few.
      if (marks === null || marks.some((mark) => mayPass(one.filter, mark))) one.end(true)
      else one.position = head
    }
  }
  const look = async (): Promise<void> => {
    const [first, ...others] = waiting
    const from = others.reduce(
      (least, { position }) => (position < least ? position : least),
      first?.position ?? 0n,
    )
    // The database may be gone for a moment: who waits goes on waiting.
    const growth = await readGrowth(from).catch(() => null)
    if (growth) lookAt(growth)
    timer = waiting.size > 0 && !closed ? setTimeout(look, INTERVAL_MS) : undefined
  }

  return {
    passed(position, filter, timeoutMs, signal) {
      if (closed || signal.aborted) return Promise.resolve(false)
      return new Promise((resolve) => {
        const one: Waiting = {
          position,
          filter,
          end: (passed) => {
            waiting.delete(one)
            clearTimeout(timeout)
            signal.removeEventListener('abort', leave)
            resolve(passed)
          },
        }
        const leave = (): void => one.end(false)
        const timeout = setTimeout(leave, timeoutMs)
        signal.addEventListener('abort', leave)
        waiting.add(one)
        timer ??= setTimeout(look, INTERVAL_MS)
      })
    },
    close() {
      closed = true
      clearTimeout(timer)
      for (const one of [...waiting]) one.end(false)
    },
  }
}
