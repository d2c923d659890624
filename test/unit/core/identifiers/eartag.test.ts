import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isEarTagShape, parseEarTags } from '#core/identifiers/eartag.ts'

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => String(from + i))

describe('an ear tag', () => {
  it('has 15 digits and does not begin with 0', () => {
    expect(isEarTagShape('133082500000217')).toBe(true)
    expect(isEarTagShape('033082500000217')).toBe(false)
    expect(isEarTagShape('13308250000021')).toBe(false)
    expect(isEarTagShape('217')).toBe(false)
  })
})

describe('a cell of ear tags', () => {
  it('with last digits and a range gives each tail, both ends included, and is marked partial', () => {
    expect(parseEarTags('217,218,219-236')).toEqual({
      full: [],
      tails: upTo(217, 236),
      unread: [],
      flags: ['W_TAG_PARTIAL'],
    })
    expect(parseEarTags('217').flags).toEqual(['W_TAG_PARTIAL'])
    expect(parseEarTags('001～003').tails).toEqual(['001', '002', '003'])
    expect(parseEarTags('401 至 403、500；501 502').tails).toEqual(['401', '402', '403', '500', '501', '502'])
  })

  it('with whole tags is not partial, blanks inside a tag allowed', () => {
    expect(parseEarTags('133082500000217,133082500000218 ,1 33082500 000219')).toEqual({
      full: ['133082500000217', '133082500000218', '133082500000219'],
      tails: [],
      unread: [],
      flags: [],
    })
    expect(parseEarTags('133082500000217\n133082500000218').full).toHaveLength(2)
    expect(parseEarTags('133082500000217 133082500000218').full).toHaveLength(2)
  })

  it('with a range of whole tags counts the serial, also where only its end is written', () => {
    const three = ['133082500000999', '133082500001000', '133082500001001']
    expect(parseEarTags('133082500000999-133082500001001').full).toEqual(three)
    expect(parseEarTags('133082500000217-219').full).toHaveLength(3)
  })

  it('keeps as unread what is no tag: words, ranges that run backwards or over two counties', () => {
    expect(parseEarTags('见附页')).toEqual({ full: [], tails: [], unread: ['见附页'], flags: [] })
    expect(parseEarTags('236-219').unread).toEqual(['236-219'])
    expect(parseEarTags('133082500000217-133080300000219').unread).toHaveLength(1)
    expect(parseEarTags('17').unread).toEqual(['17'])
    expect(parseEarTags(' /,，')).toEqual({ full: [], tails: [], unread: [], flags: [] })
  })

  it('never gives more than 500 tags', () => {
    expect(parseEarTags('0001-0500').tails).toHaveLength(500)
    expect(parseEarTags('0001-0501')).toMatchObject({ tails: [], unread: ['0001-0501'] })
    const flood = parseEarTags('00000001-00000500,00000501,133082500000001-133082599999999')
    expect(flood.tails).toHaveLength(500)
    expect(flood.full).toHaveLength(0)
    expect(flood.unread).toHaveLength(2)
  })

  it('of whatever text gives only tags, and no more than the cap', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789-,， 、至见'), maxLength: 80 }), (raw) => {
        const { full, tails } = parseEarTags(raw)
        expect(full.every(isEarTagShape)).toBe(true)
        expect(tails.every((tail) => /^\d{3,8}$/.test(tail))).toBe(true)
        expect(full.length + tails.length).toBeLessThanOrEqual(500)
      }),
    )
  })
})
