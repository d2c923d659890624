import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import { isBlind, type Sight, sightOf } from '#core/sight.ts'
import { partnerScopeIssues, personalScopes } from '#flow/keys.ts'
import type { Caller, Callers } from './auth.ts'
import { withRoles } from './roles.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Scopes of which the caller must hold one; `admin` holds all, and an empty list means it alone. `{name}` stands for the path
     * parameter. `any` leaves the decision to the route, because it depends on what is asked for.
     */
    readonly scopes?: readonly string[]
    /**
     * Callers who may see only certain systems or regions (`read:<system>`, `read:region:<code>`) come too: the route reads with the eyes of its caller
     * (`withSight`), or asks for what only its own key may see.
     */
    readonly isSighted?: boolean
    /**
     * Whether a request without a key in its header may bring one in its body. Such a request comes to the route without a caller: it
     * must find one (`admit`) before anything else is done.
     */
    readonly keyInBody?: (request: FastifyRequest) => boolean
    /** Whether a request without a key gets through all the same, by where it comes from. */
    readonly isOpenTo?: (request: FastifyRequest) => boolean
  }
}

/** Whether the caller holds one of the scopes. */
export const holds = (caller: Caller | null, ...scopes: readonly string[]): boolean =>
  caller !== null &&
  (caller.scopes.includes('admin') || scopes.some((scope) => caller.scopes.includes(scope)))

/** The caller of a route that needs a key. */
export function callerOf(request: FastifyRequest): Caller {
  if (!request.caller) throw new HubError('unauthenticated')
  return request.caller
}

/** What the caller of a route may see: null for everything. */
export const sightOfCaller = (request: FastifyRequest): Sight | null => sightOf(callerOf(request).scopes)

/**
 * Refuses rights that an operator may not give, since he could give them to himself: those of administrators, which would make another role of his, and
 * those that show personal values in full.
 */
export async function refuseRights(
  pool: Pool,
  request: FastifyRequest,
  scopes: readonly string[],
): Promise<void> {
  if (holds(callerOf(request))) return
  refuseGiven(partnerScopeIssues(scopes).map(({ value }) => value))
  await refusePersonal(pool, request, scopes)
}

/** The same for what shows personal values in full, and nothing else. */
export async function refusePersonal(
  pool: Pool,
  request: FastifyRequest,
  scopes: readonly string[],
): Promise<void> {
  if (!holds(callerOf(request))) refuseGiven(await personalScopes(pool, scopes))
}

/** Refuses that an operator has personal values sent: he could have them sent to himself. @param sees classes of sharing of the link */
export function refuseSending(request: FastifyRequest, sees: readonly string[] | undefined): void {
  if (sees?.includes('personal') && !holds(callerOf(request)))
    throw new HubError('forbidden', {
      detail: 'needs the scope admin to make or redirect a link that sees personal',
    })
}

function refuseGiven(scopes: readonly (string | undefined)[]): void {
  if (scopes.length > 0)
    throw new HubError('forbidden', { detail: `needs the scope admin to give ${scopes.join(', ')}` })
}

/** Refuses to send away, with its key or client, who reads the log: not by whom he watches. */
export function refuseWatchers(request: FastifyRequest, scopes: readonly string[]): void {
  if (scopes.includes('audit') && !holds(callerOf(request)))
    throw new HubError('forbidden', { detail: 'needs the scope admin to revoke what has the scope audit' })
}

/** Who called, as the log of what was done names it: the identifier of a key, or `administrator` for that of the settings. */
export const whoOf = (request: FastifyRequest): string => callerOf(request).keyId ?? 'administrator'

/**
 * Lets only callers through that hold a scope of the route. Each route below must name its scopes, so that none is open by oversight.
 * It is one hook with no promise in the common case, because every push goes through it.
 */
export function guard(app: FastifyInstance, callers: Callers): void {
  app.addHook('onRoute', (route) => {
    const { config, method, url, schema } = route
    if (!config?.scopes) throw new Error(`${method} ${url} names no scopes`)
    const { operationId } = (schema ?? {}) as { operationId?: string }
    route.config = { ...config, scopes: withRoles(config.scopes, operationId) }
  })
  app.addHook('onRequest', (request, _reply, done) => {
    const remembered = callers.remembered(request)
    if (remembered) {
      done(admit(request, remembered))
      return
    }
    const { keyInBody, isOpenTo } = request.routeOptions.config
    if (!callers.isNamed(request) && (keyInBody?.(request) || isOpenTo?.(request))) {
      done()
      return
    }
    callers.of(request).then((caller) => done(admit(request, caller)), done)
  })
}

/** Notes who calls; an error where none of the scopes of the route is held. */
export function admit(request: FastifyRequest, caller: Caller): HubError | undefined {
  request.caller = caller
  if (caller.scopes.includes('admin')) return undefined
  const wanted = request.routeOptions.config.scopes ?? []
  const params = request.params as Record<string, string>
  for (const scope of wanted) {
    if (scope === 'any' || caller.scopes.includes(filled(scope, params))) return undefined
  }
  const { isSighted = false } = request.routeOptions.config
  if (isSighted && !isBlind(sightOf(caller.scopes))) return undefined
  const named = [...wanted, ...(isSighted ? SIGHT_SCOPES : []), 'admin']
  return new HubError('forbidden', {
    detail: `needs the scope ${named.map((scope) => filled(scope, params)).join(' or ')}`,
  })
}

/** Scopes of a caller who sees a part. */
export const SIGHT_SCOPES = ['read:<system>', 'read:region:<code>'] as const

const filled = (scope: string, params: Record<string, string>): string => {
  const at = scope.indexOf('{')
  return at < 0 ? scope : scope.slice(0, at) + (params[scope.slice(at + 1, -1)] ?? '')
}
