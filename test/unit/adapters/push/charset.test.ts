import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeText } from '#adapters/push/charset.ts'
import { decodeChunks, SNIFF_BYTES, type StreamFacts } from '#adapters/push/charset-stream.ts'
import { contradicts, xmlDeclaredEncoding } from '#adapters/push/declared.ts'
import { gb18030, inChunks } from './bytes.ts'
import { refusalOf } from './refusal-of.ts'

// 㛃 is outside of GBK: only the four-byte part of GB 18030 has it.
const NAMES = '绍兴稽山示例肉联厂，㛃，𠮷，１８６．５'

describe('the encoding is what the bytes are', () => {
  test.each([
    ['ASCII', Buffer.from('{"a":1}'), '{"a":1}', 'utf-8'],
    ['UTF-8', Buffer.from(NAMES), NAMES, 'utf-8'],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${NAMES}`), NAMES, 'utf-8'],
    ['GBK with names of GB 18030', gb18030(NAMES), NAMES, 'gb18030'],
    ['UTF-16 little-endian', Buffer.from(`\ufeff${NAMES}`, 'utf16le'), NAMES, 'utf-16le'],
    ['UTF-16 big-endian', Buffer.from(`\ufeff${NAMES}`, 'utf16le').swap16(), NAMES, 'utf-16be'],
    ['UTF-16 without a mark', Buffer.from(`{"a":"${NAMES}"}`, 'utf16le'), `{"a":"${NAMES}"}`, 'utf-16le'],
    ['UTF-16 big-endian without a mark', Buffer.from('[{}]', 'utf16le').swap16(), '[{}]', 'utf-16be'],
    ['nothing', Buffer.alloc(0), '', 'utf-8'],
  ])('%s', (_, bytes, text, encoding) => {
    expect(decodeText(bytes)).toEqual({ text, encoding })
  })

  test('GB2312 is read as GB 18030: 4-byte names survive every round', () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 40 }).map((text) => `啊${text}`)
    fc.assert(
      fc.property(anyText, (text) => {
        // iconv-lite does not write U+E5E5, and puts private characters where GB 18030 has real ones since 2005 and 2022; U+20AC has two
        // forms; a leading U+FEFF is a mark.
        fc.pre(!/[\ue5e5\u20ac\ue78d-\ue796\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864]/.test(text))
        const bytes = gb18030(text)
        const read = decodeText(bytes)
        if (read.encoding === 'gb18030') expect(read.text).toBe(text)
      }),
    )
  })

  test('bytes that fit nothing are refused with the offset of the first', () => {
    const bytes = Buffer.concat([gb18030('番茄'), Buffer.from([0xff, 0x41])])
    expect(refusalOf(() => decodeText(bytes))).toMatchObject({ code: 'E_ENCODING', at: 'byte 4' })
  })

  test('UTF-8 with a damaged byte is refused at that byte, not read as wrong Chinese characters', () => {
    const bytes = Buffer.from('番茄嘉禾示例果蔬商行龙游溪口示例蔬菜专业合作社')
    bytes[7] = 0x20
    expect(refusalOf(() => decodeText(bytes))).toMatchObject({ code: 'E_ENCODING', at: 'byte 6' })
  })

  test('a lone surrogate in UTF-16 is refused', () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x41, 0x00, 0x00, 0xd8, 0x41, 0x00])
    expect(refusalOf(() => decodeText(bytes))).toMatchObject({ code: 'E_ENCODING' })
  })

  test.each([1, 2])('a last UTF-8 character cut after %i bytes is one replacement character', (kept) => {
    const whole = Buffer.from('番茄肉')
    expect(decodeText(whole.subarray(0, 6 + kept))).toEqual({ text: '番茄\ufffd', encoding: 'utf-8' })
  })

  test('a last GBK character cut in half is one replacement character', () => {
    const whole = gb18030('番茄肉')
    expect(decodeText(whole.subarray(0, 5))).toEqual({ text: '番茄\ufffd', encoding: 'gb18030' })
  })
})

describe('a declared encoding is only compared', () => {
  test.each([
    ['UTF-8', 'gb18030', false, true],
    ['utf8', 'utf-8', false, false],
    ['GBK', 'gb18030', false, false],
    ['gb2312', 'gb18030', false, false],
    ['GB2312', 'utf-8', false, true],
    ['GB2312', 'utf-8', true, false],
    ['iso-8859-1', 'utf-8', true, false],
    ['utf-16', 'utf-8', true, true],
    ['UTF-16LE', 'utf-16le', false, false],
    ['klingon', 'utf-8', false, true],
  ] as const)('%s against %s (all ASCII: %s)', (declared, real, ascii, contradiction) => {
    expect(contradicts(declared, real, ascii)).toBe(contradiction)
  })

  test('the XML declaration names one', () => {
    expect(xmlDeclaredEncoding('<?xml version="1.0" encoding="GB2312"?><a/>')).toBe('GB2312')
    expect(xmlDeclaredEncoding("<?xml version='1.0' encoding='UTF-8' standalone='yes'?>")).toBe('UTF-8')
    expect(xmlDeclaredEncoding('<?xml version="1.0"?><a encoding="x"/>')).toBeNull()
    expect(xmlDeclaredEncoding('<a/>')).toBeNull()
  })
})

describe('a stream of bytes', () => {
  const join = async (bytes: Uint8Array, size: number) => {
    const facts: StreamFacts = { encoding: 'utf-8', ascii: true }
    let text = ''
    for await (const piece of decodeChunks(inChunks(bytes, size), facts)) text += piece
    return { text, encoding: facts.encoding }
  }

  // A quarter of a million pieces: how long that takes is the machine's affair.
  test('has the same text and encoding as the whole, wherever it is cut', { timeout: 120_000 }, async () => {
    const texts = [
      NAMES,
      `\ufeff${NAMES}`,
      'a',
      '',
      `plain first, then ${NAMES}`,
      `${'x'.repeat(5000)}${NAMES.repeat(500)}`,
    ]
    for (const text of texts) {
      for (const bytes of [Buffer.from(text), gb18030(text), Buffer.from(`\ufeff${text}`, 'utf16le')]) {
        for (const size of [1, 2, 3, 7, 1000, 100_000])
          expect(await join(bytes, size)).toEqual(decodeText(bytes))
      }
    }
  })

  test('long texts beyond what is looked at first stay whole', async () => {
    const long = NAMES.repeat(Math.ceil((3 * SNIFF_BYTES) / 30))
    for (const bytes of [Buffer.from(long), gb18030(long)]) {
      expect((await join(bytes, 10_007)).text).toBe(long)
    }
  })

  test('a byte that does not fit is refused with its offset, also far behind the first bytes', async () => {
    const good = Buffer.from('番'.repeat(SNIFF_BYTES))
    const bytes = Buffer.concat([Buffer.from('plain '), good, Buffer.from([0xff]), good])
    await expect(join(bytes, 4096)).rejects.toMatchObject({
      code: 'E_ENCODING',
      at: `byte ${6 + good.length}`,
    })
  })
})
