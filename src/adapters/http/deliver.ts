import got from 'got'
import { createGuardedAgents, type GuardedAgents, pinnedLookup } from './agents.ts'
import { failureOfError, failureOfStatus, type SendFailure } from './failure.ts'
import { type CheckedAddress, checkAddress, type Resolve } from './guard.ts'
import { type SignedHeaders, sign } from './signature.ts'
import { type ChangeVerdict, readVerdicts } from './verdicts.ts'

const AGENTS_MAX = 200

export interface HttpDeliveryParts {
  /** Longest time for one whole request, connection and answer included. */
  readonly timeoutMs?: number
  /** Longest answer that is read, after decompression. */
  readonly maxResponseBytes?: number
  readonly resolve?: Resolve
  /** Milliseconds since 1970; reads dates in Retry-After. */
  readonly clock?: () => number
}

/** By what the receiver knows that a message is the hub's. */
export interface Proof {
  /** `whsec_…` (HMAC) or `whsk_…` (Ed25519); during a change of secrets several, divided by blanks. */
  readonly secret: string
  /** Of the receiver, as `Authorization: Bearer …`; null where it wants none. */
  readonly token: string | null
  /** The same in every attempt. */
  readonly messageId: string
  /** Seconds since 1970. */
  readonly timestamp: number
}

export interface SendRequest extends Proof {
  readonly url: string
  /** Private addresses that this link may use, as `CIDR:port`. */
  readonly allow: readonly string[]
  /** The request body: `{link, changes}` as JSON text, made once and signed as it is. */
  readonly batch: string
  readonly signal: AbortSignal
}

/** A body for a receiver with a protocol of its own. */
export interface PostRequest extends Posting {
  readonly contentType: string
  readonly headers?: Headers
  /** Absent where the message is signed otherwise, or not at all. */
  readonly proof?: Proof
}

type Posting = Pick<SendRequest, 'url' | 'allow' | 'signal'> & { readonly body: string | Uint8Array }
type Headers = Readonly<Record<string, string>>

/** A 2xx answer. */
export interface Answered {
  readonly kind: 'answered'
  readonly status: number
  readonly body: string
}

export type SendOutcome =
  | { readonly kind: 'verdicts'; readonly verdicts: ReadonlyMap<string, ChangeVerdict> }
  | SendFailure

export interface HttpDelivery {
  /** Sends one batch. Never throws for what a receiver or the network can do. */
  send(request: SendRequest): Promise<SendOutcome>
  /** Posts one body as it is, for receivers with a protocol of their own. Never throws either. */
  post(request: PostRequest): Promise<Answered | SendFailure>
  /** Closes the connections that are kept open. */
  close(): void
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Null where it was longer than the limit. */
  readonly body: string | null
}

/**
 * Delivery over HTTP to receivers that implement `openapi/receiver.json`: one POST with Standard Webhooks headers, no redirect,
 * no retry, connections kept open. Addresses are checked at every send.
 */
export function createHttpDelivery(parts: HttpDeliveryParts = {}): HttpDelivery {
  const { timeoutMs = 10_000, maxResponseBytes = 1_048_576, resolve, clock = Date.now } = parts
  const agents = createAgentCache()

  const reach = async (request: Posting, headers: Headers): Promise<Answer> => {
    const address = await withTimeout(
      checkAddress(request.url, request.allow, resolve),
      timeoutMs,
      request.signal,
    )
    return await exchange(request, address, headers, agents.of(request.allow, address))
  }

  const exchange = async (
    request: Posting,
    address: CheckedAddress,
    headers: Headers,
    agent: GuardedAgents,
  ): Promise<Answer> => {
    // got listens on the signal for as long as the signal lives. A link's signal outlives its requests, and each would be kept with its
    // body; so each request has a signal of its own.
    const own = new AbortController()
    const abort = (): void => own.abort(request.signal.reason)
    request.signal.throwIfAborted()
    request.signal.addEventListener('abort', abort, { once: true })
    const stream = got.stream.post(address.url, {
      body: request.body,
      headers: { ...headers, accept: 'application/json', 'user-agent': 'trace-hub' },
      agent,
      dnsLookup: pinnedLookup(address),
      followRedirect: false,
      throwHttpErrors: false,
      retry: { limit: 0 },
      timeout: { request: timeoutMs },
      signal: own.signal,
    })
    try {
      return await readAnswer(stream, maxResponseBytes)
    } finally {
      request.signal.removeEventListener('abort', abort)
    }
  }

  /** The body of a 2xx answer, or why there is none. */
  const ask = async (request: Posting, headers: Headers): Promise<Answered | SendFailure> => {
    try {
      const { status, headers: told, body } = await reach(request, headers)
      if (status < 200 || status > 299) return failureOfStatus(status, told, clock())
      if (body !== null) return { kind: 'answered', status, body }
      return { kind: 'failed', class: 'retry', status, detail: 'the answer is too long' }
    } catch (error) {
      return failureOfError(error)
    }
  }

  return {
    async send(request) {
      const headers = provenHeaders(request, request.batch)
      if (!headers) return BAD_SECRET
      const answer = await ask(
        { ...request, body: request.batch },
        { ...headers, 'content-type': 'application/json' },
      )
      if (answer.kind === 'failed') return answer
      const verdicts = readVerdicts(answer.body)
      if (verdicts) return { kind: 'verdicts', verdicts }
      const detail = 'the answer has no results of the contract'
      return { kind: 'failed', class: 'retry', status: answer.status, detail }
    },
    async post(request) {
      const { proof, body, headers, contentType } = request
      const proven = proof ? provenHeaders(proof, body) : {}
      return proven ? await ask(request, { ...headers, ...proven, 'content-type': contentType }) : BAD_SECRET
    },
    close: agents.close,
  }
}

const BAD_SECRET: SendFailure = {
  kind: 'failed',
  class: 'config',
  status: null,
  detail: 'a secret of the link is not one of Standard Webhooks (whsec_ or whsk_ and base64)',
}

/** Signature and token; null where a secret is none. */
function provenHeaders(
  { secret, token, messageId, timestamp }: Proof,
  body: string | Uint8Array,
): (SignedHeaders & Headers) | null {
  try {
    const signed = sign(secret.split(' '), messageId, timestamp, body)
    return token === null ? { ...signed } : { ...signed, authorization: `Bearer ${token}` }
  } catch {
    return null
  }
}

type ResponseStream = ReturnType<typeof got.stream.post>

async function readAnswer(stream: ResponseStream, maxBytes: number): Promise<Answer> {
  // The signal of a link outlives its requests: one that is aborted after its answer was read still emits, and unheard that ends the process.
  stream.on('error', () => {})
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as Uint8Array)
    length += bytes.length
    if (length > maxBytes) {
      stream.destroy()
      break
    }
    chunks.push(bytes)
  }
  const { response } = stream
  return {
    status: response?.statusCode ?? 0,
    headers: response?.headers ?? {},
    body: length > maxBytes ? null : Buffer.concat(chunks).toString('utf8'),
  }
}

/**
 * Agents by all that bounds a link: a connection that is kept was checked by the same rules, and goes to no address that a list would have refused. The oldest
 * are closed when there are too many.
 */
function createAgentCache() {
  const agents = new Map<string, GuardedAgents>()
  const destroy = (one: GuardedAgents) => {
    one.http.destroy()
    one.https.destroy()
  }
  return {
    of(rules: readonly string[], { allow }: CheckedAddress): GuardedAgents {
      const key = rules.join(' ')
      const known = agents.get(key)
      if (known) return known
      const made = createGuardedAgents(allow)
      agents.set(key, made)
      const [oldest] = agents
      if (agents.size > AGENTS_MAX && oldest) {
        agents.delete(oldest[0])
        destroy(oldest[1])
      }
      return made
    },
    close(): void {
      for (const one of agents.values()) destroy(one)
      agents.clear()
    },
  }
}

/** Name resolution has no time limit of its own. What waits for the limit is taken away again: it would live as long as the limit. */
async function withTimeout<T>(work: Promise<T>, timeoutMs: number, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let stop = (): void => {}
  const limit = new Promise<never>((_, fail) => {
    const abort = (): void => fail(signal.reason)
    const timer = setTimeout(
      () => fail(new DOMException('the name was not resolved in time', 'TimeoutError')),
      timeoutMs,
    )
    signal.addEventListener('abort', abort, { once: true })
    stop = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    stop()
  }
}
