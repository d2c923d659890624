import { AdapterError, type AdapterErrorClass } from '#adapters/adapter.ts'
import { codeOf, connectionFailure } from '#adapters/database/opened.ts'

type Meaning = readonly [what: AdapterErrorClass, sentence: string, setting?: string]

const DENIED: Meaning = ['auth', 'user or password is wrong', '/secrets/password']
const GONE: Meaning = ['retry', 'the server closed the connection']
const SLOW: Meaning = ['retry', 'the statement took longer than the limit and was ended by the server']
const STATE: Meaning = ['config', 'the state does not fit the column: reset the channel', '/state']

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ER_ACCESS_DENIED_ERROR: DENIED,
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: DENIED,
  ER_DBACCESS_DENIED_ERROR: ['auth', 'the account may not use this database', '/settings/database'],
  ER_BAD_DB_ERROR: ['config', 'there is no such database', '/settings/database'],
  ER_NO_SUCH_TABLE: ['config', 'there is no such table', '/settings/table'],
  ER_BAD_FIELD_ERROR: ['config', 'a column is not there any more', '/settings/columns'],
  ER_TABLEACCESS_DENIED_ERROR: ['auth', 'the account may not read this', '/settings/table'],
  ER_COLUMNACCESS_DENIED_ERROR: ['auth', 'the account may not read a column', '/settings/columns'],
  ER_VIEW_NO_EXPLAIN: ['auth', 'to explain a view the account needs SHOW VIEW', '/settings/table'],
  ER_HOST_NOT_PRIVILEGED: ['auth', 'the server does not let this machine in', '/settings/host'],
  ER_HOST_IS_BLOCKED: ['auth', 'the server has blocked this machine after errors', '/settings/host'],
  ER_ACCOUNT_HAS_BEEN_LOCKED: ['auth', 'the account is locked', '/settings/user'],
  ER_MUST_CHANGE_PASSWORD_LOGIN: ['auth', 'the password has expired', '/secrets/password'],
  ER_CON_COUNT_ERROR: ['retry', 'the server has no connection left'],
  ER_USER_LIMIT_REACHED: ['retry', 'the account has used up its limit'],
  ER_SERVER_SHUTDOWN: ['retry', 'the server is shutting down'],
  ER_QUERY_TIMEOUT: SLOW,
  ER_STATEMENT_TIMEOUT: SLOW,
  ER_QUERY_INTERRUPTED: SLOW,
  ER_LOCK_WAIT_TIMEOUT: ['retry', 'the table is locked by someone else'],
  ER_TRUNCATED_WRONG_VALUE: STATE,
  ER_WRONG_VALUE: STATE,
  ER_CONNECTION_KILLED: GONE,
  PROTOCOL_CONNECTION_LOST: GONE,
  HANDSHAKE_NO_SSL_SUPPORT: ['config', 'the server speaks without encryption only', '/settings/tls/mode'],
  HANDSHAKE_SSL_ERROR: ['config', 'the certificate of the server is not trusted', '/settings/tls/ca'],
  AUTH_SWITCH_PLUGIN_ERROR: ['auth', 'a way of logging in that the driver does not know', '/settings/user'],
}

/** MariaDB's own, which the driver does not name. */
const NUMBERS: Readonly<Record<number, Meaning>> = {
  1969: SLOW,
  3024: SLOW,
  1927: GONE,
  4151: DENIED,
  1698: DENIED,
}

/** What an error of MySQL or MariaDB means. Its own text may hold a value of a row, so only its code is kept. */
export function mysqlFailure(error: unknown): AdapterError {
  if (error instanceof AdapterError) return error
  const code = codeOf(error)
  const number = error instanceof Error && 'errno' in error ? Number(error.errno) : 0
  const meaning = MEANINGS[code] ?? NUMBERS[number]
  if (meaning) {
    const [what, sentence, setting] = meaning
    return new AdapterError(what, `${sentence} (${code})`, setting === undefined ? {} : { setting })
  }
  if (code.startsWith('ER_') || number > 1000)
    return new AdapterError('source', `the server refused: ${code} ${number}`)
  const network = connectionFailure(error)
  if (network) return network
  const text = error instanceof Error ? error.message : ''
  if (/closed|lost/i.test(text)) return new AdapterError('retry', 'the server closed the connection')
  return new AdapterError('source', 'the server does not speak MySQL', { setting: '/settings/port' })
}
