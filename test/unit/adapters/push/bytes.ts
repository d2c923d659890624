import iconv from 'iconv-lite'

/** Bytes as a system of the GBK family sends them. */
export const gb18030 = (text: string): Buffer => iconv.encode(text, 'gb18030')

/** Bytes in chunks of a size. */
export async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
