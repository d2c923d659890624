import { addDecimal, compareDecimal, subtractDecimal } from '#core/decimal.ts'
import type { UseKind } from '#core/lineage/document-use.ts'

/** A value in one unit: KGM, HEA, H87 or PKG. */
export interface Measure {
  readonly value: string
  readonly unit: string
}

/** What the records of one kind at one place used of a paper; goods bought on from someone who had used it are not in it. */
export interface UsePart {
  readonly kind: UseKind
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
  readonly kind: UseKind
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
 * so each kilogram counts once, at the first market: there the greater of what entered and of what was sold, because both tell of the
 * same goods. What was dispatched counts only where no market tells of the paper.
 */
export function usageOf(parts: readonly UsePart[]): PaperUsage {
  const atMarkets = parts.filter(({ kind, firstHand }) => kind !== 'dispatch' && firstHand > 0)
  const first = atMarkets.length > 0 ? atMarkets : parts.filter(({ firstHand }) => firstHand > 0)
  const bySite = Map.groupBy(first, ({ site }) => site)
  const sites = [...bySite.values()].map((ofSite) => siteUse(ofSite)).sort(byMass)
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

const massOf = ({ measures }: { readonly measures: readonly Measure[] }): string =>
  measures.find(({ unit }) => unit === 'KGM')?.value ?? '0'
const byMass = (a: SiteUse, b: SiteUse): number =>
  compareDecimal(massOf(b), massOf(a)) || (a.site < b.site ? -1 : 1)

function siteUse(parts: readonly UsePart[]): SiteUse {
  const byKind = Map.groupBy(parts, ({ kind }) => kind)
  const kinds = [...byKind].map(([kind, ofKind]) => ({
    kind,
    measures: sumOf(ofKind.flatMap(({ measures }) => measures)),
    sameDay: sumOf(ofKind.flatMap(({ sameDay }) => sameDay)),
    records: ofKind.reduce((sum, { firstHand }) => sum + firstHand, 0),
  }))
  const [most, other] = kinds.sort((a, b) => compareDecimal(massOf(b), massOf(a)) || order(a.kind, b.kind))
  const days = parts.flatMap(({ firstOn, lastOn }) => [firstOn, lastOn]).filter((day) => day !== null)
  const one = most as NonNullable<typeof most>
  return {
    site: (parts[0] as UsePart).site,
    siteName: parts.find(({ siteName }) => siteName !== null)?.siteName ?? null,
    kind: one.kind,
    records: one.records,
    measures: greatest(one.measures, other?.measures ?? []),
    sameDay: greatest(one.sameDay, other?.sameDay ?? []),
    firstOn: days.reduce<string | null>((a, b) => (a === null || b < a ? b : a), null),
    lastOn: days.reduce<string | null>((a, b) => (a === null || b > a ? b : a), null),
  }
}

const order = (a: UseKind, b: UseKind): number => (a === b ? 0 : a === 'sale' ? -1 : 1)

function greatest(a: readonly Measure[], b: readonly Measure[]): Measure[] {
  const units = new Set([...a, ...b].map(({ unit }) => unit))
  return [...units].map((unit) => {
    const [x, y] = [a, b].map((list) => list.find((one) => one.unit === unit)?.value)
    if (x === undefined || y === undefined) return { unit, value: x ?? y ?? '0' }
    return { unit, value: compareDecimal(x, y) >= 0 ? x : y }
  })
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
