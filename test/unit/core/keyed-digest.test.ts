import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyedDigest } from '#core/keyed-digest.ts'

test('a keyed digest is the first half of HMAC-SHA-256, for every text and every secret of up to 64 bytes', () => {
  const secret = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes))
  fc.assert(
    fc.property(secret, fc.string({ unit: 'binary', maxLength: 300 }), (key, text) => {
      expect(keyedDigest(key, text)).toBe(createHmac('sha256', key).update(text).digest('hex').slice(0, 32))
    }),
  )
})

test('a longer secret is refused', () => {
  expect(() => keyedDigest(Buffer.alloc(65), 'a')).toThrow(RangeError)
})
