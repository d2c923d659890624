import type { FastifyRequest } from 'fastify'
import { isFromHere } from './from-here.ts'

/**
 * Who gets `/metrics` without a key: `local` for who is on this machine, asks for it by a name of its own and comes through no proxy, `key` for nobody,
 * `open` for everyone. With a key of the scope `metrics` anyone does.
 */
export const METRICS_ACCESS = ['local', 'key', 'open'] as const
export type MetricsAccess = (typeof METRICS_ACCESS)[number]

/** Whether a request without a key gets the metrics. */
export const isOpenTo =
  (access: MetricsAccess) =>
  (request: FastifyRequest): boolean =>
    access === 'local' ? isFromHere(request) : access === 'open'
