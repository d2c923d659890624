import { addDecimal, compareDecimal, subtractDecimal } from '#core/decimal.ts'
import type { UseKind } from '#core/lineage/document-use.ts'

/** A value in one unit: KGM, HEA, H87 or PKG. */
export interface Measure {
  readonly value: string
  readonly unit: string
}

/** What the records of one kind and system at one place used of a paper; goods bought on from someone who had used it are not in it. */
export interface UsePart {
  readonly kind: UseKind
  readonly system: string
  /** Code of the place, or its name where the records do not say the code. */
  readonly site: string
  readonly siteName: string | null
  /** Records, and those of them whose goods came straight under the paper. */
  readonly records: number
  readonly firstHand: number
  readonly measures: readonly Measure[]
  /** The same of one day, for what may be the load that is asked about. */
  readonly sameDay: readonly Measure[]
  readonly firstOn: string | null
  readonly lastOn: string | null
  readonly expired: number
  readonly outside: number
  readonly otherGoods: number
  readonly otherPlate: number
}

/** What was used at one place. */
export interface SiteUse {
  readonly site: string
  readonly siteName: string | null
  /** Under all of these its uses stand. */
  readonly keys: readonly string[]
  /** Of the records that tell the most; with what others tell of the same goods they are not added up. */
  readonly kind: UseKind
  readonly system: string
  readonly records: number
  readonly measures: readonly Measure[]
  readonly sameDay: readonly Measure[]
  readonly firstOn: string | null
  readonly lastOn: string | null
}

export interface PaperUsage {
  /** Places at which goods came straight under the paper, most used first. */
  readonly sites: readonly SiteUse[]
  /** All of them together, one measure for each unit. */
  readonly used: readonly Measure[]
  readonly records: number
  readonly expired: number
  readonly outside: number
  readonly otherGoods: number
  readonly otherPlate: number
}

/**
 * Mass that was put into trade under a paper. The same goods are written down when they leave the farm, at each market and at each stall,
 * so each kilogram counts once, at the first market: there the greatest of what entered and of what was sold as each system tells it,
 * because all tell of the same goods; the records of one system add up. What was dispatched counts only where no market tells of the paper.
 */
export function usageOf(parts: readonly UsePart[]): PaperUsage {
  const atMarkets = parts.filter(({ kind, firstHand }) => kind !== 'dispatch' && firstHand > 0)
  const first = atMarkets.length > 0 ? atMarkets : parts.filter(({ firstHand }) => firstHand > 0)
  const sites = [...byPlace(first)].map(([site, ofSite]) => siteUse(site, ofSite)).sort(byMass)
  const total = (name: 'records' | 'expired' | 'outside' | 'otherGoods' | 'otherPlate'): number =>
    parts.reduce((sum, part) => sum + part[name], 0)
  return {
    sites,
    used: sumOf(sites.flatMap(({ measures }) => measures)),
    records: total('records'),
    expired: total('expired'),
    outside: total('outside'),
    otherGoods: total('otherGoods'),
    otherPlate: total('otherPlate'),
  }
}

/** A name under which some tell of a place stands for the code by which others do, unless several codes bear it. */
function byPlace(parts: readonly UsePart[]): Map<string, UsePart[]> {
  const coded = parts.filter(({ site, siteName }) => siteName !== null && siteName !== site)
  const named = Map.groupBy(coded, ({ siteName }) => siteName)
  return Map.groupBy(parts, ({ site }) => {
    const codes = new Set((named.get(site) ?? []).map((part) => part.site))
    return codes.size === 1 ? ([...codes][0] as string) : site
  })
}

const massOf = ({ measures }: { readonly measures: readonly Measure[] }): string =>
  measures.find(({ unit }) => unit === 'KGM')?.value ?? '0'
const byMass = (a: SiteUse, b: SiteUse): number =>
  compareDecimal(massOf(b), massOf(a)) || (a.site < b.site ? -1 : 1)

function siteUse(site: string, parts: readonly UsePart[]): SiteUse {
  const byTeller = Map.groupBy(parts, ({ kind, system }) => `${kind} ${system}`)
  const told = [...byTeller.values()].map((ofTeller) => ({
    ...(ofTeller[0] as UsePart),
    measures: sumOf(ofTeller.flatMap(({ measures }) => measures)),
    sameDay: sumOf(ofTeller.flatMap(({ sameDay }) => sameDay)),
    records: ofTeller.reduce((sum, { firstHand }) => sum + firstHand, 0),
  }))
  const one = told.sort(byMost)[0] as (typeof told)[number]
  const days = parts.flatMap(({ firstOn, lastOn }) => [firstOn, lastOn]).filter((day) => day !== null)
  return {
    site,
    siteName: parts.find(({ siteName }) => siteName !== null)?.siteName ?? null,
    keys: [...new Set(parts.map((part) => part.site))],
    kind: one.kind,
    system: one.system,
    records: one.records,
    measures: greatest(told.map(({ measures }) => measures)),
    sameDay: greatest(told.map(({ sameDay }) => sameDay)),
    firstOn: days.reduce<string | null>((a, b) => (a === null || b < a ? b : a), null),
    lastOn: days.reduce<string | null>((a, b) => (a === null || b > a ? b : a), null),
  }
}

type Told = Pick<UsePart, 'kind' | 'system' | 'measures'>
const byMost = (a: Told, b: Told): number =>
  compareDecimal(massOf(b), massOf(a)) || order(a.kind, b.kind) || (a.system < b.system ? -1 : 1)
const order = (a: UseKind, b: UseKind): number => (a === b ? 0 : a === 'sale' ? -1 : 1)

function greatest(lists: readonly (readonly Measure[])[]): Measure[] {
  const most = new Map<string, string>()
  for (const { unit, value } of lists.flat()) {
    const known = most.get(unit)
    if (known === undefined || compareDecimal(value, known) > 0) most.set(unit, value)
  }
  return [...most].map(([unit, value]) => ({ unit, value }))
}

function sumOf(measures: readonly Measure[]): Measure[] {
  const sums = new Map<string, string>()
  for (const { unit, value } of measures) sums.set(unit, addDecimal(sums.get(unit) ?? '0', value))
  return [...sums].map(([unit, value]) => ({ unit, value }))
}

/** Stated against used in the one unit that both are known in. */
export interface Compared {
  readonly unit: string
  readonly stated: string
  readonly used: string
  /** Stated less used; below zero where more was used than stated. */
  readonly left: string
}

/**
 * What is left of a paper. Kilograms before counts; heads, pieces and packages are never held against kilograms. Null where the paper
 * states nothing, `not_comparable` where it states a unit that no use is known in.
 */
export function compareUse(
  stated: readonly Measure[],
  used: readonly Measure[],
): Compared | 'not_comparable' | null {
  const known = [...stated].sort((a, b) => Number(b.unit === 'KGM') - Number(a.unit === 'KGM'))
  const [first] = known
  if (first === undefined) return null
  if (used.length === 0) return { unit: first.unit, stated: first.value, used: '0', left: first.value }
  for (const { unit, value } of known) {
    const same = used.find((one) => one.unit === unit)
    if (same) return { unit, stated: value, used: same.value, left: subtractDecimal(value, same.value) }
  }
  return 'not_comparable'
}
