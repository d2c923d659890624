import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDecimal, compareDecimal, subtractDecimal } from '#core/decimal.ts'
import { leftOf } from '#core/documents/compare-use.ts'
import type { PaperGoods } from '#core/documents/paper-goods.ts'
import { usageOf } from '#core/documents/paper-usage.ts'
import { partOf } from '#core/documents/papers-together.ts'
import type { UsePart } from '#core/documents/site-use.ts'

const TOMATO = { productClass: 'vegetable', productCode: null }
const kg = (value: string) => [{ unit: 'KGM', value }]
const stating = (value: string): PaperGoods[] => [
  { ...TOMATO, code: null, name: null, stated: kg(value), back: [] },
]
const partsOf = (stated: readonly string[], load: string, isAlways: boolean) =>
  stated.map((own, n) => {
    const others = stated.flatMap((other, at) => (at === n ? [] : [stating(other)]))
    const part = partOf(TOMATO, stating(own), others, isAlways)
    return {
      own,
      told: part?.of(kg(load))[0]?.value ?? '0',
      shared: part?.shared(kg(load))[0]?.value ?? '0',
    }
  })
const sum = (values: readonly string[]) => values.reduce(addDecimal, '0')

const amount = fc.integer({ min: 1, max: 999_999 }).map((n) => String(n / 10))
const papers = fc.array(amount, { minLength: 1, maxLength: 4 })

test('the parts of all papers of a load are the load but for grams, and none is more than it states unless the load is more than all state', () => {
  fc.assert(
    fc.property(papers, amount, (stated, load) => {
      const parts = partsOf(stated, load, true)
      const all = sum(parts.map(({ told }) => told))
      expect(compareDecimal(all, load)).toBeLessThanOrEqual(0)
      expect(compareDecimal(subtractDecimal(load, all), `0.00${stated.length}`)).toBeLessThanOrEqual(0)
      const isOver = compareDecimal(load, sum(stated)) > 0
      if (!isOver) for (const { own, told } of parts) expect(compareDecimal(told, own)).toBeLessThanOrEqual(0)
    }),
  )
})

test('what is surely of one paper is what is left of the load where all others cover what they state', () => {
  fc.assert(
    fc.property(papers, amount, (stated, load) => {
      for (const { own, told, shared } of partsOf(stated, load, false)) {
        const surely = subtractDecimal(told, shared)
        const others = subtractDecimal(sum(stated), own)
        const rest = subtractDecimal(load, others)
        expect(compareDecimal(surely, '0')).toBeGreaterThanOrEqual(0)
        expect(compareDecimal(surely, compareDecimal(rest, '0') > 0 ? rest : '0')).toBeLessThanOrEqual(0)
      }
    }),
  )
})

const USE: UsePart = {
  ...{
    kind: 'entry',
    isSent: false,
    system: 'city',
    site: 'A',
    siteName: null,
    region: '',
    good: 0,
    holder: null,
  },
  ...{
    records: 1,
    firstHand: 1,
    isUnsure: false,
    measures: [],
    shared: [],
    sold: [],
    taken: [],
    soldNameless: [],
    bought: null,
    isLate: false,
    soldUntold: [],
  },
  ...{ untoldBack: [], sameDay: [], firstOn: '2024-04-15', lastOn: '2024-04-15' },
  ...{ expired: 0, beforeIssue: 0, outside: 0, otherGoods: 0, otherPlate: 0 },
}
const CAPACITY = fc.integer({ min: 1, max: 200 })
const drawn = fc.record({
  of: fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 3 }),
  site: fc.constantFrom('A', 'B'),
  system: fc.constantFrom('city', 'county'),
  parts: fc.array(CAPACITY, { minLength: 3, maxLength: 3 }),
})

test('no paper is said to be over-used that covered all that came under it, whatever loads it shared with whichever others', () => {
  fc.assert(
    fc.property(
      fc.array(CAPACITY, { minLength: 4, maxLength: 4 }),
      fc.array(drawn, { maxLength: 8 }),
      (stated, draws) => {
        const free = [...stated]
        const loads = draws.map(({ of, site, system, parts }) => {
          const kilograms = of.map((n, i) => Math.min(free[n] ?? 0, parts[i] ?? 0))
          for (const [i, n] of of.entries()) free[n] = (free[n] ?? 0) - (kilograms[i] ?? 0)
          return { of: [...of].sort(), site, system, kilograms: kilograms.reduce((sum, one) => sum + one, 0) }
        })
        for (const n of stated.keys()) {
          const own = loads.filter(({ of }) => of.includes(n))
          const goods = stating(String(stated[n]))
          const isAlways = new Set(own.map(({ of }) => of.join())).size === 1
          const parts = own.map(({ of, site, system, kilograms }): UsePart => {
            const others = of.flatMap((one) => (one === n ? [] : [stating(String(stated[one]))]))
            const part = partOf(TOMATO, goods, others, isAlways)
            const measures = kg(String(kilograms))
            return {
              ...USE,
              site,
              system,
              measures: part?.of(measures) ?? [],
              shared: part?.shared(measures) ?? [],
            }
          })
          const { whole } = leftOf(goods, usageOf(parts))
          expect(whole === null || whole === 'not_comparable' ? '0' : whole.left).not.toMatch(/^-/)
        }
      },
    ),
    { numRuns: 1000 },
  )
})
