import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { identify, identifyParty, type Wanted } from '#core/identifiers/identify.ts'
import { FIXED_SCHEMES, type IdScheme } from '#core/identifiers/scheme.ts'

const keyedHash = (text: string) => `digest of ${text}`

describe('a code without a declared scheme', () => {
  it.each<[string, string, string]>([
    ['91330100799655058B', 'cn.uscc', '91330100799655058B'],
    ['９１３３０１００７９９６５５０５８ｂ', 'cn.uscc', '91330100799655058B'],
    ['79965505-8', 'cn.orgcode9', '799655058'],
    ['330825011', 'cn.mofcom.node9', '330825011'],
    ['3306030010012', 'cn.mofcom.operator13', '3306030010012'],
    ['3308250110000001', 'cn.mofcom.batch16', '3308250110000001'],
    ['33060300100120000157', 'cn.mofcom.tran20a', '33060300100120000157'],
    ['33082500717134500001', 'cn.mofcom.tran20a', '33082500717134500001'],
    ['6903244679763', 'gs1.gtin', '6903244679763'],
    ['SC10741018302531', 'cn.sc14', 'SC10741018302531'],
    ['310120241012345678', 'cn.customs.decl18', '310120241012345678'],
    ['133082500000217', 'cn.eartag15', '133082500000217'],
  ])('%s is %s', (raw, scheme, value) => {
    expect(identify(raw)).toMatchObject({ scheme, value, flags: [] })
  })

  it('of 20 digits that fit both forms is ambiguous, never guessed', () => {
    expect(identify('33010501217041600047')).toEqual({
      scheme: 'cn.mofcom.trace20.ambiguous',
      value: '33010501217041600047',
      flags: ['W_TRACE_FORM_AMBIGUOUS'],
    })
  })

  it.each(['43343432432', '9133010079965505OB', '91330100799655058', '81234567890123456789', '见附页', ''])(
    'of no known shape is unknown and marked: %j',
    (raw) => {
      expect(identify(raw)).toEqual({ scheme: 'unknown', value: raw, flags: ['W_ID_UNKNOWN'] })
    },
  )
})

describe('a trace code of a source that declares its form', () => {
  const both = '33010501217041600047'
  it.each<[Wanted, string]>([
    [{ scheme: 'cn.mofcom.tran20a' }, 'cn.mofcom.tran20a'],
    [{ scheme: 'cn.mofcom.trace20b' }, 'cn.mofcom.trace20b'],
    [{ traceForm: 'A' }, 'cn.mofcom.tran20a'],
    [{ scheme: 'cn.mofcom.trace20.ambiguous', traceForm: 'B' }, 'cn.mofcom.trace20b'],
    [{ anyOf: ['cn.mofcom.batch16', 'cn.mofcom.trace20b'] }, 'cn.mofcom.trace20b'],
  ])('%j is %s', (wanted, scheme) => {
    expect(identify(both, wanted)).toEqual({ scheme, value: both, flags: [] })
  })

  it('naming both forms declares none', () => {
    const anyOf: IdScheme[] = ['cn.mofcom.tran20a', 'cn.mofcom.trace20b']
    expect(identify(both, { anyOf }).flags).toEqual(['W_TRACE_FORM_AMBIGUOUS'])
    expect(identify(both, { anyOf, known: { node: () => true, operator: () => false } }).scheme).toBe(
      'cn.mofcom.trace20b',
    )
  })

  it('of form B without a date keeps the form and fails its check', () => {
    expect(identify('33082500717134500001', { scheme: 'cn.mofcom.trace20b' })).toEqual({
      scheme: 'cn.mofcom.trace20b',
      value: '33082500717134500001',
      checkOk: false,
      flags: ['W_ID_CHECK_FAIL'],
    })
  })
})

describe('a code whose check digit is wrong', () => {
  it.each<[string, IdScheme]>([
    ['91330100799655058C', 'cn.uscc'],
    ['92330825MA9TE50347', 'cn.uscc'],
    ['6903244679764', 'gs1.gtin'],
    ['SC12345678901234', 'cn.sc14'],
    ['79965505-7', 'cn.orgcode9'],
  ])('%s keeps its scheme %s and is marked', (raw, scheme) => {
    const expected = { scheme, checkOk: false, flags: ['W_ID_CHECK_FAIL'] }
    expect(identify(raw, { scheme })).toMatchObject(expected)
    expect(identify(raw)).toMatchObject(expected)
  })
})

describe('a code that went through a spreadsheet', () => {
  it.each(['3.30106E+19', '3.308e+09', '33010500000000000000'])(
    '%s is of no scheme, wanted or not',
    (raw) => {
      const lost = { scheme: 'unknown', flags: ['E_PRECISION_LOST'] }
      expect(identify(raw)).toMatchObject(lost)
      expect(identify(raw, { scheme: 'cn.mofcom.trace20b' })).toMatchObject(lost)
      expect(identify(raw, { scheme: 'local.market-scales' })).toMatchObject(lost)
      expect(identifyParty(raw)).toMatchObject(lost)
    },
  )
})

describe('a field for a company’s credit code', () => {
  const wanted: Wanted = { scheme: 'cn.uscc', keyedHash }
  it.each<[string, string, string, boolean | undefined]>([
    ['92330402MA9TE51069', 'cn.uscc', '92330402MA9TE51069', true],
    ['79965505-8', 'cn.orgcode9', '799655058', true],
    ['330100000000013', 'cn.bizreg15', '330100000000013', false],
    ['110108000000016', 'cn.bizreg15', '110108000000016', true],
    ['11010519491231002x', 'cn.idcard.hash', 'digest of 11010519491231002X', true],
    ['110105491231002', 'cn.idcard.hash', 'digest of 11010519491231002X', undefined],
  ])('that holds %s finds %s', (raw, scheme, value, checkOk) => {
    const found = identify(raw, wanted)
    expect(found).toMatchObject({ scheme, value })
    expect(found.checkOk).toBe(checkOk)
  })

  it('15 digits that are a date of birth or a serial are decided by the kind of party', () => {
    expect(identifyParty('110105491231002', { partyKind: 'enterprise' }).scheme).toBe('cn.bizreg15')
    expect(identifyParty('110105491231002', { partyKind: 'person' }).scheme).toBe('cn.idcard.hash')
    expect(identify('110105491231002', { scheme: 'cn.bizreg15' }).scheme).toBe('cn.bizreg15')
  })
})

describe('the number of a natural person', () => {
  const written = [
    '11010519491231002X',
    '11010519491231002x',
    '110105491231002',
    '110105194912310021',
    '110105 19491231 002X',
  ]

  it('never comes out readable, not even where it fails its check', () => {
    const anywhere: Wanted[] = [
      {},
      { scheme: 'cn.uscc' },
      { scheme: 'cn.idcard.hash' },
      { partyKind: 'person' },
    ]
    for (const raw of written) {
      for (const wanted of anywhere) {
        const found = identify(raw, wanted)
        expect(found).toMatchObject({ scheme: 'cn.idcard.hash', personal: true })
        expect(found.value).toMatch(/^1\*{16}[X1]$/)
      }
    }
  })

  it('has one digest however it is written', () => {
    for (const raw of [
      '11010519491231002X',
      '11010519491231002x',
      '110105491231002',
      '110105 19491231 002X',
    ]) {
      expect(identifyParty(raw, { keyedHash }).value).toBe('digest of 11010519491231002X')
    }
  })
})

describe('a field for ear tags', () => {
  it('takes the last three digits as a partial tag', () => {
    expect(identify('217', { scheme: 'cn.eartag15' })).toEqual({
      scheme: 'cn.eartag.tail3',
      value: '217',
      flags: ['W_TAG_PARTIAL'],
    })
    expect(identify('1 33082500 000219', { scheme: 'cn.eartag15' }).value).toBe('133082500000219')
    expect(identify('033082500000217', { scheme: 'cn.eartag15' }).scheme).toBe('unknown')
  })
})

describe('numbers whose form no standard fixes', () => {
  it.each<[IdScheme, string, string]>([
    ['cn.hgz.zj-agri', ' hgz20240415-7k3m', 'HGZ20240415-7K3M'],
    ['cn.coldchain.zj', '330206-IMP-20240410-000041', '330206-IMP-20240410-000041'],
    ['cn.quarantine.animalB', '0308000217', '0308000217'],
    ['local.cold-chain', 'L24-10', 'L24-10'],
  ])('of %s are kept with zeros and hyphens: %j', (scheme, raw, value) => {
    expect(identify(raw, { scheme })).toEqual({ scheme, value, flags: [] })
  })
  it('of 17 digits are an organic code only where one is wanted', () => {
    expect(identify('12345678901234567', { scheme: 'cn.organic17' }).scheme).toBe('cn.organic17')
    expect(identify('12345678901234567').scheme).toBe('unknown')
  })
  it.each(['20240415', 'A12', 'HGZ1', '330206-IMP-2024'])(
    'are codes of the cold chain among others by their shape alone: %j is none',
    (raw) => {
      const anyOf: IdScheme[] = ['cn.mofcom.trace20b', 'cn.coldchain.zj']
      expect(identify(raw, { anyOf })).toMatchObject({ scheme: 'unknown', flags: ['W_ID_UNKNOWN'] })
      expect(identify('330206-IMP-20240301-000123-02-01', { anyOf }).scheme).toBe('cn.coldchain.zj')
    },
  )
  it('are unknown without a digit', () => {
    expect(identify('见附页', { scheme: 'cn.quarantine.animalB' }).flags).toEqual(['W_ID_UNKNOWN'])
  })
})

describe('whatever the text', () => {
  it('the answer is a wanted or related scheme or unknown, unknown is always marked, and the same code again is the same', () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'0123456789X-AE+. ９'), maxLength: 24 }),
      fc.string({ unit: 'binary', maxLength: 24 }),
    )
    fc.assert(
      fc.property(text, fc.option(fc.constantFrom(...FIXED_SCHEMES), { nil: undefined }), (raw, scheme) => {
        const found = identify(raw, { scheme, keyedHash: () => 'd'.repeat(8) })
        expect(found.scheme === 'unknown').toBe(
          found.flags.includes('W_ID_UNKNOWN') || found.flags.includes('E_PRECISION_LOST'),
        )
        expect(found.checkOk === false).toBe(found.flags.includes('W_ID_CHECK_FAIL'))
        if (!found.personal) expect(identify(found.value, { scheme })).toMatchObject({ value: found.value })
      }),
      { numRuns: 1_000 },
    )
  })
})
