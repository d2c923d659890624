/** How names go over the wire of a place that does not speak UTF-8: as bytes, one character each (Latin 1). */
export interface NameCoding {
  /** Null: the bytes are none of this encoding, or could not be written back as they are. */
  decode(wire: string): string | null
  /** Null: a character has no bytes in this encoding. */
  encode(name: string): string | null
}

const plain: NameCoding = { decode: (wire) => wire, encode: (name) => name }

export const nameCoding = (encoding: 'utf-8' | 'gb18030'): NameCoding => (encoding === 'utf-8' ? plain : gbk)

const gbk: NameCoding = {
  decode(wire) {
    const name = decodeGbk(Buffer.from(wire, 'latin1'))
    return name !== null && gbk.encode(name) === wire ? name : null
  },
  encode(name) {
    let wire = ''
    for (const char of name) {
      const code = char.charCodeAt(0) < 0x80 ? char : gbkTable().get(char)
      if (code === undefined) return null
      wire += code
    }
    return wire
  },
}

const decoder = new TextDecoder('gb18030', { fatal: true })

/** Text of bytes in GB 18030, of which GBK is the most; null where they are none. */
export function decodeGbk(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes)
  } catch {
    return null
  }
}

let table: Map<string, string> | null = null

/** Node decodes GB 18030 and does not encode it: the characters of two bytes, which are all that file names have, from its decoder. */
function gbkTable(): Map<string, string> {
  if (table) return table
  table = new Map()
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      if (trail === 0x7f) continue
      const char = decodeGbk(Uint8Array.of(lead, trail))
      if (char !== null && [...char].length === 1) table.set(char, String.fromCharCode(lead, trail))
    }
  }
  return table
}
