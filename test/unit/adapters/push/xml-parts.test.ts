import { describe, expect, test } from 'vitest'
import { type DecodeOptions, decode } from '#adapters/push/decode.ts'
import { decodeStream, type StreamReport } from '#adapters/push/decode-stream.ts'
import { joinedRecord, type XmlParts } from '#adapters/push/xml/join.ts'

const READ: DecodeOptions = {
  format: 'xml',
  xml: { join: { detail: 'd', base: 'b', on: 'x,y', park: true } },
}
const b = (x: string, n: string) => `<b><x>${x}</x><y></y><n>${n}</n></b>`
const d = (x: string) => `<d><x>${x}</x><y></y></d>`
const whole = (rows: string, read = READ) => decode(Buffer.from(`<data>${rows}</data>`), read)

const ROWS = d('1') + b('2', 'two') + d('２ ') + b('3', 'three') + b('4', 'a') + b('4', 'b') + d('4') + d('')

describe('parts for other messages', () => {
  test('are the bases that can be joined and the details whose base is missing, by one key', () => {
    const { parts, records } = whole(ROWS)
    expect(parts?.bases).toEqual([
      { joinKey: '2\n', key: '2,', path: 'b[x=2,y=]', fields: { x: '2', y: '', n: 'two' }, used: true },
      { joinKey: '3\n', key: '3,', path: 'b[x=3,y=]', fields: { x: '3', y: '', n: 'three' }, used: false },
    ])
    expect([...(parts?.alone ?? [])]).toEqual([
      [0, { joinKey: '1\n', key: '1,', path: 'd[0]', fields: { x: '1', y: '' } }],
    ])
    // Each of them is rejected in its message all the same.
    expect(records.map(({ issues }) => issues.length)).toEqual([1, 0, 1, 1])
  })

  test('are the same from a stream', async () => {
    const report = {} as StreamReport
    const source = async function* () {
      for (const byte of Buffer.from(`<data>${ROWS}</data>`)) yield Buffer.from([byte])
    }
    for await (const _ of decodeStream(source(), READ, {}, report));
    expect(report.parts).toEqual(whole(ROWS).parts)
  })

  test('are none where the mapping does not let them wait', () => {
    const join = { detail: 'd', base: 'b', on: 'x,y' }
    expect(whole(ROWS, { format: 'xml', xml: { join } }).parts).toBeUndefined()
  })

  test('joined later are what they would have been together', () => {
    const { bases, alone } = whole(b('1', 'one')).parts as XmlParts
    expect(alone.size).toBe(0)
    const detail = (whole(d('1')).parts as XmlParts).alone.get(0)
    const [base] = bases
    const [together] = whole(b('1', 'one') + d('1')).records
    if (!detail || !base || !together) throw new Error('nothing was decoded')
    const later = joinedRecord(detail, base, 0)
    expect(later).toMatchObject({ value: together.value, path: together.path, issues: [] })
    for (const field of ['x', 'base', 'base.n', '']) expect(later.place(field)).toBe(together.place(field))
  })
})
