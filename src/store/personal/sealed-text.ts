import { openedFor, sealedFor } from './data-keys.ts'

/** How a sealed text begins, as no JSON text does. */
export const SEALED_TEXT = 'sealed:'

/** A JSON text as it is stored in a column that SQL does not look into: sealed where the connection has data keys. */
export function sealText(db: object, text: string, place: string): string {
  const sealed = sealedFor(db, Buffer.from(text), place)
  return sealed ? SEALED_TEXT + sealed.toString('base64') : text
}

/** The text that `sealText` was given. @throws where it was sealed for another place or with other keys */
export async function openText(db: object, text: string, place: string): Promise<string> {
  if (!text.startsWith(SEALED_TEXT)) return text
  return (await openedFor(db, Buffer.from(text.slice(SEALED_TEXT.length), 'base64'), place)).toString()
}

/** Rows with one of their texts opened, in their order. */
export async function openTexts<Name extends string, Row extends { readonly [N in Name]: string }>(
  db: object,
  rows: readonly Row[],
  name: Name,
  placeOf: (row: Row) => string,
): Promise<Row[]> {
  const opened: Row[] = []
  for (const row of rows) opened.push({ ...row, [name]: await openText(db, row[name], placeOf(row)) })
  return opened
}
