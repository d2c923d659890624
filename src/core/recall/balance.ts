import { addDecimal, compareDecimal, subtractDecimal } from '#core/decimal.ts'
import { type GoodsFact, type Measure, TELLINGS } from './goods-fact.ts'
import type { Holding } from './holdings.ts'

/** Where goods are, or what became of them. */
export const FINDS = [
  'soldWholesale',
  'atSites',
  'soldRetail',
  'disposed',
  'leftRegion',
  'returned',
  'processed',
] as const
export type Find = (typeof FINDS)[number]

/** What became of the goods of one holding, in one unit. */
export interface Account {
  readonly unit: string
  /** What came, by the record that tells of most; null where none tells. */
  readonly came: string | null
  /** What went on into other holdings. */
  readonly wentOn: string
  readonly found: Readonly<Partial<Record<Find, string>>>
  /** What left the one before and of which nobody tells where it came to. */
  readonly lost: string
}

/** How the goods of the source, or those that were made of them, add up in one unit: `stated = found + notFound`. */
export interface Balance {
  /** 0: goods of the source; 1: what they were turned into, and so on. */
  readonly stage: number
  readonly unit: string
  /** Null where no record states it, and then `notFound` is null too. */
  readonly stated: string | null
  readonly found: string
  readonly where: Readonly<Record<Find, string>>
  /** Below zero where more was found than was stated. */
  readonly notFound: string | null
}

export interface Accounted {
  /** By the index of the holding, one for each unit. */
  readonly accounts: readonly (readonly Account[])[]
  readonly stages: readonly number[]
  readonly balances: readonly Balance[]
}

const less = (a: string, b: string): boolean => compareDecimal(a, b) < 0
const smaller = (a: string, b: string): string => (less(a, b) ? a : b)
const greater = (a: string, b: string): string => (less(a, b) ? b : a)
const rest = (a: string, b: string): string => greater(subtractDecimal(a, b), '0')

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
  for (const unit of units)
    accountsIn(unit, holdings, sources, home).forEach((account, index) => {
      if (account.came !== null || account.wentOn !== '0' || Object.keys(account.found).length > 0)
        accounts[index]?.push(account)
    })
  return { accounts, stages, balances: balancesOf(holdings, { accounts, stages, sources, units }) }
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
  sources: ReadonlySet<number>,
  home: string | null,
): Account[] {
  const came = holdings.map((holding) => cameOf(holding, unit, sources.has(holding.index)))
  const wentOn = holdings.map(() => '0')
  const accounts: Account[] = []
  // Children before parents: what a child got is what its parents gave.
  for (const holding of holdings.toReversed()) {
    const { index } = holding
    const out = outOf(holding, unit)
    const gone = addDecimal(wentOn[index] as string, Object.values(out).reduce(addDecimal, '0'))
    const total = greater(came[index] ?? '0', gone)
    give(holding, total, { came, wentOn })
    accounts[index] = settled(holding, {
      unit,
      came: came[index] ?? null,
      wentOn: wentOn[index] as string,
      out,
      gone,
      home,
      isSource: sources.has(index),
      turned: isTurned(holding, holdings),
    })
  }
  return accounts
}

const isTurned = ({ index }: Holding, holdings: readonly Holding[]): boolean =>
  holdings.some(({ madeFrom }) => madeFrom.includes(index))

/** What the parents of a holding gave: each as much as it has, the last of them the rest. What was made of it is another goods. */
function give(
  { parents, madeFrom }: Holding,
  total: string,
  { came, wentOn }: { readonly came: readonly (string | null)[]; readonly wentOn: string[] },
): void {
  const givers = parents.filter((parent) => !madeFrom.includes(parent))
  let open = total
  for (const [at, parent] of givers.entries()) {
    const before = wentOn[parent] as string
    const has = came[parent] === null ? open : rest(came[parent] as string, before)
    const given = at === givers.length - 1 ? open : smaller(open, has)
    wentOn[parent] = addDecimal(before, given)
    open = subtractDecimal(open, given)
  }
}

/** Of what each system tells of it, the greatest; a paper is believed only where nothing else tells, at the source what stands nearest to it. */
function cameOf({ came }: Holding, unit: string, isSource: boolean): string | null {
  const told = came.filter(({ measures }) => measures.some((one) => one.unit === unit))
  const kinds = TELLINGS.filter((tells) => told.some((fact) => fact.tells === tells))
  const [first] = kinds
  const believed =
    isSource && first ? [first] : kinds.length > 1 ? kinds.filter((one) => one !== 'papered') : kinds
  const sums = believed.flatMap((tells) =>
    [
      ...Map.groupBy(
        told.filter((fact) => fact.tells === tells),
        ({ system }) => system,
      ).values(),
    ].map((facts) => sumIn(facts, unit)),
  )
  return sums.length === 0 ? null : sums.reduce(greater)
}

const valueIn = ({ measures }: GoodsFact, unit: string): string =>
  measures.find((one: Measure) => one.unit === unit)?.value ?? '0'
const sumIn = (facts: readonly GoodsFact[], unit: string): string =>
  facts.reduce((sum, fact) => addDecimal(sum, valueIn(fact, unit)), '0')

/** What left into nobody's hand that is reached. A day's summary and its tickets tell of the same sales. */
function outOf({ left }: Holding, unit: string): Record<'soldRetail' | 'disposed' | 'returned', string> {
  const of = (tells: string, refund: boolean): string =>
    sumIn(
      left.filter((fact) => fact.tells === tells && fact.refund === refund),
      unit,
    )
  const sold = greater(of('ticket', false), of('summary', false))
  const back = smaller(greater(of('ticket', true), of('summary', true)), sold)
  return {
    soldRetail: subtractDecimal(sold, back),
    disposed: of('disposed', false),
    returned: addDecimal(back, of('returned', false)),
  }
}

function settled(
  holding: Holding,
  of: {
    readonly unit: string
    readonly came: string | null
    readonly wentOn: string
    readonly out: Readonly<Record<string, string>>
    readonly gone: string
    readonly home: string | null
    readonly isSource: boolean
    readonly turned: boolean
  },
): Account {
  const { unit, came, wentOn, out, gone, home, turned } = of
  const left = came === null ? '0' : rest(came, gone)
  const where = turned ? 'processed' : lastlyAt(holding, home)
  const found: Partial<Record<Find, string>> = {}
  const add = (find: Find, value: string): void => {
    if (compareDecimal(value, '0') > 0) found[find] = addDecimal(found[find] ?? '0', value)
  }
  const isOutside = where === 'leftRegion'
  for (const [find, value] of Object.entries(out)) add(isOutside ? 'leftRegion' : (find as Find), value)
  if (where !== null) add(where, left)
  return { unit, came, wentOn, found, lost: where === null ? left : '0' }
}

/** Where goods are that went nowhere else, as far as records tell; null where they were sent off and nobody tells of their arrival. */
function lastlyAt({ came }: Holding, home: string | null): Find | null {
  const entered = came.filter(({ tells }) => tells === 'entered')
  const sold = came.filter(({ tells }) => tells === 'sold')
  const isOutside = (code: string | null): boolean => home !== null && code !== null && !code.startsWith(home)
  if (entered.length > 0) {
    if (entered.some(({ region }) => isOutside(region))) return 'leftRegion'
    return entered.every(({ refused }) => refused) ? 'returned' : 'atSites'
  }
  if (sold.length > 0)
    return sold.some(({ destination }) => isOutside(destination)) ? 'leftRegion' : 'soldWholesale'
  if (came.some(({ tells }) => tells === 'dispatched')) return null
  return came.some(({ tells }) => tells === 'made' || tells === 'transformed') ? 'atSites' : null
}

function balancesOf(
  holdings: readonly Holding[],
  of: {
    readonly accounts: readonly (readonly Account[])[]
    readonly stages: readonly number[]
    readonly sources: ReadonlySet<number>
    readonly units: readonly string[]
  },
): Balance[] {
  const { accounts, stages, sources, units } = of
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
      balances.push(balanceOf({ stage, unit, told, stated }))
    }
  return balances
}

function balanceOf(of: {
  readonly stage: number
  readonly unit: string
  readonly told: readonly Account[]
  readonly stated: readonly (string | null)[]
}): Balance {
  const { stage, unit, told } = of
  const known = of.stated.filter((one) => one !== null)
  const stated = known.length > 0 && known.length === of.stated.length ? known.reduce(addDecimal, '0') : null
  const where = Object.fromEntries(
    FINDS.map((find) => [find, told.reduce((sum, { found }) => addDecimal(sum, found[find] ?? '0'), '0')]),
  ) as Record<Find, string>
  const found = Object.values(where).reduce(addDecimal, '0')
  return {
    stage,
    unit,
    stated,
    found,
    where,
    notFound: stated === null ? null : subtractDecimal(stated, found),
  }
}
