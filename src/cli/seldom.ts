/** What is remembered at once; more reasons than that are told as they come. */
const REASONS_MAX = 100

/**
 * Tells of what may come many times a second, as long as something is away: each reason at once, and then, while it goes on, once in a time with how often it
 * came since. Else a log fills the disk that is full already.
 */
export function seldom(
  tell: (said: { readonly reason: string; readonly times: number }) => void,
  { everyMs, clock }: { readonly everyMs: number; readonly clock: () => number },
): (reason: string) => void {
  const told = new Map<string, { atMs: number; times: number }>()
  return (reason) => {
    const nowMs = clock()
    const before = told.get(reason)
    if (before && nowMs - before.atMs < everyMs) {
      before.times++
      return
    }
    if (!before && told.size >= REASONS_MAX) told.clear()
    told.set(reason, { atMs: nowMs, times: 0 })
    tell({ reason, times: (before?.times ?? 0) + 1 })
  }
}
