import { isValidDate } from '#core/calendar.ts'
import { HubError } from '#core/errors.ts'
import { hasForbiddenCharacter } from '#core/text.ts'

/** Where a list of uses goes on: behind a record of a day. */
export interface UsePlace {
  readonly day: string
  readonly record: string
}

export const writeUsePlace = ({ day, record }: UsePlace): string =>
  Buffer.from(JSON.stringify([day, record])).toString('base64url')

/** @throws HubError `invalid_request` for a text that no list gave. */
export function readUsePlace(text: string): UsePlace {
  try {
    const [day, record] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[]
    if (isDay(day) && typeof record === 'string' && !hasForbiddenCharacter(record)) return { day, record }
  } catch {
    // It is no cursor of ours.
  }
  throw new HubError('invalid_request', { detail: 'after is not a cursor of this list' })
}

/** PostgreSQL fails at days that there are not, as it does at a NUL. */
function isDay(text: unknown): text is string {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number)
  return isValidDate(year, month, day)
}
