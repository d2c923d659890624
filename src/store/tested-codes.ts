import { MATCH_SIDES, type MatchSide, TESTED_GOODS } from '#core/lineage/matching.ts'
import type { Reader } from './sighted.ts'

/** A way in which a test without a lot may meet its goods. */
export interface AskedPoint {
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

/**
 * Codes of the goods of each of many tests without a lot, in their order, by the ways in which it may meet them: what came to its stall on its day, else what was sold there as its sales say.
 * `readMentions` finds these tests from the goods.
 * @param at ISO text: what was known then; null for what is known now
 */
export async function readTestedCodes(
  reader: Reader,
  tests: readonly (readonly AskedPoint[])[],
  at: string | null,
): Promise<TestedCodes[]> {
  // Tests of one stall, product and day ask the same.
  const asked = new Map(
    tests
      .flat()
      .map(
        (point) =>
          [
            pointText(point),
            { point, here: new Set<string>(), sold: new Set<string>(), tickets: new Set<string>() },
          ] as const,
      ),
  )
  if (asked.size === 0) return tests.map(() => ({ codes: [], tickets: [] }))
  const points = [...asked.values()].map(({ point }) => point)
  const { rows } = await reader.query<{ n: number; code: string; side: number }>({
    name: 'read-tested-codes',
    text: 'select n, code, side from trace_tested($1, $2, $3, $4, $5, false)',
    values: [
      points.map(({ who }) => who),
      points.map(({ what }) => what),
      points.map(({ day }) => day),
      SIDES,
      at,
    ],
  })
  const found = [...asked.values()]
  for (const { n, code, side } of rows)
    found[n - 1]?.[HERE.has(side) ? 'here' : TICKETS.has(side) ? 'tickets' : 'sold'].add(code)
  return tests.map((own) => {
    const of = (side: 'here' | 'sold' | 'tickets'): string[] =>
      [...new Set(own.flatMap((point) => [...(asked.get(pointText(point))?.[side] ?? [])]))].sort()
    const here = of('here')
    return here.length > 0 ? { codes: here, tickets: [] } : { codes: of('sold'), tickets: of('tickets') }
  })
}

const pointText = ({ who, what, day }: AskedPoint): string => `${who} ${what} ${day}`
