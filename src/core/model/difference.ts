/** One field in which two bodies differ. */
export interface FieldDifference {
  /** `parties.0.name`. */
  readonly at: string
  /** Absent where the field is not there; `***` where it may be of a person. */
  readonly before?: unknown
  readonly after?: unknown
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

const HIDDEN = '***'
const LONGEST = 200

/** Values that may be of a person: names and numbers of parties, plates, free text, and what the source wrote in their place. */
const isPersonal = (at: string): boolean =>
  /^parties(\.|$)/.test(at) ||
  /^(raw\.)?(vehicle|note|findings|cause)(\.|$)/.test(at) ||
  /^raw\.parties/.test(at)

/**
 * The fields in which two canonical bodies differ, in the order of their names, at most `limit`. Made to be shown and kept: what may be
 * of a person is hidden, long values are cut.
 */
export function fieldDifferences(before: unknown, after: unknown, limit = 20): FieldDifference[] {
  const found: FieldDifference[] = []
  look(before as Json | undefined, after as Json | undefined, '', limit, found)
  return found
}

function look(
  before: Json | undefined,
  after: Json | undefined,
  at: string,
  limit: number,
  found: FieldDifference[],
): void {
  if (before === after || found.length >= limit) return
  if (isObject(before) && isObject(after) && Array.isArray(before) === Array.isArray(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
    for (const name of names)
      look(memberOf(before, name), memberOf(after, name), at === '' ? name : `${at}.${name}`, limit, found)
    return
  }
  found.push({
    at,
    ...(before === undefined ? {} : { before: shown(before, at) }),
    ...(after === undefined ? {} : { after: shown(after, at) }),
  })
}

const isObject = (value: Json | undefined): value is Exclude<Json, null | boolean | number | string> =>
  typeof value === 'object' && value !== null

const memberOf = (value: object, name: string): Json | undefined =>
  Object.hasOwn(value, name) ? (value as Record<string, Json>)[name] : undefined

function shown(value: Json, at: string): unknown {
  if (isPersonal(at)) return HIDDEN
  if (typeof value === 'string') return value.slice(0, LONGEST)
  if (!isObject(value)) return value
  const text = JSON.stringify(value)
  // A whole part that came or went: its inside is not looked through, so it is hidden where it may hold a person.
  if (/"(name|ids|parties)":/.test(text)) return HIDDEN
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : value
}
