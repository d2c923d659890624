import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import { LARGE_MAX_BYTES } from '#flow/large/receive.ts'
import { chargeCaller, forgetCallers } from '#store/caller-rates.ts'
import { clientOf, trustOf } from './public/client-address.ts'
import { createRates, type Rates } from './rates.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a call costs of the rate of its caller, beside its body: 1 to read, 3 to write, where the route does not say. */
    readonly units?: number
  }
}

/** Units in a second; null: no bound. */
export interface RateBounds {
  readonly perKey: number | null
  readonly perAddress: number | null
}

/** Charges the caller of a push for its records, beyond what its bytes cost already. */
export type ChargeRecords = (request: FastifyRequest, records: number) => void

const BYTES_A_UNIT = 4096
const RECORDS_A_UNIT = 8
/** A body that does not say how long it is counts as one of 1 MiB. */
const UNTOLD_UNITS = 256
const CALLERS_MAX = 50_000
/** Callers that are long gone are looked for once in so many charges. */
const FORGET_EVERY = 1000

/** Calls that walk a graph, compare, or count many rows. */
const DEAR: Readonly<Record<string, number>> = {
  traceLot: 20,
  drawTrace: 30,
  writeTrace: 40,
  getLotBalance: 20,
  getSiteBalance: 20,
  rehearseRecall: 40,
  rehearseRecallSheet: 50,
  getSupervisionDay: 20,
  writeSupervisionWorkbook: 40,
  writeSupervisionCsv: 40,
  listSupervisionMarkets: 20,
  checkDocuments: 10,
  getEvidence: 50,
  getReceiptProof: 10,
  getAuditConsistency: 20,
  tryMapping: 20,
  createReplay: 50,
  createReconciliation: 50,
  createBackfill: 50,
  // Whoever asks is not known yet, and what he shows must be verified.
  getToken: 100,
}

/** What a body costs that is read. One that is longer than any is refused unread, and must lock nobody out by what it tells. */
const bodyUnits = ({ headers }: FastifyRequest): number => {
  if (headers['transfer-encoding'] !== undefined) return UNTOLD_UNITS
  const length = Number(headers['content-length'] ?? 0)
  return length <= LARGE_MAX_BYTES ? Math.floor(length / BYTES_A_UNIT) : 0
}

const keyOf = ({ caller }: FastifyRequest): string => `key ${caller?.keyId ?? 'administrator'}`

/**
 * Bounds what each address and each key may use, over all processes: 429 with `Retry-After`, and the headers `RateLimit-Policy` and `RateLimit` of
 * draft-ietf-httpapi-ratelimit-headers on every answer. Addresses are counted before a key is looked for, keys behind it (`afterKey`).
 */
export function limitCallers(
  app: FastifyInstance,
  parts: {
    readonly pool: Pool
    readonly bounds: RateBounds
    readonly trustedProxies: readonly string[]
    /** Called between the two, so that its hooks stand between theirs. */
    readonly findKeys: () => void
  },
): ChargeRecords {
  const { bounds, pool } = parts
  let charges = 0
  const ask = (caller: string, costMs: number): Promise<number> => {
    if (++charges % FORGET_EVERY === 0) forgetCallers(pool).catch(() => {})
    return chargeCaller(pool, caller, costMs)
  }
  const ratesOf = (unitsPerSecond: number | null): Rates | null =>
    unitsPerSecond === null
      ? null
      : createRates({ unitsPerSecond, ask, clock: () => performance.now(), callers: CALLERS_MAX })
  const [keys, addresses] = [ratesOf(bounds.perKey), ratesOf(bounds.perAddress)]
  const own = new Map<number, Rates | null>()
  /** The rates that a caller is counted by: keys with one rate share an account book, not an account. */
  const ratesFor = ({ caller }: FastifyRequest): Rates | null => {
    const rate = caller?.unitsPerSecond
    if (rate === undefined || rate === null) return keys
    const known = own.get(rate) ?? ratesOf(rate)
    own.set(rate, known)
    return known
  }
  const isTrusted = trustOf(parts.trustedProxies)

  app.addHook('onRoute', (route) => {
    const { operationId = '' } = (route.schema ?? {}) as { operationId?: string }
    const usual = route.method === 'GET' || route.method === 'HEAD' ? 1 : 3
    route.config = { units: DEAR[operationId] ?? usual, ...route.config }
  })
  const unitsOf = ({ routeOptions }: FastifyRequest): number => routeOptions.config.units ?? 1
  const addressOf = ({ socket, headers }: FastifyRequest): string =>
    `address ${clientOf(socket.remoteAddress ?? '', headers['x-forwarded-for'], isTrusted)}`
  if (addresses)
    app.addHook('onRequest', (request, reply, done) => {
      done(taken(addresses, 'address', { caller: addressOf(request), units: unitsOf(request), reply }))
    })
  parts.findKeys()
  const takeOfKey = (request: FastifyRequest, reply: FastifyReply): HubError | undefined => {
    const rates = ratesFor(request)
    const units = unitsOf(request) + bodyUnits(request)
    return rates ? taken(rates, 'key', { caller: keyOf(request), units, reply }) : undefined
  }
  app.addHook('onRequest', (request, reply, done) => {
    const refused = request.caller ? takeOfKey(request, reply) : undefined
    // The body of who is not known is not read, and so it costs those behind the same address nothing.
    const units = refused ? 0 : bodyUnits(request)
    if (units > 0) addresses?.charge(addressOf(request), units)
    done(refused)
  })
  // A key that came in the body is known only now.
  app.addHook('preValidation', (request, reply, done) => {
    const cameLater = request.routeOptions.config.keyInBody && request.headers.authorization === undefined
    done(cameLater && request.caller ? takeOfKey(request, reply) : undefined)
  })
  return (request, records) => {
    const more = Math.floor(records / RECORDS_A_UNIT) - bodyUnits(request)
    if (more > 0 && request.caller) ratesFor(request)?.charge(keyOf(request), more)
  }
}

/** Takes the units of a request and says in the headers what is left; an error where there are none. */
function taken(
  rates: Rates,
  policy: 'key' | 'address',
  { caller, units, reply }: { caller: string; units: number; reply: FastifyReply },
): HubError | undefined {
  const { waitMs, remaining } = rates.take(caller, units)
  reply.header('ratelimit-policy', `"${policy}";q=${rates.quota};w=${rates.windowS}`)
  if (waitMs === 0) {
    reply.header('ratelimit', `"${policy}";r=${remaining}`)
    return undefined
  }
  reply.header('ratelimit', `"${policy}";r=0;t=${Math.ceil(waitMs / 1000)}`)
  return new HubError('busy', {
    detail: `this ${policy} has used its ${rates.quota} units in ${rates.windowS} s`,
    retryAfterMs: waitMs,
  })
}
