import { expect, test } from 'vitest'
import type { Figure } from '#core/supervision/choose.ts'
import { dayFigures } from '#core/supervision/summary.ts'

const figure = (measure: string, detail: string, records: number, amount: string): Figure => ({
  ...{ measure, detail, class: 'vegetable', product: '', records, mass: '10', amount },
})
const sales = (...figures: readonly Figure[]) => dayFigures(figures).sales

test('of sales whose records tell no amount, as those that another hub shows without, the yuan are not known and are not told as none', () => {
  const { all, summaries, wholesale, byClass } = sales(figure('retail', 'summary', 4, '0'))
  for (const one of [all, summaries, byClass[0]]) expect(one).toMatchObject({ records: 4, amount: null })
  expect(wholesale).toEqual({ records: 0, mass: '0', amount: '0' })
})

test('yuan of payments and of what each system gave are not known where no record tells an amount', () => {
  const { payments, sources } = dayFigures([
    figure('payment', 'cash', 2, '0'),
    figure('payment', 'wechat', 1, '12.5'),
    figure('payment.from', 'city', 2, '0'),
  ])
  expect(payments).toEqual({
    all: { records: 3, amount: '12.5' },
    byMethod: [
      { method: 'cash', records: 2, amount: null },
      { method: 'wechat', records: 1, amount: '12.5' },
    ],
  })
  expect(sources).toMatchObject([
    { counted: { records: 2, amount: null }, leftOut: { records: 0, amount: '0' } },
  ])
})

test('what was given back for as much as was paid comes to no yuan, and that is known', () => {
  const { all } = sales(figure('retail', 'retail', 3, '30'), figure('retail', 'retail.refund', 1, '-30'))
  expect(all).toMatchObject({ records: 4, amount: '0' })
})
