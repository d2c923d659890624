import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  consistencyPath,
  EMPTY_FRONTIER,
  type Frontier,
  grown,
  inclusionPath,
  isConsistent,
  type LeafHashes,
  leafHash,
  rootByInclusion,
  rootOf,
  rootOfFrontier,
} from '#core/evidence/merkle.ts'

/** The words of RFC 9162, 2.1.1, as they stand there, over texts. */
const sha = (...parts: readonly Uint8Array[]): Buffer =>
  parts.reduce((digest, part) => digest.update(part), createHash('sha256')).digest()
function mth(texts: readonly string[]): Buffer {
  const [first] = texts
  if (first === undefined) return sha()
  if (texts.length === 1) return sha(Buffer.of(0), Buffer.from(first))
  const k = 2 ** Math.ceil(Math.log2(texts.length) - 1)
  return sha(Buffer.of(1), mth(texts.slice(0, k)), mth(texts.slice(k)))
}

const texts = (count: number): string[] => Array.from({ length: count }, (_, i) => `leaf ${i}`)
const hashes = (of: readonly string[]): LeafHashes => {
  const all = of.map(leafHash)
  return { count: all.length, at: (i) => all[i] as Buffer }
}

// Known to everyone who implements Certificate Transparency (RFC 6962 and 9162): the tree of these eight inputs.
const KNOWN = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
]
const KNOWN_ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

it('gives the roots that every log of certificates gives for the known eight leaves, and that of no leaf', () => {
  const leaves = KNOWN.map((hex) => sha(Buffer.of(0), Buffer.from(hex, 'hex')))
  const tree = { count: leaves.length, at: (i: number) => leaves[i] as Buffer }
  expect(KNOWN.map((_, i) => rootOf(tree, 0, i + 1).toString('hex'))).toEqual(KNOWN_ROOTS)
  expect(rootOf({ count: 0, at: tree.at }).toString('hex')).toBe(
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  )
})

it('computes the root of the definition for every size up to 70, at once and leaf by leaf', () => {
  let frontier: Frontier = EMPTY_FRONTIER
  for (let count = 0; count <= 70; count++) {
    const expected = mth(texts(count))
    expect(rootOf(hashes(texts(count)))).toEqual(expected)
    expect(rootOfFrontier(frontier)).toEqual(expected)
    frontier = grown(frontier, leafHash(`leaf ${count}`))
  }
})

it('proves every leaf of every tree up to 24, and no other leaf, place, size or path', () => {
  const wrong: string[] = []
  for (let count = 1; count <= 24; count++) {
    const leaves = hashes(texts(count))
    const root = mth(texts(count))
    const leads = (leaf: Buffer, i: number, path: readonly Buffer[]): boolean =>
      rootByInclusion(leaf, i, count, path)?.equals(root) ?? false
    for (let i = 0; i < count; i++) {
      const path = inclusionPath(leaves, i)
      if (!leads(leaves.at(i), i, path)) wrong.push(`${i} of ${count}`)
      if (leads(leafHash('other'), i, path)) wrong.push(`another leaf ${i} of ${count}`)
      if (leads(leaves.at(i), i, [...path, root])) wrong.push(`a longer path ${i} of ${count}`)
      if (path.length > 0 && leads(leaves.at(i), i, path.slice(1)))
        wrong.push(`a shorter path ${i} of ${count}`)
      for (let other = 0; other <= count; other++)
        if (other !== i && leads(leaves.at(i), other, path)) wrong.push(`${i} as ${other} of ${count}`)
    }
  }
  expect(wrong).toEqual([])
})

it('proves that every tree up to 24 begins with each smaller one, and with no other', () => {
  const wrong: string[] = []
  for (let newer = 1; newer <= 24; newer++) {
    const leaves = hashes(texts(newer))
    const now = { count: newer, root: mth(texts(newer)) }
    for (let older = 1; older <= newer; older++) {
      const path = consistencyPath(leaves, older)
      const then = { count: older, root: mth(texts(older)) }
      const forged = { count: older, root: mth([...texts(older - 1), 'other']) }
      if (!isConsistent(then, now, path)) wrong.push(`${older} of ${newer}`)
      if (isConsistent(forged, now, path)) wrong.push(`another beginning, ${older} of ${newer}`)
      if (isConsistent(then, { ...now, root: leafHash('other') }, path))
        wrong.push(`another end, ${older} of ${newer}`)
      if (older < newer && isConsistent(then, now, path.slice(1)))
        wrong.push(`a shorter path, ${older} of ${newer}`)
      if (isConsistent(then, now, [...path, leafHash('more')]))
        wrong.push(`a longer path, ${older} of ${newer}`)
    }
  }
  expect(wrong).toEqual([])
})

it('finds any leaf, and any beginning, of trees of any size', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(), fc.nat(), (count, a, b) => {
      const leaves = hashes(texts(count))
      const index = a % count
      const older = 1 + (b % count)
      const root = rootOf(leaves)
      expect(rootByInclusion(leaves.at(index), index, count, inclusionPath(leaves, index))).toEqual(root)
      const then = { count: older, root: rootOf(leaves, 0, older) }
      expect(isConsistent(then, { count, root }, consistencyPath(leaves, older))).toBe(true)
    }),
    { numRuns: 25 },
  )
})
