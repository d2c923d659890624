import { toleranceOf } from '#core/balance/measure.ts'
import {
  addDecimal,
  compareDecimal,
  maxDecimal,
  minDecimal,
  negateDecimal,
  subtractDecimal,
} from '#core/decimal.ts'
import { inUnit, type Measure, sumOf } from './measures.ts'
import { partIn } from './papers-together.ts'
import { byPlace, type UsePart } from './site-use.ts'

/** What is told to have been sold to one buyer under a paper, in the units in which all of it is told. */
export interface Bought {
  readonly buyer: string
  readonly measures: readonly Measure[]
  /** Without what went back. */
  readonly kept: readonly Measure[]
}

/**
 * Entries of who had bought under the paper, of which nobody says who gave the goods, as far as they are more than what was sold to him there: so much came in straight under it, and the rest was bought on. What
 * other places sold to nobody knows whom may have been sold to him. Of what several systems tell of his goods at one place one counts, and where he has them at several what he took in last is beyond. Scales
 * differ: within what two statements of the same goods may, all was bought on.
 */
export function withoutBoughtOn(parts: readonly UsePart[]): readonly UsePart[] {
  if (parts.every(({ bought }) => bought === null)) return parts
  const places = [...byPlace(parts).values()]
  const everywhere = salesOf(parts)
  const buyers = new Map<string, { readonly his: Place; readonly sales: Sales }[]>()
  for (const here of places) {
    const sales = salesOf(here)
    for (const [buyer, his] of Map.groupBy(here, ({ bought }) => bought?.buyer))
      if (buyer !== undefined) buyers.set(buyer, [...(buyers.get(buyer) ?? []), { his, sales }])
  }
  const beyond = new Map<UsePart, Measure[]>()
  for (const at of buyers.values()) {
    const elsewhere = at.reduce((all, { sales }) => withoutSales(all, sales), everywhere)
    for (const [part, more] of beyondOf(
      at.map(({ his }) => his),
      elsewhere,
    ))
      beyond.set(part, [...(beyond.get(part) ?? []), more])
  }
  return parts.map((part) => (part.bought === null ? part : onlyBeyond(part, beyond.get(part) ?? [])))
}

type Place = readonly UsePart[]

/** What was sold to nobody knows whom, and in how many parts some of what was sold is not told. */
interface Sales {
  readonly nameless: readonly Measure[]
  readonly untold: ReadonlyMap<string, number>
}

function salesOf(parts: readonly UsePart[]): Sales {
  const untold = new Map<string, number>()
  for (const { soldUntold } of parts)
    for (const unit of soldUntold) untold.set(unit, (untold.get(unit) ?? 0) + 1)
  return { nameless: sumOf(parts.flatMap(({ soldNameless }) => soldNameless)), untold }
}

const withoutSales = (all: Sales, some: Sales): Sales => ({
  nameless: sumOf([
    ...all.nameless,
    ...some.nameless.map(({ unit, value }) => ({ unit, value: negateDecimal(value) })),
  ]),
  untold: new Map([...all.untold].map(([unit, parts]) => [unit, parts - (some.untold.get(unit) ?? 0)])),
})

/** What each part of a buyer's entries tells beyond what was sold to him; none where nobody knows how much that was. */
function beyondOf(his: readonly Place[], { nameless, untold }: Sales): [UsePart, Measure][] {
  const { measures = [], kept = [] } = his[0]?.[0]?.bought ?? {}
  const units = new Set(his.flatMap((here) => here.flatMap((part) => part.measures.map(({ unit }) => unit))))
  return [...units].flatMap((unit) => {
    if ((untold.get(unit) ?? 0) > 0) return []
    const at = toldOnce(his, unit)
    const late = at.map((here) => here.filter(({ isLate }) => isLate))
    const sold = (of: readonly Measure[]): string | undefined => {
      const told = inUnit(of, unit)
      const more = maxDecimal('0', inUnit(nameless, unit) ?? '0')
      return told && addDecimal(maxDecimal('0', told), more)
    }
    const more = maxDecimal(
      moreThan(sumAt(at, unit), sold(measures), unit),
      moreThan(sumAt(late, unit), sold(kept), unit),
    )
    return shared(more, at, unit)
  })
}

/** What systems tell that name no place may be of the same goods as what others tell of places: that counts of which more is told. */
function toldOnce(his: readonly Place[], unit: string): readonly Place[] {
  const nowhere = his.filter((here) => here.every(({ site, system }) => site === system))
  const placed = his.filter((here) => !nowhere.includes(here))
  const together = [nowhere.flat()]
  return compareDecimal(sumAt(together, unit), sumAt(placed, unit)) > 0 ? together : placed
}

/** So much of what came in at places, of that which came in last. */
function shared(more: string, places: readonly Place[], unit: string): [UsePart, Measure][] {
  let left = more
  return places.toSorted(lastFirst(unit)).flatMap((here) => {
    const all = toldAt(here, unit)
    const rest = minDecimal(left, all)
    if (compareDecimal(rest, '0') <= 0) return []
    left = subtractDecimal(left, rest)
    // No system tells of more than the rest.
    return [...Map.groupBy(here, ({ system }) => system).values()].flatMap((told) => {
      const most = maxDecimal(all, sumIn(told, unit))
      return told.flatMap((part): [UsePart, Measure][] => {
        const value = inUnit(part.measures, unit)
        return value === undefined ? [] : [[part, { unit, value: shareOf(value, rest, most) }]]
      })
    })
  })
}

/** How much more was told than sold. */
function moreThan(told: string, sold: string | undefined, unit: string): string {
  if (sold === undefined) return '0'
  const more = subtractDecimal(told, sold)
  return compareDecimal(more, toleranceOf(told, unit)) > 0 ? more : '0'
}

const sumAt = (places: readonly Place[], unit: string): string =>
  inUnit(sumOf(places.map((here) => ({ unit, value: toldAt(here, unit) }))), unit) ?? '0'

/**
 * What a buyer took in at a place. Of systems that tell of as many arrivals as the one that tells the most goods, or of more, that counts which tells the least: each tells of all of them, and one that rounds its
 * figures makes of nothing that was bought something that was not.
 */
function toldAt(here: Place, unit: string): string {
  const told = [...Map.groupBy(here, ({ system }) => system).values()]
    .map((parts) => ({
      records: parts.reduce((sum, { firstHand }) => sum + firstHand, 0),
      value: sumIn(parts, unit),
    }))
    .sort((a, b) => compareDecimal(b.value, a.value))
  const [most] = told
  return told.reduce(
    (least, { records, value }) => (records >= (most?.records ?? 0) ? minDecimal(least, value) : least),
    most?.value ?? '0',
  )
}

const sumIn = (parts: Place, unit: string): string =>
  inUnit(sumOf(parts.flatMap(({ measures }) => measures)), unit) ?? '0'

const shareOf = (value: string, rest: string, all: string): string =>
  compareDecimal(rest, all) === 0 ? value : partIn(value, { part: rest, all })

/** Of one day, or where no day is told, where the most came in. */
const lastFirst = (unit: string) => (a: Place, b: Place) => {
  const [one, other] = [dayOf(a), dayOf(b)]
  if (one !== other) return one < other ? 1 : -1
  return compareDecimal(toldAt(b, unit), toldAt(a, unit)) || (siteIn(a) < siteIn(b) ? -1 : 1)
}
const dayOf = (parts: readonly UsePart[]): string =>
  parts.reduce((day, { firstOn }) => (firstOn !== null && firstOn < day ? firstOn : day), '9')
const siteIn = (parts: readonly UsePart[]): string => parts.map(({ site }) => site).sort()[0] ?? ''

/** A part with no more of its entries than these measures. */
function onlyBeyond(part: UsePart, measures: readonly Measure[]): UsePart {
  if (measures.length === 0)
    return { ...part, ...{ bought: null, firstHand: 0, measures: [], shared: [] }, ...NONE }
  const shareIn = ({ unit, value }: Measure): Measure[] => {
    const all = inUnit(part.measures, unit)
    const rest = inUnit(measures, unit)
    return all === undefined || rest === undefined ? [] : [{ unit, value: shareOf(value, rest, all) }]
  }
  return {
    ...part,
    bought: null,
    measures,
    shared: part.shared.flatMap(shareIn),
    sameDay: part.sameDay.flatMap(shareIn),
    taken: part.taken.map((one) => {
      const beyond = inUnit(measures, one.unit) ?? '0'
      return { ...one, value: maxDecimal('0', subtractDecimal(one.value, beyond)) }
    }),
  }
}
const NONE = { untoldBack: [], sameDay: [] }
