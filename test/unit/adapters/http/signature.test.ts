import { createHmac, createPublicKey, verify as verifyEd25519 } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readSecret, sign, verify } from '#adapters/http/signature.ts'

// The example of the Standard Webhooks specification.
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek'
const TIME = 1614265330
const BODY = '{"test": 2432232314}'
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='

const OTHER = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

const headers = (changes: Record<string, string | undefined> = {}) => ({
  'webhook-id': ID,
  'webhook-timestamp': String(TIME),
  'webhook-signature': SIGNATURE,
  ...changes,
})

describe('Standard Webhooks signatures', () => {
  test('the vector of the specification is signed and verified', () => {
    expect(sign([SECRET], ID, TIME, BODY)).toEqual(headers())
    expect(verify([SECRET], headers(), BODY, TIME)).toBeNull()
  })

  test('the signature is over the bytes as they are, Chinese text included', () => {
    const body = '{"name":"番茄"}'
    const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64')
    const expected = createHmac('sha256', key)
      .update(Buffer.from(`${ID}.${TIME}.${body}`))
      .digest('base64')
    expect(sign([SECRET], ID, TIME, body)['webhook-signature']).toBe(`v1,${expected}`)
    expect(sign([SECRET], ID, TIME, Buffer.from(body))['webhook-signature']).toBe(`v1,${expected}`)
  })

  test('while a secret is changed, the old and the new one are good', () => {
    const signed = sign([SECRET, OTHER], ID, TIME, BODY)
    expect(signed['webhook-signature'].split(' ')).toHaveLength(2)
    expect(verify([OTHER], { ...signed }, BODY, TIME)).toBeNull()
    expect(verify([SECRET], { ...signed }, BODY, TIME)).toBeNull()
    expect(verify([OTHER, SECRET], headers(), BODY, TIME)).toBeNull()
  })

  test.each([
    ['another body', {}, '{"test": 2432232315}', TIME, 'wrong'],
    ['another id', { 'webhook-id': 'msg_other' }, BODY, TIME, 'wrong'],
    ['another time', { 'webhook-timestamp': String(TIME + 1) }, BODY, TIME, 'wrong'],
    ['another signature', { 'webhook-signature': `v1,${'A'.repeat(43)}=` }, BODY, TIME, 'wrong'],
    ['a short signature', { 'webhook-signature': 'v1,AAAA' }, BODY, TIME, 'wrong'],
    ['an empty signature', { 'webhook-signature': 'v1,' }, BODY, TIME, 'wrong'],
    [
      'the right signature of an unknown scheme',
      { 'webhook-signature': SIGNATURE.replace('v1', 'v1a') },
      BODY,
      TIME,
      'wrong',
    ],
    ['no signature', { 'webhook-signature': undefined }, BODY, TIME, 'missing'],
    ['no id', { 'webhook-id': undefined }, BODY, TIME, 'missing'],
    ['a time that is no number', { 'webhook-timestamp': 'now' }, BODY, TIME, 'malformed'],
    ['a time of 5 minutes and a second ago', {}, BODY, TIME + 301, 'too-old'],
    ['a time 5 minutes and a second ahead', {}, BODY, TIME - 301, 'too-new'],
  ] as const)('%s is not accepted', (_, changes, body, now, fault) => {
    expect(verify([SECRET], headers(changes), body, now)).toBe(fault)
  })

  test('clocks may differ by 5 minutes', () => {
    expect(verify([SECRET], headers(), BODY, TIME + 300)).toBeNull()
    expect(verify([SECRET], headers(), BODY, TIME - 300)).toBeNull()
  })

  test.each([
    'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'whsec_',
    'whsec_c2hvcnQ=',
    'whsec_not base64 at all, however long it may be',
    `whsec_${Buffer.alloc(65).toString('base64')}`,
  ])('%j is no secret, and the error does not repeat it', (secret) => {
    expect(() => readSecret(secret)).toThrow('a secret is "whsec_" and base64 of 24 to 64 bytes')
  })

  test('an id with a full stop could move the border between id and time, so it is refused', () => {
    expect(() => sign([SECRET], 'msg.1', TIME, BODY)).toThrow(TypeError)
  })

  describe('of Ed25519', () => {
    // RFC 8032, test 2 of 7.1: seed, public key.
    const SEED = Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex')
    const PUBLIC = Buffer.from('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c', 'hex')
    const KEY = `whsk_${Buffer.concat([SEED, PUBLIC]).toString('base64')}`
    const PUBLIC_KEY = `whpk_${PUBLIC.toString('base64')}`

    test('are over id, time and body, as anyone with the public key can check without this code', () => {
      const signed = sign([KEY], ID, TIME, BODY)
      expect(signed['webhook-signature']).toMatch(/^v1a,[A-Za-z0-9+/]{86}==$/)
      const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), PUBLIC])
      const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
      const given = Buffer.from(signed['webhook-signature'].slice(4), 'base64')
      expect(verifyEd25519(null, Buffer.from(`${ID}.${TIME}.${BODY}`), key, given)).toBe(true)
      expect(verify([PUBLIC_KEY], { ...signed }, BODY, TIME)).toBeNull()
      expect(verify([PUBLIC_KEY], { ...signed }, `${BODY} `, TIME)).toBe('wrong')
    })

    test('stand beside those of HMAC while a link changes from one to the other', () => {
      const signed = sign([KEY, SECRET], ID, TIME, BODY)
      expect(signed['webhook-signature'].split(' ')[1]).toBe(SIGNATURE)
      for (const known of [[SECRET], [PUBLIC_KEY], [OTHER, PUBLIC_KEY]])
        expect(verify(known, { ...signed }, BODY, TIME)).toBeNull()
      expect(verify([OTHER], { ...signed }, BODY, TIME)).toBe('wrong')
    })

    test.each(['whsk_', KEY.slice(0, -8), KEY.replace('whsk_', 'whpk_')])('%j signs nothing', (key) => {
      expect(() => sign([key], ID, TIME, BODY)).toThrow(TypeError)
    })
  })
})
