import { addDecimal, maxDecimal, minDecimal, subtractDecimal } from '#core/decimal.ts'
import type { GraphCode } from '#core/lineage/codes.ts'
import type { GoodsFact, Measure, Telling } from './goods-fact.ts'
import { dayOf, type Group, isNotLater, isTraded, type TopOf } from './returns.ts'
import { outOf, rest, totalOf } from './settled.ts'
import { mostIn, sumIn, toldMost } from './told-most.ts'

/** Those into which goods of each went on, as records name them. */
type GoneOn = ReadonlyMap<Group, readonly Group[]>

/**
 * Gives each lot what whoever sold it took back: the sale whose voucher the refund bears, else what he sold of the same lot to the same buyer; of several that were sold before what the buyer
 * tells to have sent back, then what is not gone otherwise and was sold last. Never more than was sold.
 */
export function shareRefunds(groups: readonly Group[], refunds: readonly GoodsFact[], topOf: TopOf): void {
  if (refunds.length === 0) return
  const traded = latestFirst(groups.filter(({ came }) => came.some(isTraded)))
  const on = goneOn(groups, topOf)
  const height = heightIn(on)
  const byVoucher = index(traded, ({ came }) => ofKind(came, 'sold').flatMap(({ goods }) => goods))
  const byWay = index(traded, ({ came }) => came.filter(isTraded).flatMap(({ from }) => from.map(topOf)))
  const place = new Map(traded.map((group, at) => [group, at]))
  const amongst = (
    groupsOf: ReadonlyMap<GraphCode, readonly Group[]>,
    codes: readonly GraphCode[],
  ): Group[] =>
    [...new Set(codes.flatMap((code) => groupsOf.get(code) ?? []))].sort(
      (a, b) => (place.get(a) as number) - (place.get(b) as number),
    )
  const known = refunds.map((refund) => {
    const own = amongst(byVoucher, [...refund.goods, ...refund.from]).filter(({ came }) =>
      came.some((one) => isOf(refund, one)),
    )
    if (own.length > 0) return { refund, of: own, order: -1 }
    const ways = waysOf(refund.from, topOf)
    const all = amongst(byWay, refund.from.map(topOf)).filter((one) => isBetween(refund, one, ways, topOf))
    const before = all.filter(({ came }) => came.some((one) => isTraded(one) && isNotLater(one, refund)))
    const of = before.length > 0 ? before : all
    return { refund, of, order: of.map(height).reduce((a, b) => Math.max(a, b), 0) }
  })
  // Those that bear a voucher are of that sale; of others what went on further is known before it is known what of the nearer is gone.
  known.sort((a, b) => a.order - b.order || (timed(a.refund) < timed(b.refund) ? -1 : 1))
  for (const { refund, of } of known) share(refund, of, on)
}

const timed = ({ at, id }: GoodsFact): string => `${at ?? ''} ${id}`

function index(
  groups: readonly Group[],
  codesOf: (group: Group) => readonly GraphCode[],
): ReadonlyMap<GraphCode, readonly Group[]> {
  const found = new Map<GraphCode, Group[]>()
  for (const group of groups)
    for (const code of new Set(codesOf(group))) {
      const known = found.get(code)
      if (known) known.push(group)
      else found.set(code, [group])
    }
  return found
}

/** What was sold last stands first. */
function latestFirst(groups: readonly Group[]): Group[] {
  const keyed = groups.map((group) => {
    const days = group.came.flatMap((one) => (isTraded(one) ? (dayOf(one) ?? []) : []))
    const codes = group.came.flatMap(({ goods }) => goods)
    return { group, last: days.sort().at(-1) ?? '', code: codes.sort()[0] ?? '' }
  })
  keyed.sort((a, b) => (a.last === b.last ? (a.code < b.code ? -1 : 1) : a.last > b.last ? -1 : 1))
  return keyed.map(({ group }) => group)
}

function goneOn(groups: readonly Group[], topOf: TopOf): GoneOn {
  const byTop = new Map(
    groups.flatMap((group) =>
      [...group.codes, ...group.came.flatMap(({ goods }) => goods)].map((code) => [topOf(code), group]),
    ),
  )
  const on = new Map<Group, Group[]>()
  for (const group of groups)
    for (const top of new Set(group.came.filter(isTraded).flatMap((one) => one.from.map(topOf)))) {
      const giver = byTop.get(top)
      if (giver === undefined || giver === group) continue
      const known = on.get(giver)
      if (known) known.push(group)
      else on.set(giver, [group])
    }
  return on
}

/** How often goods of a lot went on at most; round a circle once. */
function heightIn(on: GoneOn): (group: Group) => number {
  const known = new Map<Group, number>()
  const heightOf = (group: Group): number => {
    const before = known.get(group)
    if (before !== undefined) return before
    known.set(group, 0)
    const height = (on.get(group) ?? []).reduce((most, one) => Math.max(most, heightOf(one) + 1), 0)
    known.set(group, height)
    return height
  }
  return heightOf
}

/** Whether a refund bears the number of the sale, as its own or as what it takes back. */
const isOf = (refund: GoodsFact, sale: GoodsFact): boolean =>
  sale.tells === 'sold' &&
  (refund.goods.some((code) => sale.goods.includes(code)) ||
    (isOfSame(refund, sale) && refund.from.some((code) => sale.goods.includes(code))))

/** Whether they are of one giver and one taker; of one of whom a record does not tell it may be he. */
const isOfSame = (a: GoodsFact, b: GoodsFact): boolean =>
  [
    [a.giver, b.giver],
    [a.taker, b.taker],
  ].every(([one, other]) => one === null || other === null || one === other)

/** The lots that a record names, else its papers. */
function waysOf(from: readonly GraphCode[], topOf: TopOf): ReadonlySet<GraphCode> {
  const lots = from.filter((code) => !code.startsWith('doc:'))
  return new Set((lots.length > 0 ? lots : from).map(topOf))
}

/** Whether the same gave of the same lot to the same; where nobody tells of a sale, of the same goods. */
function isBetween(refund: GoodsFact, { came }: Group, ways: ReadonlySet<GraphCode>, topOf: TopOf): boolean {
  const isOn = (one: GoodsFact, own: ReadonlySet<GraphCode>): boolean =>
    one.from.some((code) => own.has(topOf(code)))
  const sold = ofKind(came, 'sold')
  if (sold.length > 0) return sold.some((one) => isOfSame(refund, one) && isOn(one, ways))
  const { giver, taker, from } = refund
  if (giver === null || taker === null || giver === taker) return false
  const all = new Set(from.map(topOf))
  return ofKind(came, 'entered').some((one) => one.giver === giver && one.taker === taker && isOn(one, all))
}

/** Several systems may tell of one refund: each takes back for itself, and who tells of most is believed. */
function share(refund: GoodsFact, groups: readonly Group[], on: GoneOn): void {
  const parts = new Map<Group, Measure[]>()
  for (const { unit, value } of refund.measures) {
    let open = value
    const taken = new Map<Group, string>()
    const takenBack = ({ back }: Group): string => mostIn(ofSystem(back, refund), unit)
    const takeAll = (mostOf: (group: Group) => string): void => {
      for (const group of groups) {
        if (open === '0') return
        const before = taken.get(group) ?? '0'
        const free = rest(grossOf(group.came, unit), takenBack(group))
        const part = minDecimal(open, rest(minDecimal(free, mostOf(group)), before))
        taken.set(group, addDecimal(before, part))
        open = subtractDecimal(open, part)
      }
    }
    takeAll((group) => rest(sentBackIn(group, unit), takenBack(group)))
    takeAll((group) => rest(stayedIn(group, on.get(group) ?? [], unit), takenBack(group)))
    takeAll(() => value)
    for (const [group, part] of taken)
      if (part !== '0') parts.set(group, [...(parts.get(group) ?? []), { value: part, unit }])
  }
  for (const [group, measures] of parts) group.back.push({ ...refund, measures })
}

const ofSystem = (facts: readonly GoodsFact[], { system }: GoodsFact): GoodsFact[] =>
  facts.filter((one) => one.system === system)

/** What came of goods that were traded, whoever of giver and taker tells it. */
export const grossOf = (came: readonly GoodsFact[], unit: string): string =>
  maxDecimal(mostIn(ofKind(came, 'sold'), unit), sumIn(toldMost(ofKind(came, 'entered'), unit), unit))

const ofKind = (came: readonly GoodsFact[], tells: Telling): GoodsFact[] =>
  came.filter((one) => one.tells === tells)

const keptIn = ({ came, back }: Group, unit: string): string => rest(grossOf(came, unit), mostIn(back, unit))

/** What neither went on nor left into nobody's hand, but back. */
function stayedIn({ came, left }: Group, on: readonly Group[], unit: string): string {
  const gone = totalOf(outOf(left, unit).filter(({ find }) => find !== 'returned'))
  return on.reduce((value, one) => rest(value, keptIn(one, unit)), rest(grossOf(came, unit), gone))
}

/** What who had the goods tells to have sent back or refused. */
function sentBackIn({ came, left }: Group, unit: string): string {
  const sentBack = totalOf(outOf(left, unit).filter(({ find }) => find === 'returned'))
  const refused = toldMost(ofKind(came, 'entered'), unit).filter((one) => one.refused)
  return addDecimal(sentBack, sumIn(refused, unit))
}
