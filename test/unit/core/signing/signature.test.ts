import { createHash, createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { signatureFault, signatureOf } from '#core/signing/signature.ts'
import type { Signing } from '#core/signing/signing.ts'

const signing: Signing = {
  scheme: 'hmac-sha256',
  encoding: 'hex',
  secret: 'sign',
  at: ['head', 'sign'],
  over: [
    { member: ['head', 'appId'], digest: false },
    { member: ['head', 'msgId'], digest: false },
    { member: ['body'], digest: true },
  ],
}
const BODY = '{ "amount" : "1.0" }'
const message = (sign: string, body = BODY): string =>
  `{"head":{"appId":"A","msgId":"7","sign":"${sign}"},"body":${body}}`
const wanted = createHmac('sha256', 's3cret')
  .update(`A7${createHash('sha256').update(BODY).digest('hex')}`)
  .digest('hex')

describe('a signature', () => {
  test('is made of the members in their order and the body exactly as it stands', () => {
    expect(signatureOf(signing, 's3cret', message('x'))).toBe(wanted)
    expect(signatureFault(signing, 's3cret', message(wanted))).toBeNull()
    expect(signatureFault(signing, 's3cret', message(wanted.toUpperCase()))).toBeNull()
  })
  test('does not fit a body that means the same in other characters, another secret or another member', () => {
    expect(signatureFault(signing, 's3cret', message(wanted, '{"amount":"1.0"}'))).toBe('wrong')
    expect(signatureFault(signing, 'other', message(wanted))).toBe('wrong')
    expect(signatureFault(signing, 's3cret', message(wanted).replace('"7"', '"8"'))).toBe('wrong')
    expect(signatureFault(signing, 's3cret', message(''))).toBe('wrong')
  })
  test('is missing where it, or what it signs, is not there', () => {
    expect(signatureFault(signing, 's3cret', '{"head":{}}')).toBe('missing')
    expect(signatureFault(signing, 's3cret', `{"head":{"sign":"${wanted}"}}`)).toBe('wrong')
    expect(signatureOf(signing, 's3cret', '{"head":{"appId":"A"}}')).toBeNull()
  })
  test('in base64 keeps its letters as they are', () => {
    const base64 = { ...signing, encoding: 'base64' } as const
    const made = signatureOf(base64, 's3cret', message('x')) ?? ''
    expect(made).toBe(Buffer.from(wanted, 'hex').toString('base64'))
    expect(signatureFault(base64, 's3cret', message(made))).toBeNull()
    expect(signatureFault(base64, 's3cret', message(made.toLowerCase()))).toBe('wrong')
  })
})
