import type { FastifyRequest } from 'fastify'
import { isLoopbackHost } from './host.ts'

/**
 * Who gets `/metrics` without a key: `local` for who is on this machine, asks for it by a name of its own and comes through no proxy, `key` for nobody,
 * `open` for everyone. With a key of the scope `metrics` anyone does.
 */
export const METRICS_ACCESS = ['local', 'key', 'open'] as const
export type MetricsAccess = (typeof METRICS_ACCESS)[number]

const LOOPBACK = /^(?:(?:::ffff:)?127(?:\.\d{1,3}){3}|::1)$/i
/** What a proxy on this machine adds when it hands on a request of somebody else. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'x-forwarded-host', 'via'] as const

/** Whether a request without a key gets the metrics. */
export const isOpenTo =
  (access: MetricsAccess) =>
  (request: FastifyRequest): boolean => {
    const { socket, headers } = request
    if (access !== 'local') return access === 'open'
    const isHere = LOOPBACK.test(socket.remoteAddress ?? '')
    return isHere && isLoopbackHost(request) && FORWARDED.every((name) => headers[name] === undefined)
  }
