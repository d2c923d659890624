import fc from 'fast-check'

/** What is done to bytes that could be read, so that most of them still nearly can. */
type Step =
  | { readonly does: 'flip'; readonly at: number; readonly bit: number }
  | { readonly does: 'put'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly does: 'cut'; readonly at: number; readonly length: number }
  | { readonly does: 'repeat'; readonly at: number; readonly length: number }
  | { readonly does: 'end'; readonly at: number }

const at = fc.double({ min: 0, max: 1, noNaN: true })
const length = fc.integer({ min: 1, max: 40 })
const bytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 8 }),
  fc
    .constantFrom(
      '\0',
      '\ufeff',
      '\u202e',
      '"',
      '<',
      '<!DOCTYPE a [<!ENTITY b "c">]>',
      '&b;',
      ']]>',
      '[[[[',
      '{"__proto__":1}',
      '1e400',
      '99999999999999999999',
      '=1+1',
      '\r',
      '%00',
      'ffffffff',
      '👍',
    )
    .map((text) => Buffer.from(text)),
)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ does: fc.constant('flip' as const), at, bit: fc.nat(7) }),
  fc.record({ does: fc.constant('put' as const), at, bytes }),
  fc.record({ does: fc.constant('cut' as const), at, length }),
  fc.record({ does: fc.constant('repeat' as const), at, length }),
  fc.record({ does: fc.constant('end' as const), at }),
)

/** Bytes that are nearly one of the seeds, or anything. */
export function nearly(...seeds: readonly (string | Uint8Array)[]): fc.Arbitrary<Buffer> {
  const whole = seeds.map((seed) => Buffer.from(seed as string))
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc.tuple(fc.constantFrom(...whole), fc.array(step, { maxLength: 5 })).map(mutated),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((any) => Buffer.from(any)) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }).map((any) => Buffer.from(any)) },
  )
}

function mutated([seed, steps]: readonly [Buffer, readonly Step[]]): Buffer {
  let now = Buffer.from(seed)
  for (const one of steps) {
    const place = Math.floor(one.at * now.length)
    const [before, after] = [now.subarray(0, place), now.subarray(place)]
    if (one.does === 'put') now = Buffer.concat([before, one.bytes, after])
    else if (one.does === 'cut') now = Buffer.concat([before, after.subarray(one.length)])
    else if (one.does === 'repeat') now = Buffer.concat([before, after.subarray(0, one.length), after])
    else if (one.does === 'end') now = before
    else if (after.length > 0) {
      now = Buffer.from(now)
      now[place] = (now[place] as number) ^ (1 << one.bit)
    }
  }
  return now
}
