import { HubError } from '#core/errors.ts'
import type { Way } from '#store/lots.ts'

/** Where a page of a walk ended: after this code among those reached at this depth on this way. */
export interface Place {
  readonly depth: number
  readonly way: Way
  readonly code: string
}

const stepOf = ({ depth, way }: Place): number => depth * 2 + (way === 'forward' ? 1 : 0)

/** Whether the walk comes to `place` later than to `after`; codes of one step are in the order of their UTF-8 bytes. */
export function isAfter(place: Place, after: Place): boolean {
  const steps = stepOf(place) - stepOf(after)
  return steps > 0 || (steps === 0 && Buffer.compare(Buffer.from(place.code), Buffer.from(after.code)) > 0)
}

/** The place as an opaque cursor. */
export const writePlace = ({ depth, way, code }: Place): string =>
  Buffer.from(JSON.stringify([depth, way, code])).toString('base64url')

/** The place of a cursor; HubError `invalid_request` for text that no page gave. */
export function readPlace(cursor: string): Place {
  const [depth, way, code] = parts(cursor)
  if (!Number.isInteger(depth) || (way !== 'back' && way !== 'forward') || typeof code !== 'string') {
    throw new HubError('invalid_request', { detail: 'after is not a cursor that a page of this trace gave' })
  }
  return { depth: depth as number, way, code }
}

function parts(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
