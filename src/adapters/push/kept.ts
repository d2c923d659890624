/** Bytes that are kept until the next chunk of a stream comes, whose memory may be used again then: a copy where they are a view of it. */
export const kept = (bytes: Uint8Array, chunk: Uint8Array): Buffer =>
  bytes.buffer === chunk.buffer
    ? Buffer.from(bytes)
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
