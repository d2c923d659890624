import { AdapterError, type AdapterErrorClass } from '#adapters/adapter.ts'
import { codeOf, connectionFailure } from '#adapters/database/opened.ts'

type Meaning = readonly [what: AdapterErrorClass, sentence: string, setting?: string]

const SLOW: Meaning = ['retry', 'the statement took longer than the limit and was ended']

const LOGIN_FAILED = 18456

const NUMBERS: Readonly<Record<number, Meaning>> = {
  [LOGIN_FAILED]: ['auth', 'user or password is wrong', '/secrets/password'],
  18452: ['auth', 'the server does not take this kind of login', '/settings/user'],
  18486: ['auth', 'the account is locked', '/settings/user'],
  18487: ['auth', 'the password has expired', '/secrets/password'],
  4060: ['config', 'there is no such database, or the account may not use it', '/settings/database'],
  911: ['config', 'there is no such database', '/settings/database'],
  916: ['auth', 'the account may not use this database', '/settings/database'],
  18470: ['auth', 'the account is disabled', '/settings/user'],
  18488: ['auth', 'the password has to be changed', '/secrets/password'],
  208: ['config', 'there is no such table', '/settings/table'],
  207: ['config', 'a column is not there any more', '/settings/columns'],
  229: ['auth', 'the account may not read this', '/settings/table'],
  230: ['auth', 'the account may not read a column', '/settings/columns'],
  241: ['config', 'the state does not fit the column: reset the channel', '/state'],
  242: ['config', 'the state does not fit the column: reset the channel', '/state'],
  1222: ['retry', 'the table is locked by someone else'],
  1205: ['retry', 'the server ended the statement because of a deadlock'],
}

const CODES: Readonly<Record<string, Meaning>> = {
  ELOGIN: ['auth', 'user or password is wrong', '/secrets/password'],
  ETIMEOUT: SLOW,
  ECANCEL: SLOW,
  ESOCKET: ['retry', 'the connection broke'],
  EINVALIDSTATE: ['retry', 'the connection is closed'],
  ECLOSE: ['retry', 'the connection broke'],
  EENCRYPT: [
    'config',
    'the server encrypts where this connection does not, or the other way round',
    '/settings/tls/mode',
  ],
}

/**
 * What an error of SQL Server means. Its own text may hold a value of a row, so only its number is kept.
 * @param told numbers that the server said of a login: the driver does not hand them on
 */
export function sqlserverFailure(error: unknown, told: readonly number[] = []): AdapterError {
  if (error instanceof AdapterError) return error
  const numbers = [...numbersOf(error), ...told]
  // A login that finds no database is told as two errors, of which the second is that of every login that fails.
  const number = numbers.find((one) => NUMBERS[one] && one !== LOGIN_FAILED) ?? numbers[0] ?? 0
  const code = codeOf(error)
  const caused = error instanceof Error ? error.cause : undefined
  const meaning = NUMBERS[number] ?? (number === 0 ? causedBy(caused) : undefined) ?? CODES[code]
  if (meaning instanceof AdapterError) return meaning
  if (meaning) {
    const [what, sentence, setting] = meaning
    return new AdapterError(what, `${sentence} (${number || code})`, setting === undefined ? {} : { setting })
  }
  if (number > 0) return new AdapterError('source', `the server refused: ${number}`)
  return (
    connectionFailure(error) ??
    new AdapterError('source', 'the server does not speak as SQL Server does', { setting: '/settings/port' })
  )
}

/** Of one error or, as of a statement that names two columns in vain, of several. */
function numbersOf(error: unknown): number[] {
  if (error instanceof AggregateError) return error.errors.flatMap(numbersOf)
  return error instanceof Error && 'number' in error ? [Number(error.number)] : []
}

const causedBy = (cause: unknown): AdapterError | undefined =>
  cause instanceof Error ? (connectionFailure(cause) ?? undefined) : undefined
