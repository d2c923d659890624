import { describe, expect, test } from 'vitest'
import { type DecodeOptions, decode } from '#adapters/push/decode.ts'
import { decodeStream } from '#adapters/push/decode-stream.ts'
import { XmlRepair } from '#adapters/push/xml/repair.ts'
import { refusalOf } from './refusal-of.ts'

const BOTH = { ampersand: 'escape', closing: { 'prov.id': 'prov_id' } } as const
const READ: DecodeOptions = { format: 'xml', xml: { roots: ['row'], repair: BOTH } }

const whole = (text: string, repairs: ConstructorParameters<typeof XmlRepair>[0] = BOTH): string => {
  const repair = new XmlRepair(repairs)
  return repair.feed(text) + repair.end()
}
const piecewise = (text: string, size: number): string => {
  const repair = new XmlRepair(BOTH)
  let out = ''
  for (let at = 0; at < text.length; at += size) out += repair.feed(text.slice(at, at + size))
  return out + repair.end()
}

/** Each text, and what becomes of it. */
const CASES: readonly (readonly [string, string])[] = [
  ['<prov_id></prov.id>', '<prov_id></prov_id>'],
  ['<prov_id>HGZ1</prov.id><b/>', '<prov_id>HGZ1</prov_id><b/>'],
  ['<prov_id k="1"></prov.id >', '<prov_id k="1"></prov_id >'],
  ['<n>鲜肉&卤味</n>', '<n>鲜肉&amp;卤味</n>'],
  ['<n k="a&b">& &&amp;&lt;&#38;&#x26;</n>', '<n k="a&amp;b">&amp; &amp;&amp;&lt;&#38;&#x26;</n>'],
  ['<n>&</n>', '<n>&amp;</n>'],
  // An element that is really called so, a closing tag of another element, and any other wrong name stay.
  ['<prov.id></prov.id>', '<prov.id></prov.id>'],
  ['<prov_id><x></x></prov.id>', '<prov_id><x></x></prov.id>'],
  ['<prov_id></prov-id>', '<prov_id></prov-id>'],
  // What is no text of the sender's: CDATA, comments, processing instructions.
  ['<n><![CDATA[a & b <prov_id></prov.id>]]>&</n>', '<n><![CDATA[a & b <prov_id></prov.id>]]>&amp;</n>'],
  ['<!-- a & b --><?x a & b?><n>&</n>', '<!-- a & b --><?x a & b?><n>&amp;</n>'],
  // A reference that XML does not know is a reference: the parser refuses it.
  ['<n>&nbsp;</n>', '<n>&nbsp;</n>'],
  ['<n', '<n'],
  ['&', '&amp;'],
]

describe('repair of known damage', () => {
  test.each(CASES)('%s', (text, repaired) => {
    expect(whole(text)).toBe(repaired)
  })

  test('pieces of any size give the same as the whole', () => {
    const text = CASES.slice(0, -2)
      .map(([one]) => one)
      .join('')
    for (let size = 1; size <= text.length; size++) expect(piecewise(text, size), `${size}`).toBe(whole(text))
  })

  test('only what is named is repaired', () => {
    expect(whole('<prov_id>&</prov.id>', { ampersand: 'escape' })).toBe('<prov_id>&amp;</prov.id>')
    expect(whole('<prov_id>&</prov.id>', { closing: { 'prov.id': 'prov_id' } })).toBe('<prov_id>&</prov_id>')
  })

  test('a million of them cost no more than their length', () => {
    const text = `<row>${'&'.repeat(1_000_000)}${'<a></b.c>'.repeat(100_000)}</row>`
    // Time of the processor: what others do on the machine is no cost of this.
    const from = process.cpuUsage()
    expect(whole(text).length).toBe(text.length + 4_000_000)
    expect(process.cpuUsage(from).user).toBeLessThan(3_000_000)
  })
})

describe('messages with known damage', () => {
  const text =
    '<data>\n<row><prov_id></prov.id><n>鲜肉&卤味店</n></row><row><prov_id>2</prov_id><n>a</n></row></data>'
  const values = [
    { prov_id: '', n: '鲜肉&卤味店' },
    { prov_id: '2', n: 'a' },
  ]

  test('are read whole and in a stream cut anywhere', async () => {
    expect(decode(Buffer.from(text), READ).records.map(({ value }) => value)).toEqual(values)
    const bytes = Buffer.from(text)
    const found = []
    const source = async function* () {
      for (let at = 0; at < bytes.length; at += 3) yield bytes.subarray(at, at + 3)
    }
    for await (const { value } of decodeStream(source(), READ)) found.push(value)
    expect(found).toEqual(values)
  })

  test('are refused where the mapping names no damage, and where the damage is another', () => {
    expect(
      refusalOf(() => decode(Buffer.from(text), { format: 'xml', xml: { roots: ['row'] } })),
    ).toMatchObject({
      code: 'E_SCHEMA',
    })
    for (const other of [
      '<data><row><a></b></row></data>',
      '<data><row><a>&nbsp;</a></row></data>',
      '<data><row>',
    ])
      expect(
        refusalOf(() => decode(Buffer.from(other), READ)),
        other,
      ).toMatchObject({ code: 'E_SCHEMA' })
  })
})

describe('the envelope that a mapping names', () => {
  const envelope: DecodeOptions = {
    format: 'xml',
    xml: { roots: ['row'], envelope: { name: 'data', attributes: { dataset: 'trades' } } },
  }
  const refused = (body: string) => refusalOf(() => decode(Buffer.from(body), envelope))

  test('a file of another dataset is refused at the attribute that says so', () => {
    expect(refused('<data dataset="tests"><row/></data>')).toMatchObject({
      code: 'E_SCHEMA',
      at: 'data/@dataset',
      reason: 'it is not trades',
      fix: 'post the file to the record that it is for',
    })
    expect(refused('<data><row/></data>')).toMatchObject({ at: 'data/@dataset' })
    expect(refused('<rows dataset="trades"><row/></rows>')).toMatchObject({ at: 'rows' })
    expect(refused('<row/>')).toMatchObject({ at: 'row' })
  })

  test('the right one is read, empty too', () => {
    expect(
      decode(Buffer.from('<data dataset="trades" count="9"><row><a>1</a></row></data>'), envelope).records,
    ).toHaveLength(1)
    expect(decode(Buffer.from('<data dataset="trades"></data>'), envelope).records).toEqual([])
  })
})
