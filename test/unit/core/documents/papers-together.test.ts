import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDecimal, compareDecimal, subtractDecimal } from '#core/decimal.ts'
import type { PaperGoods } from '#core/documents/paper-goods.ts'
import { partOf } from '#core/documents/papers-together.ts'

const TOMATO = { productClass: 'vegetable', productCode: null }
const kg = (value: string) => [{ unit: 'KGM', value }]
const stating = (value: string): PaperGoods[] => [{ ...TOMATO, name: null, stated: kg(value), back: [] }]
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
