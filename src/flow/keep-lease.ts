/** A lease that is kept while somebody works under it. */
export interface KeptLease {
  /** Aborted where the lease was lost, and where the caller wants the work to stop. */
  readonly signal: AbortSignal
  readonly isLost: () => boolean
  /** Keeps it no longer; whoever had it gives it back, or lets it run out. */
  readonly end: () => void
}

/**
 * Keeps a lease of `leaseMs` milliseconds by extending it at each third of them. A database that cannot be asked says nothing of the
 * lease: what is to be stored under it fails by itself.
 * @param extend false where the lease is another's by now
 * @param stop what else ends the work
 */
export function keepLease(
  extend: (leaseMs: number) => Promise<boolean>,
  leaseMs: number,
  stop?: AbortSignal,
): KeptLease {
  const lost = new AbortController()
  const timer = setInterval(() => {
    extend(leaseMs).then(
      (kept) => kept || lost.abort(new Error('the lease is another’s')),
      () => {},
    )
  }, leaseMs / 3)
  return {
    signal: stop ? AbortSignal.any([stop, lost.signal]) : lost.signal,
    isLost: () => lost.signal.aborted,
    end: () => clearInterval(timer),
  }
}
