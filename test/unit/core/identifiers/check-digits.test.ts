import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bizRegCheckOk, isBizRegShape } from '#core/identifiers/bizreg.ts'
import {
  gs1CheckOk,
  gtin14,
  isGlnShape,
  isGtinShape,
  isSgtinShape,
  isVariableMeasure,
} from '#core/identifiers/gs1.ts'
import { isOrgCodeShape, orgCodeCheckOk } from '#core/identifiers/orgcode.ts'
import { normaliseSc, scCheckOk } from '#core/identifiers/sc.ts'
import { hasUsccPrefix, isUsccShape, usccCheckOk } from '#core/identifiers/uscc.ts'

const DIGITS = '0123456789'
const USCC_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'

/** The code with one place changed to another character of the alphabet. */
function slips(code: string, alphabet: string): string[] {
  return [...code].flatMap((old, at) =>
    [...alphabet].filter((c) => c !== old).map((c) => code.slice(0, at) + c + code.slice(at + 1)),
  )
}

describe('a unified social credit code', () => {
  const valid = [
    '91330100799655058B',
    '91440300708461136T',
    '914403001922038216',
    '93330825MA2TE5A197',
    '91310115MA1TE5A250',
    '93330825MA9TE5018N',
    '92330825MA9TE5034F',
    '92330825MA9TE5026L',
    '92330402MA9TE51069',
    '92330402MA9TE51144',
    '91330206MA9CC801XG',
    '92330109MA9CC81162',
    '91341302MA9AH70123',
    '92330621MA9TE52108',
    '92330105MA9CC81243',
  ]
  it.each(valid)('%s is right', (code) => {
    expect(isUsccShape(code)).toBe(true)
    expect(usccCheckOk(code)).toBe(true)
    expect(hasUsccPrefix(code)).toBe(true)
  })

  it.each(['91330100799655058C', '92330825MA9TE50347'])(
    '%s has the shape and a wrong check character',
    (code) => {
      expect(isUsccShape(code)).toBe(true)
      expect(usccCheckOk(code)).toBe(false)
    },
  )

  it.each(['9133010079965505OB', '91330100799655058', '91330100799655058b', '9133A100799655058B', ''])(
    '%j has not the shape',
    (code) => {
      expect(isUsccShape(code)).toBe(false)
    },
  )

  it('with any one character changed is never right', () => {
    for (const code of valid) {
      for (const slip of slips(code, USCC_ALPHABET)) {
        expect(isUsccShape(slip) && usccCheckOk(slip)).toBe(false)
      }
    }
  })

  it('has the one check character that fits, whatever the rest', () => {
    const part = (length: number, alphabet: string) =>
      fc.string({ unit: fc.constantFrom(...alphabet), minLength: length, maxLength: length })
    const body = fc
      .tuple(part(2, USCC_ALPHABET), part(6, DIGITS), part(9, USCC_ALPHABET))
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(body, (text) => {
        expect([...USCC_ALPHABET].filter((check) => usccCheckOk(text + check))).toHaveLength(1)
      }),
    )
  })
})

describe('an organisation code', () => {
  it.each(['799655058', '708461136', '192203821'])(
    '%s is right: it stands in a valid credit code',
    (code) => {
      expect(isOrgCodeShape(code)).toBe(true)
      expect(orgCodeCheckOk(code)).toBe(true)
    },
  )
  it('with any one character changed by one is wrong, with X as check character where the sum leaves 1', () => {
    expect(orgCodeCheckOk('799655057')).toBe(false)
    // 3·0 + … + 2·6 = 12, 12 mod 11 = 1, 11 − 1 = 10, written X.
    expect(orgCodeCheckOk('00000006X')).toBe(true)
    // All weights times zero: 11 − 0 = 11, written 0.
    expect(orgCodeCheckOk('000000000')).toBe(true)
    expect(isOrgCodeShape('79965505Y')).toBe(false)
  })
})

describe('numbers checked by ISO 7064 MOD 11,10', () => {
  it.each(['SC10741018302531', 'SC10744030704994', 'SC12336098200173', 'SC12434017430075'])(
    'food production licence %s from a label is right',
    (code) => {
      expect(normaliseSc(code)).toBe(code)
      expect(scCheckOk(code)).toBe(true)
    },
  )
  it('a licence is read with or without its SC, and 3 never begins one', () => {
    expect(normaliseSc('10741018302531')).toBe('SC10741018302531')
    expect(scCheckOk('SC12345678901234')).toBe(false)
    expect(normaliseSc('SC30741018302531')).toBeNull()
    expect(normaliseSc('SC1074101830253')).toBeNull()
  })
  it('a business registration number has 15 digits, and one slip shows', () => {
    expect(isBizRegShape('110108000000016')).toBe(true)
    expect(isBizRegShape('43343432432')).toBe(false)
    expect(bizRegCheckOk('110108000000016')).toBe(true)
    for (const slip of slips('110108000000016', DIGITS)) expect(bizRegCheckOk(slip)).toBe(false)
  })
})

describe('GS1 numbers', () => {
  it.each(['6903244679763', '2100007012506', '96385074', '036000291452', '06903244679763'])(
    '%s is right',
    (code) => {
      expect(isGtinShape(code)).toBe(true)
      expect(gs1CheckOk(code)).toBe(true)
    },
  )
  it('6903244679764 is wrong, and so is any one changed digit', () => {
    expect(gs1CheckOk('6903244679764')).toBe(false)
    for (const slip of slips('6903244679763', DIGITS)) expect(gs1CheckOk(slip)).toBe(false)
  })
  it('have 8, 12, 13 or 14 digits, and compare in 14', () => {
    expect(['690324467', '69032446797', '690324467976300', '69O3244679763', ''].some(isGtinShape)).toBe(false)
    expect(gtin14('6903244679763')).toBe('06903244679763')
    expect(isGlnShape('6903244679763')).toBe(true)
    expect(isSgtinShape('(01)06903244679763(21)A1')).toBe(true)
    expect(isSgtinShape('010690324467976321A1')).toBe(true)
    expect(isSgtinShape('06903244679763')).toBe(false)
  })
  it('a shop’s own weighed goods are recognised by 20 to 29', () => {
    expect(isVariableMeasure('2100007012506')).toBe(true)
    expect(isVariableMeasure('2999999999999')).toBe(true)
    expect(isVariableMeasure('6903244679763')).toBe(false)
    expect(isVariableMeasure('21000070125')).toBe(false)
  })
})
