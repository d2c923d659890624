import { isAscii, isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'
import { type Encoding, encodingMark, firstFault, flush, notReadable } from './charset.ts'
import { kept } from './kept.ts'
import { damagedUtf8At, incompleteTail } from './utf8.ts'

/** Bytes looked at, from the first that is not ASCII, before the encoding of a stream is decided. */
export const SNIFF_BYTES = 65_536

/** Bytes that become a text at a time: one of a whole part, with its lines, would outlive the collections of the young objects. */
const TEXT_BYTES = 65_536

/** What a stream turned out to be. */
export interface StreamFacts {
  encoding: Encoding
  ascii: boolean
}

/**
 * The text of a stream of bytes in pieces, characters never split. The encoding is decided as for whole messages, but from
 * the first 64 KiB that are not ASCII: a stream cannot be read twice. A chunk is not looked at any more once the next one was asked for.
 * @throws DecodeRefusal E_ENCODING with the offset of the first byte that does not fit
 */
export async function* decodeChunks(
  source: AsyncIterable<Uint8Array>,
  facts: StreamFacts,
): AsyncGenerator<string> {
  let held: Uint8Array = new Uint8Array(0)
  let offset = 0
  let decoder: StrictDecoder | null = null
  for await (const chunk of source) {
    if (decoder) {
      yield* decoder.decode(chunk)
      continue
    }
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    if (offset === 0 && held.length < 3) {
      held = kept(held, chunk)
      continue
    }
    const plain = offset > 0 || !encodingMark(even(held)) ? asciiLength(held) : 0
    if (plain > 0) {
      for (const bytes of slices(held.subarray(0, plain)))
        yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
      held = held.subarray(plain)
      offset += plain
    }
    if (held.length < SNIFF_BYTES) {
      held = kept(held, chunk)
      continue
    }
    decoder = begin(held, offset, facts)
    yield* decoder.decode(held)
  }
  if (!decoder) {
    if (held.length === 0) return
    decoder = begin(held, offset, facts)
    yield* decoder.decode(held)
  }
  yield decoder.end()
}

/** Number of bytes at the front that are ASCII. */
function asciiLength(bytes: Uint8Array): number {
  if (isAscii(bytes)) return bytes.length
  return bytes.findIndex((byte) => byte >= 0x80)
}

const even = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.length - (bytes.length % 2))

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += TEXT_BYTES) yield bytes.subarray(at, at + TEXT_BYTES)
}

interface StrictDecoder {
  decode(chunk: Uint8Array): Iterable<string>
  end(): string
}

function begin(bytes: Uint8Array, offset: number, facts: StreamFacts): StrictDecoder {
  facts.encoding = sniff(bytes, offset)
  facts.ascii = false
  return strictDecoder(facts.encoding, offset)
}

function sniff(bytes: Uint8Array, offset: number): Encoding {
  const mark = offset === 0 ? encodingMark(even(bytes)) : null
  if (mark) return mark.encoding
  if (isUtf8(bytes.subarray(0, bytes.length - incompleteTail(bytes)))) return 'utf-8'
  const damage = damagedUtf8At(bytes)
  if (damage !== null) throw notReadable(offset + damage, 'UTF-8')
  return 'gb18030'
}

function strictDecoder(encoding: Encoding, start: number): StrictDecoder {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true })
  let offset = start
  /** @param whole the chunk that the bytes are of: where they begin in the middle of a character, they alone do not tell their fault */
  const textOf = (bytes: Uint8Array, whole: Uint8Array): string => {
    try {
      return decoder.decode(bytes, { stream: true })
    } catch {
      throw notReadable(offset + firstFault(whole, encoding), encoding === 'utf-8' ? 'UTF-8' : 'GB 18030')
    }
  }
  return {
    *decode(chunk) {
      // A byte order mark is one only where the stream begins.
      let mayBeMarked = offset === 0
      for (const bytes of slices(chunk)) {
        const text = textOf(bytes, chunk)
        yield mayBeMarked && text.startsWith('\ufeff') ? text.slice(1) : text
        mayBeMarked = false
      }
      offset += chunk.length
    },
    end: () => flush(decoder),
  }
}
