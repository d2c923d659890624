import { isKind } from '#core/model/kinds.ts'
import type { BucketName } from './bucket.ts'
import { spanOf } from './hour.ts'
import { isBucketHour } from './read-answers.ts'

/** What a partner asks about the records that are here of it; see `openapi/receiver.json`. */
export type CountsQuestion = { readonly after?: string } & (
  | { readonly hours: { readonly from: string; readonly to: string } | null }
  | { readonly bucket: BucketName; readonly place: string }
)

export type KeysQuestion =
  | { readonly bucket: BucketName; readonly place: string; readonly after?: string }
  | { readonly ids: readonly string[] }

/** A question that is none: the member at fault, and why. */
export interface WrongQuestion {
  readonly path: string
  readonly reason: string
}

type Members = Readonly<Record<string, unknown>>

export const IDS_MAX = 1000
const DAYS_MAX = 31
const DAY_MS = 86_400_000

export function readCountsQuestion(body: unknown): CountsQuestion | WrongQuestion {
  if (!isMembers(body)) return wrong('', 'not an object')
  const page = afterOf(body)
  if ('reason' in page) return page
  if (body['bucket'] !== undefined) {
    const part = partOf(body)
    return 'reason' in part ? part : { ...page, ...part }
  }
  if (body['untimed'] === true) return { ...page, hours: null }
  const { from, to } = body
  const begin = typeof from === 'string' && from.length === 13 ? spanOf(from) : null
  const end = typeof to === 'string' && to.length === 13 ? spanOf(to) : null
  if (!begin) return wrong('/from', 'an hour such as 2024-04-15T03')
  if (!end || end.fromMs < begin.fromMs)
    return wrong('/to', 'an hour such as 2024-04-16T00, not before "from"')
  if (end.fromMs - begin.fromMs > DAYS_MAX * DAY_MS) return wrong('/to', `at most ${DAYS_MAX} days at once`)
  return { ...page, hours: { from: String(from), to: String(to) } }
}

export function readKeysQuestion(body: unknown): KeysQuestion | WrongQuestion {
  if (!isMembers(body)) return wrong('', 'not an object')
  const { ids } = body
  if (ids !== undefined) {
    const good =
      Array.isArray(ids) && ids.length <= IDS_MAX && ids.every((id) => typeof id === 'string' && isPlain(id))
    return good ? { ids } : wrong('/ids', `at most ${IDS_MAX} identifiers`)
  }
  const page = afterOf(body)
  if ('reason' in page) return page
  const part = partOf(body)
  return 'reason' in part ? part : { ...page, ...part }
}

function partOf(body: Members): { bucket: BucketName; place: string } | WrongQuestion {
  const { bucket, place = '' } = body
  if (!isMembers(bucket)) return wrong('/bucket', 'kind, region and hour')
  const { kind, region, hour } = bucket
  if (typeof kind !== 'string' || !isKind(kind)) return wrong('/bucket/kind', 'not a kind of record')
  if (typeof region !== 'string' || !/^\d{0,6}$/.test(region))
    return wrong('/bucket/region', 'a code of a region, or empty')
  if (typeof hour !== 'string' || !isBucketHour(hour))
    return wrong('/bucket/hour', 'an hour such as 2024-04-15T03, or empty')
  if (typeof place !== 'string' || !/^[0-9a-f]{0,64}$/.test(place))
    return wrong('/place', 'hexadecimal digits')
  return { bucket: { kind, region, hour }, place }
}

function afterOf({ after }: Members): { after?: string } | WrongQuestion {
  if (after === undefined || after === null) return {}
  return typeof after === 'string' && isPlain(after)
    ? { after }
    : wrong('/after', '"next" of the page before')
}

const isPlain = (text: string): boolean => text.length <= 4000 && text.isWellFormed() && !text.includes('\0')
const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const wrong = (path: string, reason: string): WrongQuestion => ({ path, reason })
