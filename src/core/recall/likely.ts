import { toleranceOf } from '#core/balance/measure.ts'
import { addDecimal, compareDecimal, minDecimal, subtractDecimal } from '#core/decimal.ts'
import { joiner } from '#core/joiner.ts'
import { cameOf } from './came.ts'
import type { GoodsFact, Measure } from './goods-fact.ts'
import type { Group } from './returns.ts'
import { byTime } from './same-goods.ts'
import { leavingOf, rest, SALES } from './settled.ts'
import { hasOf, soldOtherwise, type WentOn } from './shared.ts'

/** What is known of sales that name no lot, beside the lots that a recall reaches. */
export interface Likely {
  /** By the record of a sale how other lots came that it may be of as well. */
  readonly others: ReadonlyMap<string, readonly GoodsFact[]>
  readonly summaries: readonly SummaryThere[]
}
export const NOTHING_LIKELY: Likely = { others: new Map(), summaries: [] }

/** The sum of what was sold on a day, where it names no lot. */
export interface SummaryThere {
  /** With as much as tickets of other goods do not tell already. */
  readonly fact: GoodsFact
  /** Records by which the lots came that were there. */
  readonly of: readonly string[]
  /** Whether it can be of nothing but these lots and the others that are known: it is of the day on which they came. */
  readonly isOfThese: boolean
}

/** A sale of which no record says of which lots it is. */
export interface LikelySale {
  readonly fact: GoodsFact
  /** Lots that the recall reaches. */
  readonly from: readonly Group[]
  /** How others came. */
  readonly others: readonly GoodsFact[]
  readonly isOfThese: boolean
}

/** What is not sure of the sales of a lot; the facts tell as much as the names say. */
export interface Unsure {
  /** The same for lots that share sales. `open`: what may be of these lots as well as of others. */
  readonly together: { readonly open: readonly GoodsFact[] }
  /** What of it was put down as sold of this lot: facts of its `left`. */
  readonly told: readonly GoodsFact[]
  /** What of it is of this lot at least, and at most. */
  readonly least: readonly GoodsFact[]
  readonly most: readonly GoodsFact[]
}

/** What of lots went on into others: surely, and at most. */
export interface GoneOn {
  readonly surely: WentOn
  readonly most: WentOn
}

/**
 * Puts down what is surely sold of the lots that a recall reaches: of sales that may be of others as well as much as these cannot have been. Of lots that it reaches together that is
 * divided as what a record of several lots took. The rest is `open`: whoever recalls goods has to look for what may still be there.
 */
export function shareLikely(sales: readonly LikelySale[], wentOn: GoneOn): Map<Group, Unsure> {
  const unsure = new Map<Group, Unsure>()
  const known = sales.map((sale) => (isOfMore(sale, wentOn) ? { ...sale, isOfThese: false } : sale))
  for (const some of together(known)) shareTogether(some, wentOn, unsure)
  return unsure
}

const keyOf = ({ goods: [code], id }: GoodsFact): string => `other ${code ?? id}`

/** The sales by the lots that they may be of: those that share none are apart. */
function together(sales: readonly LikelySale[]): LikelySale[][] {
  const groups = [...new Set(sales.flatMap(({ from }) => from))]
  const place = new Map(groups.map((group, at) => [group, `lot ${at}`]))
  const keysOf = ({ from, others }: LikelySale): string[] => [
    ...from.map((group) => place.get(group) as string),
    ...others.map(keyOf),
  ]
  const joined = joiner(sales.flatMap(keysOf))
  for (const sale of sales) {
    const [first, ...more] = keysOf(sale)
    for (const key of more) joined.join(first as string, key)
  }
  return [...Map.groupBy(sales, (sale) => joined.find(keysOf(sale)[0] as string)).values()]
}

const streamOf = (fact: GoodsFact): string => `${SALES.indexOf(leavingOf(fact))} ${fact.system}`

/** The sales as one system tells them in one way, by the lots that they may be of: what others tell may be the same sales. What tells of most lots comes last. */
const streams = (sales: readonly LikelySale[]): LikelySale[][] =>
  [...Map.groupBy(sales, ({ fact }) => streamOf(fact))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, own]) => together(own))

function shareTogether(sales: readonly LikelySale[], wentOn: GoneOn, unsure: Map<Group, Unsure>): void {
  const parts = streams(sales).map((stream) => ({ stream, bounds: boundsOf(stream, wentOn) }))
  const told = new Map(sales.flatMap(({ from }) => from.map((group) => [group, [] as GoodsFact[]])))
  const all = { open: parts.flatMap(({ stream, bounds }) => divide(stream, bounds, told)) }
  for (const [group, own] of told)
    unsure.set(group, {
      together: all,
      told: own,
      least: parts.flatMap(({ bounds }) => bounds.leastOf(group)),
      most: sales.flatMap(({ fact, from }) => (from.includes(group) ? [fact] : [])),
    })
}

/** What of sales other lots can have been. */
interface Bounds {
  /** How much came of those that the recall does not reach, and what a summary may tell that went on; null where nobody tells it. */
  readonly ofOthers: (unit: string) => string | null
  /** How much there is of one that it reaches; null where nobody tells how much came. */
  readonly has: (group: Group, unit: string) => string | null
  /** What of the sales no lot but this one can have been. */
  readonly leastOf: (group: Group) => GoodsFact[]
}

/** @param sales none of which is put down yet */
function boundsOf(sales: readonly LikelySale[], wentOn: GoneOn): Bounds {
  const groups = [...new Set(sales.flatMap(({ from }) => from))]
  const others = [...Map.groupBy(new Set(sales.flatMap((sale) => sale.others)), keyOf).values()]
  const units = new Set(sales.flatMap(({ fact }) => fact.measures.map(({ unit }) => unit)))
  const [{ fact: first }] = sales as [LikelySale]
  const inUnits = <V>(of: (unit: string) => V): ReadonlyMap<string, V> =>
    new Map([...units].map((unit) => [unit, of(unit)]))
  const came = inUnits((unit) =>
    sumOf([
      ...others.map((facts) => cameOf({ came: facts }, unit, false)),
      ...groups.map((group) => soldOn(group, first, unit, wentOn)),
    ]),
  )
  const had = new Map(groups.map((group) => [group, inUnits((unit) => hasIn(group, first, unit, wentOn))]))
  const ofOthers = (unit: string): string | null => came.get(unit) ?? null
  const has = (group: Group, unit: string): string | null => had.get(group)?.get(unit) ?? null
  const leastIn = (group: Group, unit: string): GoodsFact[] => {
    const own = sales.flatMap(({ fact, from, isOfThese }) =>
      isOfThese && from.includes(group) ? fact.measures.filter((one) => one.unit === unit) : [],
    )
    const beside = sumOf([
      ofOthers(unit),
      ...groups.flatMap((one) => (one === group ? [] : [has(one, unit)])),
    ])
    const all = own.reduce((sum, { value }) => addDecimal(sum, value), '0')
    return beside === null ? [] : [{ ...first, measures: [{ unit, value: rest(all, beside) }] }]
  }
  return { ofOthers, has, leastOf: (group) => [...units].flatMap((unit) => leastIn(group, unit)) }
}

/**
 * Puts down what of the sales others cannot have been, and gives what others may have been. Of several lots it is first of each what is told to be sold of it in another way, for these are the same sales; then of
 * each as much as there is, and of the last the rest.
 */
function divide(sales: readonly LikelySale[], bounds: Bounds, told: Map<Group, GoodsFact[]>): GoodsFact[] {
  const used = new Map<Group | null, Map<string, string>>()
  const usedOf = (one: Group | null, unit: string): string => used.get(one)?.get(unit) ?? '0'
  const use = (one: Group | null, { unit, value }: Measure): Measure => {
    const known = used.get(one) ?? new Map<string, string>()
    used.set(one, known.set(unit, addDecimal(usedOf(one, unit), value)))
    return { unit, value }
  }
  const hasStill = (one: Group, unit: string): string => rest(bounds.has(one, unit) ?? '0', usedOf(one, unit))
  const groups = [...told.keys()]
  const units = new Set(sales.flatMap(({ fact }) => fact.measures.map(({ unit }) => unit)))
  const [{ fact: first }] = sales as [LikelySale]
  const before = new Map(
    groups.map((one) => [one, new Map([...units].map((unit) => [unit, soldOtherwise(one, first, unit)]))]),
  )
  const toldOtherwise = (one: Group, unit: string): string => before.get(one)?.get(unit) ?? '0'
  const open: GoodsFact[] = []
  for (const { fact, from, isOfThese } of sales.toSorted((a, b) => byTime(a.fact, b.fact))) {
    const beside = fact.measures.map(({ unit, value }): Measure => {
      const all = bounds.ofOthers(unit)
      if (!isOfThese || all === null) return { unit, value }
      return use(null, { unit, value: minDecimal(value, rest(all, usedOf(null, unit))) })
    })
    open.push({ ...fact, measures: beside })
    const sure = fact.measures.map(({ unit, value }, i): Measure => {
      const part = rest(value, beside[i]?.value ?? '0')
      // Of a summary never more than there is: scales do not weigh alike.
      const has = from.map((one) => hasStill(one, unit)).reduce(addDecimal, '0')
      return { unit, value: fact.tells === 'summary' ? minDecimal(part, has) : part }
    })
    const parts = from.map((): Measure[] => [])
    for (const { unit, value } of sure) {
      let left = value
      const same = from.map((one) => {
        const part = minDecimal(left, rest(toldOtherwise(one, unit), usedOf(one, unit)))
        left = subtractDecimal(left, part)
        return use(one, { unit, value: part }).value
      })
      for (const [i, one] of from.entries()) {
        const part = i === from.length - 1 ? left : minDecimal(left, hasStill(one, unit))
        left = subtractDecimal(left, part)
        use(one, { unit, value: part })
        parts[i]?.push({ unit, value: addDecimal(same[i] ?? '0', part) })
      }
    }
    const isSome = (i: number): boolean => parts[i]?.some(({ value }) => value !== '0') === true
    const isNone = from.every((_, i) => !isSome(i))
    for (const [i, one] of from.entries()) {
      if (!isSome(i) && !(isNone && i === 0) && isToldIn(one, fact)) continue
      const part = { ...fact, measures: parts[i] ?? [] }
      one.left.push(part)
      told.get(one)?.push(part)
    }
  }
  return open
}

/** Whether a record tells in all units of a lot what it took: else nobody knows how much is left in the others. */
const isToldIn = ({ came }: Group, { measures }: GoodsFact): boolean =>
  came.every((one) => one.measures.every(({ unit }) => measures.some((told) => told.unit === unit)))

/** Whether a summary tells more than came of all lots that are known to have been there: then others were of which nobody tells how they came, and it may be of those. */
function isOfMore({ fact, from, others }: LikelySale, wentOn: GoneOn): boolean {
  if (fact.tells !== 'summary') return false
  const came = [...Map.groupBy(others, keyOf).values()]
  return fact.measures.some(({ unit, value }) => {
    const known = sumOf([
      ...from.flatMap((group) => [hasIn(group, fact, unit, wentOn), soldOn(group, fact, unit, wentOn)]),
      ...came.map((facts) => cameOf({ came: facts }, unit, false)),
    ])
    return known === null || compareDecimal(value, addDecimal(known, toleranceOf(known, unit))) > 0
  })
}

/** What there is of a lot; null where nobody tells how much came of it. */
const hasIn = (group: Group, fact: GoodsFact, unit: string, { surely }: GoneOn): string | null =>
  cameOf(group, unit, false) === null ? null : hasOf(group, fact, unit, surely)

/** What a summary may tell of a lot that is none of what consumers bought: it went on to others. */
const soldOn = ({ came }: Group, { tells }: GoodsFact, unit: string, { most }: GoneOn): string =>
  tells === 'summary' ? most(came, unit) : '0'

const sumOf = (values: readonly (string | null)[]): string | null =>
  values.reduce<string | null>(
    (sum, value) => (sum === null || value === null ? null : addDecimal(sum, value)),
    '0',
  )
