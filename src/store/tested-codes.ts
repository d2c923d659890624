import { MATCH_SIDES, type MatchSide, TESTED_GOODS } from '#core/lineage/matching.ts'
import type { Reader } from './sighted.ts'

/** A way in which a test without a lot may meet its goods. */
export interface AskedPoint {
  /** `overnight` where it is of what came before the test. */
  readonly side: MatchSide
  readonly who: string
  readonly what: string
  readonly day: string
}

const numbersOf = (sides: readonly MatchSide[]): number[] => sides.map((side) => MATCH_SIDES.indexOf(side))
const HERE: ReadonlySet<number> = new Set(numbersOf(TESTED_GOODS.here))
const TICKETS: ReadonlySet<number> = new Set(numbersOf(TESTED_GOODS.tickets))
const SIDES = numbersOf([...TESTED_GOODS.here, ...TESTED_GOODS.sales])

/** What a test without a lot is of. */
export interface TestedCodes {
  readonly codes: readonly string[]
  /** Of tickets that nothing else names: what was sold at the stall on that day. Only where nobody tells what came there: else the links of these goods lead to them. */
  readonly tickets: readonly string[]
}

/** What meets a point. */
type Met = Readonly<Record<'here' | 'sold' | 'tickets', Set<string>>>

/**
 * Codes of the goods of each of many tests without a lot, in their order, by the ways in which it may meet them: what came to its stall on its day, else what was sold there as its sales say, else what
 * came on the nearest of the days before. `readMentions` finds these tests from the goods.
 * @param at ISO text: what was known then; null for what is known now
 */
export async function readTestedCodes(
  reader: Reader,
  tests: readonly (readonly AskedPoint[])[],
  at: string | null,
): Promise<TestedCodes[]> {
  // Tests of one stall, product and day ask the same.
  const points = [...new Map(tests.flat().map((point) => [pointText(point), point])).values()]
  if (points.length === 0) return tests.map(() => ({ codes: [], tickets: [] }))
  const met = points.map((): Met => ({ here: new Set(), sold: new Set(), tickets: new Set() }))
  const { rows } = await reader.query<{ n: number; code: string; side: number }>({
    name: 'read-tested-codes',
    text: 'select n, code, side from trace_tested($1, $2, $3, $4, $5, $6, false)',
    values: [
      points.map(({ who }) => who),
      points.map(({ what }) => what),
      points.map(({ day }) => day),
      points.map(({ side }) => side === 'overnight'),
      SIDES,
      at,
    ],
  })
  for (const { n, code, side } of rows)
    met[n - 1]?.[HERE.has(side) ? 'here' : TICKETS.has(side) ? 'tickets' : 'sold'].add(code)
  const known = new Map(points.map((point, i) => [pointText(point), met[i] as Met]))
  return tests.map((own) => goodsOf(own, known))
}

function goodsOf(own: readonly AskedPoint[], known: ReadonlyMap<string, Met>): TestedCodes {
  const of = (side: keyof Met, points: readonly AskedPoint[]): string[] =>
    [...new Set(points.flatMap((point) => [...(known.get(pointText(point))?.[side] ?? [])]))].sort()
  const onDay = own.filter(({ side }) => side !== 'overnight')
  const here = of('here', onDay)
  if (here.length > 0) return { codes: here, tickets: [] }
  const tickets = of('tickets', onDay)
  const sold = of('sold', onDay)
  if (sold.length > 0) return { codes: sold, tickets }
  const before = own.filter(({ side }) => side === 'overnight')
  const days = [...new Set(before.map(({ day }) => day))].sort().reverse()
  for (const day of days) {
    const codes = of(
      'here',
      before.filter((point) => point.day === day),
    )
    if (codes.length > 0) return { codes, tickets }
  }
  return { codes: [], tickets }
}

const pointText = ({ side, who, what, day }: AskedPoint): string =>
  `${side === 'overnight'} ${who} ${what} ${day}`
