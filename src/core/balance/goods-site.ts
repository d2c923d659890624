import { siteOf } from '#core/findings/finding-row.ts'
import { boothKey } from '#core/lineage/match-keys.ts'
import type { Body } from '#core/model/body.ts'
import type { SitePart } from '#core/model/parts.ts'
import { prefixOf } from '#core/regions/path.ts'

/** Under what goods stand that moved at a place. */
export interface GoodsSite {
  /** Code of the market or other place, else its name with the region (`大关湾示例农贸市场@330105`), else its name. */
  readonly site: string
  readonly siteName: string | null
  /** GB/T 2260; empty where the record tells none. */
  readonly region: string
}

const NAMED = /^(.+)@\d{6}$/u

/** How a place stands that is known by its name alone: places of one name in two regions are two. */
export const siteByName = (name: string, region: string): string =>
  region === '' ? name : `${name}@${region}`
/** The name of a place that stands so with its region; null for codes and names alone. */
export const nameInSite = (site: string): string | null => NAMED.exec(site)?.[1] ?? null

/** Farms and stalls have names of persons: they are written down only where nothing else tells the place apart. */
const OF_PERSONS: ReadonlySet<SitePart['role']> = new Set(['farm', 'stall'])

/** The place of a record: the market rather than the stall in it. Null where it names none. */
export function goodsSite(body: Pick<Body, 'sites' | 'region'>): GoodsSite | null {
  const place = siteOf(body)
  if (place === undefined) return null
  const { ids, name, role } = place
  const region = (body.region ?? place.region)?.code ?? ''
  const code = ids[0]?.value
  if (code !== undefined)
    return { site: code, siteName: OF_PERSONS.has(role) ? null : (name ?? null), region }
  return name === undefined ? null : { site: siteByName(name, region), siteName: name, region }
}

/** Ways in which records that give a name say the place that bears it. */
export type SiteSaid = Pick<GoodsSite, 'site' | 'region'>

/**
 * Of each way of saying a place of one name the way that stands for the place: its code where that is known, else the name with the most that is told of the region. Two are one place
 * where their regions agree as far as both tell them, and no third place of the name agrees as well: then nobody knows which is meant, and it stands alone.
 */
export function samePlaces(name: string, said: readonly SiteSaid[]): ReadonlyMap<string, string> {
  const codes = new Map<string, string[]>()
  const named = new Map<string, string>([[name, '']])
  for (const { site, region } of said)
    if (site !== name && nameInSite(site) !== name)
      codes.set(site, [...(codes.get(site) ?? []), digitsOf(region)])
    else if (site !== name) named.set(site, digitsOf(site.slice(-6)))
  const codesNear = (digits: string): string[] =>
    [...codes].filter(([, at]) => at.some((one) => isNear(one, digits))).map(([code]) => code)
  const finer = (digits: string): string[] =>
    [...named].filter(([, at]) => at !== digits && at.startsWith(digits)).map(([site]) => site)
  const places = new Map<string, string>([...codes.keys()].map((code) => [code, code]))
  // The most told first: what tells less of the region may be one of these.
  for (const [site, digits] of [...named].sort(([, a], [, b]) => b.length - a.length)) {
    const near = new Set([...codesNear(digits), ...finer(digits).map((one) => places.get(one) ?? one)])
    const [only] = near
    places.set(site, near.size === 1 && only !== undefined ? only : site)
  }
  return places
}

/** The places that a way of saying one by its name may mean, where it may be several: `name` is what all of them bear, `same` what `samePlaces` says of them. */
export function placesMeant(
  asked: string,
  name: string,
  { said, same }: { readonly said: readonly SiteSaid[]; readonly same: ReadonlyMap<string, string> },
): SiteSaid[] {
  const region = asked === name ? '' : nameInSite(asked) === name ? asked.slice(-6) : null
  if (region === null || (same.get(asked) ?? asked) !== asked) return []
  const places = Map.groupBy(said, ({ site }) => same.get(site) ?? site)
  const meant = [...places]
    .filter(([site]) => site !== asked && site !== name)
    .map(([site, own]) => ({ site, region: finestOf(own.map(regionSaid)) }))
    .filter((place) => regionsAgree(place.region, region))
    .sort((a, b) => (`${a.region} ${a.site}` < `${b.region} ${b.site}` ? -1 : 1))
  return meant.length > 1 ? meant : []
}

/** The region of a place that is said so: that of its name, else what its records tell. */
export const regionSaid = ({ site, region }: SiteSaid): string =>
  nameInSite(site) === null ? region : site.slice(-6)

/** Of the regions of one place that which tells most. */
export const finestOf = (regions: readonly string[]): string =>
  regions.reduce((a, b) => (digitsOf(b).length > digitsOf(a).length ? b : a), '')

/** Whether two regions are one as far as both are told (GB/T 2260; empty where it is not). */
export const regionsAgree = (a: string, b: string): boolean => isNear(digitsOf(a), digitsOf(b))

const digitsOf = (region: string): string => (region === '' ? '' : prefixOf(region))
const isNear = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a)

/** The place of a record by its code and the stall in it, so that places of two codes of one scheme are told apart; empty where it has no code. */
export function codedPlace(body: Pick<Body, 'sites'>): readonly string[] {
  const place = siteOf(body)
  const [id] = place?.ids ?? []
  if (place === undefined || id === undefined) return []
  const stall = place.role === 'stall' ? null : stallOf(body)
  return [id.scheme, id.value, ...(stall === null ? [] : [stall])]
}

export function stallOf({ sites = [] }: Pick<Body, 'sites'>): string | null {
  const stall = sites.find(({ role }) => role === 'stall')
  const booth = stall?.name ?? stall?.ids[0]?.value
  return booth === undefined ? null : boothKey(booth)
}
