import fc from 'fast-check'
import { expect, test } from 'vitest'
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
  readonly verdict: 'fail' | 'pass' | 'suspect'
  readonly of: readonly number[]
  readonly hour: string
  readonly isVoid: boolean
}
const tested: fc.Arbitrary<Tested> = fc
  .record({
    by: fc.constantFrom('rapid' as const, 'city' as const, 'province' as const),
    verdict: fc.constantFrom('fail' as const, 'pass' as const),
    of: fc.constantFrom([1], [2], [1, 2], [2, 3], [1, 2, 3], [4]),
    hour: fc.constantFrom('08:00', '09:00', '10:00'),
    isVoid: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true)),
  })
  // A rapid test that passes says nothing to a case.
  .map((one) =>
    one.by === 'rapid' && one.verdict === 'pass' ? { ...one, verdict: 'suspect' as const } : one,
  )
/** Goods of the first or of the second lot are made into others, or none. */
const madeOf = fc.constantFrom(null, 1, 2)
const made = (from: number) => {
  const [input, output] = [laboratory('x', from, 'fail').lots[0], laboratory('x', 4, 'fail').lots[0]]
  return {
    ...entry(4, 'A-4', SPINACH),
    ...{
      kind: 'transformation',
      key: [`${entry(4, 'A-4', SPINACH).key[0]}-made`],
      lots: [],
      quantity: undefined,
    },
    input: { lots: [{ ...input, role: 'input' }] },
    output: { lots: [{ ...output, role: 'output' }], quantity: { value: '5', unit: 'KGM' } },
  }
}

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

/** Lots of a market that are held, and those that are recalled, as the hold records in force say. */
async function heldAt(market: string): Promise<{ readonly held: string[]; readonly recalled: string[] }> {
  const { rows } = await api.pool.query<{ code: string; order: string }>(
    `select distinct l.code, h.hold_kind as order
       from cases c join case_lots l on l.case_id = c.id join case_holds h on h.case_id = c.id and h.record_id = l.hold_record
      where c.test_id like $1 and h.hold_kind <> 'release' order by 1`,
    [`%${market}-%`],
  )
  const of = (told: readonly { readonly code: string }[]) => [
    ...new Set(told.map(({ code }) => code.slice(-1))),
  ]
  return { held: of(rows), recalled: of(rows.filter(({ order }) => order === 'recall')) }
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
const OTHER_VOIDED: [Tested[], number[], null] = [
  [said('rapid', 'fail', [1], true), said('province', 'fail', [1]), said('city', 'pass', [1])],
  [0, 0, 0, 0, 8, ...Array.from({ length: 24 }, () => 0), 546],
  null,
]
/** What a laboratory fails comes behind the release of goods that another one passed together with it. */
const PASSED_TOGETHER: [Tested[], number[], null] = [
  [
    said('province', 'pass', [1, 2]),
    said('rapid', 'fail', [1]),
    said('rapid', 'fail', [1]),
    said('city', 'fail', [2]),
  ],
  [0, 0, 0, 9, 32, 8, 817, 531, 957, 993, 8, 7, 2, 4, ...Array.from({ length: 16 }, () => 158)],
  null,
]
/** A rapid test of several lots, of which a laboratory failed one, before and after it. */
const ONE_OF_SEVERAL: [Tested[], number[], null] = [
  [said('rapid', 'fail', [1, 2]), said('city', 'fail', [1]), said('rapid', 'fail', [2, 3])],
  [0, 0, 1, 2, 3, ...Array.from({ length: 7 }, () => 0), 2, 1, 3, ...Array.from({ length: 15 }, () => 0)],
  null,
]

/** Of a lot that a rapid test named beside others it only is in doubt at last: what was made of it is free, whether its doubt came before the others or behind them. */
const DOUBT_AMONG_OTHERS: [Tested[], number[], number] = [
  [said('rapid', 'fail', [2]), said('rapid', 'fail', [1, 2, 3], true), said('rapid', 'suspect', [1])],
  [...Array.from({ length: 13 }, () => 0), 811, ...Array.from({ length: 16 }, () => 0)],
  1,
]

test('goods are recalled, stopped or free by the same tests in whatever order these, what they are of and their voids come', async () => {
  let trial = 0
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(
      fc.array(tested, { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(1000), { minLength: 30, maxLength: 30 }),
      madeOf,
      async (tests, places, from) => {
        const ends: { readonly held: string[]; readonly recalled: string[] }[] = []
        for (const [begin, isAhead] of [
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
          const place = (i: number) => places[begin + i] ?? 0
          const all = [
            { one: entry(1, 'A-1', SPINACH) as object, place: place(0) },
            { one: entry(2, 'A-2', SPINACH) as object, place: place(1) },
            { one: entry(3, 'A-3', SPINACH) as object, place: place(9) },
            ...(from === null ? [] : [{ one: made(from) as object, place: place(8) }]),
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
          ends.push(await heldAt(market))
        }
        expect(ends[1]).toEqual(ends[0])
        expect(ends[2]).toEqual(ends[0])
        seen.add(JSON.stringify(ends[0]))
      },
    ),
    { numRuns: 40, examples: [OTHER_VOIDED, PASSED_TOGETHER, ONE_OF_SEVERAL, DOUBT_AMONG_OTHERS] },
  )
  expect(seen.size).toBeGreaterThan(2)
}, 600_000)
