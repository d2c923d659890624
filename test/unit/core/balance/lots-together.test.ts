import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type LotFact, type LotFlow, lotBalance } from '#core/balance/lot-balance.ts'
import { goneLeast, lotsTold } from '#core/balance/lots-together.ts'
import { addDecimal, compareDecimal, subtractDecimal } from '#core/decimal.ts'

/** One quantity of several lots, as a record tells it. */
interface Record {
  readonly flow: LotFlow
  readonly lots: readonly string[]
  readonly kilograms: string | null
  readonly count?: string
  readonly system?: string
}
const told = (flow: LotFlow, lots: string, kilograms: string | null, more: Partial<Record> = {}): Record => ({
  ...{ flow, lots: [...lots], kilograms },
  ...more,
})
const heads = (flow: LotFlow, lots: string, count: string): Record => told(flow, lots, null, { count })

const goodsOf = (records: readonly Record[]) =>
  [...new Set(records.flatMap(({ lots }) => lots))].map((code) => ({
    codes: [code],
    facts: records.flatMap(({ flow, lots, kilograms, count, system = 'a' }, n): LotFact[] =>
      lots.includes(code)
        ? [
            {
              ...{ flow, system, kilograms, count: count ?? null, countUnit: count ? 'HEA' : null },
              ...{ record: `${n}`, beside: lots.filter((one) => one !== code) },
            },
          ]
        : [],
    ),
  }))
const balanceOf = (code: string, records: readonly Record[]) => {
  const goods = goodsOf(records)
  const own = goods.find(({ codes }) => codes.includes(code))
  return lotBalance(own?.facts ?? [], {
    codes: [code],
    others: goods.filter((one) => one !== own),
  })
}

describe('a quantity of several lots', () => {
  const [a, b] = [told('entered', 'A', '300'), told('entered', 'B', '200')]

  test('of lots that were mixed whole each was used up whole', () => {
    const mixed = [a, b, told('used', 'AB', '500')]
    expect(balanceOf('A', mixed)).toMatchObject({
      ...{ verdict: 'even', in: '300', out: '300', outMost: null, left: '0', flows: { entered: '300' } },
      together: [{ lots: ['A', 'B'], verdict: 'even', in: '500', out: '500', left: '0' }],
    })
    expect(balanceOf('B', mixed)).toMatchObject({ verdict: 'even', in: '200', out: '200', left: '0' })
    // What the scales differ by may be of each.
    expect(balanceOf('B', [a, b, told('used', 'AB', '490')])).toMatchObject({
      ...{ verdict: 'even', in: '200', out: '190', outMost: '200', left: null },
    })
    // Some of one was sold before.
    const before = [a, b, told('sold', 'A', '100'), told('used', 'AB', '400')]
    expect(balanceOf('A', before)).toMatchObject({ verdict: 'even', out: '300', left: '0' })
    expect(balanceOf('B', before)).toMatchObject({ verdict: 'even' })
  })

  test('of lots of which a part was mixed nobody knows how much was of each, but that it was at least what the others lacked', () => {
    const mixed = [a, b, told('used', 'AB', '250')]
    expect(balanceOf('A', mixed)).toMatchObject({
      ...{ verdict: 'stock', in: '300', out: '50', outMost: '250', left: null },
      together: [{ verdict: 'stock', left: '250' }],
    })
    expect(balanceOf('B', mixed)).toMatchObject({ verdict: 'unknown', out: null, outMost: '200' })
    expect(balanceOf('A', [a, b, told('sold', 'A', '10'), told('used', 'AB', '100')])).toMatchObject({
      ...{ verdict: 'stock', out: '10', outMost: '110', left: null },
    })
    // Nothing is known of what came in of the other.
    expect(balanceOf('A', [a, told('used', 'AB', '900')])).toMatchObject({
      ...{ verdict: 'unknown', in: '300', out: null, outMost: '300' },
      together: [{ verdict: 'unknown', in: null, out: '900' }],
    })
    expect(balanceOf('B', [a, told('used', 'AB', '900')])).toMatchObject({ verdict: 'unknown', in: null })
  })

  test('more than all of them had is over, and is told of all of them together', () => {
    const mixed = [a, b, told('used', 'AB', '600')]
    const together = [{ lots: ['A', 'B'], verdict: 'over', in: '500', out: '600', left: '-100' }]
    expect(balanceOf('A', mixed)).toMatchObject({ verdict: 'over', in: '300', out: '300', together })
    expect(balanceOf('B', mixed)).toMatchObject({ verdict: 'over', in: '200', out: '200', together })
    const twice = [a, b, told('used', 'AB', '300'), told('sold', 'AB', '250')]
    expect(balanceOf('A', twice)).toMatchObject({ verdict: 'over', together: [{ left: '-50' }] })
    // That of one lot alone more was sold than there was is of that lot.
    const sold = [a, b, told('sold', 'A', '400'), told('used', 'AB', '200')]
    expect(balanceOf('A', sold)).toMatchObject({ verdict: 'over', left: '-100' })
    expect(balanceOf('B', sold).verdict).not.toBe('over')
  })

  test('of lots that were made with one quantity each had at most what nobody tells of the others', () => {
    const made = told('made', 'MN', '490')
    expect(balanceOf('M', [made])).toMatchObject({ verdict: 'unknown', in: null, inMost: '490', out: null })
    const sold = [made, told('sold', 'M', '290'), told('sold', 'N', '200')]
    expect(balanceOf('M', sold)).toMatchObject({ verdict: 'even', in: '290', out: '290', inMost: '490' })
    expect(balanceOf('M', [made, told('sold', 'M', '550')])).toMatchObject({ verdict: 'over', left: '-60' })
    const more = [made, told('sold', 'M', '300'), told('sold', 'N', '250')]
    expect(balanceOf('N', more)).toMatchObject({ verdict: 'over', together: [{ left: '-60' }] })
    // The markets tell how much of each came to them.
    const there = ['M', 'N'].map((lot, n) =>
      told('entered', lot, n === 0 ? '290' : '200', { system: 'market' }),
    )
    expect(balanceOf('M', [made, ...there])).toMatchObject({ verdict: 'stock', in: '290', inMost: null })
    expect(balanceOf('M', [made, ...there, told('sold', 'M', '320')])).toMatchObject({ verdict: 'over' })
  })

  test('what one system tells of each lot and another of all of them counts once', () => {
    const each = [told('sold', 'A', '300', { system: 'city' }), told('sold', 'B', '200', { system: 'city' })]
    const all = [a, b, ...each, told('sold', 'AB', '500', { system: 'scales' })]
    expect(balanceOf('A', all)).toMatchObject({ verdict: 'even', out: '300', left: '0' })
    expect(balanceOf('B', all)).toMatchObject({ verdict: 'even', out: '200', left: '0' })
  })

  test('a refund of several lots takes off of each of them as much as it may', () => {
    const sold = [a, b, told('sold', 'A', '310'), told('sold', 'AB', '-20')]
    expect(balanceOf('A', sold).verdict).not.toBe('over')
    expect(balanceOf('A', [a, b, told('sold', 'A', '340'), told('sold', 'AB', '-20')])).toMatchObject({
      verdict: 'over',
    })
  })

  test('heads of several lots are compared with heads, and never with kilograms', () => {
    const pigs = [heads('entered', 'A', '12'), heads('entered', 'B', '8')]
    expect(balanceOf('A', [...pigs, heads('used', 'AB', '20')])).toMatchObject({
      ...{ verdict: 'even', unit: 'HEA', out: '12', left: '0' },
    })
    expect(balanceOf('A', [...pigs, heads('used', 'AB', '21')])).toMatchObject({ verdict: 'over' })
    expect(balanceOf('A', [...pigs, told('used', 'AB', '2000')])).toMatchObject({ verdict: 'unknown' })
  })

  test('what went out of several lots at least is each quantity once, and none that further lots share', () => {
    const records = [told('sold', 'AB', '100'), told('sold', 'A', '30'), told('sold', 'BC', '70')]
    const lots = lotsTold(goodsOf(records).filter(({ codes }) => codes[0] !== 'C'))
    expect(goneLeast(lots, 'KGM').amount).toBe('130')
  })

  /** Goods as they were, and as records tell of them: the share of each lot is known here, and to the hub where it is of one lot alone. */
  const happened = fc.array(
    fc.record({
      flow: fc.constantFrom<LotFlow>('entered', 'entered', 'entered', 'sold', 'used', 'lost', 'returned'),
      shares: fc.dictionary(fc.constantFrom('A', 'B', 'C'), fc.integer({ min: 0, max: 500 }), { minKeys: 1 }),
    }),
    { maxLength: 8 },
  )
  const grams = (kilograms: string | null): number => Number(kilograms ?? '0')

  test('no lot is over of which no more went out than came in, and bounds hold what was, whatever share of each record was whose', () => {
    fc.assert(
      fc.property(happened, (events) => {
        const of = (code: string, isWanted: (flow: LotFlow) => boolean): number =>
          events.reduce((sum, { flow, shares }) => sum + (isWanted(flow) ? (shares[code] ?? 0) : 0), 0)
        const came = (code: string): number => of(code, (flow) => flow === 'entered')
        const went = (code: string): number => of(code, (flow) => flow !== 'entered')
        const lots = ['A', 'B', 'C']
        fc.pre(lots.every((code) => went(code) <= came(code)))
        const records = events.map(({ flow, shares }) =>
          told(flow, Object.keys(shares).join(''), `${Object.values(shares).reduce((a, b) => a + b, 0)}`),
        )
        for (const code of lots) {
          const balance = balanceOf(code, records)
          expect(balance.verdict).not.toBe('over')
          expect(grams(balance.in)).toBeLessThanOrEqual(came(code))
          expect(grams(balance.out)).toBeLessThanOrEqual(went(code))
          if (balance.in !== null || balance.inMost !== null)
            expect(grams(balance.inMost ?? balance.in)).toBeGreaterThanOrEqual(came(code))
          expect(grams(balance.outMost ?? balance.out)).toBeGreaterThanOrEqual(went(code))
          if (balance.left !== null) expect(grams(balance.left)).toBe(came(code) - went(code))
          if (balance.verdict === 'stock') expect(came(code) - went(code)).toBeGreaterThan(0)
        }
      }),
      { numRuns: 200 },
    )
  })

  const written = fc.array(
    fc.record({
      flow: fc.constantFrom<LotFlow>('entered', 'made', 'sold', 'taken', 'used', 'lost', 'returned'),
      lots: fc.uniqueArray(fc.constantFrom('A', 'B', 'C', 'D'), { minLength: 1, maxLength: 3 }),
      kilograms: fc.integer({ min: -50, max: 500 }).map(String),
      system: fc.constantFrom('a', 'b'),
    }),
    { maxLength: 9 },
  )

  test('permuting records and the lots in them never changes a balance', () => {
    fc.assert(
      fc.property(written, (records) => {
        const turned = records.toReversed().map((one) => ({ ...one, lots: one.lots.toReversed() }))
        for (const code of ['A', 'B', 'C', 'D']) {
          const { together, ...balance } = balanceOf(code, records)
          const { together: others, ...other } = balanceOf(code, turned)
          expect(other).toEqual(balance)
          const sorted = (some: typeof together) =>
            some.toSorted((x, y) => (`${x.lots}` < `${y.lots}` ? -1 : 1))
          expect(sorted(others)).toEqual(sorted(together))
        }
      }),
    )
  })

  test('no more is said to have gone out of a lot than all that is told of it and others, whatever is wrong with these', () => {
    fc.assert(
      fc.property(written, (records) => {
        for (const code of ['A', 'B', 'C', 'D'] as const) {
          const alone = records.map((one) => ({ ...one, lots: one.lots.includes(code) ? [code] : ['Z'] }))
          const { out, outMost } = balanceOf(code, records)
          const whole = balanceOf(
            code,
            alone.filter(({ kilograms }, n) => !kilograms.startsWith('-') || records[n]?.lots.length === 1),
          ).out
          for (const one of [out, outMost])
            if (one !== null) expect(compareDecimal(one, whole ?? '0')).toBeLessThanOrEqual(0)
        }
      }),
      { numRuns: 200 },
    )
    const sold = [told('entered', 'A', '100'), told('sold', 'A', '300'), told('entered', 'B', '200')]
    expect(balanceOf('B', [...sold, told('used', 'AB', '100')])).toMatchObject({
      ...{ verdict: 'stock', out: '100', left: '100' },
    })
  })

  test('splitting one quantity over lots never makes more than the total, and more than all of them had is over at each', () => {
    const masses = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 2, maxLength: 4 })
    fc.assert(
      fc.property(masses, fc.integer({ min: 0, max: 1500 }), (had, total) => {
        const codes = ['A', 'B', 'C', 'D'].slice(0, had.length)
        const records = [
          ...codes.map((code, n) => told('entered', code, `${had[n]}`)),
          told('used', codes.join(''), `${total}`),
        ]
        const balances = codes.map((code) => balanceOf(code, records))
        const least = balances.reduce((sum, { out }) => addDecimal(sum, out ?? '0'), '0')
        expect(compareDecimal(least, `${total}`)).toBeLessThanOrEqual(0)
        const most = balances.reduce((sum, one) => addDecimal(sum, one.outMost ?? one.out ?? '0'), '0')
        const all = had.reduce((a, b) => a + b, 0)
        expect(compareDecimal(most, `${Math.min(total, all)}`)).toBeGreaterThanOrEqual(0)
        const over = balances.map(({ verdict }) => verdict === 'over')
        expect(new Set(over).size).toBe(1)
        for (const { together } of balances)
          expect(together[0]?.left ?? null).toBe(
            together[0]?.verdict === 'unknown' ? null : subtractDecimal(`${all}`, `${total}`),
          )
      }),
    )
  })
})
