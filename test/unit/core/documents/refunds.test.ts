import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareDecimal } from '#core/decimal.ts'
import { leftOf, type PaperLeft } from '#core/documents/compare-use.ts'
import { goodsOfLines, type PaperGoods, withRefunds } from '#core/documents/paper-goods.ts'

const kg = (value: number) => [{ value: String(value), unit: 'KGM' }]
const NAMES = ['番茄', '茄子'] as const
const CODES = { 番茄: '01233401', 茄子: '01233402' }
const line = (name: '番茄' | '茄子' | null, stated: number, back = 0): PaperGoods => ({
  name,
  productClass: name === null ? null : 'vegetable',
  productCode: name === null ? null : CODES[name],
  code: name === null ? null : CODES[name],
  stated: stated === 0 ? [] : kg(stated),
  back: back === 0 ? [] : kg(back),
})
const used = (total: number, of: readonly (readonly [number | null, number])[] = [[0, total]]) => {
  const uses = { used: kg(total), usedOf: new Map(of.map(([good, value]) => [good, kg(value)])) }
  return { ...uses, least: uses }
}
const figures = ({ whole, stated }: PaperLeft) => {
  if (whole === null || whole === 'not_comparable') return whole
  return [whole.stated, whole.used, whole.left, stated[0]?.value].map(Number)
}

test.each([
  [100, 0, [60, 0, 60, 60]],
  [100, 60, [60, 60, 0, 60]],
  [100, 80, [80, 80, 0, 80]],
  [100, 100, [100, 100, 0, 100]],
  [100, 120, [100, 120, -20, 100]],
  [30, 0, [0, 0, 0, 0]],
])(
  'a voucher for %i kg of which 40 went back and %i came in states what stands, and lets nothing more in',
  (stated, came, expected) => {
    const goods = withRefunds(goodsOfLines([line('番茄', stated)]), [line('番茄', 0, 40)])
    expect(figures(leftOf(goods, used(came)))).toEqual(expected)
  },
)

test('a refund is taken off the goods that it names, and off all that it may be of where it names none', () => {
  const sold = goodsOfLines([line('番茄', 100), line('茄子', 100)])
  const left = (refund: PaperGoods) =>
    leftOf(withRefunds(sold, [refund]), { ...used(0, []), used: [] }).each.map(
      ({ compared }) => compared !== null && compared !== 'not_comparable' && compared.left,
    )
  expect(left(line('番茄', 0, 40))).toEqual(['60', '100'])
  expect(left(line(null, 0, 40))).toEqual(['60', '60'])
})

test('a voucher of which only a refund is known states nothing and lets nothing in, and what came in before is not too much', () => {
  const goods = withRefunds([], [line('番茄', 0, 40)])
  expect(figures(leftOf(goods, used(0)))).toEqual([0, 0, 0, 0])
  expect(figures(leftOf(goods, used(100)))).toEqual([100, 100, 0, 100])
})

const amount = fc.integer({ min: 0, max: 200 })
const lines = fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.integer({ min: 1, max: 100 })), {
  minLength: 1,
  maxLength: 4,
})
const refunds = fc.array(fc.tuple(fc.constantFrom(...NAMES, null), fc.integer({ min: 1, max: 100 })), {
  maxLength: 4,
})
const amounts = fc.tuple(amount, amount, amount)
const leftsOf = (
  of: readonly (readonly [(typeof NAMES)[number], number])[],
  went: readonly (readonly [(typeof NAMES)[number] | null, number])[],
  [tomatoes, aubergines, untold]: readonly [number, number, number],
) => {
  const sold = goodsOfLines(of.map(([name, value]) => line(name, value)))
  const goods = withRefunds(
    sold,
    went.map(([name, value]) => line(name, 0, value)),
  )
  const first = goods.findIndex(({ name }) => name === '番茄')
  const second = goods.findIndex(({ name }) => name === '茄子')
  const uses: [number | null, number][] = [
    ...(first < 0 ? [] : [[first, tomatoes] as [number, number]]),
    ...(second < 0 ? [] : [[second, aubergines] as [number, number]]),
    [null, untold],
  ]
  const total = uses.reduce((sum, [, value]) => sum + value, 0)
  return leftOf(goods, used(total, uses))
}
const values = ({ whole, each, forUntold }: PaperLeft): string[] =>
  [whole, ...each.map(({ compared }) => compared), forUntold].map((one) =>
    one === null || one === 'not_comparable' ? '0' : one.left,
  )

test('a refund never leaves more than there was without it, and never makes more used than is stated', () => {
  fc.assert(
    fc.property(lines, refunds, amounts, (of, went, uses) => {
      const without = values(leftsOf(of, [], uses))
      values(leftsOf(of, went, uses)).forEach((left, n) => {
        const before = without[n] as string
        expect(compareDecimal(left, before)).toBeLessThanOrEqual(0)
        if (compareDecimal(before, '0') >= 0) expect(compareDecimal(left, '0')).toBeGreaterThanOrEqual(0)
        else expect(left).toBe(before)
      })
    }),
  )
})

test('in which order sales and refunds are told changes nothing of what is left', () => {
  const shuffled = fc
    .tuple(lines, refunds)
    .chain(([of, went]) =>
      fc.tuple(
        fc.constant([of, went] as const),
        fc.shuffledSubarray(of, { minLength: of.length }),
        fc.shuffledSubarray(went, { minLength: went.length }),
      ),
    )
  fc.assert(
    fc.property(shuffled, amounts, ([[of, went], ofOther, wentOther], uses) => {
      const said = (left: PaperLeft) => [
        figures(left),
        left.each.map(({ goods, compared }) => JSON.stringify([goods.name, goods.stated, compared])).sort(),
      ]
      expect(said(leftsOf(ofOther, wentOther, uses))).toEqual(said(leftsOf(of, went, uses)))
    }),
  )
})
