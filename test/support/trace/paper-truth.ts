import { MARKETS, type PaperWorld } from './paper-world.ts'

/** Goods as one trader has them. */
export interface Hand {
  readonly who: string
  readonly market: number
  readonly good: number
  readonly giver: Hand | null
  readonly voucher: string
  readonly told: PaperWorld['pairs'][number]
  /** Whether who has it may name the paper. */
  readonly isKnown: boolean
  /** Whether an arrival tells that it came here under the paper. */
  readonly isArrived: boolean
  /** Kilograms that it was sold for under its voucher, that went back by refunds under that, and that came in or back under it, by who tells. */
  readonly sold: number
  refunded: number
  readonly came: Map<string, number>
  readonly cameBack: Map<string, number>
  has: number
}

export const NOTHING = () => ({
  refunded: 0,
  came: new Map<string, number>(),
  cameBack: new Map<string, number>(),
})
export const add = (to: Map<string, number>, key: string, mass: number) =>
  to.set(key, (to.get(key) ?? 0) + mass)
const most = (of: ReadonlyMap<string, number>): number => Math.max(0, ...of.values())

/** Whether goods went through somebody's hands: what he gets again came back. */
export const hasHad = (hand: Hand | null, who: string): boolean =>
  hand !== null && (hand.who === who || hasHad(hand.giver, who))

/** What is true of one of the goods of a paper, in kilograms. */
export interface Truth {
  readonly number: string
  readonly product: string
  readonly used: number
  /** Below zero where more was used than is stated. */
  readonly left: number
  /** Markets at which some was used. */
  readonly places: readonly string[]
}

/** Of a voucher: what came in before it went back was covered, and what went back does not come in. */
export function voucherTruth(
  { voucher: number, market, sold, refunded, came, cameBack }: Hand,
  product: string,
): Truth {
  const used = most(came)
  const kept = sold - Math.max(refunded, most(cameBack))
  const left = used <= kept ? kept - used : Math.min(0, sold - used)
  return { number, product, used, left, places: used > 0 ? [MARKETS[market] as string] : [] }
}
