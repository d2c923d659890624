import type { FastifyRequest } from 'fastify'
import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import { isBlind, type Sight } from '#core/sight.ts'
import type { PullingLink } from '#flow/delivery/pulled.ts'
import { type ChangeFilter, regionPrefix } from '#store/change-filter.ts'
import { type Link, readLink } from '#store/links.ts'
import { callerOf, holds, SIGHT_SCOPES, sightOfCaller } from './scopes.ts'

interface FeedParameters {
  readonly kind?: string
  readonly region?: string
  readonly system?: string
  readonly link?: string
}

/** What a caller may read of the change log. */
export interface Feed {
  /** Null where nothing can pass. */
  readonly filter: ChangeFilter | null
  /** The link whose changes these are; null for the whole log. */
  readonly link: (PullingLink & Pick<Link, 'filter' | 'beginsAfter' | 'updatedAt'>) | null
  /** What is seen where it is no link's: null for the whole log. */
  readonly sight: Sight | null
  /** Who asks: what a cursor is bound to. */
  readonly keyId: string | null
}

/**
 * What is asked for, within what the caller may see: everything with `read`, else its systems and regions, else what the link of the key lets through.
 * Throws `forbidden` without either scope, `not_found` for the link of someone else, and `wrong_state` for the receiver of a link that is paused.
 */
export async function feedOf(
  pool: Pool,
  request: FastifyRequest<{ Querystring: FeedParameters }>,
): Promise<Feed> {
  const caller = callerOf(request)
  const { kind, region, system, link } = request.query
  const asked: ChangeFilter = {
    ...(kind === undefined ? {} : { kinds: [kind] }),
    ...(region === undefined ? {} : { regions: [region] }),
    ...(system === undefined ? {} : { systems: [system] }),
  }
  const own = caller.scopes.filter((scope) => scope.startsWith('link:')).map((scope) => scope.slice(5))
  const reads = holds(caller, 'read')
  const sight = sightOfCaller(request)
  const looks = !isBlind(sight)
  if (!looks && own.length === 0)
    throw new HubError('forbidden', {
      detail: `needs the scope ${['read', ...SIGHT_SCOPES, 'link:<id>', 'admin'].join(' or ')}`,
    })
  const id = link ?? (looks ? undefined : own[0])
  if (id === undefined) return { filter: asked, link: null, sight, keyId: caller.keyId }
  if (!reads && link === undefined && own.length > 1) {
    throw new HubError('invalid_request', {
      issues: [{ path: '?link', code: 'E_SCHEMA', reason: 'the key is for several links; name one' }],
    })
  }
  const found = reads || own.includes(id) ? await readLink(pool, id) : null
  if (!found) throw new HubError('not_found', { detail: `link ${id}` })
  if (own.includes(id) && found.state === 'paused')
    throw new HubError('wrong_state', { detail: `the link ${id} is paused` })
  return { filter: narrowed(found.filter, asked), link: found, sight: null, keyId: caller.keyId }
}

/** What passes both filters; null where nothing can. */
export function narrowed(a: ChangeFilter, b: ChangeFilter): ChangeFilter | null {
  const filter = {
    kinds: both(a.kinds, b.kinds),
    systems: both(a.systems, b.systems),
    productClasses: both(a.productClasses, b.productClasses),
    sites: both(a.sites, b.sites),
    risks: both(a.risks, b.risks),
    regions: bothRegions(a.regions, b.regions),
  }
  return Object.values(filter).includes(null) ? null : (definedOf(filter) as ChangeFilter)
}

type List = readonly string[] | undefined

const given = (list: List): list is readonly string[] => list !== undefined && list.length > 0

function both(a: List, b: List): List | null {
  if (!given(a) || !given(b)) return given(a) ? a : b
  const common = a.filter((one) => b.includes(one))
  return common.length > 0 ? common : null
}

/** A region means its subtree: of two that overlap, the inner one passes both. */
function bothRegions(a: List, b: List): List | null {
  if (!given(a) || !given(b)) return given(a) ? a : b
  const inner = new Set<string>()
  for (const one of a) {
    for (const other of b) {
      if (regionPrefix(one).startsWith(regionPrefix(other))) inner.add(one)
      else if (regionPrefix(other).startsWith(regionPrefix(one))) inner.add(other)
    }
  }
  return inner.size > 0 ? [...inner] : null
}

const definedOf = (filter: Record<string, List | null>): Record<string, List | null> =>
  Object.fromEntries(Object.entries(filter).filter(([, list]) => list !== undefined))
