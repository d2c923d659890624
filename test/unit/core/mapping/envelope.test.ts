import { describe, expect, test } from 'vitest'
import { compileMapping } from '#core/mapping/compile.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import { decodeText } from '#test/decode-text.ts'

const TEXT = `mapping: a-system/record
version: 1
read: { format: json, rows: body.list, envelope: [node, body.code, day], expect: { type: IN } }
ignore: [envelope.size]
key: [envelope.body.code, id]
emit:
  - kind: sale
    when: { envelope.node: present }
    fields:
      occurredAt: { from: envelope.day, date: [yyyyMMdd] }
      parties.seller: { name: envelope.node }
      product: { name: goods }
      documents: [{ each: papers, role: upstream, type: by-number, concat: [envelope.node, .] }]
`

function compiled(text: string): CompiledMapping {
  const { mapping, mistakes } = compileMapping({ path: 'test.yaml', text })
  if (mapping === null) throw new Error(JSON.stringify(mistakes))
  return mapping
}
const mapping = compiled(TEXT)
const AROUND = { type: 'IN', size: '1', node: 'N7', day: '20240415' }
const ROW = { id: '1', goods: '番茄', papers: ['A', 'B'] }
const mapped = (around: object, code: unknown = 'C1', with_: CompiledMapping = mapping) => {
  const bytes = Buffer.from(JSON.stringify({ ...around, body: { list: [ROW], code } }))
  const [source] = decodeText(bytes, with_.read).records
  if (source === undefined) throw new Error('no record')
  return {
    source,
    ...with_.trace(source, { receivedAtMs: Date.UTC(2024, 4, 1) }),
    drift: with_.drift(source),
  }
}

describe('fields around the list', () => {
  test('are read in keys, times, parties, conditions and inside of each, also where they stand behind the list', () => {
    const { key, records, issues } = mapped(AROUND)
    expect(issues.map(({ code }) => code)).toEqual(['W_DOC_TYPE_GUESSED', 'W_DOC_TYPE_GUESSED'])
    expect(key).toEqual(['C1', '1'])
    expect(records[0]?.body).toMatchObject({
      occurredAt: { at: '2024-04-15T00:00:00+08:00' },
      parties: [{ role: 'seller', name: 'N7' }],
      documents: [{ number: 'N7A' }, { number: 'N7B' }],
    })
  })
  test('have their place in the message, not in the record', () => {
    const { rejected, issues } = mapped({ ...AROUND, day: 'x' }, null)
    expect(rejected).toBe(true)
    expect(issues.slice(0, 2).map(({ path, code }) => [path, code])).toEqual([
      ['/body/code', 'E_NO_KEY'],
      ['/day', 'E_SCHEMA'],
    ])
  })
  test('that nothing reads or ignores are drift and unused, once they have a value', () => {
    const { drift, unused, fields } = mapped({ ...AROUND, extra: { a: '1', b: '/' } })
    expect(drift).toEqual(['envelope.extra'])
    expect(unused).toEqual(['envelope.extra.a'])
    expect(fields.find(({ target }) => target === 'sale.occurredAt')?.from).toEqual(['envelope.day'])
  })
  test('the drift of one message is not that of the next', () => {
    expect(mapped({ ...AROUND, extra: '1' }).drift).toEqual(['envelope.extra'])
    expect(mapped(AROUND).drift).toEqual([])
  })
})

describe('a message that is for another record is refused with the place', () => {
  const refusal = (around: object) => {
    try {
      mapped(around)
      return null
    } catch (error) {
      return error
    }
  }
  test.each([
    [{ ...AROUND, type: 'OUT' }, 'type is OUT, not IN'],
    [{ ...AROUND, type: undefined }, 'type is missing, not IN'],
    [{ ...AROUND, type: ['IN'] }, 'type is something else, not IN'],
    [{ ...AROUND, type: '张三 13800000000' }, 'type is something else, not IN'],
  ])('%j', (around, reason) => {
    expect(refusal(around)).toMatchObject({ code: 'E_SCHEMA', at: '/type', reason })
  })
  test('a blank around the text is none', () => expect(refusal({ ...AROUND, type: 'IN ' })).toBeNull())
})

test('in a mapping without read.envelope a field may be called envelope', () => {
  const text = TEXT.replace(/read: .*/, 'read: { format: json }').replace(/ignore: .*/, '')
  const plain = compiled(text)
  const value = { envelope: { node: 'N7', day: '20240415', body: { code: 'C1' }, size: '1' }, ...ROW }
  const source = { index: 0, path: '/0', value, place: (field: string) => `/0/${field}`, issues: [] }
  expect(plain.map(source, { receivedAtMs: 0 }).key).toEqual(['C1', '1'])
  expect(plain.drift(source)).toEqual(['envelope.size'])
})
