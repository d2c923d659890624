import { setFlagsFromString } from 'node:v8'
import type { Pool } from 'pg'
import { headPosition } from '#store/changes.ts'
import { readFollowers } from '#store/followers.ts'

/** Whether this process takes less memory for now, and more time for it. */
export interface Lean {
  readonly isLean: () => boolean
  /** From now on until there is no large message, and what they brought was followed. Says nothing new where it is so already. */
  readonly begin: () => void
  readonly close: () => void
}

/**
 * Every full collection gives back the pages that it freed: else V8 keeps what a heap once had for the next objects, and a busy process
 * never gives it back. A heap grows by less before it is collected.
 */
const LEAN = ['--optimize-for-size', '--heap-growing-percent=15']
const GROWTH = '--heap-growing-percent='
const LOOK_MS = 1000

/**
 * Large messages fill the heaps of a hub for minutes, and its memory shall stay bounded meanwhile; all other work has it faster. The
 * flags hold for all threads of the process; V8 reads both anew at each collection. Where `bin/hub` did not start the process, with a
 * growth that this comes back to, only pages of the log are smaller.
 * @param isBusy whether this process works on a large message
 * @param rows of the followers that read the log together
 */
export function createLean(parts: {
  readonly pool: Pool
  readonly isBusy: () => boolean
  readonly rows: readonly string[]
  readonly startedWith?: readonly string[]
  readonly setFlag?: (flag: string) => void
  readonly lookMs?: number
}): Lean {
  const { pool, isBusy, rows, startedWith = process.execArgv, lookMs = LOOK_MS } = parts
  const growth = startedWith.find((flag) => flag.startsWith(GROWTH))
  const set = (flags: readonly string[]): void => {
    if (growth) flags.forEach(parts.setFlag ?? setFlagsFromString)
  }
  let lean = false
  let closed = false
  let timer: NodeJS.Timeout | undefined
  /** The end of the log when the last large message was done. */
  let end: bigint | undefined

  /** One that fails stays behind, and says so; it does not keep the others lean. */
  const isFollowed = async (): Promise<boolean> => {
    if (isBusy()) {
      end = undefined
      return false
    }
    end ??= await headPosition(pool)
    const until = end
    const states = await readFollowers(pool, rows)
    return states.some(({ position }) => position >= until)
  }

  const look = async (): Promise<void> => {
    // A database that is away for a moment is asked again.
    const isOver = await isFollowed().catch(() => false)
    if (closed) return
    if (isOver && !isBusy()) stop()
    else timer = setTimeout(look, lookMs).unref()
  }

  const stop = (): void => {
    lean = false
    end = undefined
    set(['--no-optimize-for-size', growth as string])
  }

  return {
    isLean: () => lean,
    begin() {
      if (lean || closed) return
      lean = true
      set(LEAN)
      timer = setTimeout(look, lookMs).unref()
    },
    close() {
      closed = true
      clearTimeout(timer)
      if (lean) stop()
    },
  }
}
