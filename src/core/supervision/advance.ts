import { addDecimal, isZero, negateDecimal } from '#core/decimal.ts'
import { type Figure, figuresOf } from './choose.ts'
import type { GrainKey, Line } from './lines.ts'
import { scopesOf } from './scopes.ts'
import { withTraders } from './traders.ts'

/** A counter of a scope and a day, or how much is added to it. */
export interface ScopeFigure extends Figure {
  readonly scope: string
  readonly day: string
}

export interface Advance {
  /** Lines as they are now, of those that changed; those that came to nothing are in `gone`. */
  readonly lines: readonly Line[]
  readonly gone: readonly Line[]
  /** What is added to the counters. */
  readonly moves: readonly ScopeFigure[]
}

export const grainText = ({ day, place, region, family, unit, class: of }: GrainKey): string =>
  JSON.stringify([day, place, region, family, unit, of])
const lineText = (line: Line): string =>
  JSON.stringify([grainText(line), line.said, line.system, line.detail, line.holder])

/** The line taken away. */
export const negated = (line: Line): Line => ({
  ...line,
  records: -line.records,
  mass: negateDecimal(line.mass),
  amount: negateDecimal(line.amount),
})

/**
 * What becomes of the stored lines of some grains when lines are added and places and traders are known by other names.
 * @param stored every line of each grain that is touched, before and after
 * @param settle a line in the grain in which it lies as its place and its trader are known now
 */
export function advance(
  stored: readonly Line[],
  added: readonly Line[],
  settle: (line: Line) => Line,
): Advance {
  const now = new Map<string, Line>()
  const add = (line: Line): void => {
    const key = lineText(line)
    const known = now.get(key)
    now.set(key, known === undefined ? line : sum(known, line))
  }
  for (const line of stored) add(settle(line))
  for (const line of added) add(settle(line))
  const before = new Map(stored.map((line) => [lineText(line), line]))
  const kept = [...now.values()].filter((line) => !isNothing(line))
  const keptTexts = new Set(kept.map(lineText))
  return {
    lines: kept.filter((line) => !isSame(before.get(lineText(line)), line)),
    gone: [...before].flatMap(([text, line]) => (keptTexts.has(text) ? [] : [line])),
    moves: movesOf(stored, kept),
  }
}

const isNothing = ({ records, mass, amount }: Line): boolean =>
  records === 0 && isZero(mass) && isZero(amount)
const isSame = (a: Line | undefined, b: Line): boolean =>
  a !== undefined && a.who === b.who && a.records === b.records && a.mass === b.mass && a.amount === b.amount
const sum = <T extends Pick<Line, 'records' | 'mass' | 'amount'>>(a: T, b: T): T => ({
  ...a,
  records: a.records + b.records,
  mass: addDecimal(a.mass, b.mass),
  amount: addDecimal(a.amount, b.amount),
})

/** What the counters must be given, so that they say what the lines come to now. */
function movesOf(before: readonly Line[], now: readonly Line[]): ScopeFigure[] {
  const moves = new Map<string, ScopeFigure>()
  addFigures(moves, before, scopesOf, -1)
  addFigures(moves, now, scopesOf, 1)
  return counted(moves)
}

/** What all lines of some places and days come to in the scopes of each grain, with their traders as these lines tell them. */
export function figuresOfLines(
  lines: readonly Line[],
  scopesOfGrain: (grain: GrainKey) => readonly string[],
): ScopeFigure[] {
  const figures = new Map<string, ScopeFigure>()
  addFigures(figures, withTraders(lines), scopesOfGrain, 1)
  return counted(figures)
}

function addFigures(
  to: Map<string, ScopeFigure>,
  lines: readonly Line[],
  scopesOfGrain: (grain: GrainKey) => readonly string[],
  sign: 1 | -1,
): void {
  for (const own of Map.groupBy(lines, grainText).values()) {
    const grain = own[0] as Line
    const figures = figuresOf(own)
    for (const scope of scopesOfGrain(grain))
      for (const figure of figures) {
        const signed = sign === 1 ? figure : minus(figure)
        const move = { scope, day: grain.day, ...signed }
        const key = JSON.stringify([scope, grain.day, move.measure, move.class, move.product, move.detail])
        const known = to.get(key)
        to.set(key, known === undefined ? move : sum(known, move))
      }
  }
}

const counted = (figures: ReadonlyMap<string, ScopeFigure>): ScopeFigure[] =>
  [...figures.values()].filter(
    ({ records, mass, amount }) => records !== 0 || !isZero(mass) || !isZero(amount),
  )

const minus = (figure: Figure): Figure => ({
  ...figure,
  records: -figure.records,
  mass: negateDecimal(figure.mass),
  amount: negateDecimal(figure.amount),
})
