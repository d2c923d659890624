import type { GraphCode } from '#core/lineage/codes.ts'
import { type Accounted, accountFor } from './balance.ts'
import type { Measure } from './goods-fact.ts'
import { type Holding, holdingsOf, type Reached } from './holdings.ts'
import { partiesOf, type RecallParty } from './parties.ts'
import { PLACE_KINDS, type PlaceKind } from './place.ts'
import { byRegion, type RecallSite, type RegionSites, sitesOf } from './sites.ts'
import { codeItself, toldApart } from './told-apart.ts'

/** One lot that a recall reaches. */
export interface RecallLot {
  /** Every code under which it is known. */
  readonly codes: readonly GraphCode[]
  readonly product: string | null
  readonly source: boolean
  readonly stage: number
  readonly systems: readonly string[]
  readonly region: string | null
  readonly came: readonly Measure[]
  readonly wentOn: readonly Measure[]
  readonly found: readonly { readonly where: string; readonly value: string; readonly unit: string }[]
  readonly notFound: readonly Measure[]
}

/** What a recall would reach. */
export interface Rehearsed {
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
  const reached = toldApart(all)
  const holdings = holdingsOf(reached)
  const from = new Set<GraphCode>(reached.sources)
  const sources = new Set(
    holdings.filter(({ codes }) => codes.some((code) => from.has(code))).map(({ index }) => index),
  )
  const home = homeOf(holdings, sources)
  const accounted = accountFor(holdings, sources, home)
  const placed = sitesOf(holdings, accounted.accounts, home)
  const sites = placed.map(({ site }) => site)
  const facts = holdings.flatMap(({ came, left, back }) => [...came, ...left, ...back])
  return {
    lots: holdings.map((holding) => lotOf(holding, accounted, sources)),
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

/** Digits of the province that all goods of the source come from. */
function homeOf(holdings: readonly Holding[], sources: ReadonlySet<number>): string | null {
  const provinces = new Set(
    holdings
      .filter(({ index }) => sources.has(index))
      .flatMap(({ came }) => came.flatMap(({ region }) => region?.slice(0, 2) ?? [])),
  )
  const [only] = provinces
  return provinces.size === 1 && only !== undefined ? only : null
}

function yearOf(facts: readonly { readonly at: string | null }[]): number {
  const years = facts
    .flatMap(({ at }) => (at === null ? [] : [Number(at.slice(0, 4))]))
    .filter(Number.isInteger)
  return years.length === 0 ? 9999 : Math.max(...years)
}

function lotOf(holding: Holding, { accounts, stages }: Accounted, sources: ReadonlySet<number>): RecallLot {
  const { index, codes, came, left, back } = holding
  const own = accounts[index] ?? []
  const told = [...came, ...left, ...back]
  return {
    codes: codes.map(codeItself),
    product: came.find(({ product }) => product !== null)?.product ?? null,
    source: sources.has(index),
    stage: stages[index] ?? 0,
    systems: [...new Set(told.map(({ system }) => system))].sort(),
    region: came.find(({ tells }) => tells === 'entered')?.region ?? came[0]?.region ?? null,
    came: own.flatMap((one) => (one.came === null ? [] : [{ value: one.came, unit: one.unit }])),
    wentOn: own.filter((one) => one.wentOn !== '0').map((one) => ({ value: one.wentOn, unit: one.unit })),
    found: own.flatMap((one) =>
      Object.entries(one.found).map(([where, value]) => ({ where, value, unit: one.unit })),
    ),
    notFound: own.filter((one) => one.lost !== '0').map((one) => ({ value: one.lost, unit: one.unit })),
  }
}
