/**
 * Whether the bytes of the text were read in a wrong character set, told from the characters that come out:
 * Chinese UTF-8 or GBK read as Latin-1 (`æµ™æ±Ÿ`, `ÕãÎ÷`), and Chinese UTF-8 read as GBK (`娴欐睙`).
 */
export function isMisread(text: string): boolean {
  return isReadAsLatin1(text) || isReadAsGbk(text)
}

// What the bytes 80–BF become: Latin-1 itself, or the signs that Windows-1252 has at 80–9F.
const TAIL = '[\\u0080-\\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]'
const LEAD = '[\\u00e2-\\u00ef]'
// In a real word an accented letter stands beside letters, so one triple counts only at the start of a word.
const UTF8_TRIPLE = new RegExp(
  `(?:^|[^A-Za-z\\u00c0-\\u00ff])${LEAD}${TAIL}{2}|${LEAD}${TAIL}{2}${LEAD}${TAIL}{2}`,
)
// Western letters and signs twice encoded: Â· Ã© Ã— ; a closing quote may follow a real Ã, so those need a second pair.
const UTF8_PAIR = new RegExp(`[ÂÃ][\\u0080-\\u00bf]|(?:[ÂÃ]${TAIL}){2}`)
const LATIN1_RUN = /[\u00a1-\u00ff]{4,}/g
// × and ÷, ·, ° and the like are written in rows as ornaments or masks: only letters betray GBK bytes.
const LATIN1_LETTER = /[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff]/g

function isReadAsLatin1(text: string): boolean {
  if (!/[\u00c2-\u00ff]/.test(text)) return false
  if (UTF8_TRIPLE.test(text) || UTF8_PAIR.test(text)) return true
  for (const [run] of text.matchAll(LATIN1_RUN)) {
    if (new Set(run.match(LATIN1_LETTER) ?? []).size >= 2) return true
  }
  return false
}

const CHINESE_LEAD_MIN = 0xe4
const CHINESE_LEAD_MAX = 0xe9

/**
 * The text in GBK bytes is well-formed UTF-8 of at least two Chinese characters. Ordinary Chinese is not: its common
 * characters have GBK bytes that cannot follow each other in UTF-8. A last character cut in the middle is allowed.
 */
function isReadAsGbk(text: string): boolean {
  const codes = gbkCodes()
  let start = 0
  while (start < text.length && text.charCodeAt(start) < 0x80) start++
  const first = codes[text.charCodeAt(start)] ?? 0
  if (first >> 8 < CHINESE_LEAD_MIN || first >> 8 > CHINESE_LEAD_MAX) return false
  return countChineseUtf8(gbkBytes(text, start, codes)) >= 2
}

function gbkBytes(text: string, start: number, codes: Uint16Array): number[] {
  const bytes: number[] = []
  for (let i = start; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) break
    const code = codes[unit] ?? 0
    if (code === 0) break
    if (code > 0xff) bytes.push(code >> 8)
    bytes.push(code & 0xff)
  }
  return bytes
}

/** Chinese characters in the bytes, read as UTF-8; 0 where a whole character is not one. */
function countChineseUtf8(bytes: readonly number[]): number {
  let count = 0
  for (let i = 0; i + 2 < bytes.length; i += 3) {
    const lead = bytes[i] ?? 0
    if (lead < CHINESE_LEAD_MIN || lead > CHINESE_LEAD_MAX) return 0
    if (!isContinuation(bytes[i + 1]) || !isContinuation(bytes[i + 2])) return 0
    count++
  }
  return count
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x80 && byte <= 0xbf
}

let table: Uint16Array | undefined

/** GBK code of each UTF-16 unit, 0 where it has none; made once, from the decoder of the platform. */
function gbkCodes(): Uint16Array {
  table ??= makeGbkCodes()
  return table
}

function makeGbkCodes(): Uint16Array {
  const codes = new Uint16Array(0x10000)
  const decoder = new TextDecoder('gbk')
  const pair = new Uint8Array(2)
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      pair[0] = lead
      pair[1] = trail
      const char = decoder.decode(pair)
      if (char.length === 1 && char !== '\ufffd') codes[char.charCodeAt(0)] = (lead << 8) | trail
    }
  }
  codes[0x20ac] = 0x80
  return codes
}
