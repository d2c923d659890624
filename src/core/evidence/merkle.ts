import { hash } from 'node:crypto'

/** Bytes of a SHA-256. */
export const HASH_BYTES = 32

const NODE = Buffer.from([1])

/** Hash of a leaf: SHA-256 over 0x00 and its text in UTF-8 (RFC 9162, 2.1.1). */
export const leafHash = (text: string): Buffer => hash('sha256', `\0${text}`, 'buffer')

/** Writes the hash of a leaf to its place among those of others. Thousands of buffers of their own would take ten times the room. */
export function packLeaf(packed: Buffer, index: number, text: string): void {
  packed.write(hash('sha256', `\0${text}`, 'hex'), index * HASH_BYTES, 'hex')
}

/** Hash of an inner node: SHA-256 over 0x01 and both of its children. */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer =>
  hash('sha256', Buffer.concat([NODE, left, right]), 'buffer')

/** The root of no leaves. */
export const emptyRoot = (): Buffer => hash('sha256', Buffer.alloc(0), 'buffer')

/** Hashes of leaves, one behind the other. */
export interface LeafHashes {
  readonly count: number
  at(index: number): Buffer
}

/** The hashes that stand one behind the other in these bytes; a rest that is no whole hash is left out. */
export const packedHashes = (bytes: Buffer): LeafHashes => ({
  count: Math.floor(bytes.length / HASH_BYTES),
  at: (index) => bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES),
})

/** The largest power of two below a count of two or more. */
function splitOf(count: number): number {
  let split = 1
  while (split * 2 < count) split *= 2
  return split
}

/** Root of the leaves from one index up to another, which is not among them. */
export function rootOf(leaves: LeafHashes, from = 0, to = leaves.count): Buffer {
  if (to === from) return emptyRoot()
  if (to - from === 1) return leaves.at(from)
  const split = from + splitOf(to - from)
  return nodeHash(rootOf(leaves, from, split), rootOf(leaves, split, to))
}

/** What leads from a leaf to the root of the first `to` leaves, from below upwards (RFC 9162, 2.1.3.1). */
export function inclusionPath(
  leaves: LeafHashes,
  index: number,
  { from = 0, to = leaves.count }: { readonly from?: number; readonly to?: number } = {},
): Buffer[] {
  if (index < from || index >= to) throw new RangeError(`there is no leaf ${index} in ${from}…${to}`)
  if (to - from === 1) return []
  const split = from + splitOf(to - from)
  return index < split
    ? [...inclusionPath(leaves, index, { from, to: split }), rootOf(leaves, split, to)]
    : [...inclusionPath(leaves, index, { from: split, to }), rootOf(leaves, from, split)]
}

/** The root to which a path leads from a leaf of a tree of so many; null where no tree has such a path (RFC 9162, 2.1.3.2). */
export function rootByInclusion(
  leaf: Uint8Array,
  index: number,
  count: number,
  path: readonly Uint8Array[],
): Buffer | null {
  if (index >= count) return null
  let [at, last] = [index, count - 1]
  let root: Buffer = Buffer.from(leaf)
  for (const step of path) {
    if (last === 0) return null
    if (at % 2 === 1 || at === last) {
      root = nodeHash(step, root)
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)]
    } else root = nodeHash(root, step)
    ;[at, last] = [Math.floor(at / 2), Math.floor(last / 2)]
  }
  return last === 0 ? root : null
}

/** What shows that the tree of the first `older` leaves is the beginning of that of the first `newer` (RFC 9162, 2.1.4.1). */
export function consistencyPath(leaves: LeafHashes, older: number, newer = leaves.count): Buffer[] {
  if (older < 1 || older > newer) throw new RangeError(`no tree of ${newer} begins with one of ${older}`)
  const within = (from: number, to: number, isWhole: boolean): Buffer[] => {
    const wanted = older - from
    if (wanted === to - from) return isWhole ? [] : [rootOf(leaves, from, to)]
    const split = from + splitOf(to - from)
    return older <= split
      ? [...within(from, split, isWhole), rootOf(leaves, split, to)]
      : [...within(split, to, false), rootOf(leaves, from, split)]
  }
  return within(0, newer, true)
}

/** Whether a path shows that a tree begins with an older one (RFC 9162, 2.1.4.2). */
export function isConsistent(
  older: { readonly count: number; readonly root: Uint8Array },
  newer: { readonly count: number; readonly root: Uint8Array },
  given: readonly Uint8Array[],
): boolean {
  if (older.count < 1 || older.count > newer.count) return false
  if (older.count === newer.count) return given.length === 0 && same(older.root, newer.root)
  const isPower = Number.isInteger(Math.log2(older.count))
  const [first, ...path] = isPower ? [older.root, ...given] : given
  if (!first) return false
  let [at, last] = [older.count - 1, newer.count - 1]
  while (at % 2 === 1) [at, last] = [Math.floor(at / 2), Math.floor(last / 2)]
  let [oldRoot, newRoot]: [Buffer, Buffer] = [Buffer.from(first), Buffer.from(first)]
  for (const step of path) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      oldRoot = nodeHash(step, oldRoot)
      newRoot = nodeHash(step, newRoot)
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)]
    } else newRoot = nodeHash(newRoot, step)
    ;[at, last] = [Math.floor(at / 2), Math.floor(last / 2)]
  }
  return last === 0 && same(oldRoot, older.root) && same(newRoot, newer.root)
}

export const same = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0

/** The roots of the whole subtrees of a tree that grows leaf by leaf, largest first: all that its next root needs. */
export interface Frontier {
  readonly count: number
  readonly roots: readonly Buffer[]
}

export const EMPTY_FRONTIER: Frontier = { count: 0, roots: [] }

/** The frontier after one more leaf. */
export function grown({ count, roots }: Frontier, leaf: Buffer): Frontier {
  const next = [...roots]
  let node = leaf
  for (let at = count; at % 2 === 1; at = Math.floor(at / 2)) node = nodeHash(next.pop() as Buffer, node)
  return { count: count + 1, roots: [...next, node] }
}

/** The root of the tree of a frontier. */
export function rootOfFrontier({ roots }: Frontier): Buffer {
  const [last, ...rest] = roots.toReversed()
  return last ? rest.reduce((right, left) => nodeHash(left, right), last) : emptyRoot()
}
