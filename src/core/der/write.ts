import { TAG } from './der.ts'

/** One value of DER: its tag, the length of its content, and the content. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  const head = length < 0x80 ? [length] : [0x80 | bytes.length, ...bytes]
  return Buffer.concat([Buffer.from([tag, ...head]), content])
}

/** An integer that is not negative, from its big-endian bytes. */
export function derInteger(bytes: Uint8Array): Buffer {
  let from = 0
  while (from < bytes.length - 1 && bytes[from] === 0) from++
  const short = bytes.subarray(from)
  const needsZero = short.length === 0 || (short[0] as number) >= 0x80
  return der(TAG.integer, ...(needsZero ? [Buffer.from([0])] : []), short)
}

/** An object identifier from its text. */
export function derOid(text: string): Buffer {
  const [top = 0, second = 0, ...rest] = text.split('.').map(Number)
  const bytes = [top * 40 + second, ...rest].flatMap((arc) => {
    const own = [arc % 128]
    for (let more = Math.floor(arc / 128); more > 0; more = Math.floor(more / 128))
      own.unshift(0x80 | (more % 128))
    return own
  })
  return der(TAG.oid, Buffer.from(bytes))
}
