import { isWithin, levelOf, provinceOf } from '#core/regions/path.ts'

/** Everything that the hub knows, whatever the region. */
export const EVERYWHERE = '*'

const known = new Map<string, readonly string[]>()
const KNOWN_MAX = 20_000

/** The regions in which a leaf lay in the year of the day, itself first. */
export function regionsAbove(leaf: string, day: string): readonly string[] {
  if (leaf === '') return []
  const year = day.slice(0, 4)
  const key = `${leaf} ${year}`
  const before = known.get(key)
  if (before) return before
  const above = [leaf, `${leaf.slice(0, 4)}00`, provinceOf(leaf)]
  const found = [...new Set(above)].filter((code) => isWithin(leaf, code, Number(year)))
  if (known.size >= KNOWN_MAX) known.clear()
  known.set(key, found)
  return found
}

/** A scope of counters: a market by its code or name with region, a region by its code with `r:` before it, or everything. */
export const regionScope = (code: string): string => `r:${code}`
export const placeScope = (place: string): string => `p:${place}`

const NODE_CODE = /^[0-9]{9}$/

/** In which scopes a grain counts. What records tell without a region at a market that they name is of the region with which its code begins. */
export const scopesOf = (grain: {
  readonly place: string
  readonly region: string
  readonly day: string
}): string[] => [
  EVERYWHERE,
  ...regionsAbove(grain.region || regionOfPlace(grain.place), grain.day).map(regionScope),
  ...(grain.place === '' ? [] : [placeScope(grain.place)]),
]

const regionOfPlace = (place: string): string => (NODE_CODE.test(place) ? place.slice(0, 6) : '')

export const isProvince = (code: string): boolean => levelOf(code) === 1
