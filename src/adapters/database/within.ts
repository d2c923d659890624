import type { Socket } from 'node:net'
import { AdapterError } from '#adapters/adapter.ts'
import type { DatabaseParts } from './session.ts'

/** What a statement may take beyond the time that the server is told, so that the server's own word comes first. */
const GRACE_MS = 300
const LOOK_MS = 25
/** Rows come with more around them than what is kept of them. */
const WIRE_FACTOR = 4

/** Waits of one connection: each ends with the time, with the signal, or with too many bytes, and ends the connection with it. */
export interface Within {
  /** @throws AdapterError; other errors as they come */
  wait<T>(work: Promise<T>): Promise<T>
}

/** @param socket whose bytes are counted; null where the driver has it to itself */
export function within({ limits, signal }: DatabaseParts, socket: Socket | null, end: () => void): Within {
  return {
    async wait(work) {
      const from = socket?.bytesRead ?? 0
      const started = performance.now()
      return await new Promise((resolve, reject) => {
        const settle = (act: () => void): void => {
          clearInterval(timer)
          signal.removeEventListener('abort', aborted)
          act()
        }
        const refuse = (error: AdapterError): void =>
          settle(() => {
            reject(error)
            end()
          })
        const aborted = (): void => refuse(new AdapterError('retry', 'the work has to end'))
        const look = (): void => {
          if (performance.now() - started > limits.timeoutMs + GRACE_MS)
            refuse(new AdapterError('retry', `no answer within ${limits.timeoutMs} ms`))
          else if ((socket?.bytesRead ?? 0) - from > limits.maxBytes * WIRE_FACTOR)
            refuse(
              new AdapterError('source', `an answer of more than ${limits.maxBytes} bytes`, {
                setting: '/limits/pageRows',
              }),
            )
        }
        const timer = setInterval(look, Math.min(LOOK_MS, limits.timeoutMs))
        signal.addEventListener('abort', aborted, { once: true })
        if (signal.aborted) aborted()
        work.then(
          (value) => settle(() => resolve(value)),
          (error: unknown) => settle(() => reject(error)),
        )
      })
    },
  }
}
