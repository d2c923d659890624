import { AdapterError } from '#adapters/adapter.ts'

export interface Bounds {
  readonly timeoutMs: number
  /** The work has to end. */
  readonly signal: AbortSignal
  /** The connection is no more; the reason is an AdapterError. */
  readonly lost?: AbortSignal
}

/**
 * What `work` gives, unless the time is over, the connection is lost or the work has to end: libraries wait longer than a channel may.
 * @param what names the wait in the error
 */
export function within<T>({ timeoutMs, signal, lost }: Bounds, what: string, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', ended)
      lost?.removeEventListener('abort', gone)
      then()
    }
    const ended = (): void => settle(() => reject(new AdapterError('retry', 'the work has to end')))
    const gone = (): void => settle(() => reject(lost?.reason))
    const timer = setTimeout(
      () => settle(() => reject(new AdapterError('retry', `${what}: no answer within ${timeoutMs} ms`))),
      timeoutMs,
    )
    work.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    )
    if (signal.aborted) return ended()
    if (lost?.aborted) return gone()
    signal.addEventListener('abort', ended, { once: true })
    lost?.addEventListener('abort', gone, { once: true })
  })
}
