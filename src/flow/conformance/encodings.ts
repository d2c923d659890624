import { TextDecoder } from 'node:util'

/** A text in the encodings in which existing systems send it. Null where an encoding does not have one of the characters. */
export function inEncodings(text: string): ReadonlyMap<string, Uint8Array | null> {
  return new Map<string, Uint8Array | null>([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16 LE', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['GBK', gbk(text)],
  ])
}

let table: ReadonlyMap<string, number> | undefined

/** GBK is written from the table of its own decoder: the two-byte codes of GB 18030. */
function gbk(text: string): Uint8Array | null {
  table ??= gbkTable()
  const bytes: number[] = []
  for (const character of text) {
    const code = character.charCodeAt(0)
    const known = code < 0x80 ? code : table.get(character)
    if (known === undefined) return null
    if (known < 0x80) bytes.push(known)
    else bytes.push(known >> 8, known & 0xff)
  }
  return Uint8Array.from(bytes)
}

function gbkTable(): ReadonlyMap<string, number> {
  const decoder = new TextDecoder('gb18030')
  const codes = new Map<string, number>()
  for (let high = 0x81; high <= 0xfe; high++) {
    for (let low = 0x40; low <= 0xfe; low++) {
      if (low === 0x7f) continue
      const character = decoder.decode(Uint8Array.of(high, low))
      if (character.length === 1 && character !== '\ufffd') codes.set(character, (high << 8) | low)
    }
  }
  return codes
}
