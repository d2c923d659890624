import fc from 'fast-check'
import { expect, it } from 'vitest'
import { digestOf, joinDigests, NO_DIGEST, placeOf, versionDigest } from '#core/reconcile/digest.ts'

it('the test vectors of docs/reconciliation.md hold', () => {
  const a = 'urn:cnft:sale:jiaxing-wholesale:trade:T20240415001'
  const b = 'urn:cnft:entry:jiaxing-wholesale:entry:E1:%E7%94%B2'
  expect(versionDigest(a, 1)).toBe('fa0af8f52986d28f46d8dd958ea3c1a1')
  expect(versionDigest(a, 2)).toBe('554a3ed3dc568f97a0c68122961a3caa')
  expect(versionDigest(b, 1)).toBe('d150caadce42f1276f695f77064b7f7a')
  expect(joinDigests(versionDigest(a, 2), versionDigest(b, 1))).toBe('841af47e12147eb0cfafde55905143d0')
  expect(placeOf(a)).toBe('f084b6a02dc154d66a5952326841cb605068cf3c4c865d9e341fa7573e4cdfb7')
})

const versions = fc.array(
  fc.record({ id: fc.string({ unit: 'grapheme' }), version: fc.integer({ min: 1, max: 999 }) }),
)

it('a digest is the same in any order, and what is put in twice is taken out', () => {
  fc.assert(
    fc.property(versions, versions, (a, b) => {
      expect(digestOf([...a, ...b])).toBe(digestOf([...b, ...a].reverse()))
      expect(joinDigests(digestOf(a), digestOf(b))).toBe(digestOf([...a, ...b]))
      expect(joinDigests(digestOf([...a, ...b]), digestOf(b))).toBe(digestOf(a))
    }),
    { numRuns: 50 },
  )
  expect(digestOf([])).toBe(NO_DIGEST)
})
