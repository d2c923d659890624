import type { FastifyRequest } from 'fastify'
import { isLoopbackHost } from './host.ts'

const LOOPBACK = /^(?:(?:::ffff:)?127(?:\.\d{1,3}){3}|::1)$/i
/** What a proxy on this machine adds when it hands on a request of somebody else. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'x-forwarded-host', 'via'] as const

/** Whether a request comes from this machine itself: over its loopback, to a name of its own, and through no proxy that says so. */
export const isFromHere = (request: FastifyRequest): boolean =>
  LOOPBACK.test(request.socket.remoteAddress ?? '') &&
  isLoopbackHost(request) &&
  FORWARDED.every((name) => request.headers[name] === undefined)
