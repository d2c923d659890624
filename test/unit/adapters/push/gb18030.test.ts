import { describe, expect, it } from 'vitest'
import { decodeText } from '#adapters/push/charset.ts'
import { decodeChunks, type StreamFacts } from '#adapters/push/charset-stream.ts'
import { gb18030, inChunks } from './bytes.ts'
import { refusalOf } from './refusal-of.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
/** Chinese text before, so that nothing but GB 18030 fits: 番茄. */
const BEFORE = hex('b7ac c7d1')
const read = (bytes: Buffer): string => {
  const { text, encoding } = decodeText(Buffer.concat([BEFORE, bytes, hex('0a')]))
  expect(encoding).toBe('gb18030')
  expect(text.startsWith('番茄')).toBe(true)
  expect(text.endsWith('\n')).toBe(true)
  return text.slice(2, -1)
}
async function inPieces(bytes: Buffer, size: number): Promise<string> {
  const facts: StreamFacts = { encoding: 'utf-8', ascii: true }
  let text = ''
  for await (const piece of decodeChunks(inChunks(bytes, size), facts)) text += piece
  return text
}

/** GB 18030-2005 and -2022; what WHATWG takes for the decoder that Node has. */
const CHARACTERS: readonly (readonly [name: string, bytes: string, text: string])[] = [
  ['the first of two bytes', '8140', '丂'],
  ['behind the gap at 7F', '8180', '亐'],
  ['a full width digit', 'a3b1', '１'],
  ['the ideographic space', 'a1a1', '\u3000'],
  ['the euro sign of GBK', '80', '€'],
  ['the euro sign of GB 18030', 'a2e3', '€'],
  ['the first of four bytes', '81308130', '\u0080'],
  ['a no-break space', '81308432', '\u00a0'],
  ['the last of the basic plane', '8431a439', '\uffff'],
  ['the replacement character itself', '8431a437', '\ufffd'],
  ['the first beyond the basic plane', '90308130', '\u{10000}'],
  ['the first of extension B', '95328236', '\u{20000}'],
  ['the last of Unicode', 'e3329a35', '\u{10ffff}'],
  ['the first of the private use area', 'aaa1', '\ue000'],
  ['private use in rows F8 to FE', 'f8a1', '\ue234'],
  ['private use in columns A1 to A7', 'a140', '\ue4c6'],
]

describe('characters at the edges of GB 18030', () => {
  it.each(CHARACTERS)('%s', async (_, bytes, text) => {
    expect(read(hex(bytes))).toBe(text)
    const whole = Buffer.concat([BEFORE, hex(bytes), hex('0a')])
    for (const size of [1, 2, 3, 5]) expect(await inPieces(whole, size)).toBe(`番茄${text}\n`)
  })

  // 2005 moved U+1E3F out of private use (A8BC), 2022 eighteen further characters; the decoder of the platform says which it follows.
  it.each([
    ['A8BC', 'a8bc', ['ḿ', '\ue7c7']],
    ['FE59', 'fe59', ['龴', '\ue81e']],
    ['FE61', 'fe61', ['龵', '\ue826']],
    ['FE66', 'fe66', ['龶', '\ue82b']],
    ['FE67', 'fe67', ['龷', '\ue82c']],
    ['FE6D', 'fe6d', ['龸', '\ue832']],
    ['FE7E', 'fe7e', ['龹', '\ue843']],
    ['FE90', 'fe90', ['龺', '\ue854']],
    ['FEA0', 'fea0', ['龻', '\ue864', '\ue4c5']],
    ['A6D9', 'a6d9', ['︐', '\ue78d']],
    ['A6DB', 'a6db', ['︑', '\ue78f']],
  ])(
    '%s is one character, that of 2022 or that of 2005, and the same in a stream',
    async (_, bytes, either) => {
      const text = read(hex(bytes))
      expect(either).toContain(text)
      expect(await inPieces(Buffer.concat([BEFORE, hex(bytes), hex('0a')]), 1)).toBe(`番茄${text}\n`)
    },
  )

  it('the four bytes that 2022 gives to those characters are read as them too', () => {
    for (const [bytes, either] of [
      ['82359037', ['龴', '\ue81e']],
      ['8135f437', ['ḿ', '\ue7c7']],
      ['84318236', ['︐', '\ue78d']],
    ] as const)
      expect(either).toContain(read(hex(bytes)))
  })
})

describe('what is no GB 18030 is refused at the byte that does not fit, never read as other characters', () => {
  it.each([
    ['FF', 'ff', 4],
    ['a second byte of 7F', '817f', 5],
    ['a second byte of FF', '81ff', 5],
    ['a second byte of 20', '8120', 5],
    ['a third byte below 81', '81307f30', 6],
    ['a fourth byte beyond 39', '8130813a', 7],
    ['a fourth byte that begins a character', '813081ff', 7],
    ['four bytes between the planes', '8431a530', 7],
    ['four bytes beyond Unicode', 'e3329a36', 7],
    ['four bytes at the very end', 'fe39fe39', 7],
    ['a second one after a right one', 'b7acff41', 6],
  ])('%s', (_, bytes, at) => {
    const whole = Buffer.concat([BEFORE, hex(bytes), Buffer.from(',1\n')])
    expect(refusalOf(() => decodeText(whole))).toMatchObject({ code: 'E_ENCODING', at: `byte ${at}` })
  })

  it('never takes a comma, a quote or the end of a line into a character', () => {
    for (const swallowed of [',', '"', '\n', '<', '&', ' '])
      for (const lead of ['81', 'fe', '8130', '813081'])
        expect(
          refusalOf(() => decodeText(Buffer.concat([BEFORE, hex(lead), Buffer.from(`${swallowed}1\n`)]))),
          `${lead} ${swallowed}`,
        ).toMatchObject({ code: 'E_ENCODING' })
  })

  it.each(['81', '8130', '813081'])(
    'a message that ends within a character (%s) ends with one replacement',
    (cut) => {
      const { text } = decodeText(Buffer.concat([BEFORE, hex(cut)]))
      expect(text).toMatch(/^番茄\ufffd{1,2}/)
      expect(text.length).toBeLessThanOrEqual(5)
    },
  )
})

describe('mixed bytes', () => {
  it('UTF-8 in the middle of GB 18030 is refused, or read without loss of what stands around it', () => {
    const mixed = Buffer.concat([BEFORE, Buffer.from('，'), Buffer.from('肉', 'utf8'), hex('0a')])
    let said = ''
    try {
      said = decodeText(mixed).text
    } catch {
      said = 'refused'
    }
    expect(said === 'refused' || said.startsWith('番茄')).toBe(true)
  })

  it.each(['b7ac', 'b7acc7d1', 'c4e3bac3', 'a3acb0ddcdd0'])(
    'GB 18030 (%s) in the middle of UTF-8 is refused at its first byte, also in a stream',
    async (bytes) => {
      const before = Buffer.from('番茄嘉禾示例果蔬商行，龙游溪口示例蔬菜专业')
      const mixed = Buffer.concat([before, hex(bytes), Buffer.from('合作社')])
      const refusal = { code: 'E_ENCODING', at: `byte ${before.length}` }
      expect(refusalOf(() => decodeText(mixed))).toMatchObject(refusal)
      await expect(inPieces(mixed, 7)).rejects.toMatchObject(refusal)
    },
  )

  it('texts of GB 18030 whose characters look like UTF-8 of two bytes are read', () => {
    for (const text of ['联通联通联通联通', '联通联通联通联通番', '联想联通蔬菜', '一二三四五联通联通'])
      expect(decodeText(gb18030(text))).toMatchObject({ text, encoding: 'gb18030' })
  })
})
