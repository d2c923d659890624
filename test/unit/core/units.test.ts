import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareDecimal, divideDecimal } from '#core/decimal.ts'
import { convertMass } from '#core/units/mass.ts'
import { parseQuantity, type QuantityOptions } from '#core/units/quantity.ts'
import { unitOf } from '#core/units/table.ts'

const read = (raw: string, options: QuantityOptions = {}) => parseQuantity(raw, options)

describe('units', () => {
  it.each([
    ['1', '公斤', '1'],
    ['1', 'KG', '1'],
    ['1', '㎏', '1'],
    ['1', 'KGM', '1'],
    ['120', '斤', '60'],
    ['1', '市斤', '0.5'],
    ['3', '两', '0.15'],
    ['1250', '克', '1.25'],
    ['1', 'g', '0.001'],
    ['5', '毫克', '0.000005'],
    ['2.4', '吨', '2400'],
    ['1', 't', '1000'],
    ['2', '担', '100'],
    ['10', '磅', '4.5359237'],
  ])('%s %s are %s kg', (value, unit, kilograms) => {
    expect(convertMass(value, unit)).toBe(kilograms)
  })

  it('of count, packages and unknown words are no mass', () => {
    for (const unit of ['头', '片', '箱', '畦', '亩', '', 'constructor']) {
      expect(convertMass('1', unit), unit).toBeNull()
    }
  })

  it.each([
    ['HEA', ['头', '只', '羽', '尾', '条', '匹', 'HEA', '頭']],
    ['H87', ['枚', '个', '片', '扇', '胴体', 'H87', '個']],
    ['PKG', ['箱', '件', '筐', '袋', '盒', '板', '瓶', '捆', '包', '托', 'PKG']],
  ])('%s is the code of %s', (code, texts) => {
    for (const text of texts) expect(unitOf(text)?.code, text).toBe(code)
  })

  it('turn 斤 into kilograms and back without a loss', () => {
    const masses = fc.tuple(
      fc.integer({ min: -999_999_999, max: 999_999_999 }),
      fc.integer({ min: 0, max: 6 }),
    )
    fc.assert(
      fc.property(masses, ([digits, scale]) => {
        const jin = divideDecimal(String(digits), String(10 ** scale), 6)
        const kilograms = convertMass(jin, '斤') ?? ''
        expect(compareDecimal(divideDecimal(kilograms, '0.5', 6), jin)).toBe(0)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('a quantity', () => {
  it.each([
    ['100', '斤', '50', 'KGM'],
    ['240', '斤', '120', 'KGM'],
    ['300.0', '公斤', '300', 'KGM'],
    ['1250', 'g', '1.25', 'KGM'],
    ['0', '公斤', '0', 'KGM'],
    ['-100', '斤', '-50', 'KGM'],
    ['20', '头', '20', 'HEA'],
    ['3', '筐', '3', 'PKG'],
    ['１８６．５', '公斤', '186.5', 'KGM'],
    ['2,400', '公斤', '2400', 'KGM'],
    ['1，200', '斤', '600', 'KGM'],
    ['肆拾', '片', '40', 'H87'],
  ])('%s with the unit cell %s is %s %s', (raw, unit, value, code) => {
    const { quantity, flags } = read(raw, { unit })
    expect(quantity).toEqual({ value, unit: code, raw: raw + unit, rawUnit: unit })
    expect(flags).toEqual([])
  })

  it.each([
    ['500公斤', '500', 'KGM'],
    ['120斤', '60', 'KGM'],
    ['５０公斤', '50', 'KGM'],
    ['贰拾头', '20', 'HEA'],
    ['40头', '40', 'HEA'],
    ['叁佰羽', '300', 'HEA'],
    ['肆拾片', '40', 'H87'],
    ['60箱', '60', 'PKG'],
    ['叁佰千克', '300', 'KGM'],
    ['3千克', '3', 'KGM'],
    ['二两', '0.1', 'KGM'],
    ['1.5万斤', '7500', 'KGM'],
    ['2 400公斤', null, 'KGM'],
    ['2,400 KG', '2400', 'KGM'],
    ['10㎏', '10', 'KGM'],
    ['贰吨', '2000', 'KGM'],
  ])('%s in one cell is %s %s', (raw, value, code) => {
    const { quantity, flags } = read(raw)
    expect(quantity).toMatchObject({ value, unit: code, raw })
    expect(flags).toEqual(value === null ? ['W_UNIT_SUSPECT'] : [])
  })

  it('takes the unit in the text before that of the cell, and that of the cell before the default', () => {
    expect(read('500公斤', { unit: '公斤' }).quantity).toMatchObject({ value: '500', raw: '500公斤' })
    expect(read('约100斤', { unit: '公斤' })).toEqual({
      quantity: { value: '50', unit: 'KGM', raw: '约100斤', rawUnit: '斤', approx: true },
      flags: [],
    })
    expect(read('60箱', { unit: '公斤', dimension: 'any' })).toEqual({
      quantity: { value: '60', unit: 'PKG', raw: '60箱', rawUnit: '箱' },
      flags: [],
    })
    expect(read('500', { unit: '', default: '斤' }).quantity).toMatchObject({ value: '250', raw: '500' })
    expect(read('500', { unit: '公斤', default: '斤' }).quantity.value).toBe('500')
  })

  it.each(['约60', '约 60', '≈60', '近60', '大约60', '约为60', '~60', '60左右', '约陆拾'])(
    '%s of a column in 斤 is about 30 kg',
    (raw) => {
      expect(read(raw, { default: '斤', dimension: 'mass' })).toEqual({
        quantity: { value: '30', unit: 'KGM', raw, rawUnit: '斤', approx: true },
        flags: [],
      })
    },
  )

  it.each([
    '50kg*20箱',
    '20箱*50kg',
    '50KG×20箱',
    '20箱x50公斤',
    '50 kg * 20 箱',
    '５０ｋｇ＊２０箱',
    '50kg/箱*20箱',
    '100斤*20',
    '50kg*贰拾件',
  ])('%s is 1,000 kg in 20 packages', (raw) => {
    const { quantity, flags } = read(raw, { dimension: 'mass' })
    expect(quantity).toMatchObject({ value: '1000', unit: 'KGM', packs: '20', raw })
    expect(flags).toEqual([])
  })

  it('multiplies bare numbers only where the unit is told', () => {
    expect(read('20箱*50', { unit: '公斤' }).quantity).toMatchObject({ value: '1000', packs: '20' })
    expect(read('30枚*12盒').quantity).toMatchObject({ value: '360', unit: 'H87', packs: '12' })
    for (const raw of ['20箱*50', '20*50', '20箱*50件', '50kg*20kg', '50kg*2.5箱', '50kg*0箱', '50kg*-2箱']) {
      expect(read(raw), raw).toMatchObject({ quantity: { value: null, raw }, flags: ['W_UNIT_SUSPECT'] })
    }
  })

  it('is null and flagged where packages are no mass', () => {
    expect(read('3', { unit: '筐', dimension: 'mass' })).toEqual({
      quantity: { value: null, unit: 'KGM', raw: '3筐', rawUnit: '筐' },
      flags: ['W_UNIT_SUSPECT'],
    })
    expect(read('2筐', { default: '斤', dimension: 'mass' })).toMatchObject({
      quantity: { value: null, unit: 'KGM', raw: '2筐' },
      flags: ['W_UNIT_SUSPECT'],
    })
    expect(read('20头', { dimension: 'mass' }).quantity).toMatchObject({ value: null, unit: 'KGM' })
  })

  it.each([
    ['12', { unit: '畦' }, 'KGM', '12畦'],
    ['12', { unit: '畦', default: '公斤' }, 'KGM', '12畦'],
    ['12畦', { default: '公斤' }, 'KGM', '12畦'],
    ['见磅单', { default: '公斤' }, 'KGM', '见磅单'],
    ['若干', {}, 'KGM', '若干'],
    ['一批', { default: '头' }, 'HEA', '一批'],
    ['12,5', { default: '公斤' }, 'KGM', '12,5'],
    ['1.2.3', { default: '公斤' }, 'KGM', '1.2.3'],
    ['5²', { default: '公斤' }, 'KGM', '5²'],
    ['1E+3', { default: '公斤' }, 'KGM', '1E+3'],
    ['50kg/箱', {}, 'KGM', '50kg/箱'],
    ['100-120斤', {}, 'KGM', '100-120斤'],
    ['斤', {}, 'KGM', '斤'],
    ['100', {}, 'KGM', '100'],
    ['', { default: '公斤' }, 'KGM', ''],
    ['9'.repeat(200), { default: '公斤' }, 'KGM', '9'.repeat(200)],
  ] as const)('%s with %o cannot be read: null, the raw text, a flag', (raw, options, unit, kept) => {
    const { quantity, flags } = read(raw, options)
    expect(quantity).toMatchObject({ value: null, unit, raw: kept })
    expect(flags).toEqual(['W_UNIT_SUSPECT'])
  })

  it('in pounds is converted and flagged', () => {
    expect(read('10', { unit: 'lb' })).toMatchObject({
      quantity: { value: '4.5359237', unit: 'KGM' },
      flags: ['W_UNIT_SUSPECT'],
    })
  })

  it('follows the meaning that its source gives to a unit', () => {
    const units = { 羽: '片', 挂: '片' }
    expect(read('壹仟贰佰羽', { units }).quantity).toMatchObject({ value: '1200', unit: 'H87' })
    expect(read('5', { unit: '羽', units }).quantity).toMatchObject({ value: '5', unit: 'H87' })
    expect(read('5挂', { units }).quantity).toMatchObject({ value: '5', unit: 'H87', rawUnit: '挂' })
    expect(read('5羽').quantity.unit).toBe('HEA')
  })

  it('never throws, and keeps what it was given', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 70 }),
      fc.string({ unit: fc.constantFrom(...'0123456789.,-+*x×/约斤公千克kg箱头贰拾 １'), maxLength: 16 }),
    )
    const cells = fc.constantFrom('', '斤', '公斤', '箱', '畦', ' ')
    fc.assert(
      fc.property(texts, cells, fc.constantFrom('mass', 'any'), (raw, unit, dimension) => {
        const { quantity, flags } = read(raw, { unit, dimension: dimension === 'mass' ? 'mass' : 'any' })
        expect(quantity.raw.startsWith(raw.trim()) || quantity.raw === raw).toBe(true)
        if (quantity.value === null) expect(flags).toEqual(['W_UNIT_SUSPECT'])
        else expect(quantity.value).toMatch(/^-?\d+(\.\d*[1-9])?$/)
        if (dimension === 'mass') expect(quantity.unit).toBe('KGM')
      }),
      { numRuns: 3000 },
    )
  })
})
