import fc from 'fast-check'
import { generate } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { createFramer } from '#adapters/mqtt/frames.ts'

const message = (bytes: number, messageId = 1): Buffer =>
  generate({
    cmd: 'publish',
    topic: 'a/b',
    payload: Buffer.alloc(bytes, 'x'),
    qos: 1,
    dup: false,
    retain: false,
    messageId,
  })

function framed(chunks: readonly Buffer[], maxBytes: number): (string | number)[] {
  const seen: (string | number)[] = []
  const take = createFramer(maxBytes, {
    packet: (bytes) => void seen.push(bytes.toString('hex')),
    tooLarge: (bytes) => void seen.push(bytes),
  })
  for (const chunk of chunks) take(chunk)
  return seen
}

describe('packets in a stream', () => {
  it('are found however the stream is cut, and those over the cap are passed over', () => {
    const size = fc.constantFrom(0, 1, 100, 127, 128, 16_383, 16_384, 90_000)
    fc.assert(
      fc.property(
        fc.array(size, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 40_000 })),
        (sizes, cuts) => {
          const packets = sizes.map((bytes, i) => message(bytes, i + 1))
          const stream = Buffer.concat(packets)
          const chunks: Buffer[] = []
          let at = 0
          for (const cut of [...cuts, stream.length]) {
            if (at >= stream.length) break
            chunks.push(stream.subarray(at, at + cut))
            at += cut
          }
          const cap = 10_000
          const expected = packets.map((packet) =>
            packet.length > cap + 70_000 ? packet.length : packet.toString('hex'),
          )
          expect(framed(chunks, cap)).toEqual(expected)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('byte by byte too', () => {
    const stream = Buffer.concat([message(300, 1), message(0, 2)])
    const bytes = [...stream].map((byte) => Buffer.of(byte))
    expect(framed(bytes, 1000)).toEqual([message(300, 1).toString('hex'), message(0, 2).toString('hex')])
  })

  it('a length of five bytes is no MQTT', () => {
    expect(() => framed([Buffer.of(0x30, 0xff, 0xff, 0xff, 0xff, 0x01)], 1000)).toThrow('no MQTT broker')
  })

  it('256 MB in one packet are passed over without being held', () => {
    const most = 268_435_455
    const head = Buffer.of(0x32, 0xff, 0xff, 0xff, 0x7f)
    const chunk = Buffer.alloc(1_000_000)
    const before = process.memoryUsage().arrayBuffers
    let held = 0
    const seen: number[] = []
    const take = createFramer(1_000_000, {
      packet: () => {},
      tooLarge: (bytes) => void seen.push(bytes),
    })
    take(head)
    for (let left = most; left > 0; left -= chunk.length) {
      take(chunk.subarray(0, Math.min(left, chunk.length)))
      held = Math.max(held, process.memoryUsage().arrayBuffers - before)
    }
    take(Buffer.of(0xd0, 0))
    expect(seen).toEqual([most + 5])
    expect(held).toBeLessThan(20_000_000)
  })
})
