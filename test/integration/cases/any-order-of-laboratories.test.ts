import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CaseState, orderOf } from '#core/cases/states.ts'
import { SPINACH, withMarket } from './market.ts'

const { api, entry, rapid, laboratory, send, sendAhead, follow } = withMarket()

const at = (time: string) => ({ occurredAt: { at: `2026-03-02T${time}:00+08:00`, precision: 'minute' } })
const ofLots = (...numbers: readonly number[]) => ({
  lots: numbers.flatMap((n) => laboratory('x', n, 'fail').lots),
})
const LABS = {
  city: [{ role: 'tester', name: '杭州市食品检验检测研究院', ids: [] }],
  province: [{ role: 'tester', name: '浙江省食品检验检测研究院', ids: [] }],
} as const

interface Tested {
  readonly by: 'rapid' | keyof typeof LABS
  readonly verdict: 'fail' | 'pass'
  readonly of: readonly number[]
  readonly hour: string
  readonly isVoid: boolean
}
const tested: fc.Arbitrary<Tested> = fc
  .record({
    by: fc.constantFrom('rapid' as const, 'city' as const, 'province' as const),
    verdict: fc.constantFrom('fail' as const, 'pass' as const),
    of: fc.constantFrom([1], [2], [1, 2]),
    hour: fc.constantFrom('08:00', '09:00', '10:00'),
    isVoid: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true)),
  })
  .map((one) => (one.by === 'rapid' ? { ...one, verdict: 'fail' as const } : one))

const bodyOf = ({ by, verdict, of, hour }: Tested, i: number) =>
  rapid(`t${i}`, 'A-1', SPINACH, {
    ...at(hour),
    ...ofLots(...of),
    ...(by === 'rapid' ? {} : { parties: LABS[by] }),
    test: {
      ...{ item: '毒死蜱', verdict, raw: verdict },
      ...(by === 'rapid' ? { screening: true, method: '胶体金' } : { screening: false, method: 'GC-MS' }),
    },
  })

/** Lots of a market that are held, and those that are recalled. */
async function heldAt(market: string): Promise<{ readonly held: string[]; readonly recalled: string[] }> {
  const { rows } = await api.pool.query<{ code: string; state: CaseState; confirmed: boolean }>(
    `select l.code, c.state, c.confirmed_at is not null as confirmed from cases c join case_lots l on l.case_id = c.id
      where c.test_id like $1 and l.hold_record is not null order by 1`,
    [`%${market}-%`],
  )
  const told = rows.map(({ code, state, confirmed }) => ({
    lot: code.at(-1) as string,
    order: orderOf(state, confirmed),
  }))
  const of = (...orders: readonly string[]) => [
    ...new Set(told.flatMap(({ lot, order }) => (orders.includes(order) ? [lot] : []))),
  ]
  return { held: of('stop_sale', 'recall'), recalled: of('recall') }
}

const said = (
  by: Tested['by'],
  verdict: Tested['verdict'],
  of: readonly number[],
  isVoid = false,
): Tested => ({
  ...{ by, verdict, of, isVoid, hour: '08:00' },
})
/** A rapid test that is taken back, beside what one laboratory failed and another one passed. */
const OTHER_VOIDED: [Tested[], number[]] = [
  [said('rapid', 'fail', [1], true), said('province', 'fail', [1]), said('city', 'pass', [1])],
  [0, 0, 0, 0, 8, ...Array.from({ length: 24 }, () => 0), 546],
]
/** What a laboratory fails comes behind the release of goods that another one passed together with it. */
const PASSED_TOGETHER: [Tested[], number[]] = [
  [
    said('province', 'pass', [1, 2]),
    said('rapid', 'fail', [1]),
    said('rapid', 'fail', [1]),
    said('city', 'fail', [2]),
  ],
  [0, 0, 0, 9, 32, 8, 817, 531, 957, 993, 8, 7, 2, 4, ...Array.from({ length: 16 }, () => 158)],
]

test('goods are recalled, stopped or free by the same tests in whatever order these, what they are of and their voids come', async () => {
  let trial = 0
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(
      fc.array(tested, { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(1000), { minLength: 30, maxLength: 30 }),
      async (tests, places) => {
        // What only a rapid test failed is recalled with goods of its case that a laboratory failed, and stays stopped where it came when those were recalled.
        const failed = new Set(
          tests.flatMap((one) =>
            one.by === 'rapid' || one.isVoid || one.verdict === 'pass' ? [] : one.of.map(String),
          ),
        )
        const ends: { readonly held: string[]; readonly recalled: string[] }[] = []
        for (const [from, isAhead] of [
          [0, false],
          [10, false],
          [10, true],
        ] as const) {
          trial += 1
          const market = String(350100000 + trial)
          const moved = (one: object) =>
            JSON.parse(
              JSON.stringify(one)
                .replaceAll(/3301051\d\d/g, market)
                .replaceAll('330105', '350100'),
            )
          const place = (i: number) => places[from + i] ?? 0
          const all = [
            { one: entry(1, 'A-1', SPINACH) as object, place: place(0) },
            { one: entry(2, 'A-2', SPINACH) as object, place: place(1) },
            ...tests.flatMap((told, i) => [
              { one: bodyOf(told, i) as object, place: place(2 + i) },
              // A void never comes before what it voids.
              ...(told.isVoid
                ? [
                    {
                      one: { ...bodyOf(told, i), status: 'void' },
                      place: Math.max(place(2 + i), place(6 + i)) + 0.5,
                    },
                  ]
                : []),
            ]),
          ]
          const inOrder = all.sort((a, b) => a.place - b.place).map(({ one }) => moved(one))
          if (isAhead) {
            await sendAhead(...inOrder)
            await follow()
          } else await send(...inOrder)
          const { held, recalled } = await heldAt(market)
          ends.push({ held, recalled: recalled.filter((lot) => failed.has(lot)) })
        }
        expect(ends[1]).toEqual(ends[0])
        expect(ends[2]).toEqual(ends[0])
        seen.add(JSON.stringify(ends[0]))
      },
    ),
    { numRuns: 12, examples: [OTHER_VOIDED, PASSED_TOGETHER] },
  )
  expect(seen.size).toBeGreaterThan(2)
}, 600_000)
