import { HubError } from '#core/errors.ts'
import { openedFor, sealedFor } from './data-keys.ts'

/** How a sealed text begins. */
export const SEALED_TEXT = 'sealed:'
/** How a text begins that is none and that somebody began as one. */
const PLAIN = 'plain:'

/** A text that is not sealed as it is stored: one that begins as a sealed one is told apart from it. */
export const plainText = (text: string): string =>
  text.startsWith(SEALED_TEXT) || text.startsWith(PLAIN) ? PLAIN + text : text

/** A text as it is stored in a column that SQL does not look into: sealed where the connection has data keys. */
export function sealText(db: object, text: string, place: string): string {
  const sealed = sealedFor(db, Buffer.from(text), place)
  return sealed ? SEALED_TEXT + sealed.toString('base64') : plainText(text)
}

/**
 * The text that `sealText` or `plainText` was given.
 * @throws {HubError} `sealed_unreadable` where a byte is another, or it was sealed for another place or with keys that are not there
 */
export async function openText(db: object, text: string, place: string): Promise<string> {
  if (!text.startsWith(SEALED_TEXT)) return plainTextOf(text)
  try {
    return (await openedFor(db, Buffer.from(text.slice(SEALED_TEXT.length), 'base64'), place)).toString()
  } catch (error) {
    throw unreadable(error, place)
  }
}

/** What is thrown where something does not open; a database that does not answer says nothing of the value. */
export const unreadable = (error: unknown, place: string): unknown =>
  error instanceof Error && ('severity' in error || 'syscall' in error)
    ? error
    : new HubError('sealed_unreadable', { detail: place, cause: error })

/** The text that `plainText` was given. */
export const plainTextOf = (text: string): string =>
  text.startsWith(PLAIN) ? text.slice(PLAIN.length) : text

/** The same of what may be null. */
export const sealWords = (db: object, text: string | null, place: string): string | null =>
  text === null ? null : sealText(db, text, place)
export const openWords = async (db: object, text: string | null, place: string): Promise<string | null> =>
  text === null ? null : await openText(db, text, place)

/** Texts that were stored one to a line, joined as they were. */
export async function openLines(db: object, lines: string | null, place: string): Promise<string | null> {
  if (lines === null) return null
  const opened: string[] = []
  for (const line of lines.split('\n')) opened.push(await openText(db, line, place))
  return opened.join('\n')
}

/** Rows with one of their texts opened, in their order. */
export async function openTexts<Name extends string, Row extends { readonly [N in Name]: string | null }>(
  db: object,
  rows: readonly Row[],
  name: Name,
  placeOf: (row: Row) => string,
): Promise<Row[]> {
  const opened: Row[] = []
  for (const row of rows) opened.push({ ...row, [name]: await openWords(db, row[name], placeOf(row)) })
  return opened
}
