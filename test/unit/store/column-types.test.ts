import { describe, expect, it } from 'vitest'
import { columnTypes, instantText } from '#store/column-types.ts'

const parse = (oid: number, text: string): unknown =>
  columnTypes.getTypeParser(oid as Parameters<typeof columnTypes.getTypeParser>[0], 'text')(text)

describe('columnTypes', () => {
  it.each([
    ['2024-04-15 03:42:10.123+00', '2024-04-15T03:42:10.123Z'],
    ['2024-04-15 03:42:10+00', '2024-04-15T03:42:10.000Z'],
    ['2024-04-15 03:42:10.1+00', '2024-04-15T03:42:10.100Z'],
    ['2024-04-15 03:42:10.123456+00', '2024-04-15T03:42:10.123456Z'],
    ['2024-04-15 03:42:10.1234+00', '2024-04-15T03:42:10.123400Z'],
    ['12024-04-15 03:42:10+00', '12024-04-15T03:42:10.000Z'],
    ['infinity', 'infinity'],
    ['0044-03-15 12:00:00+00 BC', '0044-03-15 12:00:00+00 BC'],
  ])('reads the instant %s as %s', (text, iso) => {
    expect(instantText(text)).toBe(iso)
    expect(parse(1184, text)).toBe(iso)
  })

  it('leaves dates, bigint and numeric as text', () => {
    expect(parse(1082, '2024-04-15')).toBe('2024-04-15')
    expect(parse(1114, '2024-04-15 03:42:10')).toBe('2024-04-15 03:42:10')
    expect(parse(20, '9007199254740993')).toBe('9007199254740993')
    expect(parse(1700, '0.10')).toBe('0.10')
  })

  it('reads arrays of dates and instants as arrays of text', () => {
    expect(parse(1182, '{2024-04-15,NULL}')).toEqual(['2024-04-15', null])
    expect(parse(1185, '{"2024-04-15 03:42:10+00",NULL}')).toEqual(['2024-04-15T03:42:10.000Z', null])
  })

  it('leaves the other types to node-postgres', () => {
    expect(parse(23, '42')).toBe(42)
    expect(parse(16, 't')).toBe(true)
    expect(parse(3802, '{"a":1}')).toEqual({ a: 1 })
  })
})
