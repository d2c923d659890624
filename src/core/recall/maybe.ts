import { addDecimal, compareDecimal, maxDecimal, minDecimal, subtractDecimal } from '#core/decimal.ts'
import type { GoodsFact } from './goods-fact.ts'
import type { Holding } from './holdings.ts'
import type { Unsure } from './likely.ts'
import { dayOf } from './returns.ts'
import { type Account, outOf, rest, soldOf, totalOf } from './settled.ts'

/** What should still be at places and may have been sold, of lots together: by sales that may be of these or of other goods. */
export interface MaybeSold {
  /** Indexes of the holdings. */
  readonly of: ReadonlySet<number>
  readonly unit: string
  readonly value: string
}

/** How much of a lot is left: nobody knows it better. */
export interface LeftBetween {
  readonly unit: string
  readonly least: string
  readonly most: string
}

/** What an account says that should still be at places, wherever these are. */
export const leftThere = ({ found, away }: Pick<Account, 'found' | 'away'>): string =>
  addDecimal(found.atSites ?? '0', away.atSites ?? '0')

export function maybeSold(
  holdings: readonly Holding[],
  accounts: readonly (readonly Account[])[],
): MaybeSold[] {
  const together = Map.groupBy(holdings, ({ unsure }) => unsure?.together ?? null)
  return [...together].flatMap(([shared, some]) => {
    if (shared === null) return []
    const of = new Set(some.map(({ index }) => index))
    const own = some.flatMap(({ index }) => accounts[index] ?? [])
    return [...Map.groupBy(own, ({ unit }) => unit)].flatMap(([unit, all]) => {
      const most = moreSold(some, shared.open, unit)
      const value = minDecimal(all.map(leftThere).reduce(addDecimal, '0'), most)
      return compareDecimal(value, '0') > 0 ? [{ of, unit, value }] : []
    })
  })
}

/** What may be sold of lots beside what is put down as sold of them. */
function moreSold(holdings: readonly Holding[], open: readonly GoodsFact[], unit: string): string {
  const left = holdings.flatMap((one) => one.left)
  const beside = subtractDecimal(soldByDay([...left, ...open], unit), soldByDay(left, unit))
  return holdings
    .map((one) => rest(soldByDay(one.left, unit), soldOf(notBack(one.left), unit)))
    .reduce(addDecimal, maxDecimal('0', beside))
}

/** Of what is somewhere what may have been sold: of lots together never more than is there of them. */
export const maybeAmong = (
  maybe: readonly MaybeSold[],
  unit: string,
  there: (index: number) => string,
): string =>
  maybe
    .filter((one) => one.unit === unit)
    .map(({ of, value }) => minDecimal(value, [...of].map(there).reduce(addDecimal, '0')))
    .reduce(addDecimal, '0')

/** Between what a lot may still have; null where that is sure. */
export function leftBetween(
  { left, unsure }: Pick<Holding, 'left' | 'unsure'>,
  account: Account,
): LeftBetween | null {
  if (unsure === undefined) return null
  const { unit } = account
  const now = leftThere(account)
  const { least, most } = boundsOf({ left, unsure }, account, now)
  return compareDecimal(least, most) < 0 ? { unit, least, most } : null
}

function boundsOf(
  { left, unsure }: { readonly left: readonly GoodsFact[]; readonly unsure: Unsure },
  { unit, came, wentOn }: Account,
  now: string,
): Pick<LeftBetween, 'least' | 'most'> {
  const told = new Set(unsure.told)
  const sure = left.filter((fact) => !told.has(fact))
  const gone = addDecimal(wentOn, totalOf(outOf([...sure, ...unsure.least], unit)))
  const soldNow = soldOf(left, unit)
  const back = addDecimal(now, rest(soldNow, soldOf([...sure, ...unsure.least], unit)))
  return {
    least: rest(now, rest(soldByDay([...sure, ...unsure.most], unit), soldOf(notBack(left), unit))),
    most: came === null ? back : minDecimal(back, rest(came, gone)),
  }
}

const notBack = (facts: readonly GoodsFact[]): GoodsFact[] => facts.filter(({ refund }) => !refund)

/** What is told of one day is not told of another. */
const soldByDay = (facts: readonly GoodsFact[], unit: string): string =>
  [...Map.groupBy(notBack(facts), (fact) => dayOf(fact) ?? '').values()]
    .map((own) => soldOf(own, unit))
    .reduce(addDecimal, '0')
