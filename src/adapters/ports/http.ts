import got from 'got'
import {
  type AdapterClock,
  AdapterError,
  type ChannelLimits,
  type HttpAnswer,
  type HttpPort,
} from '#adapters/adapter.ts'
import { createGuardedAgents, pinnedLookup } from '#adapters/http/agents.ts'
import { allowedOf, checkAddress, type Resolve } from '#adapters/http/guard.ts'
import { networkError } from './failed.ts'
import { createPace } from './pace.ts'

export interface PortParts {
  /** Private addresses that the channel may use, as `CIDR:port`. */
  readonly allow: readonly string[]
  readonly limits: ChannelLimits
  readonly clock: AdapterClock
  readonly signal: AbortSignal
  readonly resolve?: Resolve
}

/** Requests of one channel: each address checked, no redirect, no retry, answers capped as they are inflated. */
export function createHttpPort({
  allow,
  limits,
  clock,
  signal,
  resolve,
}: PortParts): HttpPort & { close(): void } {
  const pace = createPace(limits.requestsPerSecond, clock)
  const agents = createGuardedAgents(allowedOf(allow))
  return {
    async request({ method, url, headers, body, maxBytes = limits.maxBytes }) {
      await pace.take(1)
      try {
        signal.throwIfAborted()
        const address = await checkAddress(url, allow, resolve)
        const own = new AbortController()
        const abort = (): void => own.abort(signal.reason)
        signal.addEventListener('abort', abort, { once: true })
        try {
          const stream = got.stream(address.url, {
            method,
            // A POST without a body would wait for one to be written.
            ...(method === 'GET' || method === 'HEAD' ? {} : { body: body ?? '' }),
            headers: { 'user-agent': 'trace-hub', ...headers },
            agent: agents,
            dnsLookup: pinnedLookup(address),
            followRedirect: false,
            throwHttpErrors: false,
            retry: { limit: 0 },
            timeout: { request: limits.timeoutMs },
            signal: own.signal,
          })
          return await wholeAnswer(stream, maxBytes)
        } finally {
          signal.removeEventListener('abort', abort)
        }
      } catch (error) {
        throw networkError(error)
      }
    },
    close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

async function wholeAnswer(stream: ReturnType<typeof got.stream>, maxBytes: number): Promise<HttpAnswer> {
  // One that is broken off after its answer was read still emits, and unheard that ends the process.
  stream.on('error', () => {})
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as Uint8Array)
    length += bytes.length
    if (length > maxBytes) {
      stream.destroy()
      throw new AdapterError('source', `an answer of more than ${maxBytes} bytes`)
    }
    chunks.push(bytes)
  }
  const { response } = stream
  if (!response) throw new AdapterError('retry', 'no answer')
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks, length) }
}
