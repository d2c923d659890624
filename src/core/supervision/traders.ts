import { bearersIn, type Called } from '#core/balance/parties.ts'
import { joiner } from '#core/joiner.ts'
import type { GrainKey, Line } from './lines.ts'

/**
 * Whom the lines of a market and day are of. `holder` of a line is what a record calls him: a digest of his name, and codes with their schemes behind it (`market.ts`). Two names beside one code are one trader and
 * two codes of one scheme beside one name are two, as in balances (`core/balance/parties.ts`); only records of one market, day and region tell it, so that it depends on no other day and on nobody whom a caller does not see.
 */
export interface Trader {
  /** By what he and all who bear a name or code in common with him stand together in grains. */
  readonly unit: string
  /** Which of these he is: empty where there is one alone, `NOBODY` where a name is told that several bear. */
  readonly who: string
}

/** One of several who bear the name. */
export const NOBODY = '?'

/** A code that stands beside more names is nobody's, such as one that a system writes where it knows none. */
const NAMES_MAX = 3

/** Where traders are told apart. */
export type Room = Pick<GrainKey, 'place' | 'day' | 'region'>
export const roomText = ({ place, day, region }: Room): string => JSON.stringify([place, day, region])

/** The part of a unit that says who, and what follows it. */
export const unitHead = (unit: string): string => unit.split(' ', 1)[0] as string
const withHead = (unit: string, head: string): string => head + unit.slice(unitHead(unit).length)

/** A line as one of the trader's; of a line of nobody, itself. */
export const ofTrader = (line: Line, trader: Trader | undefined): Line =>
  trader === undefined ? line : { ...line, unit: withHead(line.unit, trader.unit), who: trader.who }

interface Read extends Called {
  readonly holder: string
  /** What of it joins others: codes, and the name. */
  readonly words: readonly string[]
}

const NAME = 'name:'
const digestIn = (word: string): string => word.slice(word.lastIndexOf(':') + 1)

/** Who is meant by each of all the ways in which the records of a room call their traders. */
export function tradersOf(holders: Iterable<string>): Map<string, Trader> {
  const read = readAll(new Set(holders))
  const bearers = bearersIn(read)
  const joined = joiner(read.flatMap(({ words }) => words))
  for (const { words } of read) for (const word of words) joined.join(words[0] as string, word)
  const traders = new Map<string, Trader>()
  for (const own of Map.groupBy(read, ({ words }) => joined.find(words[0] as string)).values()) {
    const unit = headOf(own.flatMap(({ words }) => words))
    const known = own.map((one) => bearers.known(one))
    const isOne = new Set(known).size === 1 && known[0] !== null
    for (const [i, { holder }] of own.entries())
      traders.set(holder, { unit, who: isOne ? '' : (known[i] ?? NOBODY) })
  }
  return traders
}

/** Of one who is called so, where nothing else is known of him. */
export const traderAlone = (holder: string): string => headOf(readAll(new Set([holder]))[0]?.words ?? [])

/** Names first, as most records tell a name and a code changes nothing then: so few lines go to other grains in the course of a day. */
function headOf(words: readonly string[]): string {
  const names = words.filter((word) => word.startsWith(NAME))
  return digestIn([...(names.length > 0 ? names : words)].sort()[0] ?? '')
}

function readAll(holders: ReadonlySet<string>): Read[] {
  const said = [...holders].sort().map((holder) => {
    const [name = '', ...codes] = holder.split(' ')
    return { holder, name, codes }
  })
  const names = new Map<string, Set<string>>()
  for (const { name, codes } of said)
    if (name !== '') for (const code of codes) names.set(code, (names.get(code) ?? new Set()).add(name))
  return said.map(({ holder, name, codes: all }) => {
    const codes = name === '' ? all : all.filter((code) => (names.get(code)?.size ?? 0) <= NAMES_MAX)
    const word = name === '' ? null : NAME + name
    return { holder, name: word, codes, words: [...codes, ...(word === null ? [] : [word])] }
  })
}

/** Lines of places, days and regions with their traders as these lines tell them. */
export function withTraders(lines: readonly Line[]): Line[] {
  const rooms = Map.groupBy(lines, roomText)
  return [...rooms.values()].flatMap((own) => {
    const traders = tradersOf(own.flatMap(({ holder }) => (holder === '' ? [] : [holder])))
    return own.map((line) => ofTrader(line, traders.get(line.holder)))
  })
}
