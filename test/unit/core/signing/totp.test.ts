import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base32, otpauthUri, STEP_S, stepOf, stepOfCode, totpCode } from '#core/signing/totp.ts'

/** RFC 6238, appendix B: secrets of 20, 32 and 64 bytes, as the erratum says. */
const SECRETS = { sha1: 20, sha256: 32, sha512: 64 } as const
const secretOf = (bytes: number): Buffer => Buffer.from('1234567890'.repeat(7).slice(0, bytes))
const VECTORS = [
  [59, '94287082', '46119246', '90693936'],
  [1_111_111_109, '07081804', '68084774', '25091201'],
  [1_111_111_111, '14050471', '67062674', '99943326'],
  [1_234_567_890, '89005924', '91819424', '93441116'],
  [2_000_000_000, '69279037', '90698825', '38618901'],
  [20_000_000_000, '65353130', '77737706', '47863826'],
] as const

describe('codes of an authenticator', () => {
  it.each(VECTORS)('are those of RFC 6238 at %i s', (seconds, ...codes) => {
    for (const [i, algorithm] of (['sha1', 'sha256', 'sha512'] as const).entries())
      expect(totpCode(secretOf(SECRETS[algorithm]), stepOf(seconds * 1000), { algorithm, digits: 8 })).toBe(
        codes[i],
      )
  })

  it('count in their step and the ones beside it, and in no other', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 20, maxLength: 20 }),
        fc.integer({ min: 0, max: 4e12 }),
        fc.integer({ min: -5, max: 5 }),
        (bytes, nowMs, distance) => {
          const secret = Buffer.from(bytes)
          const step = stepOf(nowMs) + distance
          if (step < 0 || stepOf(nowMs) < 1) return
          const found = stepOfCode(secret, totpCode(secret, step), nowMs)
          // Codes of two steps can be the same.
          if (Math.abs(distance) <= 1) expect(found).not.toBeNull()
          else if (found !== null) expect(totpCode(secret, found)).toBe(totpCode(secret, step))
        },
      ),
    )
    for (const code of ['', '12345', '1234567', 'abcdef', '０１２３４５'])
      expect(stepOfCode(secretOf(20), code, 59_000)).toBeNull()
    expect(STEP_S).toBe(30)
  })
})

describe('base32', () => {
  it.each([
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ])('writes %j as RFC 4648 does', (text, written) => expect(base32(Buffer.from(text))).toBe(written))
})

it('what an authenticator reads names hub and operator', () => {
  expect(otpauthUri(Buffer.from('foobar'), { issuer: 'Trace Hub a', name: '张伟' })).toBe(
    'otpauth://totp/Trace%20Hub%20a:%E5%BC%A0%E4%BC%9F?secret=MZXW6YTBOI&issuer=Trace%20Hub%20a&algorithm=SHA1&digits=6&period=30',
  )
})
