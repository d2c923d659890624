import { createCipheriv, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KEY_BYTES, openBytes, SUITES, sealBytes, wrappingKey } from '#store/personal/cipher.ts'

it('the SM4 and SM3 of this Node are those of GB/T 32907 and GB/T 32905', () => {
  const key = Buffer.from('0123456789abcdeffedcba9876543210', 'hex')
  const cipher = createCipheriv('sm4-ecb', key, null).setAutoPadding(false)
  expect(cipher.update(key).toString('hex')).toBe('681edf34d206965e86b3e94f536e4246')
  const digest = createHmac('sm3', Buffer.alloc(0)).update('').digest()
  expect(digest).toHaveLength(32)
})

describe.each(SUITES)('%s', (suite) => {
  const key = Buffer.alloc(KEY_BYTES[suite], 7)

  it('gives back exactly the bytes that were sealed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), fc.string(), (bytes, context) => {
        const sealed = sealBytes(suite, key, bytes, context)
        expect(openBytes(suite, key, sealed, context)).toEqual(Buffer.from(bytes))
      }),
    )
  })

  it('opens for no other place, key or byte', () => {
    const bytes = Buffer.from('王小明 13800000000')
    const sealed = sealBytes(suite, key, bytes, 'messages 1')
    expect(sealed.includes(bytes)).toBe(false)
    expect(() => openBytes(suite, key, sealed, 'messages 2')).toThrow()
    expect(() => openBytes(suite, Buffer.alloc(KEY_BYTES[suite], 8), sealed, 'messages 1')).toThrow()
    for (let at = 0; at < sealed.length; at++) {
      const other = Buffer.from(sealed)
      other[at] = (other[at] as number) ^ 1
      expect(() => openBytes(suite, key, other, 'messages 1')).toThrow()
    }
    for (const length of [0, 10, sealed.length - 1])
      expect(() => openBytes(suite, key, sealed.subarray(0, length), 'messages 1')).toThrow()
  })

  it('seals the same bytes to others each time, and derives a wrapping key of its size', () => {
    const once = sealBytes(suite, key, Buffer.from('a'), '')
    expect(sealBytes(suite, key, Buffer.from('a'), '')).not.toEqual(once)
    expect(wrappingKey(suite, Buffer.alloc(32, 1))).toHaveLength(KEY_BYTES[suite])
  })
})
