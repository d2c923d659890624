import http from 'node:http'
import https from 'node:https'
import type { LookupFunction, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type AllowedAddress, mayConnect } from './addresses.ts'
import { AddressRefused, type CheckedAddress } from './guard.ts'

/** Connections that are kept although nobody uses them. How many are used has no limit: requests that hang must not keep others waiting. */
const IDLE_PER_HOST = 8
const IDLE_MS = 30_000

/** Agents that keep connections open and never connect to an address that is not allowed. */
export interface GuardedAgents {
  readonly http: http.Agent
  readonly https: https.Agent
}

type Connected = Duplex & Pick<Socket, 'remoteAddress' | 'remotePort'>

/**
 * Agents for links with the same allowed addresses: a connection that one of them may use is never handed to a link that may
 * not. Each socket is checked once more by the address it is really connected to.
 */
export function createGuardedAgents(allow: readonly AllowedAddress[]): GuardedAgents {
  const options = {
    keepAlive: true,
    maxFreeSockets: IDLE_PER_HOST,
    timeout: IDLE_MS,
  }
  return {
    http: guarded(new http.Agent(options), allow),
    https: guarded(new https.Agent(options), allow),
  }
}

function guarded<A extends http.Agent>(agent: A, allow: readonly AllowedAddress[]): A {
  const connect = agent.createConnection.bind(agent)
  agent.createConnection = (options, callback) => {
    const socket = connect(options, callback) as Connected | null | undefined
    // Before anything is written: listeners of the request come later.
    socket?.prependOnceListener('connect', () => {
      if (mayConnect(socket.remoteAddress ?? '', socket.remotePort ?? 0, allow)) return
      socket.destroy(new AddressRefused('connected to an address that is not allowed'))
    })
    return socket
  }
  return agent
}

/** A lookup that answers with the addresses that were checked, whatever the name server says by now. */
export function pinnedLookup({ addresses }: Pick<CheckedAddress, 'addresses'>): LookupFunction {
  return (_name, options, callback) => {
    const family = options.family === 4 || options.family === 6 ? options.family : 0
    const fitting = addresses.filter((one) => family === 0 || one.family === family)
    const [first] = fitting
    if (!first) callback(Object.assign(new Error('no address of this family'), { code: 'ENOTFOUND' }), '', 0)
    else if (options.all) callback(null, [...fitting])
    else callback(null, first.address, first.family)
  }
}
