import { AdapterError, type AdapterErrorClass } from '#adapters/adapter.ts'
import { codeOf, connectionFailure } from '#adapters/database/opened.ts'

type Meaning = readonly [what: AdapterErrorClass, sentence: string, setting?: string]

const STATE: Meaning = ['config', 'the state does not fit the column: reset the channel', '/state']
const SLOW: Meaning = ['retry', 'the statement took longer than the limit and was ended']
const SERVICE: Meaning = ['config', 'the listener knows no such service', '/settings/database']
const GONE: Meaning = ['retry', 'the server closed the connection']

const CODES: Readonly<Record<string, Meaning>> = {
  'ORA-01017': ['auth', 'user or password is wrong', '/secrets/password'],
  'ORA-28000': ['auth', 'the account is locked', '/settings/user'],
  'ORA-28001': ['auth', 'the password has expired', '/secrets/password'],
  'ORA-01045': ['auth', 'the account may not log in', '/settings/user'],
  'ORA-00942': ['config', 'there is no such table, or the account may not read it', '/settings/table'],
  'ORA-00904': ['config', 'a column is not there any more', '/settings/columns'],
  'ORA-01031': ['auth', 'the account may not read this', '/settings/table'],
  'ORA-01722': STATE,
  'ORA-01830': STATE,
  'ORA-01843': STATE,
  'ORA-01861': STATE,
  'ORA-03136': SLOW,
  'ORA-12514': SERVICE,
  'ORA-12505': SERVICE,
  'ORA-00054': ['retry', 'the table is locked by someone else'],
  'ORA-03113': GONE,
  'ORA-03114': GONE,
  'NJS-123': SLOW,
  'NJS-500': GONE,
  'NJS-518': SERVICE,
  'NJS-515': SERVICE,
}

/** What an error of Oracle means. Its own text may hold a value of a row, so only its code is kept. */
export function oracleFailure(error: unknown): AdapterError {
  if (error instanceof AdapterError) return error
  const code = codeOf(error)
  const meaning = CODES[code]
  if (meaning) {
    const [what, sentence, setting] = meaning
    return new AdapterError(what, `${sentence} (${code})`, setting === undefined ? {} : { setting })
  }
  if (/^(ORA|NJS|DPI)-/.test(code)) return new AdapterError('source', `the server refused: ${code}`)
  return (
    connectionFailure(error) ??
    new AdapterError('source', 'the server does not speak as Oracle does', { setting: '/settings/port' })
  )
}
