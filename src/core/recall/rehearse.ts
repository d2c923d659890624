import type { GraphCode } from '#core/lineage/codes.ts'
import { type Accounted, accountFor } from './balance.ts'
import { codeItself } from './code-as.ts'
import { handsApart } from './hands.ts'
import { inHolders } from './holders.ts'
import { type Holding, holdingsOf, type Reached } from './holdings.ts'
import { lotsOf, type RecallLot } from './lots.ts'
import { partiesOf, type RecallParty } from './parties.ts'
import { PLACE_KINDS, type PlaceKind } from './place.ts'
import { byRegion, type RecallSite, type RegionSites, sitesOf } from './sites.ts'
import { toldApart } from './told-apart.ts'

/** What a recall would reach. */
export interface Rehearsed {
  /** The codes at which it begins. */
  readonly sources: readonly GraphCode[]
  readonly lots: readonly RecallLot[]
  readonly mass: Accounted['balances']
  readonly sites: readonly RecallSite[]
  readonly regions: readonly RegionSites[]
  readonly counts: Readonly<Record<PlaceKind, number>>
  readonly parties: readonly RecallParty[]
  readonly persons: number
  readonly systems: readonly { readonly system: string; readonly records: number }[]
  readonly productClasses: readonly string[]
}

/** Rehearses a recall on the part of the graph that it reaches. */
export function rehearse(all: Reached): Rehearsed {
  const reached = inHolders(handsApart(toldApart(all)))
  const holdings = holdingsOf({ ...reached, ...(all.likely === undefined ? {} : { likely: all.likely }) })
  const from = new Set<GraphCode>(reached.sources)
  const sources = new Set(
    holdings.filter(({ codes }) => codes.some((code) => from.has(code))).map(({ index }) => index),
  )
  const home = homeOf(holdings, sources)
  const accounted = accountFor(holdings, sources, home)
  const placed = sitesOf(holdings, accounted, home)
  const sites = placed.map(({ site }) => site)
  const facts = holdings.flatMap(({ came, left, back }) => [...came, ...left, ...back])
  return {
    sources: [...new Set(reached.sources.map(codeItself))],
    lots: lotsOf(holdings, accounted, sources),
    mass: accounted.balances,
    sites,
    regions: byRegion(placed, yearOf(facts)),
    counts: Object.fromEntries(
      PLACE_KINDS.map((kind) => [kind, sites.filter((site) => site.kind === kind).length]),
    ) as Record<PlaceKind, number>,
    ...partiesOf(holdings),
    systems: [...Map.groupBy(facts, ({ system }) => system)]
      .map(([system, told]) => ({ system, records: new Set(told.map(({ id }) => id)).size }))
      .sort((a, b) => (a.system < b.system ? -1 : 1)),
    productClasses: [...new Set(facts.flatMap(({ productClass }) => productClass ?? []))].sort(),
  }
}

/**
 * Digits of the province that all goods of the source come from: as its own records tell, else as those tell who had the goods first, by where they say that these are from, or by where they had them.
 */
function homeOf(holdings: readonly Holding[], sources: ReadonlySet<number>): string | null {
  const first = holdings.filter(({ index }) => sources.has(index))
  const next = holdings.filter(({ parents }) => parents.some((parent) => sources.has(parent)))
  const told = [
    first.flatMap(({ came }) => came.map(({ region }) => region)),
    next.flatMap(({ came }) => came.map(({ origin }) => origin)),
    next.flatMap(({ came }) => came.map(({ region }) => region)),
  ]
  for (const regions of told) {
    const provinces = new Set(regions.flatMap((region) => region?.slice(0, 2) ?? []))
    const [only] = provinces
    if (only !== undefined) return provinces.size === 1 ? only : null
  }
  return null
}

function yearOf(facts: readonly { readonly at: string | null }[]): number {
  const years = facts
    .flatMap(({ at }) => (at === null ? [] : [Number(at.slice(0, 4))]))
    .filter(Number.isInteger)
  return years.length === 0 ? 9999 : Math.max(...years)
}
