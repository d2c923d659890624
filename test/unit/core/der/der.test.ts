import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DerFault, integerOf, oidOf, partsOf, readDer, TAG, timeOf } from '#core/der/der.ts'
import { der, derInteger, derOid } from '#core/der/write.ts'

const hex = (text: string): Buffer => Buffer.from(text, 'hex')

describe('DER is read strictly', () => {
  it.each([
    ['nothing', ''],
    ['a tag alone', '30'],
    ['an indefinite length', '3080020101' + '0000'],
    ['a long length that could be short', '30810302' + '0101'],
    ['zeros before a length', '3082000302' + '0101'],
    ['a length of four bytes', '3084000000030201' + '01'],
    ['a content that ends early', '30050201'],
    ['bytes behind the value', '30030201' + '0100'],
    ['a tag of several bytes', '3f8101030201' + '01'],
  ])('%s', (_, text) => {
    expect(() => partsOf(readDer(hex(text)))).toThrow(DerFault)
  })

  it('integers and identifiers are as short as can be', () => {
    expect(() => integerOf(readDer(hex('02020001')))).toThrow(DerFault)
    expect(() => integerOf(readDer(hex('0202ff80')))).toThrow(DerFault)
    expect(() => integerOf(readDer(hex('0200')))).toThrow(DerFault)
    expect(() => oidOf(readDer(hex('060480864801')))).toThrow(DerFault)
    expect(() => oidOf(readDer(hex('06022a86')))).toThrow(DerFault)
    expect(oidOf(readDer(derOid('1.2.156.10197.1.501')))).toBe('1.2.156.10197.1.501')
    expect(oidOf(readDer(derOid('2.5.29.19')))).toBe('2.5.29.19')
  })

  it('times are UTC with seconds, and days that there are', () => {
    const time = (tag: number, text: string): number => timeOf(readDer(der(tag, Buffer.from(text))))
    expect(time(TAG.utcTime, '491231235959Z')).toBe(Date.UTC(2049, 11, 31, 23, 59, 59))
    expect(time(TAG.utcTime, '500101000000Z')).toBe(Date.UTC(1950, 0, 1))
    expect(time(TAG.time, '20500101000000Z')).toBe(Date.UTC(2050, 0, 1))
    for (const text of ['260230000000Z', '2601010000Z', '260101000000+0800', '260101240000Z'])
      expect(() => time(TAG.utcTime, text)).toThrow(DerFault)
  })

  it('what is written is read, and no cut of it', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }), (contents) => {
        const whole = der(
          TAG.sequence,
          ...contents.map((bytes) => der(TAG.octets, bytes)),
          derInteger(hex('ff')),
        )
        const parts = partsOf(readDer(whole))
        expect(parts.slice(0, -1).map(({ content }) => Buffer.from(content))).toEqual(
          contents.map((bytes) => Buffer.from(bytes)),
        )
        expect(() => readDer(whole.subarray(0, -1))).toThrow(DerFault)
      }),
      { numRuns: 50 },
    )
  })
})
