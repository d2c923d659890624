import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { VersionKey } from '#core/reconcile/bucket.ts'
import { digestOf } from '#core/reconcile/digest.ts'
import { explained } from '#core/reconcile/explain.ts'

const bucket = { kind: 'sale', region: '330401', hour: '2024-04-15T03' }
const keys: VersionKey[] = Array.from({ length: 40 }, (_, i) => ({
  id: `urn:cnft:sale:x:trade:T${i}`,
  version: 1 + (i % 4),
  mass: '1',
}))
const figures = (all: readonly VersionKey[]) => ({ count: all.length, mass: null, digest: digestOf(all) })
const difference = (theirs: readonly VersionKey[]) => ({
  ...bucket,
  own: { ...figures(keys), mass: '40' },
  theirs: figures(theirs),
})

it('one or two that the other side has not are named by the digests, and nobody else', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 39 }), { minLength: 1, maxLength: 4 }), (gone) => {
      const theirs = keys.filter((_, i) => !gone.includes(i))
      const named = explained(keys, difference(theirs))
      if (gone.length > 2) expect(named).toBeNull()
      else {
        expect(named?.map(({ id, theirs }) => [id, theirs]).sort()).toEqual(
          gone.map((i) => [keys[i]?.id, null]).sort(),
        )
      }
    }),
  )
})

it('one in an older version is named with that version', () => {
  const theirs = keys.map((key, i) => (i === 7 ? { ...key, version: 2 } : key))
  expect(explained(keys, difference(theirs))).toEqual([
    { id: keys[7]?.id, own: { version: 4, mass: '1' }, theirs: { version: 2, mass: null } },
  ])
})

it('one in an older version is named also where the numbers between were left out', () => {
  const restored = keys.map((key, i) => (i === 7 ? { ...key, version: 90_000 } : key))
  const own = { ...figures(restored), mass: '40' }
  expect(explained(restored, { ...difference(keys), own })).toEqual([
    { id: keys[7]?.id, own: { version: 90_000, mass: '1' }, theirs: { version: 4, mass: null } },
  ])
})

it('where the other side has none, all are named; what figures do not say is not guessed', () => {
  expect(explained(keys, difference([]))).toHaveLength(40)
  const one = difference(keys.slice(1))
  expect(explained(keys, { ...one, theirs: { ...one.theirs, digest: null } })).toBeNull()
  // One is missing, and one is there that nobody here knows.
  const other = difference([...keys.slice(2), { id: 'urn:cnft:sale:x:trade:unknown', version: 1, mass: '1' }])
  expect(explained(keys, other)).toBeNull()
  expect(explained(keys.slice(1), one)).toBeNull()
})
