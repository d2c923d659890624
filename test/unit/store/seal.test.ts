import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seal, unseal } from '#store/seal.ts'

const key = randomBytes(32)

test('what was sealed opens with the same key and context, and twice the same text looks different', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, context) => {
      const whole = text.toWellFormed()
      const sealed = seal(key, whole, context)
      expect(unseal(key, sealed, context)).toBe(whole)
      expect(sealed.equals(seal(key, whole, context))).toBe(false)
    }),
  )
})

test('no byte of it may change, and it opens with no other key and in no other place', () => {
  const sealed = seal(key, 'sample-secret', 'a\nsign')
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed)
    changed[i] = (changed[i] as number) ^ 1
    expect(() => unseal(key, changed, 'a\nsign')).toThrow()
  }
  expect(() => unseal(randomBytes(32), sealed, 'a\nsign')).toThrow()
  expect(() => unseal(key, sealed, 'b\nsign')).toThrow()
  expect(() => unseal(key, sealed.subarray(0, 20), 'a\nsign')).toThrow()
  expect(sealed.includes(Buffer.from('sample'))).toBe(false)
})
