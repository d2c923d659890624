import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyedDigest } from '#core/keyed-digest.ts'

const halfOfHmac = (key: Buffer, text: string): string =>
  createHmac('sha256', key).update(text).digest('hex').slice(0, 32)

test('a keyed digest is the first half of HMAC-SHA-256, for every text and every secret of up to 64 bytes, whatever was digested before', () => {
  const secret = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes))
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: 'binary', minLength: 1000, maxLength: 1100, size: 'max' }),
    fc.constantFrom('龙'.repeat(1024), '龙'.repeat(1025)),
  )
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 3 }), fc.array(text), (keys, texts) => {
      for (const one of texts)
        for (const key of keys) expect(keyedDigest(key, one)).toBe(halfOfHmac(key, one))
      for (const key of keys)
        for (const one of texts) expect(keyedDigest(key, one)).toBe(halfOfHmac(key, one))
    }),
  )
})

test('the bytes of a secret may be overwritten after its use', () => {
  const key = Buffer.from('first')
  keyedDigest(key, 'a')
  key.write('other')
  expect(keyedDigest(key, 'a')).toBe(halfOfHmac(Buffer.from('other'), 'a'))
})

test('a longer secret is refused', () => {
  expect(() => keyedDigest(Buffer.alloc(65), 'a')).toThrow(RangeError)
})
