import fc from 'fast-check'
import { expect, test } from 'vitest'
import { causeOf } from '#flow/delivery/cause.ts'

test.each([
  ['E12', '单号 JX20260715000123 的品类“番茄”不在目录', 'E12 单号 # 的品类“…”不在目录'],
  ['E12', '单号 JX20260715000999 的品类“青菜”不在目录', 'E12 单号 # 的品类“…”不在目录'],
  ['http_400', 'the batch was answered with 400', 'http_400 the batch was answered with #'],
  [null, 'field "weight" is -12.5 kg', 'field "…" is # kg'],
  ['E40', null, 'E40'],
  [null, null, 'refused'],
])('%s, %s: what differs from one change to the next is left out', (code, detail, cause) => {
  expect(causeOf(code, detail)).toBe(cause)
})

test('whatever a receiver says, the cause is short, whole and not empty, and the same for other numbers', () => {
  fc.assert(
    fc.property(
      fc.option(fc.string()),
      fc.option(fc.string({ unit: 'binary' })),
      fc.nat(),
      (code, detail, number) => {
        const cause = causeOf(code, detail)
        expect(cause.length).toBeGreaterThan(0)
        expect(cause.length).toBeLessThanOrEqual(160)
        expect(cause.isWellFormed()).toBe(true)
        expect(causeOf(code, `bill ${number} of ${detail ?? ''}`)).toBe(
          causeOf(code, `bill 7 of ${detail ?? ''}`),
        )
      },
    ),
  )
})
