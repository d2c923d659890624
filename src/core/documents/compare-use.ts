import { addDecimal, compareDecimal, maxDecimal, minDecimal, subtractDecimal } from '#core/decimal.ts'
import { inUnit, type Measure, sumOf } from './measures.ts'
import { type PaperGoods, statedBy } from './paper-goods.ts'
import type { Used } from './paper-usage.ts'
import type { ByGoods } from './site-use.ts'

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
    if (same)
      return { unit, stated: value, used: same.value, left: subtractDecimal(value, atLeastNone(same.value)) }
  }
  return 'not_comparable'
}

/** Goods that came back without having been used leave no more than the paper states. */
const atLeastNone = (used: string): string => maxDecimal('0', used)

/** What may at most be left of a paper in a unit that no use is known in: all that it states. Null where it states nothing in it. */
export function mostLeft(stated: readonly Measure[], unit: string): Compared | null {
  const value = inUnit(stated, unit)
  return value === undefined ? null : { unit, stated: value, used: '0', left: value }
}

/** What is left of each of the goods of a paper. */
export interface GoodsLeft {
  /** They state what their voucher still states after refunds. */
  readonly goods: PaperGoods
  readonly used: readonly Measure[]
  /** `not_comparable` and null as `compareUse` says. */
  readonly compared: Compared | 'not_comparable' | null
  /** More was used than is stated if nothing came back that the unit does not tell; nothing is known to be left. */
  readonly isUnsure: boolean
}

/** Stated against used of the whole paper, and of each of its goods. */
export interface PaperLeft {
  /** By the whole paper, less what went back of it. */
  readonly stated: readonly Measure[]
  readonly whole: Compared | 'not_comparable' | null
  readonly each: readonly GoodsLeft[]
  /** For goods of which nobody tells which of the paper's they are. */
  readonly forUntold: Compared | null
  /** As of each of the goods, of all together. */
  readonly isUnsure: boolean
}

/** What was used as it is told, and of that what was used at the least. */
export interface Uses extends Used {
  readonly least: Used
}

/**
 * What is left of a paper and of each of its goods. More than is stated was used of what was used so at the least; where that is only
 * told and some came back in other units, nobody knows.
 */
export function leftOf(goods: readonly PaperGoods[], uses: Uses): PaperLeft {
  const told = leftAsTold(goods, uses)
  const least = leftAsTold(goods, uses.least)
  const whole = sureOf(told.whole, least.whole)
  const forUntold = sureOf(told.forUntold, least.forUntold)
  return {
    stated: told.stated,
    whole: whole.compared,
    each: told.each.map((one, n) => ({ ...one, ...sureOf(one.compared, least.each[n]?.compared ?? null) })),
    forUntold: forUntold.compared,
    isUnsure: whole.isUnsure || forUntold.isUnsure,
  }
}

const isOver = (compared: PaperLeft['whole']): compared is Compared =>
  compared !== null && compared !== 'not_comparable' && compareDecimal(compared.left, '0') < 0

function sureOf<None extends 'not_comparable' | null>(
  told: Compared | None,
  least: PaperLeft['whole'],
): { readonly compared: Compared | None; readonly isUnsure: boolean } {
  if (!isOver(told) || isOver(least)) return { compared: told, isUnsure: false }
  return { compared: { ...told, left: '0' }, isUnsure: true }
}

type LeftAsTold = Pick<PaperLeft, 'stated' | 'whole' | 'forUntold'> & {
  readonly each: readonly Omit<GoodsLeft, 'isUnsure'>[]
}

/**
 * What a voucher still states once some went back: that much less, but never less than came in of what it stated at first, for goods that came in before they went back were
 * covered by it. So a refund leaves nothing more to come in, and makes no use one too many. Of a voucher of which only refunds are known, nobody knows that it covered less than came in.
 */
function stillStated(
  first: readonly Measure[],
  less: readonly Measure[],
  used: readonly Measure[],
): Measure[] {
  return first.map(({ unit, value }) => {
    const [came, gone] = [inUnit(used, unit) ?? '0', inUnit(less, unit) ?? '0']
    const isKnown = compareDecimal(value, '0') > 0 || compareDecimal(gone, '0') <= 0
    const covered = isKnown ? minDecimal(value, came) : came
    const kept = subtractDecimal(value, gone)
    return { unit, value: maxDecimal('0', maxDecimal(covered, kept)) }
  })
}

/** One kind of goods is the whole paper; of several each is held against its own use. */
function leftAsTold(goods: readonly PaperGoods[], { used, usedOf }: Used): LeftAsTold {
  const usedFor = (n: number): readonly Measure[] => (goods.length <= 1 ? used : (usedOf.get(n) ?? []))
  const own = goods.map((one, n) => {
    const stated = stillStated(one.stated, one.back, usedFor(n))
    return { goods: { ...one, stated }, used: usedFor(n), compared: compareUse(stated, usedFor(n)) }
  })
  const kept = statedBy(own.map((one) => one.goods))
  const all = statedBy(goods)
  const stated = stillStated(
    all,
    all.map(({ unit, value }) => ({ unit, value: subtractDecimal(value, inUnit(kept, unit) ?? '0') })),
    used,
  )
  const whole = compareUse(stated, used)
  if (goods.length <= 1) {
    const forUntold = whole === 'not_comparable' ? null : whole
    return { stated, whole, each: own, forUntold }
  }
  const untold = usedOf.get(null) ?? []
  const first = goods.map((one, n) => ({ compared: compareUse(one.stated, usedFor(n)) }))
  const shared = atLeastCovered(leftOfAll(own, untold), leftOfAll(first, untold))
  if (shared === null) return { stated, whole, each: own, forUntold: null }
  const each = own.map((one) => ({ ...one, compared: atMost(one.compared, shared.left) }))
  return { stated, whole, each, forUntold: shared }
}

/** What is left of all goods after refunds: more than that was used only where it is more than they stated at first. */
function atLeastCovered(kept: Compared | null, first: Compared | null): Compared | null {
  if (kept === null || first === null || compareDecimal(kept.left, '0') >= 0) return kept
  const left = minDecimal('0', first.left)
  return { ...kept, left, stated: addDecimal(kept.used, left) }
}

/**
 * What may still come of all goods together: what is left of each, less the uses of which nobody tells the goods. More used of one leaves no
 * less of another. Null where they are not all known in one unit.
 */
function leftOfAll(own: readonly Pick<GoodsLeft, 'compared'>[], untold: readonly Measure[]): Compared | null {
  const compared = own.flatMap((one) =>
    one.compared === null || one.compared === 'not_comparable' ? [] : [one.compared],
  )
  const unit = compared[0]?.unit
  if (unit === undefined || compared.length < own.length || compared.some((one) => one.unit !== unit))
    return null
  const sum = (values: readonly string[]): string => values.reduce(addDecimal, '0')
  const beyond = atLeastNone(inUnit(untold, unit) ?? '0')
  return {
    unit,
    stated: sum(compared.map(({ stated }) => stated)),
    used: addDecimal(sum(compared.map((one) => one.used)), beyond),
    left: subtractDecimal(sum(compared.map(({ left }) => maxDecimal('0', left))), beyond),
  }
}

/** A use of which nobody tells the goods may have been of these. */
const atMost = (compared: GoodsLeft['compared'], shared: string): GoodsLeft['compared'] =>
  compared === null || compared === 'not_comparable' || compareDecimal(compared.left, '0') <= 0
    ? compared
    : { ...compared, left: minDecimal(compared.left, maxDecimal('0', shared)) }

/** What was used, with more of one kind of goods. */
export function withMore(uses: Uses, good: number | null, more: Measure): Uses {
  const add = ({ used, usedOf }: Used): Used => {
    const ofGood = sumOf([...(usedOf.get(good) ?? []), more])
    return {
      used: sumOf([...used, more]),
      usedOf: new Map<number | null, readonly Measure[]>([...usedOf, [good, ofGood]]) satisfies ByGoods,
    }
  }
  return { ...add(uses), least: add(uses.least) }
}
