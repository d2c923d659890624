import { type CasePlace, NOWHERE } from '#core/cases/place.ts'
import { regionOfNodes } from '#core/model/event-region.ts'
import type { Region } from '#core/model/values.ts'
import type { DescribedLot } from './case-lots.ts'
import { isElsewhere } from './lot-places.ts'

/**
 * The lots with the region of each of their places that tell none: that which other lots tell of the place, else the one with which its code begins in the year of the goods. By it
 * officials of the region see a hold, and links that are filtered by region get it. A place stays without where others tell several of it.
 * @param since ISO text; goods that tell no time are of its year
 */
export function withRegions<T extends DescribedLot>(lots: readonly T[], since: string): T[] {
  const told = lots
    .flatMap((lot) => [lot.place, ...lot.places.map(({ place }) => place)])
    .filter(({ region }) => region !== undefined)
  const toldOf = new Map<string, Region | null>()
  return lots.map((lot) => {
    const year = Number((lot.occurredAt ?? since).slice(0, 4))
    const placed = (place: CasePlace): CasePlace => {
      if (place.region !== undefined || place.key === NOWHERE) return place
      const known = toldOf.get(place.key)
      const others = known === undefined ? toldAbout(place, told) : known
      toldOf.set(place.key, others)
      const region = others ?? regionOfNodes(place.site ? [place.site] : [], year)
      return region === undefined ? place : { ...place, region }
    }
    const places = lot.places.map((one) => ({ ...one, place: placed(one.place) }))
    return { ...lot, place: placed(lot.place), places }
  })
}

/** The region that others tell of a place: of one that is there under the same key, else of one by its name in a single region. */
function toldAbout(place: CasePlace, told: readonly CasePlace[]): Region | null {
  const same = told.find(({ key }) => key === place.key)
  if (same?.region) return same.region
  const near = told.filter((one) => !isElsewhere(place, one))
  const codes = new Set(near.map(({ region }) => region?.code))
  return (codes.size === 1 && near[0]?.region) || null
}
