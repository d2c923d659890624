import { addDecimal, compareDecimal, maxDecimal, minDecimal, subtractDecimal } from '#core/decimal.ts'
import { withoutBoughtOn } from './bought-beyond.ts'
import { greatestOf, inUnit, type Measure, sumOf } from './measures.ts'
import { type ByGoods, byMass, byPlace, type SiteUse, siteUse, type UsePart } from './site-use.ts'

/** What was used at all places together, one measure for each unit. */
export interface Used {
  readonly used: readonly Measure[]
  readonly usedOf: ByGoods
}

/** What was used at places. */
export interface PlacesUsed extends Used {
  /** Places at which goods came straight under the paper, most used first. */
  readonly sites: readonly SiteUse[]
  /** What those tell of whom nothing that came back is untold in the unit: so much was used at the least. */
  readonly least: Used
}

export interface PaperUsage extends PlacesUsed {
  /** What came in at markets and the like, without what was sent there. */
  readonly takenIn: PlacesUsed
  /** What was sent under the paper, whether or not it came in somewhere. */
  readonly sent: readonly Measure[]
  readonly records: number
  readonly expired: number
  readonly beforeIssue: number
  readonly outside: number
  readonly otherGoods: number
  readonly otherPlate: number
}

/**
 * Mass that was put into trade under a paper. The same goods are written down when they leave the farm, at each market and at each stall,
 * so each kilogram counts once, at the first market: there the greatest of what entered and of what was sold as each system tells it,
 * because all tell of the same goods; the records of one system add up, each of the goods of the paper for itself. What was dispatched counts only where no market tells of the paper.
 *
 * Goods of which nobody says who gave them may have been bought in a sale that names the paper. They count, less what sales of other places may have brought, once for all places together: of that much
 * nobody knows, and a paper is not said to be used beyond what is sure. A place all of whose goods such sales may have brought is none at which the paper was used.
 */
export function usageOf(told: readonly UsePart[]): PaperUsage {
  const parts = withoutBoughtOn(told)
  const counted = withoutUntold(parts)
  const takenIn = placesUsed(counted.filter(({ isSent }) => !isSent))
  const sent = placesUsed(counted.filter(({ isSent }) => isSent))
  const total = (
    name: 'records' | 'expired' | 'beforeIssue' | 'outside' | 'otherGoods' | 'otherPlate',
  ): number => parts.reduce((sum, part) => sum + part[name], 0)
  return {
    ...(takenIn.sites.length > 0 ? takenIn : sent),
    takenIn,
    sent: sent.used,
    records: total('records'),
    expired: total('expired'),
    beforeIssue: total('beforeIssue'),
    outside: total('outside'),
    otherGoods: total('otherGoods'),
    otherPlate: total('otherPlate'),
  }
}

/** The use as a gate counts it: goods that left under the paper are the load that stands there, and were used nowhere yet. */
export const atGate = (usage: PaperUsage): PaperUsage => ({ ...usage, ...usage.takenIn })

/** Without the unsure goods of places where nobody knows how much sales of other places may have brought. */
function withoutUntold(parts: readonly UsePart[]): readonly UsePart[] {
  if (!parts.some(({ isUnsure }) => isUnsure)) return parts
  const untold = untoldIn(parts)
  const bought = new Set(
    [...byPlace(parts).values()].flatMap((here) => {
      const unsure = here.filter(({ isUnsure }) => isUnsure)
      const untoldHere = untoldIn(here)
      const isTold = unsureOf(unsure).some(
        ({ unit }) => (untold.get(unit) ?? 0) <= (untoldHere.get(unit) ?? 0),
      )
      return isTold ? [] : unsure
    }),
  )
  return parts.filter((part) => !bought.has(part))
}

/** Without the unsure goods of places where they may all have been bought in sales of other places; what one place was sold, another one did not have. */
function withoutBought(places: Places): Places {
  const sold = soldIn(places.flatMap(([, parts]) => parts))
  const open = new Map(openIn(places).map(({ unit, value }) => [unit, value]))
  const isOpen = (here: readonly UsePart[]): boolean => {
    const soldHere = soldIn(here)
    return unsureOf(here).every(({ unit, value }) => {
      const elsewhere = subtractDecimal(inUnit(sold, unit) ?? '0', inUnit(soldHere, unit) ?? '0')
      return compareDecimal(value, maxDecimal(minDecimal(elsewhere, open.get(unit) ?? '0'), '0')) <= 0
    })
  }
  const bought = new Set<string>()
  // The most first: what they bought explains most of what was sold.
  for (const [site, here] of places.toSorted(([, a], [, b]) =>
    compareDecimal(unsureMass(b), unsureMass(a)),
  )) {
    if (!here.some(({ isUnsure }) => isUnsure) || !isOpen(here)) continue
    bought.add(site)
    for (const { unit, value } of unsureOf(here))
      open.set(unit, subtractDecimal(open.get(unit) ?? '0', value))
  }
  return places.map(([site, parts]) => [
    site,
    bought.has(site) ? parts.filter(({ isUnsure }) => !isUnsure) : parts,
  ])
}

/** What was sold, less what buyers tell to have taken in of it: as much as each place's tellers tell at most. */
function openIn(places: Places): Measure[] {
  const taken = sumOf(
    places.flatMap(([, parts]) =>
      greatestOf(
        [...Map.groupBy(parts, ({ system }) => system).values()].flatMap((of) =>
          sumOf(of.flatMap((part) => part.taken)),
        ),
      ),
    ),
  )
  return soldIn(places.flatMap(([, parts]) => parts)).map(({ unit, value }) => ({
    unit,
    value: maxDecimal('0', subtractDecimal(value, inUnit(taken, unit) ?? '0')),
  }))
}

const unsureMass = (parts: readonly UsePart[]): string => inUnit(unsureOf(parts), 'KGM') ?? '0'

const soldIn = (parts: readonly UsePart[]): Measure[] => sumOf(parts.flatMap(({ sold }) => sold))

/** How many parts do not tell all of what was sold, of each unit. */
function untoldIn(parts: readonly UsePart[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { soldUntold } of parts)
    for (const unit of soldUntold) counts.set(unit, (counts.get(unit) ?? 0) + 1)
  return counts
}

const unsureOf = (parts: readonly UsePart[]): Measure[] =>
  sumOf(parts.filter(({ isUnsure }) => isUnsure).flatMap(({ measures }) => measures))
/** What was sold, of each unit; where more came back than was sold it is nothing. */
const soldOf = (parts: readonly UsePart[]): Measure[] =>
  soldIn(parts).filter(({ value }) => compareDecimal(value, '0') > 0)

function placesUsed(parts: readonly UsePart[]): PlacesUsed {
  const places = [...byPlace(parts)]
  const everywhere = sitesOf(places).sort(byMass)
  const all = {
    ...usedAt(everywhere, ({ measures, ofGoods }) => ({ all: measures, ofGoods })),
    least: usedAt(everywhere, ({ least }) => least),
  }
  if (!parts.some(({ isUnsure }) => isUnsure)) return { sites: everywhere, ...all }
  const sure = sitesOf(places.map(([site, ofSite]) => [site, ofSite.filter(({ isUnsure }) => !isUnsure)]))
  /** Sales that do not say of which goods may be of any. */
  const mayBeOf = (good: number | null, part: UsePart): boolean =>
    part.good === good || (!part.isUnsure && (part.good === null || good === null))
  /** At the least what is used without the unsure goods. */
  const less = ({ used, usedOf }: Used, without: Used): Used => ({
    used: greatestOf([...lessMoved(used, places), ...without.used]),
    usedOf: new Map(
      [...usedOf].map(([good, measures]) => {
        const ofGood = places.map(([site, all]) => [site, all.filter((part) => mayBeOf(good, part))] as const)
        const known = good === null ? [] : (without.usedOf.get(good) ?? [])
        return [good, greatestOf([...lessMoved(measures, ofGood), ...known])]
      }),
    ),
  })
  return {
    sites: sitesOf(withoutBought(places)).sort(byMass),
    ...less(
      all,
      usedAt(sure, ({ measures, ofGoods }) => ({ all: measures, ofGoods })),
    ),
    least: less(
      all.least,
      usedAt(sure, ({ least }) => least),
    ),
  }
}

/** The places at which some of the goods came straight under the paper. */
const sitesOf = (places: Places): SiteUse[] =>
  places.flatMap(([site, parts]) => {
    const first = parts.filter(({ firstHand }) => firstHand > 0)
    return first.length > 0 && !isBackAlone(first) ? [siteUse(site, first)] : []
  })

/** Whether more came back than is told to have been there: of goods that were sold without naming the paper. */
function isBackAlone(parts: readonly UsePart[]): boolean {
  const isBack = parts.some(({ measures }) => measures.some(({ value }) => value.startsWith('-')))
  if (!isBack) return false
  const values = sumOf(parts.flatMap(({ measures }) => measures)).map(({ value }) =>
    compareDecimal(value, '0'),
  )
  return values.includes(-1) && !values.includes(1)
}

const usedAt = (sites: readonly SiteUse[], of: (site: SiteUse) => SiteUse['least']): Used => ({
  used: sumOf(sites.flatMap((site) => of(site).all)),
  usedOf: ofAllSites(sites.map((site) => of(site).ofGoods)),
})

type Places = readonly (readonly [site: string, parts: readonly UsePart[]])[]

/** Measures less what of the unsure goods in them sales of other places may have brought. */
function lessMoved(measures: readonly Measure[], places: Places): Measure[] {
  const unsure = sumOf(places.flatMap(([, parts]) => unsureOf(parts)))
  const open = openIn(places)
  return measures.map(({ unit, value }) => {
    const all = inUnit(unsure, unit) ?? '0'
    const brought = places.map(([, parts]) =>
      minDecimal(
        inUnit(soldOf(parts), unit) ?? '0',
        subtractDecimal(all, inUnit(unsureOf(parts), unit) ?? '0'),
      ),
    )
    const most = minDecimal(inUnit(open, unit) ?? '0', all)
    return { unit, value: subtractDecimal(value, minDecimal(brought.reduce(addDecimal, '0'), most)) }
  })
}

function ofAllSites(sites: readonly ByGoods[]): ByGoods {
  const parts = Map.groupBy(
    sites.flatMap((ofGoods) => [...ofGoods]),
    ([good]) => good,
  )
  return new Map([...parts].map(([good, of]) => [good, sumOf(of.flatMap(([, measures]) => measures))]))
}
