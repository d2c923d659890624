import fc from 'fast-check'
import { expect, test } from 'vitest'
import { gs1CheckOk } from '#core/identifiers/gs1.ts'
import {
  isTagTail,
  otherCodes,
  otherCodesMeant,
  readGs1,
  tagOfPaper,
  tagsEnding,
} from '#core/lineage/other-codes.ts'

const LOT = '010690324467976310L24'
test.each([
  ['(01)06903244679763(10)L24', LOT],
  ['010690324467976310L24', LOT],
  ['https://id.gs1.org/01/06903244679763/10/L24', LOT],
  ['https://example.com/01/6903244679763/22/2A/10/L24?17=240501', LOT],
  ['urn:epc:class:lgtin:6903244.067976.L24', LOT],
  ['6903244679763+L24', LOT],
  ['(01)06903244679763(17)240501(10)L24', LOT],
  ['(01)06903244679763(10)L24(17)240501', LOT],
  [']d201069032446797631724050110L24', LOT],
  [']C1010690324467976310L24\u001d3103001250', LOT],
  ['010690324467976310L24\u001d17240501', LOT],
  ['https://x.example.cn/gtin/06903244679763/lot/L24', LOT],
  ['(01) 06903244679763 (21) S 1', '010690324467976321S1'],
  ['urn:epc:id:sgtin:6903244.067976.S1', '010690324467976321S1'],
  ['https://id.gs1.org/01/06903244679763/21/S%2F1', '010690324467976321S/1'],
])('%s is %s in any form of GS1', (text, told) => {
  expect(readGs1(text)).toEqual([told])
})

test('an element string with lot and serial is found by either', () => {
  expect(readGs1('(01)06903244679763(10)L24(21)S1')).toEqual([LOT, '010690324467976321S1'])
})

test.each([
  '',
  '6903244679763',
  '01069032446797631724050',
  '(10)L24',
  '6903244679764+L24',
  '(01)06903244679764(10)L24',
  'urn:epc:id:sgtin:69032.067976.S1',
  'HGZ20240415-1',
  '33010501224041500047',
])('%j is no GTIN with a lot or a serial', (text) => {
  expect(readGs1(text)).toEqual([])
})

test('an EPC URI of any division between company and item is the GTIN of the same digits', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\d{13}$/), fc.integer({ min: 6, max: 12 }), (digits, company) => {
      const uri = `urn:epc:id:sgtin:${digits.slice(1, 1 + company)}.${digits[0]}${digits.slice(1 + company)}.7`
      const [told = ''] = readGs1(uri)
      expect(told.slice(2, 15)).toBe(digits)
      expect(gs1CheckOk(told.slice(2, 16))).toBe(true)
      expect(readGs1(told)).toEqual([told])
    }),
  )
})

test('whole ear tags are codes of their certificate, last digits are none', () => {
  const earTags = ['133082500000217', '301']
  const body = {
    flags: [],
    documents: [{ role: 'self' as const, type: 'animal_B', number: '3308000218', earTags }],
  }
  expect(otherCodes('document', 'urn:cnft:document:a:b:1', body)).toEqual(['cn.eartag15:133082500000217'])
  expect(otherCodesMeant('1 330825 00000217')).toContain('cn.eartag15:133082500000217')
  expect(tagsEnding(body, '217')).toEqual(['133082500000217'])
  expect(tagsEnding(body, '01')).toEqual(['301'])
})

test('last digits of an ear tag go behind the number of a certificate', () => {
  expect(tagOfPaper('3308000218 301')).toEqual({ paper: 'doc:3308000218', tail: '301' })
  expect(tagOfPaper(' 3308000218＃301 ')).toEqual({ paper: 'doc:3308000218', tail: '301' })
  expect(tagOfPaper('3308000218 耳标301')).toEqual({ paper: 'doc:3308000218', tail: '301' })
  expect(tagOfPaper('3308000218301')).toBeNull()
  expect(tagOfPaper('301')).toBeNull()
  expect(isTagTail('301')).toBe(true)
})

test('tickets and tests are found by the last part of their key, other records are not', () => {
  const id = 'urn:cnft:sale:market-scales:ticket:330105012:2024041500047'
  expect(otherCodes('sale', id, { flags: [], saleKind: 'retail' })).toEqual(['number:2024041500047'])
  expect(otherCodes('sale', id, { flags: [], saleKind: 'wholesale' })).toEqual([])
  expect(otherCodes('test', 'urn:cnft:test:rapid-test:result:a1-b2', { flags: [] })).toEqual(['number:A1-B2'])
})
