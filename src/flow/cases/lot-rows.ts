import { siteText } from '#core/cases/place.ts'
import { isPersonalSite } from '#core/personal.ts'
import type { CaseLotRow } from '#store/case-lots.ts'
import type { OrderedLot } from './found-lots.ts'

/** A lot as it is stored, with the hold record that names it at its main place. */
export const rowOf = (lot: OrderedLot, holdRecord: string | null): CaseLotRow => {
  const {
    code,
    kind,
    role,
    depth,
    via,
    narrow,
    scheme,
    place,
    stall,
    productName,
    productClass,
    mass,
    occurredAt,
  } = lot
  // A name that may be a person's stands, sealed, in the hold record alone.
  const site = place.site && isPersonalSite(place.site) ? null : siteText(place.site)
  return {
    ...{ code, kind, role, depth, narrow, scheme, productName, productClass, mass, occurredAt, holdRecord },
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
