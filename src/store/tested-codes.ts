import { MATCH_SIDES, type MatchSide, TESTED_GOODS, TRADER_DAYS } from '#core/lineage/matching.ts'
import { newest } from './lots.ts'
import type { Reader } from './sighted.ts'

const nearDay = `t.day between a.day - ${TRADER_DAYS} and a.day + ${TRADER_DAYS}`

/** A way in which a test without a lot may meet its goods. */
export interface AskedPoint {
  readonly who: string
  readonly what: string
  readonly day: string
}

/**
 * Codes of the goods of each of many tests without a lot, in their order, by the ways in which it may meet them: what came to its stall on its day, else what was sold there as its sales say.
 */
export async function readTestedCodes(
  reader: Reader,
  tests: readonly (readonly AskedPoint[])[],
): Promise<string[][]> {
  // Tests of one stall, product and day ask the same.
  const asked = new Map(
    tests
      .flat()
      .map(
        (point) => [pointText(point), { point, here: new Set<string>(), sold: new Set<string>() }] as const,
      ),
  )
  if (asked.size === 0) return tests.map(() => [])
  const points = [...asked.values()].map(({ point }) => point)
  const { rows } = await reader.query<{ n: number; code: string; here: boolean }>({
    name: 'read-tested-codes',
    text: `select distinct a.n::int as n, h.code, h.side = any(${sidesText(TESTED_GOODS.here)}) as here
             from unnest($1::uuid[], $3::uuid[], $4::date[]) with ordinality a (who, what, day, n)
            cross join lateral (
              select a.who
              union select t.trader from stall_traders t where t.stall = a.who and ${nearDay}
              union select t.stall from stall_traders t where t.trader = a.who and ${nearDay}) w (who)
            join match_points h on h.who = w.who and h.what = a.what and h.code is not null
             and h.side = any(${sidesText([...TESTED_GOODS.here, ...TESTED_GOODS.sales])})
            join record_versions vh on vh.record_id = h.record_id and vh.version = h.version and vh.status = 'active' and ${newest('vh', '$2')}
            order by h.code`,
    values: [
      points.map(({ who }) => who),
      null,
      points.map(({ what }) => what),
      points.map(({ day }) => day),
    ],
  })
  const found = [...asked.values()]
  for (const { n, code, here } of rows) found[n - 1]?.[here ? 'here' : 'sold'].add(code)
  return tests.map((own) => {
    const of = (side: 'here' | 'sold'): string[] => [
      ...new Set(own.flatMap((point) => [...(asked.get(pointText(point))?.[side] ?? [])])),
    ]
    const here = of('here')
    return (here.length > 0 ? here : of('sold')).sort()
  })
}

const sidesText = (sides: readonly MatchSide[]): string =>
  `array[${sides.map((side) => MATCH_SIDES.indexOf(side)).join(', ')}]`

const pointText = ({ who, what, day }: AskedPoint): string => `${who} ${what} ${day}`
