import { describe, expect, it } from 'vitest'
import { isCommodityShape, isCustomsShape } from '#core/identifiers/customs.ts'
import {
  hasTraceDate,
  isBatchShape,
  isNodeShape,
  isOperatorShape,
  isTraceShape,
  traceForm,
} from '#core/identifiers/mofcom.ts'
import { isOrganicShape } from '#core/identifiers/organic.ts'
import { isPlate, normalisePlate } from '#core/identifiers/plate.ts'
import { FIXED_SCHEMES, isIdScheme, schemeTitle } from '#core/identifiers/scheme.ts'

describe('codes of the commerce-department trace', () => {
  it.each(['440981002', '330825011', '330105012', '330103007', '441900001'])('%s is a node', (code) => {
    expect(isNodeShape(code)).toBe(true)
  })
  it.each(['33082501', '3308250111', '810105012', '990105012', '33010501A'])('%s is no node', (code) => {
    expect(isNodeShape(code)).toBe(false)
  })
  it('an operator is a node and four digits, a batch a node and seven', () => {
    expect(isOperatorShape('4409810020001')).toBe(true)
    expect(isOperatorShape('6903244679763')).toBe(false)
    expect(isBatchShape('3308250110000001')).toBe(true)
    expect(isBatchShape('330825011000001')).toBe(false)
  })
  it('a trace code has 20 digits that begin with a region; a drug trace code does not', () => {
    expect(isTraceShape('33060300100120000157')).toBe(true)
    expect(isTraceShape('3306030010012000015')).toBe(false)
    expect(isTraceShape('3306030010012000015A')).toBe(false)
    expect(isTraceShape('81234567890123456789')).toBe(false)
  })
  it.each([
    ['33082500717041500001', true],
    ['44098100218121800001', true],
    ['33082500717134500001', false],
    ['33082500717022900001', false],
    ['33082500716022900001', true],
    ['33060300100120000157', false],
  ])('%s holds a date: %s', (code, holds) => {
    expect(hasTraceDate(code)).toBe(holds)
  })
  it('a date before the trace existed is a serial', () => {
    expect(hasTraceDate('33082500705041500001')).toBe(false)
  })
})

describe('the form of a trace code that nobody declared', () => {
  const both = '33010501217041600047'
  it('is A where there is no date, and ambiguous where both fit', () => {
    expect(traceForm('33082500717134500001')).toBe('A')
    expect(traceForm('33060300100120000157')).toBe('A')
    expect(traceForm(both)).toBe('ambiguous')
  })
  it('is told by the codes that are known, and stays ambiguous when those fit both', () => {
    const node = (code: string) => code === '330105012'
    const operator = (code: string) => code === '3301050121704'
    const never = () => false
    expect(traceForm(both, { node, operator: never })).toBe('B')
    expect(traceForm(both, { node, operator })).toBe('ambiguous')
    expect(traceForm(both, { node })).toBe('ambiguous')
    expect(traceForm(both, { node: never, operator: never })).toBe('ambiguous')
  })
})

describe('other shapes', () => {
  it('a commodity code has 10 digits that begin with a chapter of the Harmonized System', () => {
    expect(isCommodityShape('0202300090')).toBe(true)
    expect(isCommodityShape('0002300090')).toBe(false)
    expect(isCommodityShape('9902300090')).toBe(false)
    expect(isCommodityShape('202300090')).toBe(false)
  })
  it('a customs declaration has 18 digits with a year and a direction', () => {
    expect(isCustomsShape('310120241012345678')).toBe(true)
    expect(isCustomsShape('310120242012345678')).toBe(false)
    expect(isCustomsShape('310117241012345678')).toBe(false)
    expect(isCustomsShape('31012024101234567')).toBe(false)
  })
  it('an organic code has 17 digits', () => {
    expect(isOrganicShape('12345678901234567')).toBe(true)
    expect(isOrganicShape('1234567890123456')).toBe(false)
  })
  it.each([
    ['浙H00X00', true],
    ['浙h·00x00', true],
    ['皖L0X003', true],
    ['沪 A·D12345', true],
    ['粤Z1234港', true],
    ['浙A1234挂', true],
    ['浙A1234I', false],
    ['浙A123', false],
    ['浙100X00', false],
    ['见运单', false],
  ])('plate %s: %s', (raw, plate) => {
    expect(isPlate(normalisePlate(raw))).toBe(plate)
  })
})

describe('schemes', () => {
  it('of fixed name and of named platforms, provinces and systems are known, others not', () => {
    expect(FIXED_SCHEMES.every(isIdScheme)).toBe(true)
    expect(['cn.hgz.zj-agri', 'cn.coldchain.zj', 'local.market-scales'].every(isIdScheme)).toBe(true)
    expect(['cn.hgz.', 'local.', 'cn.other', 'toString', '__proto__', 'local.A b', ''].some(isIdScheme)).toBe(
      false,
    )
  })
  it('have a title in both languages', () => {
    expect(schemeTitle('cn.uscc')).toEqual(['Unified social credit code', '统一社会信用代码'])
    expect(schemeTitle('cn.coldchain.zj')[1]).toBe('冷链食品追溯码（zj）')
    for (const scheme of FIXED_SCHEMES) expect(schemeTitle(scheme)[1]).toMatch(/[\u4e00-\u9fff]/)
  })
})
