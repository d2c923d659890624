import { siteText } from '#core/cases/place.ts'
import { addDecimal } from '#core/decimal.ts'
import { isPersonalSite } from '#core/personal.ts'
import type { CaseLotRow } from '#store/case-lots.ts'
import { type DescribedLot, holdsLot } from './case-lots.ts'
import { type GoodsFlows, notOfOthers } from './goods-flows.ts'

/**
 * Kilograms of the lots that are held, as they came in: each once, those of a lot that came from another held one as part of it. What no record weighs is not among them; `weighed`
 * where each of those tells its own, so that no more is held.
 */
export function heldMass(
  lots: readonly DescribedLot[],
  flows: GoodsFlows,
): { readonly mass: string; readonly weighed: boolean } {
  // A paper tells of goods that its lots weigh already.
  const held = lots.filter((lot) => holdsLot(lot) && !lot.alone)
  const tops = notOfOthers(held, flows)
  const masses = tops.flatMap(({ mass }) => mass ?? [])
  return {
    mass: masses.reduce((sum, mass) => addDecimal(sum, mass), '0'),
    weighed: tops.length > 0 && masses.length === tops.length,
  }
}

/** A lot as it is stored, with the hold record that names it at its main place. */
export const rowOf = (lot: DescribedLot, holdRecord: string | null): CaseLotRow => {
  const { code, kind, role, depth, via, scheme, place, stall, productName, productClass, mass, occurredAt } =
    lot
  // A name that may be a person's stands, sealed, in the hold record alone.
  const site = place.site && isPersonalSite(place.site) ? null : siteText(place.site)
  return {
    ...{ code, kind, role, depth, scheme, productName, productClass, mass, occurredAt, holdRecord },
    viaCode: via ? (via.to === code ? via.from : via.to) : null,
    viaRecord: via?.recordId ?? null,
    rule: via?.rule ?? null,
    confidence: via?.confidence ?? null,
    place: place.key,
    site,
    market: place.site?.role === 'market' ? site : null,
    stall: siteText(stall ?? undefined),
    region: place.region?.code ?? null,
  }
}
