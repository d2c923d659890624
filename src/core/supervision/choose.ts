import { addDecimal, compareDecimal } from '#core/decimal.ts'
import type { Family, GrainKey, Line } from './lines.ts'
import { NOBODY } from './traders.ts'

/** One counter of a grain, before it is added to the places and regions in which the grain lies. */
export interface Figure {
  /** A family; `<family>.from` and `<family>.left` tell what each system gave and what of it was left out. */
  readonly measure: string
  readonly class: string
  readonly product: string
  readonly detail: string
  readonly records: number
  readonly mass: string
  readonly amount: string
}

/** Families in which two systems may tell of the same goods or money. */
export const CHOSEN: ReadonlySet<Family> = new Set<Family>([
  'entry',
  'wholesale',
  'retail',
  'trade',
  'payment',
])

type Sums = Pick<Figure, 'records' | 'mass' | 'amount'>
const NOTHING: Sums = { records: 0, mass: '0', amount: '0' }
const plus = (a: Sums, b: Sums): Sums => ({
  records: a.records + b.records,
  mass: addDecimal(a.mass, b.mass),
  amount: addDecimal(a.amount, b.amount),
})

/**
 * What a grain comes to. Where several systems tell of the goods of one stall or trader and day, the one that tells of most counts and
 * the others are left out: they tell of the same goods, and one that has fewer has not heard of all. Of several traders of one name each counts so; where a system tells
 * their name alone, what it tells of all of them is held against all of these. A pure function of the lines, so the order in which they came makes no difference.
 */
export function figuresOf(lines: readonly Line[]): Figure[] {
  const [first] = lines
  if (first === undefined) return []
  if (first.family === 'main') return mainFigures(first, lines)
  if (!CHOSEN.has(first.family)) return lines.map((line) => figureOf(line, line))
  const { family } = first
  const sources = sourcesOf(family, lines)
  const together: Chosen = { counted: sources.slice(0, 1), left: sources.slice(1) }
  const byTrader = [...Map.groupBy(lines, ({ who }) => who)].map(
    ([who, own]) => [who, sourcesOf(family, own)] as const,
  )
  const nobodys = byTrader.filter(([who]) => who === NOBODY).flatMap(([, own]) => own)
  const known = byTrader.filter(([who]) => who !== NOBODY).map(([, own]) => own)
  const apart: Chosen = {
    counted: known.flatMap((own) => own.slice(0, 1)),
    left: [...known.flatMap((own) => own.slice(1)), ...nobodys],
  }
  const isTogether =
    known.length === 0 || (nobodys.length > 0 && byWeight(family, sumOf(together), sumOf(apart)) < 0)
  const { counted, left } = isTogether ? together : apart
  const told = (end: 'from' | 'left', { own, sum }: Source): Figure => ({
    measure: `${family}.${end}`,
    class: '',
    product: '',
    detail: own[0]?.system ?? '',
    ...sum,
  })
  return [
    ...counted.flatMap(({ own }) => own.map((line) => figureOf(line, line))),
    ...counted.map((source) => told('from', source)),
    ...left.map((source) => told('left', source)),
  ]
}

/** What one system tells. */
interface Source {
  readonly name: string
  readonly own: readonly Line[]
  readonly sum: Sums
}
interface Chosen {
  readonly counted: readonly Source[]
  readonly left: readonly Source[]
}

/** The one that tells of most first. */
const sourcesOf = (family: Family, lines: readonly Line[]): Source[] =>
  [...Map.groupBy(lines, sourceOf)]
    .map(([name, own]) => ({ name, own, sum: own.reduce<Sums>(plus, NOTHING) }))
    .sort((a, b) => byWeight(family, a, b))

const sumOf = ({ counted }: Chosen): Pick<Source, 'name' | 'sum'> => ({
  name: '',
  sum: counted.map(({ sum }) => sum).reduce<Sums>(plus, NOTHING),
})

/** Tickets and daily summaries of one system tell of the same goods too. */
const sourceOf = ({ system, detail }: Line): string =>
  `${system}${detail.startsWith('summary') ? ' summary' : ''}`

function byWeight(family: Family, a: Pick<Source, 'name' | 'sum'>, b: Pick<Source, 'name' | 'sum'>): number {
  const heavy = family === 'payment' ? 'amount' : 'mass'
  return (
    compareDecimal(b.sum[heavy], a.sum[heavy]) || b.sum.records - a.sum.records || compareText(a.name, b.name)
  )
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const figureOf = ({ family, class: of, unit, detail }: Line, { records, mass, amount }: Sums): Figure => ({
  measure: family,
  class: of,
  product: family === 'test' ? unit : '',
  detail,
  records,
  mass,
  amount,
})

/** One market, one main product, one day. */
function mainFigures({ unit }: GrainKey, lines: readonly Line[]): Figure[] {
  const has = (detail: string): boolean => lines.some((line) => line.detail === detail && line.records > 0)
  if (!has('seen')) return []
  return ['seen', has('early') ? 'tested' : 'missing'].map((detail) => ({
    measure: 'main',
    class: '',
    product: unit,
    detail,
    records: 1,
    mass: '0',
    amount: '0',
  }))
}
