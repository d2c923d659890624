import fc from 'fast-check'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Body } from '#core/model/body.ts'
import { loadGoods } from '#flow/balance/load-goods.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { followToTheEnd } from '#test/follow.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 2 })
})
afterAll(() => pool.end())

const MOST = 5
/** What a system tells of the lorries of a day, and in what manner; weights differ by the scales. */
const teller = fc.record({
  tells: fc.oneof(fc.constant(undefined), fc.array(fc.boolean(), { minLength: MOST, maxLength: MOST })),
  namesPapers: fc.boolean(),
  namesStall: fc.boolean(),
  scales: fc.array(fc.constantFrom(-8, 0, 8), { minLength: MOST, maxLength: MOST }),
})
const place = fc.record({
  lorries: fc.array(fc.constantFrom(100, 100, 100, 101, 300, 57), { minLength: 1, maxLength: MOST }),
  /** Of another trader of the same name, who has no stall; told by a system alone. */
  beside: fc.option(
    fc.record({ mass: fc.constantFrom(100, 300), system: fc.constantFrom('city', 'gate', 'app') }),
  ),
  /** By lots of its own. */
  city: teller,
  /** Without any. */
  gate: teller,
  ledger: fc.option(teller),
})
type Place = typeof place extends fc.Arbitrary<infer T> ? T : never
type Teller = typeof teller extends fc.Arbitrary<infer T> ? T : never

const DAY = '2026-03-02'
const PLACES = 30
let run = 0
const siteOf = (n: number): string => `33080${String(run * PLACES + n).padStart(4, '0')}`

/** One trader, who is at all of the places, and another one. */
function recordsOf({ lorries, beside, city, gate, ledger }: Place, n: number): Written[] {
  const told = (
    system: string,
    { tells, namesPapers, namesStall, scales }: Teller,
    masses: readonly number[] = lorries,
    trader = 1,
  ): Written[] =>
    masses.flatMap((mass, i): Written[] => {
      if (tells && !tells[i]) return []
      const key = `${run}-${n}-${trader}-${i}`
      const body: Partial<Body> = {
        occurredAt: { at: `${DAY}T0${i}:00:00+08:00`, precision: 'second' },
        sites: [
          { role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value: siteOf(n) }] },
          ...(namesStall ? [{ role: 'stall' as const, name: 'A-01', ids: [] }] : []),
        ],
        parties: [
          {
            role: 'owner',
            ids: [{ scheme: 'cn.mofcom.operator13', value: `330802106000${trader}` }],
            name: '兴旺示例菜行',
          },
        ],
        product: { name: '番茄', class: 'vegetable' },
        quantity: { value: String(mass + (mass * (scales[i] ?? 0)) / 1000), unit: 'KGM' },
        ...(namesPapers
          ? { documents: [{ role: 'upstream', type: 'promise_cert', number: `HGZ${key}` }] }
          : {}),
        ...(system === 'city' ? { lots: [{ role: 'subject', scheme: 'local', value: `L${key}` }] } : {}),
      }
      return [{ kind: 'entry', system, key, body }]
    })
  // Somebody tells of all of them; of two that name no lots nobody knows that they tell of the same, if one of them names the stall alone.
  const plain = { ...gate, tells: city.tells ? undefined : gate.tells }
  const alone = { tells: undefined, namesPapers: true, namesStall: false, scales: [] }
  return [
    ...(beside ? told(beside.system, alone, [beside.mass], 2) : []),
    ...told('city', city),
    ...told('gate', plain),
    ...(ledger ? told('ledger', { ...ledger, namesStall: gate.namesStall }) : []),
  ]
}

test('what came in at a place is what came, whichever systems tell of it with lots, stalls and papers or without, and whichever other places are judged with it', async () => {
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(place, { minLength: PLACES, maxLength: PLACES }), async (places) => {
      run += 1
      await storeRecords(
        pool,
        places.flatMap((one, n) => recordsOf(one, n)),
      )
      await followToTheEnd(pool)
      const asked = places.map((_, n) => ({ site: siteOf(n), goods: 'name:番茄', day: DAY }))
      const together = await loadGoods(pool, asked)
      for (const [n, { balance }] of together.entries()) {
        const { lorries, beside, city, gate } = places[n] as Place
        const came = lorries.reduce((sum, mass) => sum + mass, beside?.mass ?? 0)
        expect(
          Math.abs(Number(balance.in) - came),
          JSON.stringify([balance.in, places[n]]),
        ).toBeLessThanOrEqual(came * 0.02)
        if (n < 5)
          expect((await loadGoods(pool, [asked[n] as (typeof asked)[number]]))[0]?.balance).toEqual(balance)
        seen.add(`${city.tells ? 'part' : 'all'} ${city.namesStall} ${gate.namesStall}`)
      }
    }),
    { numRuns: 4, endOnFailure: true },
  )
  expect(seen.size).toBe(8)
}, 120_000)
