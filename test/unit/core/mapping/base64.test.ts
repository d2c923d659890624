import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileMapping } from '#core/mapping/compile.ts'
import type { SourceValue } from '#core/source.ts'

const TEXT = `
mapping: example/sampling
version: 1
read: { format: json, names: any-case, values: base64 }
ignore: [INSPECTION_TASKTYPE]
key: [PLAN_CODE]
emit:
  - kind: document
    fields:
      occurredAt: { from: DAY, date: [yyyyMMdd] }
      parties.owner: { name: OWNER.NAME }
      documents:
        - { role: self, from: PLAN_CODE, type: lab_report, sources: { each: SHEETS, from: NO } }
`
const compiled = (text: string) => compileMapping({ path: 'sampling.yaml', text })
const from = (value: SourceValue) => ({
  index: 0,
  path: '/0',
  value,
  place: (field: string) => `/0/${field}`,
  issues: [],
})
const mapped = (value: SourceValue, text = TEXT) =>
  compiled(text).mapping?.map(from(value), { receivedAtMs: Date.UTC(2024, 5, 1) })
const base64 = (text: string): string => Buffer.from(text).toString('base64')

const SENT = {
  PLAN_CODE: base64('GDCJ1'),
  DAY: base64('20240414'),
  OWNER: { NAME: base64('示例食品公司') },
  SHEETS: [{ NO: base64('A1') }, { NO: base64('A22') }],
  // The name has a blank at its end, as such a platform documents it.
  'INSPECTION_TASKTYPE ': base64('1'),
}

test('every text of a record is read, whatever its padding, in lists and objects too', () => {
  const unpadded = JSON.parse(JSON.stringify(SENT).replaceAll('=', ''))
  const overpadded = JSON.parse(JSON.stringify(SENT).replaceAll(/="/g, '==="'))
  for (const sent of [SENT, unpadded, overpadded, { ...SENT, DAY: 'MjAy\r\nNDA0MTQ=' }]) {
    const source = mapped(sent)
    expect(source?.issues).toEqual([])
    expect(source?.key).toEqual(['GDCJ1'])
    expect(source?.records[0]?.body).toMatchObject({
      occurredAt: { raw: '20240414' },
      parties: [{ name: '示例食品公司' }],
      documents: [{ number: 'GDCJ1', sources: ['A1', 'A22'] }],
    })
  }
  expect(compiled(TEXT).mapping?.drift(from(SENT))).toEqual([])
})

test('a text with other characters than those of Base64 stays as it was written', () => {
  const source = mapped({ ...SENT, OWNER: { NAME: '示例食品公司' } })
  expect(source?.issues).toEqual([])
  expect(source?.records[0]?.body).toMatchObject({ parties: [{ name: '示例食品公司' }] })
})

test('what is no Base64 of a text rejects its record at that place, and never becomes other characters', () => {
  for (const plain of ['HGZ20260415', '20260415', 'abcde']) {
    const source = mapped({ ...SENT, PLAN_CODE: plain })
    expect([source?.rejected, source?.key]).toEqual([true, null])
    expect(source?.issues.map(({ path, code }) => [path, code])).toContainEqual([
      '/0/PLAN_CODE',
      'E_ENCODING',
    ])
  }
})

test('without it values are as written', () => {
  expect(mapped(SENT, TEXT.replace(', values: base64', ''))?.key).toEqual([SENT.PLAN_CODE])
})

test('a word that it does not know is a mistake with those that it does', () => {
  const [mistake] = compiled(TEXT.replace('values: base64', 'values: hex')).mistakes
  expect([mistake?.target, mistake?.advice.en]).toEqual(['read.values', expect.stringContaining('base64')])
})

test('any name comes back as it was', () => {
  const names = fc
    .string({ unit: 'grapheme' })
    .filter((text) => /\p{L}/u.test(text) && !text.includes('\ufffd'))
  fc.assert(
    fc.property(names, (name) => {
      const plain = mapped({ ...SENT, OWNER: { NAME: base64(name) } })
      const wanted = mapped(
        { PLAN_CODE: 'GDCJ1', DAY: '20240414', OWNER: { NAME: name }, SHEETS: [{ NO: 'A1' }, { NO: 'A22' }] },
        TEXT.replace(', values: base64', ''),
      )
      expect(plain).toEqual(wanted)
    }),
  )
})
