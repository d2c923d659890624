import type { FastifyRequest } from 'fastify'
import { HubError } from '#core/errors.ts'

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses what a browser sends because another site told it to: a call that changes something and says by `Sec-Fetch-Site`, or where the browser is too
 * old for that by `Origin`, that it comes from elsewhere. Who sends neither is no browser, and nobody can make it send a cookie. (The rule of
 * net/http.CrossOriginProtection of Go.)
 */
export function refuseOtherSites({ method, headers, host }: FastifyRequest): void {
  if (SAFE.has(method)) return
  const site = headers['sec-fetch-site']
  const { origin } = headers
  const isOwn =
    site === undefined
      ? origin === undefined || hostOf(origin) === host
      : site === 'same-origin' || site === 'none'
  if (!isOwn) throw new HubError('other_site')
}

const hostOf = (origin: string): string | undefined => URL.parse(origin)?.host
