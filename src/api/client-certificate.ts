import { X509Certificate } from 'node:crypto'
import { TLSSocket } from 'node:tls'
import type { FastifyRequest } from 'fastify'
import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import { judgeCertificate, reasonOf } from '#flow/partners/judge.ts'
import { findCertificate, listAuthorities } from '#store/partners.ts'
import type { Caller } from './auth.ts'
import { trustOf } from './public/client-address.ts'

/** Callers by their client certificate. */
export interface CertificateCallers {
  /** Whether the request comes with one. */
  has(request: FastifyRequest): boolean
  /** The partner whose it is; null where none came. Throws `unauthenticated` with the reason where it does not count. */
  of(request: FastifyRequest): Promise<Caller | null>
}

/**
 * A certificate is that of the connection, or where the connection is of a trusted proxy the one of `Client-Cert` (RFC 9440) alone: its own is not that of
 * those for whom it asks. Nothing is remembered:
 * one that is revoked counts no more from the next request on, in every process.
 */
export function certificateCallers(parts: {
  readonly pool: Pool
  readonly clientAuthorities: readonly X509Certificate[]
  readonly trustedProxies: readonly string[]
  readonly clock: () => number
}): CertificateCallers {
  const { pool, clientAuthorities, clock } = parts
  const isProxy = trustOf(parts.trustedProxies)
  const shown = (request: FastifyRequest): Buffer | 'malformed' | null =>
    isProxy(addressOf(request)) ? forwarded(request) : ofConnection(request)
  return {
    has: (request) => shown(request) !== null,
    async of(request) {
      const der = shown(request)
      if (der === null) return null
      if (der === 'malformed') throw refuse('the header Client-Cert is not one certificate (RFC 9440)')
      const own = (await listAuthorities(pool)).map(({ certificate }) => new X509Certificate(certificate))
      const judged = judgeCertificate(der, { authorities: [...own, ...clientAuthorities], nowMs: clock() })
      if ('fault' in judged) throw refuse(reasonOf(judged.fault))
      const found = await findCertificate(pool, judged.fingerprint)
      if (!found) throw refuse('the client certificate belongs to no partner')
      if (found.isRevoked) throw refuse('the client certificate, or its partner, is revoked')
      return { keyId: found.partner, scopes: found.scopes }
    },
  }
}

const refuse = (detail: string): HubError => new HubError('unauthenticated', { detail })

function ofConnection({ socket }: FastifyRequest): Buffer | null {
  return socket instanceof TLSSocket ? (socket.getPeerX509Certificate()?.raw ?? null) : null
}

/** A byte sequence (RFC 8941, 3.3.5). */
const FORWARDED = /^:([A-Za-z0-9+/]+={0,2}):$/

const addressOf = ({ socket }: FastifyRequest): string =>
  (socket.remoteAddress ?? '').replace(/^::ffff:/i, '')

function forwarded({ headers }: FastifyRequest): Buffer | 'malformed' | null {
  const header = headers['client-cert']
  if (header === undefined) return null
  const [, base64] = FORWARDED.exec(String(header)) ?? []
  return base64 === undefined ? 'malformed' : Buffer.from(base64, 'base64')
}
