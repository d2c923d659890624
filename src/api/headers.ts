import { createHash } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** The digest by which a page allows its one inline style, and no other. */
const styleOf = (style: string): string =>
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`

/** A page may load only what the hub itself serves, and be framed by nobody. */
const NOTHING = "default-src 'none'"
const NOWHERE = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
const CLOSED = `${NOTHING}; ${NOWHERE}`

export const CONTENT_POLICY = {
  /** Answers that are no page. */
  none: CLOSED,
  /** Pages with a style of their own and no script. */
  page: (style: string) => `${NOTHING}; ${styleOf(style)}; ${NOWHERE}`,
  /** Pages with forms of their own and no script. */
  forms: (style: string) =>
    `default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; ${styleOf(style)}; img-src data:`,
  /** The reader of the OpenAPI document: scripts from here only; it writes its styles at run time. */
  reader: `${CLOSED}; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'`,
} as const

/** Whether the hub itself ended TLS for this request. */
export const isEncrypted = ({ raw }: FastifyRequest): boolean => (raw.socket as TLSSocket).encrypted === true

/** Headers of every answer. A route that may be cached or that is a page overwrites them. */
export function secure(reply: FastifyReply): void {
  reply.header('x-content-type-options', 'nosniff')
  reply.header('cache-control', 'no-store')
  reply.header('referrer-policy', 'no-referrer')
  reply.header('content-security-policy', CONTENT_POLICY.none)
  reply.header('x-frame-options', 'DENY')
  reply.header('cross-origin-opener-policy', 'same-origin')
  // Over plain HTTP it must not be said (RFC 6797, section 7.2).
  if (isEncrypted(reply.request)) reply.header('strict-transport-security', 'max-age=31536000')
}
