import { chinaDay } from '#core/dates/china-day.ts'
import type { GraphCode } from '#core/lineage/codes.ts'
import type { GoodsFact } from './goods-fact.ts'
import type { Holding } from './holdings.ts'

/** A lot that gets what is told of it; as `Holding`. */
export interface Group {
  readonly codes: GraphCode[]
  readonly came: GoodsFact[]
  readonly left: GoodsFact[]
  readonly back: GoodsFact[]
}

export type TopOf = (code: GraphCode) => GraphCode

/**
 * Takes arrivals of what came back out of the lots that it came into, as refunds of those who sent it: it had come before. A lot came back where who gives it got of the same goods from who takes it, who had
 * them from elsewhere.
 */
export function takeOutReturns(groups: readonly Group[], topOf: TopOf): GoodsFact[] {
  const tradeOf = ({ giver, taker }: Pick<GoodsFact, 'giver' | 'taker'>): string =>
    JSON.stringify([giver, taker])
  const trades = Map.groupBy(
    groups.flatMap((group) => group.came.filter(isTraded).map((fact) => ({ group, fact }))),
    ({ fact }) => tradeOf(fact),
  )
  return groups.flatMap((group) => {
    const isBack = (entry: GoodsFact): boolean => {
      const { tells, giver, taker, from } = entry
      if (tells !== 'entered' || giver === null || taker === null || giver === taker) return false
      const sent = trades.get(tradeOf({ giver: taker, taker: giver })) ?? []
      if (sent.length === 0) return false
      const others = group.came.filter((one) => one.giver !== giver && isNotLater(one, entry))
      const isSold = group.came.some((one) => one.tells === 'sold' && tradeOf(one) === tradeOf(entry))
      if (others.length === 0 || isSold) return false
      const own = new Set([...group.codes, ...others.flatMap((one) => one.from)].map(topOf))
      return sent.some(({ group: of, fact }) => {
        const codes = new Set(of.codes.map(topOf))
        return (
          of !== group &&
          isNotLater(fact, entry) &&
          from.map(topOf).every((code) => own.has(code) || codes.has(code))
        )
      })
    }
    const { true: back = [], false: rest = [] } = Object.groupBy(group.came, (one) => `${isBack(one)}`)
    if (back.length > 0) group.came.splice(0, group.came.length, ...rest)
    return back.map((entry): GoodsFact => {
      const from = [...group.codes, ...group.came.flatMap((one) => one.from), ...entry.from]
      return { ...entry, refund: true, giver: entry.taker, taker: entry.giver, goods: entry.from, from }
    })
  })
}

export const isTraded = ({ tells }: GoodsFact): boolean => tells === 'sold' || tells === 'entered'

export const dayOf = ({ at }: GoodsFact): string | null => (at === null ? null : chinaDay(at))
/** By their days, where both are known. */
export function isNotLater(a: GoodsFact, b: GoodsFact): boolean {
  const [one, other] = [dayOf(a), dayOf(b)]
  return one === null || other === null || one <= other
}

/** Whether goods of the one are told to have come back into the other: who had given them took them from who had got them, and nobody sold them. */
export const isBroughtBack = ({ came }: Pick<Holding, 'came'>, into: Pick<Holding, 'came'>): boolean =>
  into.came.every(({ tells }) => tells !== 'sold') &&
  into.came.some((entry) => entry.tells === 'entered' && came.some((one) => isReverse(entry, one)))

/** Whether an arrival is at who gave of what he gave. */
export const isReverse = (entry: GoodsFact, given: GoodsFact): boolean =>
  entry.giver !== null &&
  entry.giver !== entry.taker &&
  entry.giver === given.taker &&
  entry.taker === given.giver

/**
 * Whether goods that the one sent back may have gone on from who had given them: something left him on that day or later, for someone else, and nobody says that they were
 * sent back to another.
 */
export function mayGoAgain(one: Holding, giver: Holding, others: readonly Holding[]): boolean {
  const sentBack = [
    ...one.left.filter(({ tells }) => tells === 'returned'),
    ...one.came.filter(({ refused }) => refused),
  ].filter(({ tells, keepers }) => {
    const to = keepers.find(({ role }) => role === 'consignee')
    return tells === 'entered' || to === undefined || isGiver(one, to.key)
  })
  return [...giver.left, ...giver.back, ...others.flatMap(({ came }) => came)].some((fact) =>
    sentBack.some((back) => isNotLater(back, fact)),
  )
}

/** Where nobody tells who gave the goods it may be anyone. */
function isGiver({ came }: Holding, key: string): boolean {
  const givers = came.flatMap(({ giver, taker }) => (giver === null || giver === taker ? [] : [giver]))
  return givers.length === 0 || givers.includes(key)
}
