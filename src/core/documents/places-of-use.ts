import type { Region } from '#core/model/values.ts'
import type { DocumentType } from './document-type.ts'

/** Regions that a record names. */
export interface NamedRegions {
  readonly origin?: Region | undefined
  readonly region?: Region | undefined
  readonly destination?: Region | undefined
}

/**
 * Digits of the provinces between which a paper was used: from the origin of the goods, or from where the record was made where it
 * names a destination, to the destination or else to where it was made. Absent where it cannot be told.
 */
export function placesOfUse({ origin, region, destination }: NamedRegions): { from?: string; to?: string } {
  const here = provinceOf(region)
  const there = provinceOf(destination)
  const from = provinceOf(origin) ?? (there === undefined ? undefined : here)
  const to = there ?? here
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
}

/** Papers of what was made of animals: issued where the slaughter was, whatever province the animals came from. */
const OF_SLAUGHTER: ReadonlySet<DocumentType> = new Set<DocumentType>(['product_A', 'product_B'])

/**
 * Digits of the provinces of issue and destination of a paper, by its own record: products are issued where the record was made, animals where they come
 * from. Absent where it cannot be told.
 */
export function placesOfPaper(type: DocumentType, named: NamedRegions): { from?: string; to?: string } {
  if (!OF_SLAUGHTER.has(type)) return placesOfUse(named)
  const from = provinceOf(named.region) ?? provinceOf(named.origin)
  const to = provinceOf(named.destination)
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
}

/**
 * The same of a paper that a record names as that under which goods came. The origin of meat may be that of the animals; a number of ten digits begins
 * with the province that issued it, and one of the province of arrival was issued there.
 */
export function placesUnderPaper(
  { type, number }: { readonly type: DocumentType; readonly number: string },
  named: NamedRegions,
): { from?: string; to?: string } {
  const places = placesOfUse(named)
  const isOfHere = places.to !== undefined && /^\d{10}$/.test(number) && number.startsWith(places.to)
  return OF_SLAUGHTER.has(type) && isOfHere ? { ...places, from: places.to as string } : places
}

/** Digits of the province of a region, also where its candidates all lie in one. */
function provinceOf(region: Region | undefined): string | undefined {
  if (region?.code !== undefined) return region.code.slice(0, 2)
  const [first, ...others] = region?.candidates ?? []
  const province = first?.slice(0, 2)
  return others.every((code) => code.slice(0, 2) === province) ? province : undefined
}
