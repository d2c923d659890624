import { addDecimal, compareDecimal } from '#core/decimal.ts'
import { GIVERS, partyIn, TAKERS } from '#core/documents/mentioned-paper.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { ToldFact } from './lot-facts.ts'
import { flowOf, isBack, toleranceOf, UNITS_COMPARED } from './measure.ts'
import { HOLDERS, partyKeys, RECEIVERS } from './parties.ts'

/** From whom goods went to whom, as `partyKeys` tells parties apart; null where nobody says. */
export interface Hands {
  readonly giver: string | null
  readonly taker: string | null
}
export type HandsOf = (fact: ToldFact) => Hands
type Records = ReadonlyMap<string, TracedRecord>

/** Who had the goods tells these. */
export const LEAVES: ReadonlySet<ToldFact['flow']> = new Set(['sold', 'sent', 'used', 'lost', 'returned'])

/**
 * The hands of the facts of one lot. An entry that names nobody who gave the goods is of the sale of the lot whose voucher it names; or of those to its taker, where all that he tells to have
 * come since the day of the first is no more than they sold. One of a voucher that nobody tells may be of a buyer who does not tell what he sold.
 */
export function handsIn(records: Records, facts: readonly ToldFact[]): HandsOf {
  const told = toldHands(records)
  const givers = giversBySales(records, facts, told)
  return (fact) => {
    const hands = told(fact)
    const giver = !LEAVES.has(fact.flow) && hands.giver === null ? givers.get(fact.record) : undefined
    return giver === undefined || giver === hands.taker ? hands : { ...hands, giver }
  }
}

/** As each record tells them. */
function toldHands(records: Records): HandsOf {
  const known = new Map<string, Hands>()
  const keyOf = partyKeys(records.values())
  return ({ record, flow }) => {
    const isLeaving = LEAVES.has(flow)
    const key = `${isLeaving} ${record}`
    const told = records.get(record)
    const hands = known.get(key) ?? {
      giver: told ? keyOf(told, partyIn(told.body, isLeaving ? HOLDERS : GIVERS)) : null,
      taker: told ? keyOf(told, partyIn(told.body, isLeaving ? RECEIVERS : TAKERS)) : null,
    }
    known.set(key, hands)
    return hands
  }
}

/** By the records of entries who sold these goods, where a sale tells it. */
function giversBySales(records: Records, facts: readonly ToldFact[], told: HandsOf): Map<string, string> {
  const givers = new Map<string, string>()
  const sales = facts.filter((one) => one.flow === 'sold' && told(one).giver !== null)
  const entries = facts.filter(({ flow }) => flow === 'entered')
  const taken = Map.groupBy(
    facts.filter(({ flow }) => flow === 'taken'),
    (one) => told(one).taker,
  )
  if (sales.length === 0 || entries.every((one) => told(one).giver !== null)) return givers
  const papers = ({ record }: ToldFact, role: 'voucher' | 'upstream'): string[] =>
    (records.get(record)?.body.documents ?? []).flatMap((one) => (one.role === role ? one.number : []))
  const byVoucher = new Map(
    sales.flatMap((sale) => papers(sale, 'voucher').map((number) => [number, told(sale).giver as string])),
  )
  const salesTo = Map.groupBy(sales, (sale) => told(sale).taker)
  for (const [taker, own] of Map.groupBy(entries, (entry) => told(entry).taker)) {
    const bought = taker === null ? [] : (salesTo.get(taker) ?? []).filter((sale) => !isBack(sale))
    const isSince = sinceFirst(bought)
    const came = [...own, ...(taken.get(taker) ?? [])].filter(isSince)
    const [seller] = isWithin(came, bought) ? bought.map((sale) => told(sale).giver as string).sort() : []
    for (const entry of own) {
      const [voucher] = papers(entry, 'upstream').flatMap((number) => byVoucher.get(number) ?? [])
      const giver = voucher ?? (isSince(entry) ? seller : undefined)
      if (giver !== undefined) givers.set(entry.record, giver)
    }
  }
  const isOpen = (one: ToldFact): boolean => told(one).giver === null && !givers.has(one.record)
  const open = entries.filter((one) => isOpen(one) && papers(one, 'upstream').length > 0)
  if (open.length > 0 && facts.some(({ flow }) => flow === 'made'))
    for (const [entry, giver] of boughtOfOthers(open, facts, told)) givers.set(entry.record, giver)
  return givers
}

/**
 * Of a lot of which is told how much was made, entries of untold vouchers are from one who bought of it, as far as those who did may still have so much, where they are more than was
 * sent off: what came straight from who made it raises nothing that came in, and what is sold of it would count beside what that buyer got.
 */
function boughtOfOthers(
  open: readonly ToldFact[],
  facts: readonly ToldFact[],
  told: HandsOf,
): (readonly [ToldFact, string])[] {
  const takers = new Set(open.map((one) => told(one).taker))
  const bought = facts.filter((one) => {
    const { giver, taker } = told(one)
    return one.flow === 'sold' && !isBack(one) && giver !== null && taker !== null && !takers.has(taker)
  })
  const buyers = new Set(bought.map((one) => told(one).taker))
  const goneOn = facts.filter((one) => LEAVES.has(one.flow) && buyers.has(told(one).giver))
  const since = open.filter(sinceFirst(bought))
  // A dispatch that alone tells how much was made tells no more than that.
  const isMadeBefore = facts.some(({ flow, kind }) => flow === 'made' && kind !== 'dispatch')
  const sentOff = isMadeBefore ? facts.filter(({ kind }) => kind === 'dispatch') : []
  const isSentOff = sentOff.length > 0 && isWithin(since, sentOff)
  const [buyer] = [...buyers].sort()
  return buyer && !isSentOff && isWithin([...since, ...goneOn], bought)
    ? since.map((one) => [one, buyer])
    : []
}

/** Whether goods moved on the day of the first of the sales, or after it; where one of them has no day, they may have. */
function sinceFirst(sales: readonly ToldFact[]): (one: ToldFact) => boolean {
  const days = sales.map(({ day }) => day ?? '')
  return ({ day }) => day === null || days.some((first) => first <= day)
}

/** Whether goods are no more than others, in a unit in which both are told; where there is none, nothing says that they are more. */
function isWithin(some: readonly ToldFact[], others: readonly ToldFact[]): boolean {
  for (const unit of UNITS_COMPARED) {
    const [amount, most] = [flowOf(some, unit), flowOf(others, unit)]
    if (amount !== null && most !== null)
      return compareDecimal(amount, addDecimal(most, toleranceOf(most, unit))) <= 0
  }
  return true
}
