import { HubError } from '#core/errors.ts'

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
    if (typeof day === 'string' && typeof record === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(day))
      return { day, record }
  } catch {
    // It is no cursor of ours.
  }
  throw new HubError('invalid_request', { detail: 'after is not a cursor of this list' })
}
