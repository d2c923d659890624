/** Lets callers wait until the change log grows, with one query for all of them. */
export interface HeadWatch {
  /** Resolves true when the head has passed the position, false when the time is over, the caller left or the hub stops. */
  passed(position: bigint, timeoutMs: number, signal: AbortSignal): Promise<boolean>
  close(): void
}

interface Waiting {
  readonly position: bigint
  readonly end: (passed: boolean) => void
}

const INTERVAL_MS = 200

/** @param readHead the newest committed position */
export function createHeadWatch(readHead: () => Promise<bigint>): HeadWatch {
  const waiting = new Set<Waiting>()
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const look = async (): Promise<void> => {
    // The database may be gone for a moment: who waits goes on waiting.
    const head = await readHead().catch(() => 0n)
    for (const one of [...waiting]) if (head > one.position) one.end(true)
    timer = waiting.size > 0 && !closed ? setTimeout(look, INTERVAL_MS) : undefined
  }

  return {
    passed(position, timeoutMs, signal) {
      if (closed || signal.aborted) return Promise.resolve(false)
      return new Promise((resolve) => {
        const one: Waiting = {
          position,
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
