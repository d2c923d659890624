import { AdapterError, type AdapterErrorClass } from '#adapters/adapter.ts'

type Outcome = readonly [what: AdapterErrorClass, detail: string, setting?: string]

const TRY_LATER: Outcome = ['retry', 'the broker is not available']

/** Return codes of CONNACK under version 3.1.1 (§3.2.2.3). */
const CONNECT_3: Readonly<Record<number, Outcome>> = {
  1: ['config', 'the broker does not speak this version', '/settings/version'],
  2: ['config', 'the broker refuses the client id', '/settings/clientId'],
  3: TRY_LATER,
  4: ['auth', 'user or password is wrong', '/secrets/password'],
  5: ['auth', 'the broker does not let this user in', '/secrets/password'],
}

/** Reason codes of version 5 (§2.4) that end or refuse a connection. */
const REASON_5: Readonly<Record<number, Outcome>> = {
  129: ['source', 'the broker could not read what was sent'],
  130: ['source', 'the broker found an error of protocol'],
  132: ['config', 'the broker does not speak this version', '/settings/version'],
  133: ['config', 'the broker refuses the client id', '/settings/clientId'],
  134: ['auth', 'user or password is wrong', '/secrets/password'],
  135: ['auth', 'the broker does not let this user in', '/secrets/password'],
  136: TRY_LATER,
  137: ['retry', 'the broker is busy'],
  138: ['auth', 'the broker has banned this client', '/settings/clientId'],
  139: ['retry', 'the broker is going down'],
  140: ['config', 'the broker wants another way of signing in', '/settings/username'],
  142: ['retry', 'another connection has taken over the client id', '/settings/clientId'],
  149: ['source', 'a packet was too large for the broker'],
  151: ['retry', 'a quota of the broker is used up'],
  152: ['retry', 'an administrator has ended the connection'],
  156: ['config', 'the broker wants another one to be used', '/settings/host'],
  157: ['config', 'the broker has moved', '/settings/host'],
  159: ['retry', 'the broker takes no more connections at this rate'],
}

/** What a refused connection means. `hasPassword`: else the user is to blame for what is about both. */
export function refusedConnection(code: number, version: '5' | '3.1.1', hasPassword: boolean): AdapterError {
  const known = (version === '5' ? REASON_5 : CONNECT_3)[code]
  const [what, detail, setting] = known ?? ['retry', `the broker refuses with code ${code}`]
  const blamed = setting === '/secrets/password' && !hasPassword ? '/settings/username' : setting
  return new AdapterError(what, detail, blamed === undefined ? {} : { setting: blamed })
}

/** Why the broker ended a connection that it had let in. */
export function endedByBroker(code: number): AdapterError {
  const [what, detail, setting] = REASON_5[code] ?? [
    'retry',
    `the broker ended the connection with code ${code}`,
  ]
  return new AdapterError(what, detail, setting === undefined ? {} : { setting })
}

const GRANTED_1 = 1

/** What became of one subscription: null where it holds as asked for. */
export function refusedTopic(code: number, setting: string): AdapterError | null {
  if (code === GRANTED_1) return null
  if (code < 128) return new AdapterError('config', 'the broker grants no QoS 1', { setting })
  if (code === 135) return new AdapterError('auth', 'the user may not subscribe to this topic', { setting })
  if (code === 151) return new AdapterError('retry', 'a quota of the broker is used up', { setting })
  return new AdapterError('config', `the broker refuses this topic with code ${code}`, { setting })
}
