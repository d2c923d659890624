import type { Socket } from 'node:net'
import { HubError } from '#core/errors.ts'
import type { Language } from './language.ts'
import { problemOf } from './problem.ts'

const REASONS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: 'the header is too large',
  ERR_HTTP_REQUEST_TIMEOUT: 'the request did not arrive in time',
}

/** Answers a connection that does not speak HTTP, or too slowly, and closes it. */
export function refuseMalformed(error: { readonly code?: string }, socket: Socket, language: Language): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy()
    return
  }
  const detail = REASONS[error.code ?? ''] ?? 'not a request in HTTP/1.1'
  const body = JSON.stringify(problemOf(new HubError('invalid_request', { detail }), language, ''))
  socket.end(
    [
      'HTTP/1.1 400 Bad Request',
      'content-type: application/problem+json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      'x-content-type-options: nosniff',
      '',
      body,
    ].join('\r\n'),
  )
}
