import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDays } from '#core/documents/civil-day.ts'
import { documentForm, documentTypeOn } from '#core/documents/document-form.ts'
import type { DocumentType } from '#core/documents/document-type.ts'
import { checkDocumentUse, documentValidity, lastValidDay } from '#core/documents/document-validity.ts'
import { placesOfUse } from '#core/documents/places-of-use.ts'
import { promiseBasis } from '#core/documents/promise-basis.ts'
import { requiredDocuments } from '#core/documents/required-documents.ts'
import type { ProductClass } from '#core/products/product-class.ts'

/** Groups that none of the documents at hand answers. */
const missingDocuments = (productClass: ProductClass, date: string, present: readonly DocumentType[]) =>
  requiredDocuments(productClass, date).filter((group) => !group.some((type) => present.includes(type)))

describe('forms by date of issue', () => {
  it.each([
    ['2020-06-10', '2019', '食用农产品合格证'],
    ['2021-10-31', '2019', '食用农产品合格证'],
    ['2021-11-01', '2021', '承诺达标合格证'],
    ['2024-04-15', '2021', '承诺达标合格证'],
    ['2026-01-31', '2021', '承诺达标合格证'],
    ['2026-02-01', '2026', '承诺达标合格证'],
  ])('a certificate of %s has the form of %s', (day, form, titleZh) => {
    expect(documentForm('promise_cert', day)).toMatchObject({ form, titleZh })
  })

  it('has no form before the pilot, after the last day, and for papers without a national form', () => {
    expect(documentForm('promise_cert', '2018-01-01')).toBeUndefined()
    expect(documentForm('product_A', '2026-01-01')).toBeUndefined()
    expect(documentForm('product_A', '2025-12-31')).toMatchObject({ form: '2010' })
    expect(documentForm('product_2026', '2025-12-31')).toBeUndefined()
    expect(documentForm('origin_cert', '2024-04-15')).toBeUndefined()
  })

  it('knows the quarantine papers of 2026 by their date', () => {
    expect(documentTypeOn('product_A', '2025-12-31')).toBe('product_A')
    expect(documentTypeOn('product_A', '2026-01-01')).toBe('product_2026')
    expect(documentTypeOn('animal_B', '2026-04-14')).toBe('animal_2026')
    expect(documentTypeOn('promise_cert', '2026-04-14')).toBe('promise_cert')
  })
})

describe('the day on which a rule changes', () => {
  const shop = (day: string) => requiredDocuments('vegetable', day).flat()
  const pork = (day: string) => requiredDocuments('pork', day).flat()
  const form = (day: string) => documentForm('promise_cert', day)?.form
  it.each([
    ['2016-03-01', 'a market asks for papers', (day: string) => shop(day).length > 0],
    ['2021-11-01', 'the certificate has its second form', (day: string) => form(day) === '2021'],
    [
      '2023-12-01',
      'a mark of quality stands for no paper',
      (day: string) => shop(day).length > 0 && !shop(day).includes('three_products_one_mark'),
    ],
    ['2026-01-01', 'pork comes with the paper of 2026', (day: string) => pork(day).includes('product_2026')],
    ['2026-02-01', 'the certificate has its third form', (day: string) => form(day) === '2026'],
  ])('from %s on, and not the day before, %s', (day, _, holds) => {
    expect([addDays(day, -1) ?? '', day, addDays(day, 1) ?? ''].map(holds)).toEqual([false, true, true])
  })
})

describe('validity and territory by date of issue', () => {
  it.each([
    ['animal_A', undefined, '2024-04-19', 'anywhere'],
    ['animal_A', 3, '2024-04-17', 'anywhere'],
    ['animal_A', 30, '2024-04-19', 'anywhere'],
    ['animal_B', undefined, '2024-04-14', 'within_province'],
    ['animal_B', 2, '2024-04-14', 'within_province'],
    ['product_A', undefined, '2024-04-21', 'anywhere'],
    ['product_A', 2, '2024-04-16', 'anywhere'],
    ['product_B', undefined, '2024-04-14', 'within_province'],
  ] as const)(
    '%s of 2024-04-14 stating %s days ends %s, used %s',
    (type, statedDays, validUntil, territory) => {
      const paper = { type, issuedOn: '2024-04-14', ...(statedDays === undefined ? {} : { statedDays }) }
      expect(documentValidity(paper)).toEqual({ validUntil, territory })
    },
  )

  it('lets a stated last day shorten what the rule allows and never lengthen it; where there is no rule the stated one counts', () => {
    const last = (type: DocumentType, issuedOn: string, stated: string) =>
      lastValidDay({ type, issuedOn }, stated)
    expect(last('product_B', '2024-04-14', '2024-05-14')).toBe('2024-04-14')
    expect(last('product_A', '2024-04-14', '2024-05-14')).toBe('2024-04-21')
    expect(last('product_A', '2024-04-14', '2024-04-16')).toBe('2024-04-16')
    expect(last('product_B', '2026-04-14', '2026-05-14')).toBe('2026-05-14')
    expect(last('promise_cert', '2024-04-14', '2024-05-14')).toBe('2024-05-14')
    const use = { type: 'product_B', issuedOn: '2024-04-14', usedOn: '2024-04-20' } as const
    expect(checkDocumentUse({ ...use, validUntil: '2024-05-14' })).toEqual(['W_DOC_EXPIRED'])
  })

  it('sets no limit for papers issued since 2026, nor for other papers', () => {
    expect(documentValidity({ type: 'product_B', issuedOn: '2026-01-01' })).toEqual({ territory: 'anywhere' })
    expect(documentValidity({ type: 'product_2026', issuedOn: '2026-04-14', statedDays: 2 })).toEqual({
      territory: 'anywhere',
    })
    expect(documentValidity({ type: 'promise_cert', issuedOn: '2024-04-14' })).toEqual({
      territory: 'anywhere',
    })
  })

  it('flags product B across provinces and not product A', () => {
    const use = { issuedOn: '2024-04-15', usedOn: '2024-04-15', from: '341302', to: '310115' } as const
    expect(checkDocumentUse({ ...use, type: 'product_B' })).toEqual(['W_DOC_TERRITORY'])
    expect(checkDocumentUse({ ...use, type: 'product_A' })).toEqual([])
    expect(checkDocumentUse({ ...use, type: 'product_B', from: '310110' })).toEqual([])
    expect(checkDocumentUse({ type: 'product_B', issuedOn: '2024-04-15', usedOn: '2024-04-15' })).toEqual([])
    expect(
      checkDocumentUse({ ...use, type: 'product_B', issuedOn: '2026-01-02', usedOn: '2026-01-02' }),
    ).toEqual([])
  })

  it('flags a paper used after its last day, by the rules of the day of issue', () => {
    const b = { type: 'product_B', issuedOn: '2025-12-31' } as const
    expect(checkDocumentUse({ ...b, usedOn: '2025-12-31' })).toEqual([])
    expect(checkDocumentUse({ ...b, usedOn: '2026-01-01' })).toEqual(['W_DOC_EXPIRED'])
    const a = { type: 'animal_A', issuedOn: '2024-02-27', statedDays: 3 } as const
    expect(checkDocumentUse({ ...a, usedOn: '2024-03-01' })).toEqual([])
    expect(checkDocumentUse({ ...a, usedOn: '2024-03-02' })).toEqual(['W_DOC_EXPIRED'])
  })
})

describe('the provinces between which a paper was used', () => {
  const region = (code: string) => ({ code, year: 2024 })

  it('are those of origin and destination, else of where the record was made', () => {
    const [origin, here, there] = [region('341302'), region('330402'), region('310115')]
    expect(placesOfUse({ origin, region: here })).toEqual({ from: '34', to: '33' })
    expect(placesOfUse({ origin, region: here, destination: there })).toEqual({ from: '34', to: '31' })
    expect(placesOfUse({ region: here, destination: there })).toEqual({ from: '33', to: '31' })
    expect(placesOfUse({ region: here })).toEqual({ to: '33' })
    expect(placesOfUse({ origin })).toEqual({ from: '34' })
  })

  it('are told from candidates only where all lie in one', () => {
    const one = { candidates: ['330602', '330603'], year: 2024 }
    const two = { candidates: ['330602', '310115'], year: 2024 }
    expect(placesOfUse({ origin: one, region: two })).toEqual({ from: '33' })
  })

  it('an own last day of the paper counts before the one of its type', () => {
    const use = { type: 'promise_cert', issuedOn: '2024-04-14', usedOn: '2024-04-18' } as const
    expect(checkDocumentUse(use)).toEqual([])
    expect(checkDocumentUse({ ...use, validUntil: '2024-04-17' })).toEqual(['W_DOC_EXPIRED'])
    expect(checkDocumentUse({ ...use, validUntil: '2024-04-18' })).toEqual([])
  })
})

describe('days', () => {
  it('counts over the ends of months and years', () => {
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29')
    expect(addDays('2023-12-31', 1)).toBe('2024-01-01')
    expect(addDays('2024-03-01', -1)).toBe('2024-02-29')
    expect(addDays('2023-02-29', 1)).toBeUndefined()
    expect(addDays('15.4.2024', 1)).toBeUndefined()
  })

  it('agrees with a calendar of its own', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: -400, max: 400 }), (start, days) => {
        const day = (n: number) => new Date(n * 86_400_000 + 43_200_000).toISOString().slice(0, 10)
        expect(addDays(day(start), days)).toBe(day(start + days))
      }),
    )
  })
})

describe('the basis of the promise', () => {
  it('reads the same code by the form of the certificate', () => {
    expect(promiseBasis('2021', '1,2').basis).toEqual(['委托检测', '自我检测'])
    expect(promiseBasis('2026', '1,2').basis).toEqual(['质量安全控制符合要求', '自行检测合格'])
    expect(promiseBasis('2021', '2，4').basis).toEqual(['自我检测', '自我承诺'])
    expect(promiseBasis('2026', ['3']).basis).toEqual(['委托检测合格'])
  })

  it('keeps codes that the form does not have apart', () => {
    expect(promiseBasis('2026', '1,4')).toEqual({ basis: ['质量安全控制符合要求'], unknown: ['4'] })
    expect(promiseBasis('2019', '1')).toEqual({ basis: [], unknown: ['1'] })
    expect(promiseBasis('2021', '')).toEqual({ basis: [], unknown: [] })
    expect(promiseBasis('2021', 'constructor').unknown).toEqual(['constructor'])
  })
})

describe('papers that goods need', () => {
  it('asks for quarantine and meat inspection of pork', () => {
    expect(requiredDocuments('pork', '2024-04-15')).toEqual([['product_A', 'product_B'], ['meat_quality']])
    expect(missingDocuments('pork', '2024-04-15', ['product_B', 'meat_quality'])).toEqual([])
    expect(missingDocuments('pork', '2024-04-15', ['product_B'])).toEqual([['meat_quality']])
  })

  it('takes the new certificate or the mark since 2026', () => {
    expect(missingDocuments('pork', '2026-03-01', ['product_2026', 'meat_quality'])).toEqual([])
    expect(missingDocuments('pork', '2026-03-01', ['quarantine_mark', 'meat_quality'])).toEqual([])
    expect(missingDocuments('beef', '2025-12-31', ['product_2026'])).toHaveLength(1)
    expect(missingDocuments('other_livestock', '2026-03-01', ['animal_2026'])).toEqual([])
  })

  it('takes one of certificate, proof of origin, voucher or test for the produce of fields and ponds', () => {
    for (const type of ['promise_cert', 'origin_cert', 'sales_voucher', 'rapid_test_sheet'] as const) {
      expect(missingDocuments('vegetable', '2024-04-15', [type])).toEqual([])
      expect(missingDocuments('fish_farmed', '2024-04-15', [type])).toEqual([])
    }
    expect(missingDocuments('vegetable', '2024-04-15', [])).toHaveLength(1)
  })

  it('takes the marks of quality only under the rule of 2016', () => {
    expect(missingDocuments('fruit', '2020-01-01', ['three_products_one_mark'])).toEqual([])
    expect(missingDocuments('fruit', '2023-12-01', ['three_products_one_mark'])).toHaveLength(1)
  })

  it('asks for nothing before 2016-03-01', () => {
    expect(requiredDocuments('pork', '2016-02-29')).toEqual([])
    expect(requiredDocuments('pork', '2016-03-01')).toHaveLength(2)
  })

  it('asks imports for the inbound certificate', () => {
    expect(requiredDocuments('cold_chain_import', '2024-04-15')).toEqual([['import_quarantine']])
  })
})
