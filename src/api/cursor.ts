import { HubError } from '#core/errors.ts'

/** An opaque cursor: the parts where the next page begins, as the caller gives them back in `after`. */
export const writeCursor = (...parts: readonly (string | number | bigint)[]): string =>
  Buffer.from(JSON.stringify(parts.map(String))).toString('base64url')

const BASE64URL = /^[A-Za-z0-9_-]+$/

/** The parts of a cursor; null where none is given. Throws where the text is no cursor with parts of these forms. */
export function readCursor(text: string | undefined, ...forms: readonly RegExp[]): string[] | null {
  if (text === undefined) return null
  const parts = parse(text)
  if (parts?.length !== forms.length || !forms.every((form, i) => form.test(parts[i] as string)))
    throw badCursor()
  return parts
}

/** Forms of the parts of cursors. A position has at most 18 digits, so it fits PostgreSQL's bigint. */
export const POSITION = /^\d{1,18}$/
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export const badCursor = (reason = 'not a cursor of this list'): HubError =>
  new HubError('invalid_request', {
    issues: [{ path: '?after', code: 'E_SCHEMA', reason, fix: 'Give "next" of the page before, unchanged.' }],
  })

function parse(text: string): string[] | null {
  if (!BASE64URL.test(text)) return null
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    return Array.isArray(value) && value.every((part) => typeof part === 'string' && !part.includes('\0'))
      ? value
      : null
  } catch {
    return null
  }
}
