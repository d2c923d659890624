import { addDecimal, compareDecimal } from '#core/decimal.ts'
import type { Family, GrainKey, Line } from './lines.ts'

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
const CHOSEN: ReadonlySet<Family> = new Set<Family>(['entry', 'wholesale', 'retail', 'trade', 'payment'])

type Sums = Pick<Figure, 'records' | 'mass' | 'amount'>
const NOTHING: Sums = { records: 0, mass: '0', amount: '0' }
const plus = (a: Sums, b: Sums): Sums => ({
  records: a.records + b.records,
  mass: addDecimal(a.mass, b.mass),
  amount: addDecimal(a.amount, b.amount),
})

/**
 * What a grain comes to. Where several systems tell of the goods of one stall or trader and day, the one that tells of most counts and
 * the others are left out: they tell of the same goods, and one that has fewer has not heard of all. A pure function of the lines, so
 * the order in which they came makes no difference.
 */
export function figuresOf(lines: readonly Line[]): Figure[] {
  const [first] = lines
  if (first === undefined) return []
  if (first.family === 'main') return mainFigures(first, lines)
  if (!CHOSEN.has(first.family)) return lines.map((line) => figureOf(line, line))
  const sources = [...Map.groupBy(lines, sourceOf)]
    .map(([name, own]) => ({ name, own, sum: own.reduce<Sums>(plus, NOTHING) }))
    .sort((a, b) => byWeight(first.family, a, b))
  return sources.flatMap(({ own, sum }, place) => [
    ...(place === 0 ? own.map((line) => figureOf(line, line)) : []),
    {
      measure: `${first.family}.${place === 0 ? 'from' : 'left'}`,
      class: '',
      product: '',
      detail: own[0]?.system ?? '',
      ...sum,
    },
  ])
}

/** Tickets and daily summaries of one system tell of the same goods too. */
const sourceOf = ({ system, detail }: Line): string =>
  `${system}${detail.startsWith('summary') ? ' summary' : ''}`

function byWeight(
  family: Family,
  a: { readonly name: string; readonly sum: Sums },
  b: { readonly name: string; readonly sum: Sums },
): number {
  const heavy = family === 'payment' ? 'amount' : 'mass'
  return (
    compareDecimal(b.sum[heavy], a.sum[heavy]) || b.sum.records - a.sum.records || (a.name < b.name ? -1 : 1)
  )
}

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
