import { AdapterError, type AdapterErrorClass } from '#adapters/adapter.ts'
import { codeOf, connectionFailure } from '#adapters/database/opened.ts'

type Meaning = readonly [what: AdapterErrorClass, sentence: string, setting?: string]

const MEANINGS: Readonly<Record<string, Meaning>> = {
  '28P01': ['auth', 'user or password is wrong', '/secrets/password'],
  '28000': ['auth', 'the server does not let this user in from here', '/settings/user'],
  '3D000': ['config', 'there is no such database', '/settings/database'],
  '42P01': ['config', 'there is no such table', '/settings/table'],
  '42703': ['config', 'a column is not there any more', '/settings/columns'],
  '42501': ['auth', 'the account may not read this', '/settings/table'],
  '22007': ['config', 'the state does not fit the column: reset the channel', '/state'],
  '22008': ['config', 'the state does not fit the column: reset the channel', '/state'],
  '22P02': ['config', 'the state does not fit the column: reset the channel', '/state'],
  '57014': ['retry', 'the statement took longer than the limit and was ended by the server'],
  '55P03': ['retry', 'the table is locked by someone else'],
  '53300': ['retry', 'the server has no connection left'],
  '57P03': ['retry', 'the server is starting'],
  '57P01': ['retry', 'the server is shutting down'],
}

/** What an error of PostgreSQL means. Its own text may hold a value of a row, so only its code is kept. */
export function postgresFailure(error: unknown): AdapterError {
  const code = codeOf(error)
  const meaning = MEANINGS[code]
  if (meaning) {
    const [what, sentence, setting] = meaning
    return new AdapterError(what, `${sentence} (${code})`, setting === undefined ? {} : { setting })
  }
  const network = connectionFailure(error)
  if (network) return network
  if (/^[0-9A-Z]{5}$/.test(code)) return new AdapterError('source', `the server refused: ${code}`)
  const text = error instanceof Error ? error.message : ''
  if (/does not support SSL/.test(text))
    return new AdapterError('config', 'the server speaks without encryption only', {
      setting: '/settings/tls/mode',
    })
  if (/^SASL|password must be a string|SCRAM/.test(text))
    return new AdapterError('auth', 'the server asks for a password', { setting: '/secrets/password' })
  if (/terminated|ended/i.test(text)) return new AdapterError('retry', 'the server closed the connection')
  return new AdapterError('source', 'the server does not speak PostgreSQL', { setting: '/settings/port' })
}
