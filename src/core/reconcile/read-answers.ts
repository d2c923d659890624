import { isKind } from '#core/model/kinds.ts'
import { parseJson } from '#core/parse-json.ts'
import type { BucketName, VersionKey } from './bucket.ts'
import type { TheirFigures } from './compare.ts'
import { isDigest } from './digest.ts'
import { NO_HOUR, spanOf } from './hour.ts'

/** One page of what a receiver answers; `next` asks for the following one. */
export interface AnswerPage<T> {
  readonly rows: T[]
  readonly next: string | null
}

const DECIMAL = /^-?\d{1,40}(\.\d{1,20})?$/
const TEXT_MAX = 4000

export const isMass = (value: unknown): value is string => typeof value === 'string' && DECIMAL.test(value)
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0
export const isBucketHour = (text: string): boolean =>
  text === NO_HOUR || (text.length === 13 && spanOf(text) !== null)

type Members = Readonly<Record<string, unknown>>

/** `{buckets: [{kind, region, hour, count, mass, digest}], next?}`; null where the text is none. */
export const readBucketAnswer = (body: string): AnswerPage<BucketName & TheirFigures> | null =>
  readPage(body, 'buckets', (row) => {
    const { kind, region, hour } = row
    const figures = figuresOf(row)
    if (!figures || typeof kind !== 'string' || !isKind(kind)) return null
    if (typeof region !== 'string' || !/^(\d{2,6})?$/.test(region)) return null
    return typeof hour === 'string' && isBucketHour(hour) ? { kind, region, hour, ...figures } : null
  })

/** `{parts: [{place, count, mass, digest}], next?}`. */
export const readPartAnswer = (body: string): AnswerPage<TheirFigures & { readonly place: string }> | null =>
  readPage(body, 'parts', (row) => {
    const { place } = row
    const figures = figuresOf(row)
    return figures && typeof place === 'string' && /^[0-9a-f]{1,64}$/.test(place)
      ? { place, ...figures }
      : null
  })

/** `{keys: [{id, version, mass?}], next?}`. */
export const readKeyAnswer = (body: string): AnswerPage<VersionKey> | null =>
  readPage(body, 'keys', ({ id, version, mass = null }) => {
    if (typeof id !== 'string' || id === '' || id.length > TEXT_MAX || !isWhole(id)) return null
    if (!isCount(version) || version > 2_147_483_647 || (mass !== null && !isMass(mass))) return null
    return { id, version, mass }
  })

function readPage<T>(body: string, name: string, read: (row: Members) => T | null): AnswerPage<T> | null {
  const answer = parsed(body)
  const list = answer?.[name]
  const next = answer?.['next'] ?? null
  if (!Array.isArray(list) || (next !== null && typeof next !== 'string') || (next?.length ?? 0) > TEXT_MAX)
    return null
  const rows: T[] = []
  for (const row of list) {
    const known = isMembers(row) ? read(row) : null
    if (known === null) return null
    rows.push(known)
  }
  return { rows, next }
}

function figuresOf({ count, mass = null, digest = null }: Members): TheirFigures | null {
  if (!isCount(count) || (mass !== null && !isMass(mass))) return null
  if (digest !== null && !(typeof digest === 'string' && isDigest(digest))) return null
  return { count, mass, digest }
}

const isWhole = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

function parsed(body: string): Members | null {
  try {
    const value = parseJson(body)
    return isMembers(value) ? value : null
  } catch {
    return null
  }
}

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
