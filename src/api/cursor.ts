import { HubError } from '#core/errors.ts'
import { hasForbiddenCharacter } from '#core/text.ts'
import { isDayOrTime } from './day-or-time.ts'

/** An opaque cursor: the parts where the next page begins, as the caller gives them back in `after`. */
export const writeCursor = (...parts: readonly (string | number | bigint)[]): string =>
  Buffer.from(JSON.stringify(parts.map(String))).toString('base64url')

const BASE64URL = /^[A-Za-z0-9_-]+$/

/** What a part of a cursor looks like: an expression, or more than one can say. */
export type Form = Pick<RegExp, 'test'>

/** The parts of a cursor; null where none is given. Throws where the text is no cursor with parts of these forms. */
export function readCursor(text: string | undefined, ...forms: readonly Form[]): string[] | null {
  if (text === undefined) return null
  const parts = parse(text)
  if (parts?.length !== forms.length || !forms.every((form, i) => form.test(parts[i] as string)))
    throw badCursor()
  return parts
}

/** Forms of the parts of cursors. A position has at most 18 digits, so it fits PostgreSQL's bigint. */
export const POSITION = /^\d{1,18}$/
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const TIME =
  /^(\d{4}-\d\d-\d\d)[ T]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-](0\d|1[0-4])(:[0-5]\d)?)$/
/** A time as JSON or PostgreSQL writes it, of a day that there is: PostgreSQL fails at others. */
export const INSTANT: Form = { test: (text) => DAY.test(TIME.exec(text)?.[1] ?? '') }
/** A day that there is. */
export const DAY: Form = { test: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && isDayOrTime(text) }

export const badCursor = (
  reason = 'not a cursor of this list',
  fix = 'Give "next" of the page before, unchanged.',
): HubError =>
  new HubError('invalid_request', { issues: [{ path: '?after', code: 'E_SCHEMA', reason, fix }] })

function parse(text: string): string[] | null {
  if (!BASE64URL.test(text)) return null
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    return Array.isArray(value) &&
      value.every((part) => typeof part === 'string' && !hasForbiddenCharacter(part))
      ? value
      : null
  } catch {
    return null
  }
}
