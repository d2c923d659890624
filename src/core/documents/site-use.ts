import { finestOf, nameInSite, regionSaid, samePlaces } from '#core/balance/goods-site.ts'
import { isAsMuch } from '#core/balance/measure.ts'
import { compareDecimal, maxDecimal, negateDecimal, subtractDecimal } from '#core/decimal.ts'
import type { UseKind } from '#core/lineage/document-use.ts'
import type { Bought } from './bought-beyond.ts'
import { greatestOf, inUnit, type Measure, sumOf } from './measures.ts'

/** What the records of one kind and system at one place used of a paper; goods that were surely bought on from someone who had used it are not in it. */
export interface UsePart {
  readonly kind: UseKind
  /** It left under the paper, and tells of nothing that came in: dispatches, and what was sold at the beginning of the paper. */
  readonly isSent: boolean
  readonly system: string
  /** Code of the place, or its name, with the region where that is told (`goods-site.ts`), where the records do not say the code. */
  readonly site: string
  readonly siteName: string | null
  /** Of a place with a code (GB/T 2260); empty where it is not told. */
  readonly region: string
  /** Which of the goods of the paper, by their place in its list; null where nobody tells. */
  readonly good: number | null
  /** Digest of who had the goods there, where several systems tell of the paper; null where nobody tells. */
  readonly holder: string | null
  /** Records, and those of them whose goods came straight under the paper. */
  readonly records: number
  /** Those whose goods came straight under the paper, or may have (`isUnsure`). */
  readonly firstHand: number
  /** Entries of which nobody says who gave the goods, while sales name the paper. */
  readonly isUnsure: boolean
  readonly measures: readonly Measure[]
  /** What of that may have come under other papers, which the same records name (`papers-together.ts`). */
  readonly shared: readonly Measure[]
  /** What sales told, whether or not their goods came straight under the paper. */
  readonly sold: readonly Measure[]
  /** Of that what was sold to nobody knows whom. */
  readonly soldNameless: readonly Measure[]
  /** What buyers tell to have taken in of sales under the paper. */
  readonly taken: readonly Measure[]
  /** Of entries of a buyer who entered more than is told to have been sold to him (`bought-beyond.ts`): what was. */
  readonly bought: Bought | null
  /** Whether these came in when all that went back of it had. */
  readonly isLate: boolean
  /** Units in which some of what was sold is not told. */
  readonly soldUntold: readonly string[]
  /** Units in which some that came back is not told. */
  readonly untoldBack: readonly string[]
  /** The same of one day, for what may be the load that is asked about. */
  readonly sameDay: readonly Measure[]
  readonly firstOn: string | null
  readonly lastOn: string | null
  readonly expired: number
  readonly beforeIssue: number
  readonly outside: number
  readonly otherGoods: number
  readonly otherPlate: number
}

/** Measures of each of the goods of a paper, by their place in its list; under null those of which nobody tells the goods. */
export type ByGoods = ReadonlyMap<number | null, readonly Measure[]>

/** What was used at one place. */
export interface SiteUse {
  readonly site: string
  readonly siteName: string | null
  /** GB/T 2260; empty where no record tells it. */
  readonly region: string
  /** Under all of these its uses stand. */
  readonly keys: readonly string[]
  /** Of the records that tell the most; with what others tell of the same goods they are not added up. */
  readonly kind: UseKind
  readonly system: string
  readonly records: number
  readonly measures: readonly Measure[]
  readonly ofGoods: ByGoods
  readonly least: { readonly all: readonly Measure[]; readonly ofGoods: ByGoods }
  readonly sameDay: readonly Measure[]
  readonly sameDayOfGoods: ByGoods
  readonly firstOn: string | null
  readonly lastOn: string | null
}

/** The uses of each place: a name under which some tell of it stands for the code by which others do, or for its name and region (`samePlaces`). */
export function byPlace(parts: readonly UsePart[]): Map<string, UsePart[]> {
  const names = new Set(parts.flatMap((part) => nameIn(part) ?? []))
  // What was written down of a stall before its region was is its name alone.
  const nameOf = (part: UsePart): string | null => nameIn(part) ?? (names.has(part.site) ? part.site : null)
  const places = new Map<string, string>()
  for (const [name, ofName] of Map.groupBy(parts, nameOf))
    if (name !== null)
      for (const [site, place] of samePlaces(name, ofName)) places.set(`${name} ${site}`, place)
  return Map.groupBy(parts, (part) => places.get(`${nameOf(part)} ${part.site}`) ?? part.site)
}

/** What a place is called, also where that stands in its site alone. */
export const nameIn = ({ site, siteName }: Pick<UsePart, 'site' | 'siteName'>): string | null =>
  siteName ?? nameInSite(site)

const massOf = ({ measures }: { readonly measures: readonly Measure[] }): string =>
  measures.find(({ unit }) => unit === 'KGM')?.value ?? '0'
/** Most used first. */
export const byMass = (a: SiteUse, b: SiteUse): number =>
  compareDecimal(massOf(b), massOf(a)) || (a.site < b.site ? -1 : 1)

/** What all who tell of one place tell of it together. */
export function siteUse(site: string, parts: readonly UsePart[]): SiteUse {
  const byTeller = heldApart([...Map.groupBy(parts, ({ kind, system }) => `${kind} ${system}`).values()])
  const told = byTeller.map((ofTeller) => ({
    ...(ofTeller[0] as UsePart),
    measures: sumOf(ofTeller.flatMap(({ measures }) => measures)),
    records: ofTeller.reduce((sum, { firstHand }) => sum + firstHand, 0),
  }))
  const one = told.sort(byMost)[0] as (typeof told)[number]
  const days = parts.flatMap(({ firstOn, lastOn }) => [firstOn, lastOn]).filter((day) => day !== null)
  const used = ofTellers(byTeller, ({ measures }) => measures)
  const sameDay = ofTellers(byTeller, ({ sameDay }) => sameDay)
  const isUnsure = parts.some(({ untoldBack, shared }) => untoldBack.length > 0 || shared.length > 0)
  return {
    site,
    siteName: parts.find(({ siteName }) => siteName !== null)?.siteName ?? null,
    region: finestOf(parts.map(regionSaid)),
    keys: [...new Set(parts.map((part) => part.site))],
    kind: one.kind,
    system: one.system,
    records: one.records,
    measures: used.all,
    ofGoods: used.ofGoods,
    least: isUnsure ? ofTellers(byTeller, surelyUsed, 'least') : used,
    sameDay: sameDay.all,
    sameDayOfGoods: sameDay.ofGoods,
    firstOn: days.reduce<string | null>((a, b) => (a === null || b < a ? b : a), null),
    lastOn: days.reduce<string | null>((a, b) => (a === null || b > a ? b : a), null),
  }
}

const surelyUsed = ({ measures, shared }: UsePart): readonly Measure[] =>
  shared.length === 0
    ? measures
    : sumOf([...measures, ...shared.map(({ unit, value }) => ({ unit, value: negateDecimal(value) }))])

/**
 * Those who tell of one place, without who had the goods where two systems tell of as much and of nobody that the other one knows: these are the same goods, under a name here and a code
 * or another name there.
 */
function heldApart(tellers: readonly (readonly UsePart[])[]): readonly (readonly UsePart[])[] {
  if (tellers.length < 2) return tellers
  const known = tellers
    .map((parts) => ({ parts, system: parts[0]?.system ?? '', ...heldBy(parts) }))
    .sort((a, b) => (a.system < b.system ? -1 : 1))
  return known.map(({ parts, system, holders, all }, n) => {
    const isTold = known.some(
      (other, at) =>
        at < n &&
        other.system !== system &&
        holders.isDisjointFrom(other.holders) &&
        isAsMuch([all, other.all]),
    )
    return isTold ? parts.map((part) => ({ ...part, holder: null })) : parts
  })
}

const heldBy = (parts: readonly UsePart[]) => ({
  holders: new Set(parts.flatMap(({ holder }) => holder ?? [])),
  all: sumOf(parts.flatMap(({ measures }) => measures)),
})

/**
 * What all who tell of one place tell together: of each of the goods the most that one of them tells, and no less than what is told of each who had them there. What one tells beyond that
 * without saying of which goods is not of any.
 */
function ofTellers(
  tellers: readonly (readonly UsePart[])[],
  measuresOf: (part: UsePart) => readonly Measure[],
  bound: 'told' | 'least' = 'told',
): { readonly all: Measure[]; readonly ofGoods: ByGoods } {
  const parts = tellers.flat()
  const [only] = parts
  // Most places are told of once, and a gate asks for hundreds of them.
  if (only && parts.length === 1) {
    const all = atLeastNone(
      sumOf(measuresOf(only)).filter(({ unit }) => bound === 'told' || !only.untoldBack.includes(unit)),
    )
    return { all, ofGoods: new Map(only.good === null && all.length === 0 ? [] : [[only.good, all]]) }
  }
  const goods = [...new Set(parts.flatMap(({ good }) => good ?? []))]
  /** What one tells of goods; at the least only in the units in which all that came back, and may be of them, is told. */
  const told = (parts: readonly UsePart[], isOf: (good: number | null) => boolean): Measure[] => {
    const untold = parts.flatMap(({ good, untoldBack }) => (good === null || isOf(good) ? untoldBack : []))
    const sums = sumOf(parts.filter(({ good }) => isOf(good)).flatMap(measuresOf))
    return bound === 'told' ? sums : sums.filter(({ unit }) => !untold.includes(unit))
  }
  const holders = new Set(parts.flatMap(({ holder }) => holder ?? []))
  const ofEach = (isOf: (good: number | null) => boolean): Measure[] =>
    [...holders].flatMap((one) =>
      greatestOf(
        tellers.flatMap((parts) =>
          told(
            parts.filter(({ holder }) => holder === one),
            isOf,
          ),
        ),
      ),
    )
  const mostOf = (isOf: (good: number | null) => boolean): Measure[] => [
    ...tellers.flatMap((parts) => told(parts, isOf)),
    ...sumOf(ofEach(isOf)),
  ]
  const most = goods.map((good): [number, Measure[]] => [
    good,
    atLeastNone(greatestOf(mostOf((of) => of === good))),
  ])
  const known = sumOf(most.flatMap(([, measures]) => measures))
  const all = atLeastNone(greatestOf([...mostOf(() => true), ...known]))
  const rest = all.flatMap(({ unit, value }) => {
    const told = inUnit(known, unit)
    const beyond = told === undefined ? value : subtractDecimal(value, told)
    return told !== undefined && compareDecimal(beyond, '0') === 0 ? [] : [{ unit, value: beyond }]
  })
  return { all, ofGoods: new Map([...most, ...(rest.length > 0 ? [[null, rest] as const] : [])]) }
}

/** What comes back had come in at its place, so that it leaves no less than nothing there. */
const atLeastNone = (measures: readonly Measure[]): Measure[] =>
  measures.map(({ unit, value }) => ({ unit, value: maxDecimal('0', value) }))

type Told = Pick<UsePart, 'kind' | 'system' | 'measures'>
const byMost = (a: Told, b: Told): number =>
  compareDecimal(massOf(b), massOf(a)) || order(a.kind, b.kind) || (a.system < b.system ? -1 : 1)
const order = (a: UseKind, b: UseKind): number => (a === b ? 0 : a === 'sale' ? -1 : 1)
