import type { FastifyRequest } from 'fastify'
import type { HubError } from '#core/errors.ts'

/** What is written to the log of an unexpected error. */
export interface LoggedError {
  readonly type: string
  readonly message?: string
  /** Places in the code, without the words of the error. */
  readonly stack: string
  readonly [fact: string]: unknown
}

/** Facts of a PostgreSQL error that name a part of the schema or of the server, never a value. */
const FACTS = ['code', 'schema', 'table', 'column', 'constraint', 'routine', 'syscall'] as const

/**
 * An unexpected error without what it may quote. PostgreSQL tells the whole failing row in `detail` and the statement's data in `where`,
 * and a SyntaxError the text around the fault: names, numbers and addresses of people, which belong into no log.
 */
export function loggedError(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, stack: '' }
  const quotes = error instanceof SyntaxError || 'severity' in error
  const logged: Record<string, unknown> = {}
  for (const fact of FACTS) {
    const value = (error as unknown as Record<string, unknown>)[fact]
    if (typeof value === 'string') logged[fact] = value
  }
  return {
    ...logged,
    type: error.name,
    ...(quotes ? {} : { message: error.message }),
    stack: placesOf(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: loggedError(error.cause) }),
  }
}

const placesOf = (stack: string): string =>
  stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n')

/** Logs what nobody foresaw, with the number by which the caller asks for it. */
export function logUnexpected(request: FastifyRequest, error: HubError): void {
  if (error.code !== 'internal') return
  request.log.error({ error: loggedError(error.parts.cause), request: request.id }, 'unexpected error')
}
