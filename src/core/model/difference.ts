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

const HIDDEN_NAMES: ReadonlySet<string> = new Set(['parties', 'vehicle', 'note', 'findings', 'cause'])

/** Values that may be of a person: all of parties, names of sites, plates, free text, and what the source wrote in their place. */
function isPersonal(at: string): boolean {
  const names = at.split('.')
  return names.some((name) => HIDDEN_NAMES.has(name)) || (names.includes('sites') && names.at(-1) === 'name')
}

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
  // A part that came or went is told leaf by leaf, because each leaf is shown or hidden by its own place.
  if (isPart(before, after) || isPart(after, before)) {
    const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].sort()
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

/** Whether the first has an inside, and the second has one of the same form or is not there. */
const isPart = (value: Json | undefined, other: Json | undefined): boolean =>
  isObject(value) &&
  (other === undefined
    ? Object.keys(value).length > 0
    : isObject(other) && Array.isArray(value) === Array.isArray(other))

const memberOf = (value: Json | undefined, name: string): Json | undefined =>
  isObject(value) && Object.hasOwn(value, name) ? (value as { [name: string]: Json })[name] : undefined

function shown(value: Json, at: string): unknown {
  if (isPersonal(at)) return HIDDEN
  if (typeof value === 'string') return value.slice(0, LONGEST)
  if (!isObject(value)) return value
  return Array.isArray(value) ? '[…]' : '{…}'
}
