import { isIPv6 } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { HubError } from '#core/errors.ts'

/** `uri-host [ ":" port ]` of RFC 9110, 7.2: a name (which may be empty), or an address of IPv6 in brackets. */
const HOST = /^(?:\[(?<v6>[0-9a-f:.]+)\]|(?:[a-z0-9\-._~!$&'()*+,;=]|%[0-9a-f]{2})*)(?::\d*)?$/i

/**
 * What is wrong with the host that a request names (RFC 9112, 3.2), or null. A proxy that reads the first of two hosts and a server that reads the second
 * judge two different requests, so neither is believed.
 */
export function refuseHost({ raw }: FastifyRequest, reply: FastifyReply): HubError | null {
  const hosts: string[] = []
  for (let i = 0; i < raw.rawHeaders.length; i += 2)
    if (raw.rawHeaders[i]?.toLowerCase() === 'host') hosts.push(raw.rawHeaders[i + 1] as string)
  const [host] = hosts
  const wrong =
    host === undefined
      ? raw.httpVersion === '1.0'
        ? null
        : 'the header Host is missing'
      : hosts.length > 1
        ? 'the header Host is there more than once'
        : isHost(host)
          ? null
          : 'the header Host names no host'
  if (wrong === null) return null
  // What follows on this connection may be of somebody else.
  reply.header('connection', 'close')
  return new HubError('invalid_request', { detail: wrong })
}

function isHost(text: string): boolean {
  const match = HOST.exec(text)
  return match !== null && (match.groups?.['v6'] === undefined || isIPv6(match.groups['v6']))
}
