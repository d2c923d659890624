import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classifyDocument, type DocumentHint } from '#core/documents/classify.ts'
import { DOCUMENT_TYPES } from '#core/documents/document-type.ts'

describe('the type of a document by its number', () => {
  it.each([
    ['HGZ20240415-7K3M', 'promise_cert'],
    ['CDZM20240415001', 'origin_cert'],
    ['ZJ-RP-0415088', 'meat_quality'],
    ['JC-0415-031', 'veg_test_cert'],
    ['JXSG2024041500018', 'sales_voucher'],
    ['XS20211105009', 'disinfection'],
    ['HS2021110500018', 'lab_report'],
    [' hgz20240415-7k3m ', 'promise_cert'],
    ['ＨＧＺ２０２４０４１５－７Ｋ３Ｍ', 'promise_cert'],
  ])('%s is a %s without a guess', (number, type) => {
    expect(classifyDocument(number)).toEqual({ type, guessed: false, flags: [] })
  })

  it('lets a known prefix overrule what the field is for', () => {
    expect(classifyDocument('CDZM20240415001', { types: ['promise_cert'] }).type).toBe('origin_cert')
  })

  it.each([
    ['8802130', { productClass: 'vegetable' }, 'unknown'],
    ['3306041503', { productClass: 'pork' }, 'unknown'],
    ['3413020988', { productClass: 'pork', crossesProvince: true }, 'product_A'],
    ['3306041501', { productClass: 'pork', crossesProvince: false }, 'product_B'],
    ['3308000217', { productClass: 'other_livestock', crossesProvince: false }, 'animal_B'],
    ['3413026001', { productClass: 'pork', date: '2026-04-14' }, 'product_2026'],
    ['33060300100120000157', {}, 'sales_voucher'],
    ['310120211012345678', {}, 'customs_decl'],
    ['121000002112345', { productClass: 'cold_chain_import' }, 'import_quarantine'],
    ['121000002112345', {}, 'unknown'],
    ['AB-77', {}, 'unknown'],
  ] as const)('%s with %j is guessed to be %s, and says so', (number, hint, type) => {
    expect(classifyDocument(number, hint)).toEqual({ type, guessed: true, flags: ['W_DOC_TYPE_GUESSED'] })
  })

  it('believes a field that holds one type only', () => {
    expect(classifyDocument('112245677', { types: ['promise_cert'] })).toEqual({
      type: 'promise_cert',
      guessed: false,
      flags: [],
    })
    expect(classifyDocument('3413020988', { types: ['product_A'] }).type).toBe('product_A')
  })

  it('guesses only among the types that the field may hold', () => {
    const types = ['product_A', 'product_B'] as const
    expect(classifyDocument('3413020988', { types, productClass: 'pork', crossesProvince: true }).type).toBe(
      'product_A',
    )
    expect(classifyDocument('3308000217', { types, productClass: 'other_livestock' }).type).toBe('unknown')
  })

  it('takes a field of A and B for one of the form that took their place in 2026, from that day on', () => {
    const typeOn = (date: string, hint: DocumentHint) =>
      classifyDocument('3306112026', { date, ...hint }).type
    const products = { types: ['product_A', 'product_B'], productClass: 'pork' } as const
    expect(typeOn('2026-01-01', products)).toBe('product_2026')
    expect(typeOn('2026-11-20', { ...products, crossesProvince: true })).toBe('product_2026')
    expect(typeOn('2025-12-31', { ...products, crossesProvince: true })).toBe('product_A')
    expect(typeOn('2025-12-31', products)).toBe('unknown')
    const any = { types: ['animal_A', 'animal_B', 'product_A', 'product_B'] } as const
    expect(typeOn('2026-11-20', { ...any, productClass: 'other_livestock' })).toBe('animal_2026')
    expect(typeOn('2026-11-20', { ...any, productClass: 'beef' })).toBe('product_2026')
    expect(typeOn('2026-11-20', { types: ['animal_B', 'promise_cert'], productClass: 'pork' })).toBe(
      'unknown',
    )
  })

  it('does not take a cold-chain lot code in the field of a certificate for a certificate', () => {
    for (const types of [undefined, ['product_A'], ['promise_cert']] as const) {
      const hint = { productClass: 'beef', ...(types === undefined ? {} : { types }) } as const
      expect(classifyDocument('330206-IMP-20240301-000123-02', hint)).toEqual({
        type: 'unknown',
        guessed: true,
        flags: ['W_DOC_TYPE_GUESSED'],
      })
    }
  })

  it('answers for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(Object.keys(DOCUMENT_TYPES)).toContain(classifyDocument(text).type)
      }),
    )
  })
})
