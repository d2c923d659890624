import { addDecimal } from '#core/decimal.ts'
import type { GraphCode } from '#core/lineage/codes.ts'
import type { Accounted } from './balance.ts'
import { codeInAnyHand, codeItself } from './code-as.ts'
import type { Measure } from './goods-fact.ts'
import type { Holding } from './holdings.ts'
import { type LeftBetween, leftBetween, leftThere } from './maybe.ts'
import type { Account } from './settled.ts'

/** One lot that a recall reaches. */
export interface RecallLot {
  /** Every code under which it is known. */
  readonly codes: readonly GraphCode[]
  readonly product: string | null
  readonly source: boolean
  readonly stage: number
  readonly systems: readonly string[]
  readonly region: string | null
  readonly came: readonly Measure[]
  readonly wentOn: readonly Measure[]
  readonly found: readonly { readonly where: string; readonly value: string; readonly unit: string }[]
  readonly notFound: readonly Measure[]
  /** Between what is left of it, where sales may be of it or of other lots; what is found is one way in which they may be divided. */
  readonly leftBetween: readonly LeftBetween[]
}

/** The lots, each once: what went from hand to hand under one code is one. */
export function lotsOf(
  holdings: readonly Holding[],
  accounted: Accounted,
  sources: ReadonlySet<number>,
): RecallLot[] {
  const lots: Holding[][] = []
  const known = new Map<GraphCode, Holding[]>()
  // Parents stand first.
  for (const holding of holdings) {
    const codes = holding.codes.map(codeInAnyHand)
    const lot = codes.map((code) => known.get(code)).find((one) => one !== undefined) ?? []
    if (lot.length === 0) lots.push(lot)
    lot.push(holding)
    for (const code of codes) known.set(code, lot)
  }
  return lots.map((hands) => lotOf(hands, accounted, sources))
}

function lotOf(
  hands: readonly Holding[],
  { accounts, stages }: Accounted,
  sources: ReadonlySet<number>,
): RecallLot {
  const came = hands.flatMap((hand) => hand.came)
  const told = [...came, ...hands.flatMap(({ left, back }) => [...left, ...back])]
  const own = hands.map(({ index }) => accounts[index] ?? [])
  const first = hands[0] as Holding
  const within = new Set(hands.map(({ index }) => index))
  const sums = (of: (account: Account) => string): Measure[] =>
    [...Map.groupBy(own.flat(), ({ unit }) => unit)].flatMap(([unit, all]) => {
      const value = all.map(of).reduce(addDecimal, '0')
      return value === '0' ? [] : [{ value, unit }]
    })
  const wheres = [
    ...new Set(own.flat().flatMap(({ found }) => Object.keys(found))),
  ] as (keyof Account['found'])[]
  return {
    codes: [...new Set(hands.flatMap(({ codes }) => codes.map(codeItself)))].sort(),
    product: came.find(({ product }) => product !== null)?.product ?? null,
    source: hands.some(({ index }) => sources.has(index)),
    stage: stages[first.index] ?? 0,
    systems: [...new Set(told.map(({ system }) => system))].sort(),
    region: came.find(({ tells }) => tells === 'entered')?.region ?? came[0]?.region ?? null,
    came: (own[0] ?? []).flatMap((one) => (one.came === null ? [] : [{ value: one.came, unit: one.unit }])),
    wentOn: sums(({ gave }) =>
      gave.reduce((sum, { to, value }) => (within.has(to) ? sum : addDecimal(sum, value)), '0'),
    ),
    found: wheres.flatMap((where) =>
      sums(({ found }) => found[where] ?? '0').map((one) => ({ where, ...one })),
    ),
    notFound: sums(({ lost }) => lost),
    leftBetween: betweenOf(hands, accounts),
  }
}

/** What is left in all hands of a lot. */
function betweenOf(hands: readonly Holding[], accounts: Accounted['accounts']): LeftBetween[] {
  const all = hands.flatMap((hand) =>
    (accounts[hand.index] ?? []).map((account) => ({
      unit: account.unit,
      between: leftBetween(hand, account),
      left: leftThere(account),
    })),
  )
  return [...Map.groupBy(all, ({ unit }) => unit)].flatMap(([unit, own]) => {
    if (own.every(({ between }) => between === null)) return []
    const sum = (of: 'least' | 'most'): string =>
      own.reduce((total, { between, left }) => addDecimal(total, between?.[of] ?? left), '0')
    return [{ unit, least: sum('least'), most: sum('most') }]
  })
}
