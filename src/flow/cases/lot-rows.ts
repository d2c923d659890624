import { siteText } from '#core/cases/place.ts'
import { addDecimal } from '#core/decimal.ts'
import { isPersonalSite } from '#core/personal.ts'
import type { CaseLotRow } from '#store/case-lots.ts'
import { type DescribedLot, holdsLot, notOfOthers, sourcesOf } from './case-lots.ts'

/**
 * Kilograms that are held: of the lots from which all others came, because theirs are part of them; and whether each of those tells its own, so that no more is held.
 */
export function heldMass(lots: readonly DescribedLot[]): {
  readonly mass: string
  readonly weighed: boolean
} {
  // A paper tells of goods that its lots weigh already.
  const held = lots.filter((lot) => holdsLot(lot) && !lot.alone)
  const sources = sourcesOf(lots)
  const highest = (role: DescribedLot['role']) =>
    notOfOthers(
      held.filter((lot) => lot.role === role),
      sources,
    )
  const tops = highest('upstream')
  const of = tops.length > 0 ? tops : highest('tested')
  const masses = of.flatMap(({ mass }) => mass ?? [])
  return {
    mass: masses.reduce((sum, mass) => addDecimal(sum, mass), '0'),
    weighed: of.length > 0 && masses.length === of.length,
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
