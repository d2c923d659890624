import { isIPv6 } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { HubError } from '#core/errors.ts'

/** `uri-host [ ":" port ]` of RFC 9110, 7.2: a name (which may be empty), or an address of IPv6 in brackets. */
const HOST = /^(?:\[(?<v6>[0-9a-f:.]+)\]|(?:[a-z0-9\-._~!$&'()*+,;=]|%[0-9a-f]{2})*)(?::\d*)?$/i

/** A request target in absolute form (RFC 9112, 3.2.2), as clients send it to a proxy. */
const ABSOLUTE = /^https?:\/\/(?<authority>[^/?#]*)(?<path>.*)$/is

/** Names and addresses by which a machine reaches itself, with or without a port. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d*)?$/i

/**
 * Whether a request names this machine itself. A page that a browser on this machine got from elsewhere reaches the hub by a name of its own that it lets
 * point to 127.0.0.1 (DNS rebinding): its connection is local, and its host is not.
 */
export const isLoopbackHost = ({ host }: FastifyRequest): boolean => LOOPBACK.test(host)

/**
 * What is wrong with the host that a request names (RFC 9112, 3.2), or null. A proxy that reads the first of two hosts and a server that reads the second
 * judge two different requests, so neither is believed. A target in absolute form is taken apart: its host is that of the request, whatever `Host` says, and what
 * follows is its path (RFC 9112, 3.2.2).
 */
export function refuseHost({ raw }: FastifyRequest, reply: FastifyReply): HubError | null {
  const hosts: string[] = []
  for (let i = 0; i < raw.rawHeaders.length; i += 2)
    if (raw.rawHeaders[i]?.toLowerCase() === 'host') hosts.push(raw.rawHeaders[i + 1] as string)
  const [host] = hosts
  const target = ABSOLUTE.exec(raw.url ?? '')?.groups
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
  const fault = wrong ?? (target && !isNamed(target['authority']) ? 'the target names no host' : null)
  if (fault === null) {
    if (target) setTarget(raw, target['authority'] as string, target['path'] as string)
    return null
  }
  // What follows on this connection may be of somebody else.
  reply.header('connection', 'close')
  return new HubError('invalid_request', { detail: fault })
}

/** Of `http` an empty host is none (RFC 9110, 4.2.1). */
const isNamed = (authority: string | undefined): boolean =>
  authority !== undefined && isHost(authority) && !/^(?::|$)/.test(authority)

function setTarget(raw: FastifyRequest['raw'], authority: string, path: string): void {
  raw.headers.host = authority
  raw.url = path.startsWith('/') ? path : `/${path}`
}

function isHost(text: string): boolean {
  const match = HOST.exec(text)
  return match !== null && (match.groups?.['v6'] === undefined || isIPv6(match.groups['v6']))
}
