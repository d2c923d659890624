import { addDecimal, compareDecimal, maxDecimal, minDecimal, subtractDecimal } from '#core/decimal.ts'
import { type Came, cameIn } from './came.ts'
import type { Holding } from './holdings.ts'
import { leftThere, type MaybeSold, maybeAmong, maybeSold } from './maybe.ts'
import { mayGoAgain } from './returns.ts'
import {
  type Account,
  backUntold,
  FINDS,
  FINDS_AWAY,
  type Find,
  type FindAway,
  type Gift,
  isGivenAway,
  lastlyAt,
  leftUntold,
  lessReturned,
  type Out,
  outOf,
  rest,
  settled,
  totalOf,
} from './settled.ts'
import { takeTurned, turnedAlone, turnedOf } from './turned.ts'

/** How the goods of the source, or those that were made of them, add up in one unit: `stated = found + notFound`. */
export interface Balance {
  /** 0: goods of the source; 1: what they were turned into, and so on. */
  readonly stage: number
  readonly unit: string
  /** Null where no record states it, and then `notFound` is null too. */
  readonly stated: string | null
  readonly found: string
  readonly where: Readonly<Record<Find, string>>
  /** What became of `where.leftRegion` in other provinces; together as much as that. */
  readonly away: Readonly<Record<FindAway, string>>
  /** Below zero where more was found than was stated. */
  readonly notFound: string | null
  /** Of what should still be at places so much may have been sold: by tickets and summaries that name no lot and may be of other goods. */
  readonly maybeSold: string
}

export interface Accounted {
  /** By the index of the holding, one for each unit. */
  readonly accounts: readonly (readonly Account[])[]
  readonly stages: readonly number[]
  readonly maybe: readonly MaybeSold[]
  readonly balances: readonly Balance[]
}

/**
 * What became of each kilogram, counted once: what a holding got is what the system that tells of most of it tells, less what went on
 * from it, was sold, disposed of or came back; what is left is where the last record says it is.
 * @param sources indexes of the holdings at which the recall begins
 * @param home digits of the province of the source; null where it is not known, and then nothing left it
 */
export function accountFor(
  holdings: readonly Holding[],
  sources: ReadonlySet<number>,
  home: string | null,
): Accounted {
  const units = [
    ...new Set(
      holdings.flatMap(({ came, left }) =>
        [...came, ...left].flatMap((fact) => fact.measures.map(({ unit }) => unit)),
      ),
    ),
  ].sort()
  const stages = stagesOf(holdings)
  const accounts: Account[][] = holdings.map(() => [])
  const came: CameByUnit = new Map(units.map((unit) => [unit, cameIn(unit, holdings, sources)]))
  for (const unit of units)
    accountsIn(unit, holdings, came, home).forEach((account, index) => {
      if (account.came !== null || account.wentOn !== '0' || Object.keys(account.found).length > 0)
        accounts[index]?.push(account)
    })
  const maybe = maybeSold(holdings, accounts)
  const balances = balancesOf(holdings, { accounts, stages, sources, units, maybe })
  return { accounts, stages, maybe, balances }
}

/** How often goods were turned into others on the way: as often as on the longest. */
function stagesOf(holdings: readonly Holding[]): number[] {
  const stages: number[] = []
  for (const { index, parents, madeFrom } of holdings)
    stages[index] = Math.max(
      0,
      ...parents.map((parent) => (stages[parent] ?? 0) + Number(madeFrom.includes(parent))),
    )
  return stages
}

function accountsIn(
  unit: string,
  holdings: readonly Holding[],
  byUnit: CameByUnit,
  home: string | null,
): Account[] {
  const { kept: came, back, broughtBack } = byUnit.get(unit) as Came
  const untold = untoldIn(unit, holdings, byUnit)
  const gave: Gift[][] = holdings.map(() => [])
  const given = holdings.map(() => '0')
  const owed = owedBy(holdings, came)
  const isSent = (index: number): boolean => lastlyAt(holdings[index] as Holding, home) === null
  const turned = turnedOf(holdings, unit, (of, index) => byUnit.get(of)?.kept[index] ?? null)
  const take = takeTurned()
  const accounts: Account[] = []
  const outs = holdings.map(({ left }) => outOf(left, unit))
  const leftOf = ({ index }: Holding) => {
    const told = outs[index] as Out[]
    const elsewhere = addDecimal(back[index] as string, broughtBack[index] as string)
    const out = lessReturned(told, elsewhere)
    return { out, refusedBack: subtractDecimal(elsewhere, subtractDecimal(totalOf(told), totalOf(out))) }
  }
  const goneFrom = (parent: number): string =>
    addDecimal(totalOf(leftOf(holdings[parent] as Holding).out), turnedAlone(turned[parent] ?? null))
  const settle = (holding: Holding): void => {
    const { index } = holding
    const gifts = gave[index] ?? []
    const gaveAway = gifts
      .filter(({ to }) => isGivenAway(holding, holdings[to] as Holding, home))
      .reduce((sum, { value }) => addDecimal(sum, value), '0')
    accounts[index] = settled(holding, {
      ...{ unit, ...leftOf(holding), home, came: came[index] ?? null, gave: gifts, gaveAway },
      ...{ turned: turned[index] ?? null, take: (uses, left) => take(uses, index, left) },
      ...{ isUntold: untold.has(index) || turned[index] === 'unknown' },
    })
  }
  // Children before parents: what a child got is what its parents gave.
  for (const holding of holdings.toReversed()) {
    const { index } = holding
    const out = totalOf(leftOf(holding).out)
    const over = came[index] == null ? '0' : rest(addDecimal(given[index] as string, out), came[index])
    for (const { to, value } of goneAgain(holding, { over, gave: gave[index] ?? [], holdings, accounts })) {
      gave[index] = (gave[index] ?? []).map((gift) =>
        gift.to === to ? { to, value: subtractDecimal(gift.value, value) } : gift,
      )
      given[index] = subtractDecimal(given[index] as string, value)
      back[to] = addDecimal(back[to] as string, value)
      came[to] = came[to] == null ? null : subtractDecimal(came[to], value)
      settle(holdings[to] as Holding)
    }
    const total = maxDecimal(came[index] ?? '0', addDecimal(given[index] as string, out))
    give(holding, total, { came, gave, given, owed, goneFrom, isSent })
    settle(holding)
  }
  return accounts
}

/** What of more than a holding had is what others had sent back to it: from whom, and how much. */
function goneAgain(
  holding: Holding,
  of: {
    readonly over: string
    readonly gave: readonly Gift[]
    readonly holdings: readonly Holding[]
    readonly accounts: readonly Account[]
  },
): Gift[] {
  const { gave, holdings, accounts } = of
  let open = of.over
  return gave.flatMap(({ to, value }): Gift[] => {
    const { found, away } = accounts[to] as Account
    const sentBack = addDecimal(found.returned ?? '0', away.returned ?? '0')
    const part = [value, sentBack, open].reduce(minDecimal)
    if (compareDecimal(part, '0') <= 0) return []
    const others = gave.flatMap((gift) => (gift.to === to ? [] : (holdings[gift.to] as Holding)))
    if (!mayGoAgain(holdings[to] as Holding, holding, others)) return []
    open = subtractDecimal(open, part)
    return [{ to, value: part }]
  })
}

type CameByUnit = ReadonlyMap<string, Came>

/** Holdings that are told in the unit, of which some left or went on that is told in others alone. */
function untoldIn(unit: string, holdings: readonly Holding[], byUnit: CameByUnit): Set<number> {
  const others = [...byUnit.keys()].filter((one) => one !== unit)
  if (others.length === 0) return new Set()
  const isToldIn = (one: string, index: number): boolean => (byUnit.get(one)?.kept[index] ?? null) !== null
  const othersOf = (index: number): string[] => (isToldIn(unit, index) ? others : [])
  return new Set(
    holdings.flatMap((holding) => {
      const { index, left, back } = holding
      const givers = isToldIn(unit, index) ? [] : giversOf(holding)
      const untold = givers.filter((giver) => othersOf(giver).some((one) => isToldIn(one, index)))
      if (backUntold(back, unit, othersOf(index))) return [...giversOf(holding), index]
      return leftUntold(left, unit, othersOf(index)) ? [...untold, index] : untold
    }),
  )
}

/** Those that gave to a holding; what was made of goods is other goods. */
const giversOf = ({ parents, madeFrom }: Holding): number[] =>
  parents.filter((parent) => !madeFrom.includes(parent))

/** What of each holding went on to those that have it from nobody else, as far as records tell. */
function owedBy(holdings: readonly Holding[], came: readonly (string | null)[]): string[] {
  const owed = holdings.map(() => '0')
  for (const holding of holdings) {
    const [only, ...others] = giversOf(holding)
    if (only !== undefined && others.length === 0)
      owed[only] = addDecimal(owed[only] as string, came[holding.index] ?? '0')
  }
  return owed
}

/** What the parents of a holding gave: each as much as it has for it, the last of them the rest. What was sent off is taken first, for it stayed nowhere. */
function give(
  holding: Holding,
  total: string,
  of: {
    readonly came: readonly (string | null)[]
    readonly gave: readonly Gift[][]
    /** The sums of what each gave so far, and of what it owes. */
    readonly given: string[]
    readonly owed: string[]
    /** What left it into nobody's hand or was turned into other goods. */
    readonly goneFrom: (index: number) => string
    readonly isSent: (index: number) => boolean
  },
): void {
  const { came, gave, given, owed, goneFrom, isSent } = of
  const { index } = holding
  const givers = giversOf(holding).sort((a, b) => Number(isSent(b)) - Number(isSent(a)) || a - b)
  const [first] = givers
  if (first !== undefined && givers.length === 1)
    owed[first] = subtractDecimal(owed[first] as string, came[index] ?? '0')
  let open = total
  for (const [at, parent] of givers.entries()) {
    const kept = addDecimal(owed[parent] as string, givers.length > 1 ? goneFrom(parent) : '0')
    const bound = addDecimal(given[parent] as string, kept)
    const has = came[parent] === null ? open : rest(came[parent] as string, bound)
    const value = at === givers.length - 1 ? open : minDecimal(open, has)
    gave[parent]?.push({ to: index, value })
    given[parent] = addDecimal(given[parent] as string, value)
    open = subtractDecimal(open, value)
  }
}

function balancesOf(
  holdings: readonly Holding[],
  of: {
    readonly accounts: readonly (readonly Account[])[]
    readonly stages: readonly number[]
    readonly sources: ReadonlySet<number>
    readonly units: readonly string[]
    readonly maybe: readonly MaybeSold[]
  },
): Balance[] {
  const { accounts, stages, sources, units, maybe } = of
  const balances: Balance[] = []
  for (let stage = 0; stage <= Math.max(0, ...stages); stage++)
    for (const unit of units) {
      const ofStage = holdings.filter(({ index }) => stages[index] === stage)
      const told = ofStage.flatMap(({ index }) => accounts[index]?.find((one) => one.unit === unit) ?? [])
      if (told.length === 0) continue
      const first = ofStage.filter(({ index, madeFrom, parents }) =>
        stage === 0 ? sources.has(index) && parents.length === 0 : madeFrom.length > 0,
      )
      const stated = first.map(({ index }) => accounts[index]?.find((one) => one.unit === unit)?.came ?? null)
      const there = (index: number): string => {
        const account = stages[index] === stage && accounts[index]?.find((one) => one.unit === unit)
        return account ? leftThere(account) : '0'
      }
      balances.push(balanceOf({ stage, unit, told, stated, maybe: maybeAmong(maybe, unit, there) }))
    }
  return balances
}

function balanceOf(of: {
  readonly stage: number
  readonly unit: string
  readonly told: readonly Account[]
  readonly stated: readonly (string | null)[]
  readonly maybe: string
}): Balance {
  const { stage, unit, told } = of
  const known = of.stated.filter((one) => one !== null)
  const stated = known.length > 0 && known.length === of.stated.length ? known.reduce(addDecimal, '0') : null
  const where = Object.fromEntries(
    FINDS.map((find) => [find, told.reduce((sum, { found }) => addDecimal(sum, found[find] ?? '0'), '0')]),
  ) as Record<Find, string>
  const away = Object.fromEntries(
    FINDS_AWAY.map((find) => [find, told.reduce((sum, one) => addDecimal(sum, one.away[find] ?? '0'), '0')]),
  ) as Record<FindAway, string>
  const found = Object.values(where).reduce(addDecimal, '0')
  return {
    stage,
    unit,
    stated,
    found,
    where,
    away,
    notFound: stated === null ? null : subtractDecimal(stated, found),
    maybeSold: of.maybe,
  }
}
