import { describe, expect, it } from 'vitest'
import { type ParameterSigning, signParameters } from '#core/signing/parameters.ts'

const PLAIN: ParameterSigning = {
  algorithm: 'md5',
  order: 'sorted',
  pair: 'name=value',
  joiner: '&',
  secretAt: 'back',
  secretName: 'key',
  encoding: 'hex',
  letters: 'upper',
  skipsEmpty: true,
}

describe('signatures over parameters are those of published examples', () => {
  // WeChat Pay, API v2, "签名算法".
  const secret = '192006250b4c09247ec02edce69f6a2d'
  const parameters = new Map([
    ['nonce_str', 'ibuaiVcKdpRxkhJA'],
    ['appid', 'wxd930ea5d5a258f4f'],
    ['mch_id', '10000100'],
    ['device_info', '1000'],
    ['body', 'test'],
    ['attach', ''],
  ])

  it('by MD5', () => {
    expect(signParameters(PLAIN, secret, parameters)).toBe('9A0A8659F005D6984697E2CA0A9CF3B7')
  })

  it('by HMAC-SHA256', () => {
    expect(signParameters({ ...PLAIN, algorithm: 'hmac-sha256' }, secret, parameters)).toBe(
      '6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6',
    )
  })

  // GB/T 32905-2016, A.1.
  it('by SM3', () => {
    const signing: ParameterSigning = {
      ...PLAIN,
      algorithm: 'sm3',
      pair: 'value',
      joiner: '',
      secretName: undefined,
      letters: 'lower',
    }
    expect(signParameters(signing, 'c', new Map([['x', 'ab']]))).toBe(
      '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
    )
  })
})
