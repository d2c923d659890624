import iconv from 'iconv-lite'

/** Bytes as a system of the GBK family sends them. */
export const gb18030 = (text: string): Buffer => iconv.encode(text, 'gb18030')

/** Bytes in chunks of a size. The memory of each is used for something else once the next one is asked for, as that of a message's parts is. */
export async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = Uint8Array.from(bytes.subarray(at, at + size))
    yield chunk
    chunk.fill(OTHER_BYTE)
  }
}

const OTHER_BYTE = 0x21
