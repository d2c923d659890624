import pg from 'pg'

type Parse = (text: string) => unknown

const timestamptz = 1184
/** text[] */
const textArrayOid = 1009 as Parameters<typeof pg.types.getTypeParser>[0]
const asText: Parse = (text) => text

/**
 * How columns arrive: `timestamptz` as ISO text in UTC (`2024-04-15T03:42:10.123Z`), `date` and `timestamp` as
 * PostgreSQL writes them, never as a JavaScript Date, which would shift days and lose microseconds. `bigint` and
 * `numeric` stay text, because neither fits a JavaScript number. All else is node-postgres' own.
 */
const parsers = new Map<number, Parse>([
  [timestamptz, (text) => instantText(text)],
  [1114, asText], // timestamp
  [1082, asText], // date
  [textArrayOid, textArray],
  [1115, textArray], // timestamp[]
  [1182, textArray], // date[]
  [1185, (text) => textArray(text).map((element) => (element === null ? null : instantText(element)))],
])

export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    (format ?? 'text') === 'text' && parsers.has(oid)
      ? parsers.get(oid)
      : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
}

/**
 * The elements of an array of any type as texts. Most lists of flags are empty, and most codes are written without quotation marks: what stands
 * between commas is an element, and only lists of others (or of lists, with bounds) need a parser.
 */
export function textArray(text: string): (string | null)[] {
  if (text === '{}') return []
  if (!isPlainArray(text)) return pg.types.getTypeParser(textArrayOid, 'text')(text) as (string | null)[]
  const elements: (string | null)[] = text.slice(1, -1).split(',')
  if (text.includes('NULL'))
    for (const [i, element] of elements.entries()) if (element === 'NULL') elements[i] = null
  return elements
}

const isPlainArray = (text: string): boolean =>
  text.startsWith('{') && !text.startsWith('{', 1) && !text.includes('"') && !text.includes('\\')

/**
 * `2024-04-15 03:42:10.123456+00` → `2024-04-15T03:42:10.123456Z`: at least three decimals, six where the server
 * holds microseconds. Sessions are in UTC, so there is no other offset; what has no place in ISO 8601 (`infinity`,
 * years BC) stays as it is. Walks and lists read thousands at a time: no expression, and nothing made but the text.
 */
export function instantText(text: string): string {
  const day = text.indexOf(' ')
  if (day < 0 || !text.endsWith(UTC)) return text
  const dot = text.indexOf('.', day)
  const decimals = dot < 0 ? 0 : text.length - UTC.length - dot - 1
  return `${text.slice(0, day)}T${text.slice(day + 1, -UTC.length)}${FILLED[decimals]}Z`
}

const UTC = '+00'
/** What is missing behind so many decimals. */
const FILLED = ['.000', '00', '0', '', '00', '0', '']
