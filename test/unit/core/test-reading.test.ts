import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseTestReading } from '#core/test-reading.ts'

describe('what an instrument showed', () => {
  test.each([
    ['63.4%', { value: '63.4', unit: '%' }],
    ['63.4 ％', { value: '63.4', unit: '%' }],
    ['８．２０', { value: '8.2' }],
    ['8.20', { value: '8.2' }],
    ['0', { value: '0' }],
    ['-0.3', { value: '-0.3' }],
    ['1,200cfu/g', { value: '1200', unit: 'cfu/g' }],
    ['<0.01', { value: '0.01', operator: '<' }],
    ['＜ ０．０１ ｍｇ／ｋｇ', { value: '0.01', operator: '<', unit: 'mg/kg' }],
    ['≤0.5ug/kg', { value: '0.5', operator: '<=', unit: 'μg/kg' }],
    ['0.5 µg/kg', { value: '0.5', unit: 'μg/kg' }],
    ['>=70%', { value: '70', operator: '>=', unit: '%' }],
    ['≥ 100', { value: '100', operator: '>=' }],
    ['> 1 ppm', { value: '1', operator: '>', unit: 'ppm' }],
  ])('%s is a number', (text, reading) => expect(parseTestReading(text)).toEqual(reading))

  test.each([
    '阴性',
    '阳性',
    '弱阳性',
    'ND',
    'n.d.',
    ' 未检出 ',
    '/',
    '-',
    '+',
    '（－）',
    '无',
    '',
    '合格',
    '<LOD',
  ])('%s is a word without a number', (text) => expect(parseTestReading(text)).toEqual({}))

  test.each([
    '12,5%',
    '0.01-0.02',
    '1E-3',
    '1.2.3',
    '约5%',
    '5 斤',
    '5 furlong',
    '%',
    '<',
    '5²',
    '优',
    'x'.repeat(500),
  ])('%s is neither, and is not guessed at', (text) => expect(parseTestReading(text)).toBeNull())

  test('never throws, and a number is a plain decimal', () => {
    const texts = fc.string({
      unit: fc.constantFrom(...'0123456789.,<>=≤%‰ mgkμu/阴性ND-+ＮＤ１'),
      maxLength: 45,
    })
    fc.assert(
      fc.property(texts, (text) => {
        const value = parseTestReading(text)?.value
        if (value !== undefined) expect(value).toMatch(/^-?\d+(\.\d*[1-9])?$/)
      }),
      { numRuns: 3000 },
    )
  })
})
