import { AddressRefused } from './guard.ts'
import { TOLERANCE_SECONDS } from './signature.ts'

/**
 * Why a batch got no verdicts. `retry`: the same may succeed later. `refused`: the receiver is well and does not take these
 * bytes, so the caller halves the batch. `auth` and `config`: somebody must change a key, an address or the contract.
 */
export type FailureClass = 'retry' | 'auth' | 'config' | 'refused'

export interface SendFailure {
  readonly kind: 'failed'
  readonly class: FailureClass
  /** HTTP status; null where no answer came. */
  readonly status: number | null
  /** What happened, with no part of the body or the secret. */
  readonly detail: string
  readonly retryAfterMs?: number
}

const CONFIG_STATUS = new Set([404, 405, 407, 410, 421, 426, 501])
const RETRY_STATUS = new Set([408, 423, 425, 429])
const RETRY_AFTER_MAX_MS = 7 * 86_400_000

/** What an answer other than 2xx means. `nowMs` is the time by which dates in its headers are read. */
export function failureOfStatus(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  nowMs: number,
): SendFailure {
  const retryAfterMs = readRetryAfter(headers['retry-after'], nowMs)
  const kind = classOf(status)
  const skew = kind === 'auth' ? skewOf(headers['date'], nowMs) : ''
  const failed = { kind: 'failed', status, detail: `${detailOf(status)}${skew}`, class: kind } as const
  return retryAfterMs === null || failed.class !== 'retry' ? failed : { ...failed, retryAfterMs }
}

function classOf(status: number): FailureClass {
  if (status === 401 || status === 403) return 'auth'
  if (status >= 300 && status < 400) return 'config'
  if (RETRY_STATUS.has(status)) return 'retry'
  if (CONFIG_STATUS.has(status)) return 'config'
  if (status >= 400 && status < 500) return 'refused'
  return 'retry'
}

function detailOf(status: number): string {
  if (status >= 300 && status < 400) return `status ${status}: redirects are not followed`
  return status === 410 ? 'status 410: the receiver wants no more' : `status ${status}`
}

/**
 * Who does not believe us may have another time: a signature counts for minutes only, and then no secret that is compared explains it. Empty
 * where the clocks agree as far as they must.
 */
function skewOf(date: string | string[] | undefined, nowMs: number): string {
  const theirMs = typeof date === 'string' ? Date.parse(date) : Number.NaN
  const seconds = Math.round(Math.abs(theirMs - nowMs) / 1000)
  if (!(seconds > TOLERANCE_SECONDS)) return ''
  const side = theirMs < nowMs ? 'behind' : 'ahead of'
  return `; its clock is ${seconds} s ${side} that of this hub, and a signature counts for ${TOLERANCE_SECONDS} s`
}

/** Milliseconds that a Retry-After header asks for: seconds or an HTTP date; null where it says nothing readable. */
export function readRetryAfter(header: string | string[] | undefined, nowMs: number): number | null {
  const text = (Array.isArray(header) ? header[0] : header)?.trim()
  if (!text) return null
  const seconds = /^\d{1,9}$/.test(text)
  // Date.parse alone would read "-5" as a year.
  if (!seconds && !text.endsWith(' GMT')) return null
  const ms = seconds ? Number(text) * 1000 : Date.parse(text) - nowMs
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), RETRY_AFTER_MAX_MS)
}

/** What an error without an answer means: a refused address must be changed, all else of network and time may pass. */
export function failureOfError(error: unknown): SendFailure {
  const refused = findRefused(error)
  if (refused) return { kind: 'failed', class: 'config', status: null, detail: refused.reason }
  return { kind: 'failed', class: 'retry', status: null, detail: describe(error) }
}

function findRefused(error: unknown): AddressRefused | null {
  for (let one = error, depth = 0; one instanceof Error && depth < 5; one = one.cause, depth++) {
    if (one instanceof AddressRefused) return one
  }
  return null
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return code === 'ETIMEDOUT' ? 'no whole answer in time' : code
}
