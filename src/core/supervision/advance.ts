import { addDecimal, isZero, negateDecimal } from '#core/decimal.ts'
import { type Figure, figuresOf } from './choose.ts'
import type { GrainKey, Line } from './lines.ts'
import { scopesOf } from './scopes.ts'

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
  JSON.stringify([grainText(line), line.said, line.system, line.detail])

/** The line taken away. */
export const negated = (line: Line): Line => ({
  ...line,
  records: -line.records,
  mass: negateDecimal(line.mass),
  amount: negateDecimal(line.amount),
})

/**
 * What becomes of the stored lines of some grains when lines are added and places are known by another name.
 * @param stored every line of each grain that is touched, before and after
 * @param added lines under the places that are known now
 * @param placeOf the place that is meant by what a record says
 */
export function advance(
  stored: readonly Line[],
  added: readonly Line[],
  placeOf: (said: string) => string,
): Advance {
  const now = new Map<string, Line>()
  const add = (line: Line): void => {
    const key = lineText(line)
    const known = now.get(key)
    now.set(key, known === undefined ? line : sum(known, line))
  }
  for (const line of stored) add({ ...line, place: placeOf(line.said) })
  for (const line of added) add({ ...line, place: placeOf(line.said) })
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
  a !== undefined && a.records === b.records && a.mass === b.mass && a.amount === b.amount
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

/** What all lines of some grains come to in the scopes of each. */
export function figuresOfLines(
  lines: readonly Line[],
  scopesOfGrain: (grain: GrainKey) => readonly string[],
): ScopeFigure[] {
  const figures = new Map<string, ScopeFigure>()
  addFigures(figures, lines, scopesOfGrain, 1)
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
