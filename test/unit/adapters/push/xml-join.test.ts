import { describe, expect, test } from 'vitest'
import { type DecodeOptions, decode } from '#adapters/push/decode.ts'

const OPTIONS: DecodeOptions = {
  format: 'xml',
  xml: { join: { detail: 'out_detail', base: 'out_base', on: 'tran_id' } },
}

const base = (id: string, date: string) =>
  `<out_base><tran_date>${date}</tran_date><tran_id>${id}</tran_id></out_base>`
const detail = (id: string, code: string) =>
  `<out_detail><tran_id>${id}</tran_id><meat_code>${code}</meat_code></out_detail>`
const joined = (text: string, options = OPTIONS) => decode(Buffer.from(text), options)

describe('details joined to their base', () => {
  test('each detail is a record that carries its base, before or after it', () => {
    const { records, unjoined } = joined(
      detail('T2', 'a') +
        base('T1', '20240415') +
        detail('T1', 'b') +
        detail('T1', 'c') +
        base('T2', '20240416'),
    )
    expect(records.map((record) => record.value)).toEqual([
      { tran_id: 'T2', meat_code: 'a', base: { tran_date: '20240416', tran_id: 'T2' } },
      { tran_id: 'T1', meat_code: 'b', base: { tran_date: '20240415', tran_id: 'T1' } },
      { tran_id: 'T1', meat_code: 'c', base: { tran_date: '20240415', tran_id: 'T1' } },
    ])
    expect(records.flatMap((record) => record.issues)).toEqual([])
    expect(unjoined).toEqual([])
  })

  test('fields of the base are called by the base, fields of the detail by its number', () => {
    const id = '33060300100120000302'
    const record = joined(base(id, 'x') + detail('1', 'a') + detail(id, 'b')).records[1]
    expect(record?.path).toBe('out_detail[1]')
    expect(record?.place('tran_id')).toBe('out_detail[1]/tran_id')
    expect(record?.place('base.tran_date')).toBe(`out_base[tran_id=${id}]/tran_date`)
    expect(record?.place('base')).toBe(`out_base[tran_id=${id}]`)
  })

  test('a detail that cannot be attributed is rejected alone, with the reason at its key', () => {
    const { records, unjoined } = joined(
      base('T1', '1') +
        detail('T1', 'a') +
        detail('', 'b') +
        detail('T9', 'c') +
        base('3.30603E+19', '2') +
        detail('3.30603E+19', 'd'),
    )
    expect(
      records.map((record) => record.issues.map(({ path, code, reason }) => [path, code, reason])),
    ).toEqual([
      [],
      [['out_detail[1]/tran_id', 'E_NO_KEY', 'no value for tran_id']],
      [['out_detail[2]/tran_id', 'E_SCHEMA', 'no out_base with the same tran_id in the message']],
      [['out_detail[3]/tran_id', 'E_PRECISION_LOST', 'the key went through a spreadsheet']],
    ])
    expect(records[2]?.value).toEqual({ tran_id: 'T9', meat_code: 'c' })
    expect(unjoined).toEqual([{ path: 'out_base[tran_id=3.30603E+19]', key: '3.30603E+19' }])
  })

  test('a base that no detail used is told', () => {
    expect(joined(base('T1', '1') + base('T2', '2') + detail('T1', 'a')).unjoined).toEqual([
      { path: 'out_base[tran_id=T2]', key: 'T2' },
    ])
  })

  test('the same base twice is one; two that differ are not chosen between', () => {
    expect(joined(base('T1', '1') + base('T1', '1') + detail('T1', 'a')).records[0]?.issues).toEqual([])
    expect(joined(base('T1', '1') + base('T1', '2') + detail('T1', 'a')).records[0]?.issues).toMatchObject([
      { path: 'out_base[tran_id=T1]', code: 'E_SCHEMA', reason: 'two different out_base have this key' },
    ])
  })

  test('full-width digits and blanks in a key do not part it from its base', () => {
    expect(joined(base('１２３', '1') + detail('123 ', 'a')).records[0]?.issues).toEqual([])
  })

  test('several names join where all of them are equal, empty ones too', () => {
    const options: DecodeOptions = { format: 'xml', xml: { join: { detail: 'd', base: 'b', on: 'x, y' } } }
    const text =
      '<data><b><x>1</x><y></y><n>one</n></b><d><x>1</x><y/></d><d><x>1</x><y>2</y></d><d><x></x><y></y></d></data>'
    const { records } = joined(text, options)
    expect(records.map((record) => record.issues.map(({ path, code }) => [path, code]))).toEqual([
      [],
      [['d[1]', 'E_SCHEMA']],
      [['d[2]', 'E_NO_KEY']],
    ])
    expect(records[0]?.place('base.n')).toBe('b[x=1,y=]/n')
  })
})
