/** Length of the UTF-8 sequence that a byte begins; 0 where it begins none (Unicode 15, table 3-7). */
function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1
  if (lead >= 0xc2 && lead <= 0xdf) return 2
  if (lead >= 0xe0 && lead <= 0xef) return 3
  if (lead >= 0xf0 && lead <= 0xf4) return 4
  return 0
}

/** Number of bytes at the end that begin a character and do not finish it: 0 to 3. */
export function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] as number
    if (byte >= 0x80 && byte <= 0xbf) continue
    return sequenceLength(byte) > back ? back : 0
  }
  return 0
}

/**
 * Offset of the first damaged byte where the bytes are UTF-8 with a few faults, else null.
 * Bytes of GB 18030 hardly ever form UTF-8 sequences, so many good sequences beside few faults tell damage: without this
 * test one flipped bit would turn a whole message into wrong Chinese characters, which GB 18030 reads without complaint. Sequences of three bytes tell more
 * than those of two, which some characters of GB 18030 are: a text with twice as many of them as faults is UTF-8 into which other bytes came.
 */
export function damagedUtf8At(bytes: Uint8Array): number | null {
  let good = 0
  let long = 0
  let faults = 0
  let first = -1
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes[at] as number)
    if (length === 1) {
      at++
    } else if (length > 1 && continues(bytes, at, length)) {
      good++
      if (length > 2) long++
      at += length
    } else {
      if (first < 0) first = at
      faults++
      at++
    }
  }
  const isDamaged = (good >= 4 && faults * 8 <= good) || (long >= 4 && faults * 2 <= long)
  return faults > 0 && isDamaged ? first : null
}

function continues(bytes: Uint8Array, at: number, length: number): boolean {
  for (let next = at + 1; next < at + length; next++) {
    if (((bytes[next] ?? 0) & 0xc0) !== 0x80) return false
  }
  return true
}
