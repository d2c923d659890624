import type { Region } from '#core/model/values.ts'

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

/** Digits of the province of a region, also where its candidates all lie in one. */
function provinceOf(region: Region | undefined): string | undefined {
  if (region?.code !== undefined) return region.code.slice(0, 2)
  const [first, ...others] = region?.candidates ?? []
  const province = first?.slice(0, 2)
  return others.every((code) => code.slice(0, 2) === province) ? province : undefined
}
