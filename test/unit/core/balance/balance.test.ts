import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LOT_FLOWS, type LotFact, type LotFlow, lotBalance } from '#core/balance/lot-balance.ts'
import { isJudged, type SiteMove, siteBalance } from '#core/balance/site-balance.ts'
import { judgeYield, yieldRange } from '#core/balance/yields.ts'

const kg = (flow: LotFlow, kilograms: string, system = 'a'): LotFact => ({
  flow,
  system,
  kilograms,
  count: null,
  countUnit: null,
})
const heads = (flow: LotFlow, count: string): LotFact => ({
  flow,
  system: 'a',
  kilograms: null,
  count,
  countUnit: 'HEA',
})

describe('balance of a lot', () => {
  test('300 kg in are 100, 80 and 120 kg out; 320 harvested and 300 sent leave 20', () => {
    const sold = ['100', '80', '120'].map((mass) => kg('sold', mass))
    expect(lotBalance([kg('made', '300'), ...sold])).toMatchObject({
      ...{ verdict: 'even', unit: 'KGM', in: '300', out: '300', left: '0', tolerance: '6' },
    })
    expect(lotBalance([kg('made', '320'), kg('sent', '300')])).toMatchObject({ verdict: 'stock', left: '20' })
  })

  test('130 % sold is over with its numbers, and 102 % is within the tolerance of scales', () => {
    expect(lotBalance([kg('entered', '100'), kg('sold', '60'), kg('sold', '70')])).toMatchObject({
      ...{ verdict: 'over', in: '100', out: '130', left: '-30', tolerance: '2' },
    })
    expect(lotBalance([kg('entered', '100'), kg('sold', '102')])).toMatchObject({
      verdict: 'even',
      left: '-2',
    })
    expect(lotBalance([kg('entered', '100'), kg('sold', '102.001')])).toMatchObject({ verdict: 'over' })
  })

  test('what two systems tell of the same flow counts once: ledger and market, summary and tickets, seller and taker', () => {
    const facts = [
      ...[kg('entered', '200', 'city'), kg('entered', '200', 'ledger')],
      ...[kg('sold', '150', 'city'), kg('sold', '90', 'scales'), kg('sold', '55.5', 'scales')],
      kg('taken', '140', 'elsewhere'),
    ]
    expect(lotBalance(facts)).toMatchObject({ in: '200', out: '150', left: '50', verdict: 'stock' })
  })

  test('destroyed goods go out as loss, and a refund takes off what was sold', () => {
    const facts = [kg('entered', '100'), kg('sold', '80'), kg('sold', '-5'), kg('lost', '25')]
    expect(lotBalance(facts)).toMatchObject({ in: '100', out: '100', lost: '25', verdict: 'even' })
  })

  test('heads are compared with heads, and never with kilograms', () => {
    expect(lotBalance([heads('entered', '20'), heads('used', '20')])).toMatchObject({
      ...{ unit: 'HEA', in: '20', out: '20', verdict: 'even', tolerance: '0' },
    })
    expect(lotBalance([heads('entered', '20'), kg('sold', '1500')])).toMatchObject({ unit: 'HEA', out: null })
    expect(lotBalance([kg('sold', '1500')])).toMatchObject({ verdict: 'unknown', in: null, out: '1500' })
    expect(lotBalance([])).toMatchObject({ verdict: 'unknown', unit: null })
    // Twenty head that were sold by the kilogram are not twenty head in stock.
    expect(lotBalance([heads('entered', '20'), kg('sold', '1500')])).toMatchObject({
      ...{ verdict: 'unknown', unit: 'HEA', in: '20', out: null, left: null, tolerance: null },
    })
    expect(lotBalance([heads('entered', '20')])).toMatchObject({ verdict: 'stock', left: '20' })
  })

  test('goods of which one part is told by the head and another by the kilogram are compared only as far as a unit tells all of them', () => {
    const pigs: LotFact = { ...heads('entered', '10'), kilograms: '1000' }
    // Eighteen of ten head are too many, whatever the 300 kg were.
    expect(lotBalance([pigs, heads('sold', '18'), kg('sold', '300')])).toMatchObject({
      ...{ verdict: 'over', unit: 'HEA', in: '10', out: '18', left: '-8', tolerance: '0' },
    })
    // Five head and 300 kg may be all of them, and may not.
    expect(lotBalance([pigs, heads('sold', '5'), kg('sold', '300')])).toMatchObject({
      ...{ verdict: 'unknown', in: '1000', out: '300', left: null, tolerance: null },
    })
    expect(lotBalance([pigs, heads('sold', '10')])).toMatchObject({ verdict: 'even', unit: 'HEA' })
    expect(lotBalance([pigs, kg('sold', '1300'), heads('sold', '1')])).toMatchObject({
      verdict: 'over',
      left: '-300',
    })
    // What came in by the package beside the kilograms may be what was sold.
    const boxes: LotFact = { ...heads('entered', '5'), countUnit: 'PKG' }
    expect(lotBalance([kg('entered', '100'), boxes, kg('sold', '130')])).toMatchObject({
      verdict: 'unknown',
      left: null,
    })
    // Another system that counts the same goods takes nothing away.
    expect(lotBalance([kg('entered', '100'), { ...boxes, system: 'b' }, kg('sold', '130')])).toMatchObject({
      verdict: 'over',
    })
    // Two head that came back may be some of the eighteen.
    const back: LotFact = { ...heads('sold', '-8'), countUnit: 'PKG' }
    expect(lotBalance([pigs, heads('sold', '18'), back])).toMatchObject({ verdict: 'unknown' })
  })

  /** Thousandths of a kilogram as whole numbers, and the rules written down a second time. */
  const plain = (facts: readonly LotFact[]) => {
    const most = (a: bigint | null, b: bigint | null) => (a === null ? b : b === null || a > b ? a : b)
    const flow = (isBack: boolean, flows: readonly LotFlow[]): bigint | null => {
      const sums: Record<string, bigint> = {}
      for (const { flow, system, kilograms } of facts)
        if (flows.includes(flow) && kilograms !== null && kilograms.startsWith('-') === isBack)
          sums[system] = (sums[system] ?? 0n) + grams(kilograms) * (isBack ? -1n : 1n)
      return Object.values(sums).reduce<bigint | null>(most, null)
    }
    /** The greatest of the lists, less what came back. */
    const same = (...lists: LotFlow[][]): bigint | null => {
      const of = (isBack: boolean) => lists.map((flows) => flow(isBack, flows)).reduce(most, null)
      const [went, back] = [of(false), of(true)]
      return went === null && back === null ? null : (went ?? 0n) - (back ?? 0n)
    }
    const came = same(['made'], ['entered'])
    const outs = [same(['sold', 'sent'], ['taken']), same(['used']), same(['lost']), same(['returned'])]
    const told = outs.filter((one) => one !== null)
    return { came, went: told.length === 0 ? null : told.reduce((a, b) => a + b, 0n) }
  }
  const grams = (text: string): bigint => {
    const [whole = '0', rest = ''] = text.replace('-', '').split('.')
    return BigInt(`${whole}${rest.padEnd(3, '0')}`) * (text.startsWith('-') ? -1n : 1n)
  }
  const facts = fc.array(
    fc.record({
      flow: fc.constantFrom(...LOT_FLOWS),
      system: fc.constantFrom('a', 'b', 'c'),
      kilograms: fc.option(
        fc
          .integer({ min: -5000, max: 900_000 })
          .map(
            (g) =>
              `${g < 0 ? '-' : ''}${Math.floor(Math.abs(g) / 1000)}.${String(Math.abs(g) % 1000).padStart(3, '0')}`,
          ),
      ),
      count: fc.constant(null),
      countUnit: fc.constant(null),
    }),
    { maxLength: 12 },
  )

  test('equals a plain model to the gram, whatever the order, and a fact that is taken back leaves no trace', () => {
    fc.assert(
      fc.property(facts, fc.nat(), (all, pick) => {
        const balance = lotBalance(all)
        const { came, went } = plain(all)
        const isTold = came !== null || went !== null
        expect(balance.in === null ? null : grams(balance.in)).toBe(came)
        expect(balance.out === null ? null : grams(balance.out)).toBe(went)
        expect(balance.unit).toBe(isTold ? 'KGM' : null)
        if (came !== null) {
          const left = came - (went ?? 0n)
          const tolerance = came / 50n > 500n ? came : 25_000n
          const isOver = left * 50n < -tolerance
          expect(balance.verdict === 'over').toBe(isOver)
          expect(grams(balance.left as string)).toBe(left)
        }
        expect(lotBalance(all.toReversed())).toEqual(balance)
        const extra = all[pick % Math.max(1, all.length)] ?? kg('sold', '9')
        const back = [...all, extra].slice(0, all.length)
        expect(lotBalance(back)).toEqual(balance)
      }),
    )
  })
})

describe('balance of a place', () => {
  const move = (flow: SiteMove['flow'], kilograms: string, more: Partial<SiteMove> = {}): SiteMove => ({
    ...{ flow, kilograms, system: 'city', stall: null, trader: null, summary: null },
    ...{ day: '2024-04-15', count: null, countUnit: null },
    ...more,
  })
  const yesterday = { day: '2024-04-14' }

  test('what was left of the days before is carried on, and never below nothing', () => {
    const moves = [
      ...[move('entered', '100', { day: '2024-04-13' }), move('sold', '130', { day: '2024-04-13' })],
      ...[move('entered', '50', yesterday), move('sold', '20', yesterday)],
      ...[move('entered', '70'), move('sold', '95'), move('lost', '5')],
    ]
    expect(siteBalance(moves, '2024-04-15')).toMatchObject({
      ...{ opening: '30', in: '70', out: '100', lost: '5', left: '0', verdict: 'even' },
    })
  })

  test('at a stall summary and tickets are one sale, at two stalls they are two', () => {
    const at = (stall: string, system: string, mass: string) => move('sold', mass, { stall, system })
    const moves = [
      move('entered', '100'),
      at('A1', 'city', '40'),
      at('A1', 'scales', '38'),
      at('B2', 'scales', '75'),
    ]
    expect(siteBalance(moves, '2024-04-15')).toMatchObject({ out: '115', left: '-15', verdict: 'over' })
  })

  test('at a place, too, what is told by the head alone is no stock of kilograms', () => {
    const byHead = (flow: SiteMove['flow'], count: string, kilograms: string | null = null): SiteMove => ({
      ...move(flow, '0'),
      ...{ kilograms, count, countUnit: 'HEA' },
    })
    const ten = byHead('entered', '10', '1000')
    expect(siteBalance([ten, byHead('sold', '18'), move('sold', '300')], '2024-04-15')).toMatchObject({
      ...{ verdict: 'over', unit: 'HEA', in: '10', out: '18', left: '-8' },
    })
    expect(siteBalance([ten, byHead('sold', '5'), move('sold', '300')], '2024-04-15')).toMatchObject({
      ...{ verdict: 'unknown', unit: 'KGM', in: '1000', out: '300', left: null, tolerance: null },
    })
    // What is left of the day before nobody knows; more than all of it cannot be sold.
    const before = [
      { ...ten, ...yesterday },
      { ...byHead('sold', '5'), ...yesterday },
    ]
    expect(siteBalance([...before, move('sold', '300')], '2024-04-15')).toMatchObject({ verdict: 'unknown' })
    expect(siteBalance([...before, move('sold', '1100')], '2024-04-15')).toMatchObject({
      verdict: 'over',
      left: '-100',
    })
  })

  /** A record of goods with a mass, of which the hub may hear the pieces alone. */
  const told = fc.record({
    flow: fc.constantFrom('entered', 'sold', 'sold', 'back', 'lost'),
    stall: fc.constantFrom(null, 'A1', 'B2'),
    grams: fc.integer({ min: 1, max: 200_000 }),
    isWeighed: fc.boolean(),
  })
  test('more is never found to have gone out than came in because of goods that are told by the piece alone', () => {
    const kilograms = (grams: number): string => (grams / 1000).toFixed(3)
    fc.assert(
      fc.property(fc.array(told, { maxLength: 8 }), (records) => {
        const moves = records.map(({ flow, stall, grams, isWeighed }): SiteMove => {
          const sign = flow === 'back' ? '-' : ''
          return {
            ...move(flow === 'back' ? 'sold' : (flow as SiteMove['flow']), '0', { stall }),
            ...{ kilograms: isWeighed ? `${sign}${kilograms(grams)}` : null, countUnit: 'H87' },
            ...{ count: `${sign}3` },
          }
        })
        const signs: Readonly<Record<string, number>> = { entered: 1, back: 1 }
        const left = records.reduce((sum, { flow, grams }) => sum + (signs[flow] ?? -1) * grams, 0)
        const { verdict } = siteBalance(moves, '2024-04-15')
        if (verdict === 'over') expect(left).toBeLessThan(0)
        if (verdict === 'stock') expect(left).toBeGreaterThan(0)
      }),
      { numRuns: 3000 },
    )
  })

  test('goods that came back and are told in another unit alone leave unknown whether too many were sold, whoever tells of them', () => {
    const sums = { untold: ['KGM', 'HEA'], untoldBack: ['KGM', 'HEA'] }
    const back = (more: Partial<SiteMove>): SiteMove => ({
      ...move('sold', '0', more),
      ...{ kilograms: null, sum: { ...sums, isBack: true } },
    })
    const [came, sold] = [move('entered', '100'), move('sold', '130', { stall: 'A1' })]
    const verdict = (...moves: SiteMove[]) => siteBalance([came, ...moves], '2024-04-15').verdict
    expect(verdict(sold)).toBe('over')
    // In one sum with the sales, at another stall, told by another system, and on the day before.
    expect(verdict({ ...sold, sum: { ...sums, isBack: false } })).toBe('unknown')
    for (const more of [{ stall: 'B2' }, { stall: 'A1', system: 'till' }, yesterday])
      expect(verdict(sold, back(more))).toBe('unknown')
    // Another system that tells of the same sales by the piece takes nothing away.
    const pieces = { untold: ['KGM'], untoldBack: [], isBack: false }
    expect(verdict(sold, { ...sold, system: 'till', kilograms: null, sum: pieces })).toBe('over')
  })

  test('a place that reports sales alone is not judged, nor goods that are kept, nor farms', () => {
    expect(siteBalance([move('sold', '10')], '2024-04-15')).toMatchObject({ verdict: 'unknown', in: null })
    expect(isJudged([move('sold', '10')], '2024-04-15', 'vegetable')).toBe(true)
    expect(isJudged([move('sold', '10')], '2024-04-15', 'cold_chain_import')).toBe(false)
    expect(isJudged([move('sent', '10')], '2024-04-15', 'vegetable')).toBe(false)
  })
})

test('meat of animals is judged by live mass and kind; what is sold so far can be too much and never too little', () => {
  const pigs = yieldRange('slaughter', { name: '生猪', class: 'other_livestock' })
  expect(pigs).toEqual({ least: '0.65', most: '0.8' })
  const of = (outOf: string, isAll: boolean) => judgeYield(pigs, { into: '2260', outOf, isAll })
  expect(of('185.5', false)).toMatchObject({ verdict: 'within', yield: '8.2' })
  expect(of('185.5', true)).toMatchObject({ verdict: 'below', least: '65', most: '80' })
  expect(of('1660', true)).toMatchObject({ verdict: 'within', yield: '73.5' })
  expect(of('1900', false)).toMatchObject({ verdict: 'above', yield: '84.1' })
  expect(judgeYield(pigs, { into: null, outOf: '1900', isAll: true })).toMatchObject({ verdict: 'unknown' })
  expect(yieldRange('slaughter', { class: 'poultry_live' })).toMatchObject({ most: '0.88' })
  expect(yieldRange('slaughter', { code: '02111017' })).toMatchObject({ most: '0.65' })
  expect(yieldRange('slaughter', { name: '番茄' })).toBeNull()
})
