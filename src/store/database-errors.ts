/** What node and PostgreSQL say when the server cannot be reached, is stopping, or has nothing left to serve with. */
const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])

/** node-postgres and its pool give these no code. */
const wordsOfLoss =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed and is not queryable|Cannot use a pool after calling end|Query read timeout)/

/**
 * True where the database is not to be had now and the same request may succeed later, so that the answer is 503:
 * connections refused or lost (SQLSTATE class 08), shutdown and crash recovery (57P01 to 57P05), resources used up
 * (class 53, among them 53300 too many connections and 53100 disk full), and a server that has become a standby (25006).
 * Ask it only of errors from the database: a receiver that cannot be reached looks alike.
 * Source: PostgreSQL 18 documentation, appendix A.
 */
export function isUnavailable(error: unknown): boolean {
  return anyOf(error, ({ code, syscall, message }) => {
    if (unreachable.has(code)) return true
    if (code === 'ENOENT' && syscall === 'connect') return true // the Unix socket is not there (yet)
    if (/^(08...|53...|57P0[1-5]|25006)$/.test(code)) return true
    return wordsOfLoss.test(message)
  })
}

/** True where another transaction came first: a unique key taken (23505), not serializable (40001), deadlock (40P01). */
export function isConflict(error: unknown): boolean {
  return anyOf(error, ({ code }) => code === '23505' || code === '40001' || code === '40P01')
}

type Facts = { readonly code: string; readonly syscall: string; readonly message: string }

/** Asks the error, its causes, and the members of an AggregateError (a name that has two addresses fails with one). */
function anyOf(error: unknown, test: (facts: Facts) => boolean, depth = 0): boolean {
  if (!(error instanceof Error) || depth > 4) return false
  const { code = '', syscall = '' } = error as NodeJS.ErrnoException
  if (test({ code: String(code), syscall, message: error.message })) return true
  if (error instanceof AggregateError && error.errors.some((one) => anyOf(one, test, depth + 1))) return true
  return anyOf(error.cause, test, depth + 1)
}
