import type { FastifyReply } from 'fastify'

/** A page may load only what the hub itself serves, and be framed by nobody. */
const CLOSED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export const CONTENT_POLICY = {
  /** Answers that are no page. */
  none: CLOSED,
  /** Pages with a style of their own and no script. */
  page: `${CLOSED}; style-src 'unsafe-inline'; img-src 'self'`,
  /** Pages with forms of their own and no script. */
  forms: `default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; style-src 'unsafe-inline'; img-src data:`,
  /** The reader of the OpenAPI document: scripts from here only; it writes its styles at run time. */
  reader: `${CLOSED}; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'`,
} as const

/** Headers of every answer. A route that may be cached or that is a page overwrites them. */
export function secure(reply: FastifyReply): void {
  reply.header('x-content-type-options', 'nosniff')
  reply.header('cache-control', 'no-store')
  reply.header('referrer-policy', 'no-referrer')
  reply.header('content-security-policy', CONTENT_POLICY.none)
}
