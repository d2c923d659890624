import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  citizenIdCheckOk,
  citizenIdDigest,
  isCitizenIdShape,
  maskCitizenId,
  widenCitizenId,
} from '#core/identifiers/citizen-id.ts'

// The printed example of GB 11643: no person has these numbers.
const EXAMPLE = '11010519491231002X'
const EXAMPLE_15 = '110105491231002'

describe('a citizen identity number', () => {
  it('is right with the check character of the standard, and wrong with another', () => {
    expect(isCitizenIdShape(EXAMPLE)).toBe(true)
    expect(citizenIdCheckOk(EXAMPLE)).toBe(true)
    expect(isCitizenIdShape('110105194912310021')).toBe(true)
    expect(citizenIdCheckOk('110105194912310021')).toBe(false)
  })

  it.each([
    ['1101051949123', '13 digits'],
    ['110105194913310028', 'month 13'],
    ['110105194902300025', '30 February'],
    ['110105190002290025', '29 February of 1900'],
    ['110105184912310029', 'born before 1900'],
    ['1101051949123100XX', 'X inside'],
    ['11010519491231002Y', 'Y'],
    ['110105491331002', '15 digits, month 13'],
    ['1****************X', 'a mask'],
    ['', 'nothing'],
  ])('%j is none: %s', (code) => {
    expect(isCitizenIdShape(code)).toBe(false)
  })

  it('of 15 digits is widened by 19 and the check character, and has none of its own', () => {
    expect(isCitizenIdShape(EXAMPLE_15)).toBe(true)
    expect(citizenIdCheckOk(EXAMPLE_15)).toBeUndefined()
    expect(widenCitizenId(EXAMPLE_15)).toBe(EXAMPLE)
    expect(widenCitizenId(EXAMPLE)).toBe(EXAMPLE)
  })

  it('of any 15 digits widens to a right one that holds the same digits', () => {
    const digits = (length: number) =>
      fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length })
    const day = fc.integer({ min: 1, max: 28 }).map((n) => String(n).padStart(2, '0'))
    const month = fc.integer({ min: 1, max: 12 }).map((n) => String(n).padStart(2, '0'))
    fc.assert(
      fc.property(digits(6), digits(2), month, day, digits(3), (region, year, mm, dd, serial) => {
        const old = region + year + mm + dd + serial
        const wide = widenCitizenId(old)
        expect(isCitizenIdShape(old)).toBe(true)
        expect(isCitizenIdShape(wide)).toBe(true)
        expect(citizenIdCheckOk(wide)).toBe(true)
        expect(wide.slice(0, 6) + wide.slice(8, 17)).toBe(old)
      }),
    )
  })

  it('with any one digit changed is never right', () => {
    for (let at = 0; at < 17; at++) {
      for (const c of '0123456789') {
        if (c === EXAMPLE[at]) continue
        expect(citizenIdCheckOk(EXAMPLE.slice(0, at) + c + EXAMPLE.slice(at + 1))).toBe(false)
      }
    }
  })
})

describe('what is kept and shown of it', () => {
  const keyedHash = (text: string) => `digest of ${text}`

  it('the mask shows the first and the last character only', () => {
    expect(maskCitizenId(EXAMPLE)).toBe('1****************X')
    expect(maskCitizenId(EXAMPLE_15)).toBe('1*************2')
    expect(maskCitizenId('12')).toBe('**')
  })

  it.each([
    EXAMPLE,
    '11010519491231002x',
    ' 110105 19491231 002X',
    '１１０１０５１９４９１２３１００２Ｘ',
    EXAMPLE_15,
  ])('%j has the digest of one person', (written) => {
    expect(citizenIdDigest(written, keyedHash)).toBe(`digest of ${EXAMPLE}`)
  })

  it('a mask or another text has no digest, so that two persons never share one', () => {
    expect(citizenIdDigest(maskCitizenId(EXAMPLE), keyedHash)).toBeNull()
    expect(citizenIdDigest('91330100799655058B', keyedHash)).toBeNull()
  })
})
