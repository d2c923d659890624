import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dayOf, ledger, lot, massOf, paper, party, rehearsalOf, sitesOf } from '#test/recall/ledger.ts'

const STALLS = ['A-1', 'B-2'] as const

/** Lots of one product at two stalls of a market, what was sold of them day by day, and who tells of it how. */
const world = fc.record({
  lots: fc.array(
    fc.record({
      stall: fc.nat(1),
      day: fc.nat(2),
      came: fc.integer({ min: 1, max: 100 }),
      isUnderPaper: fc.boolean(),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  sales: fc.array(
    fc.record({
      of: fc.nat(4),
      after: fc.constantFrom(0, 0, 0, 1, 2),
      part: fc.oneof(fc.nat(100), fc.constant(100)),
      /** Sold on to another market, by a sale that is told or not. */
      on: fc.constantFrom(null, null, null, 'told', 'untold'),
    }),
    { maxLength: 8 },
  ),
  /** Of each stall and day. */
  tells: fc.array(
    fc.record({
      tickets: fc.constantFrom('named', 'unnamed', 'both', 'none'),
      isSummed: fc.boolean(),
      isOfCity: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  /** Whether the market sums up each day. */
  isWhole: fc.boolean(),
  isTrader: fc.boolean(),
  /** Whether summaries tell of what was sold on. */
  isOnSummed: fc.boolean(),
})
type World = typeof world extends fc.Arbitrary<infer T> ? T : never

interface Sold {
  readonly of: number
  readonly stall: number
  readonly day: number
  readonly kilograms: number
  readonly on: 'told' | 'untold' | null
}

function soldIn({ lots, sales }: World): Sold[] {
  const left = lots.map(({ came }) => came)
  return sales.flatMap(({ of: wish, after, part, on }) => {
    const of = wish % lots.length
    const { stall, day } = lots[of] as World['lots'][number]
    const kilograms = Math.floor(((left[of] as number) * part) / 100)
    left[of] = (left[of] as number) - kilograms
    return kilograms === 0 ? [] : [{ of, stall, day: day + after, kilograms, on }]
  })
}

/** What is told of the world, and how it was. */
function toldOf(one: World, seen: (what: string) => void) {
  const { lots, tells, isWhole, isTrader, isOnSummed } = one
  const { records, tell } = ledger()
  const at = (stall: number | null, day: number) => ({
    ...sitesOf(0, stall === null ? undefined : STALLS[stall]),
    occurredAt: dayOf(day),
  })
  for (const [n, { stall, day, came, isUnderPaper }] of lots.entries())
    tell('entry', 0, came, {
      ...{ ...at(stall, day), lots: [lot(`L${n}`)], parties: isTrader ? [party('owner', stall)] : [] },
      ...(isUnderPaper ? { documents: [paper('upstream', 'P', 'promise_cert')] } : {}),
    })
  const sold = soldIn(one)
  const sell = (kilograms: number, body: object, system = 'market0') =>
    tell('sale', 0, kilograms, { saleKind: 'retail', ...body }, system)
  const sumOf = (own: readonly Sold[]) =>
    own.reduce((sum, { kilograms, on }) => sum + (on === null || isOnSummed ? kilograms : 0), 0)
  for (const [n, { of, stall, day, kilograms, on }] of sold.entries()) {
    if (on === null) continue
    const voucher = `V${n}`
    if (on === 'told')
      tell('sale', 0, kilograms, {
        ...{ ...at(stall, day), saleKind: 'wholesale', lots: [lot(`L${of}`)] },
        ...{ documents: [paper('voucher', voucher)], parties: [party('seller', stall), party('buyer', 2)] },
      })
    tell('entry', 2, kilograms, {
      ...{ occurredAt: dayOf(day), lots: [lot(`N${n}`), lot(`L${of}`, 'source')] },
      ...(on === 'told' ? { documents: [paper('upstream', voucher)] } : {}),
      parties: [party('owner', 2), party('supplier', stall)],
    })
    seen('sold on')
  }
  for (const own of Map.groupBy(sold, ({ stall, day }) => `${stall} ${day}`).values()) {
    const [{ stall, day }] = own as [Sold]
    const { tickets, isSummed, isOfCity } = tells[(stall * 3 + day) % tells.length] as World['tells'][number]
    const retail = own.filter(({ on }) => on === null)
    const isOfDay = retail.every(({ of }) => lots[of]?.day === day)
    // A ticket without a lot is taken to be of what came on its day, and who tells of none tells of all in sum.
    const isNamed = tickets === 'named' || tickets === 'both' || (tickets === 'unnamed' && !isOfDay)
    const isUnnamed = (tickets === 'unnamed' || tickets === 'both') && isOfDay
    for (const { of, kilograms } of retail) {
      if (isNamed) sell(kilograms, { ...at(stall, day), lots: [lot(`L${of}`)] })
      if (isUnnamed) sell(kilograms, at(stall, day), isNamed ? 'city' : 'market0')
    }
    if (
      isUnnamed &&
      new Set(lots.flatMap((two) => (two.stall === stall && two.day === day ? two : []))).size > 1
    )
      seen('tickets that may be of several')
    if (isSummed || (tickets === 'none' && !isWhole)) {
      sell(sumOf(own), { ...at(stall, day), saleKind: 'summary' }, isOfCity ? 'city' : 'market0')
      seen(tickets === 'none' ? 'a summary alone' : 'a summary beside its tickets')
    }
  }
  if (isWhole)
    for (const [day, own] of Map.groupBy(sold, (two) => two.day)) {
      sell(sumOf(own), { ...at(null, day), saleKind: 'summary' })
      seen('a summary of the market')
    }
  return { records, sold }
}

test('of each recall what is left lies between what is told, whoever tells by the lot, without a lot or in sum of what was sold, in any order', async () => {
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(world, fc.nat(4), fc.infiniteStream(fc.nat()), async (one, pick, order) => {
      const { lots } = one
      const { records, sold } = toldOf(one, (what) => seen.add(what))
      const mixed = records
        .map((record) => ({ record, at: order.next().value as number }))
        .sort((a, b) => a.at - b.at)
        .map(({ record }) => record)
      const root = pick % lots.length
      const reached = lots.flatMap(({ isUnderPaper }, n) =>
        n === root || (isUnderPaper && lots[root]?.isUnderPaper) ? [n] : [],
      )
      const leftOf = (of: readonly number[], isAll: boolean): number =>
        of.reduce((sum, n) => sum + (lots[n]?.came ?? 0), 0) -
        sold.reduce(
          (sum, { of: n, kilograms, on }) => sum + (of.includes(n) && (isAll || on === null) ? kilograms : 0),
          0,
        )
      const found = await rehearsalOf(mixed, `lot:L${root}`)
      const { where = {} } = massOf(found) ?? {}
      const { atSites = 0, soldRetail = 0 } = where
      const came = reached.reduce((sum, n) => sum + (lots[n]?.came ?? 0), 0)
      expect(atSites + soldRetail, 'all').toBe(came)
      const least = atSites - Number(found.mass[0]?.maybeSold)
      expect(atSites, 'most').toBeGreaterThanOrEqual(leftOf(reached, false))
      expect(least, 'least').toBeLessThanOrEqual(leftOf(reached, false))
      if (least !== atSites) seen.add('what may have been sold')
      for (const { codes, found: parts, leftBetween } of found.lots) {
        const n = Number(codes.find((code) => code.startsWith('lot:L'))?.slice('lot:L'.length))
        if (Number.isNaN(n)) continue
        const [between] = leftBetween
        const there = parts.find((part) => part.where === 'atSites')?.value ?? '0'
        expect(Number(between?.most ?? there), `most of ${n}`).toBeGreaterThanOrEqual(leftOf([n], true))
        expect(Number(between?.least ?? there), `least of ${n}`).toBeLessThanOrEqual(leftOf([n], true))
      }
    }),
    { numRuns: 1000 },
  )
  for (const what of [
    'sold on',
    'tickets that may be of several',
    'a summary alone',
    'a summary beside its tickets',
    'a summary of the market',
    'what may have been sold',
  ])
    expect(seen, what).toContain(what)
}, 60_000)
