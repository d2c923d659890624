import { ENVELOPE, type ReadOptions } from '#core/source.ts'
import { type Compiling, entryOf, textsOf } from './compiling.ts'
import { nearest } from './nearest.ts'
import type { MapNode, Node } from './node.ts'
import { stepsOf } from './steps.ts'

type Around = Pick<ReadOptions, 'envelope' | 'expect'>

/**
 * Compiles `envelope: [recordNodeId]`, the members around the list that the mapping reads, and `expect: { method: sOriginOut }`, what
 * one of them must say; nothing where the mapping looks at the list alone, null where there is a mistake.
 */
export function compileEnvelope(
  c: Compiling,
  map: MapNode,
  format: string | null,
  rows: string,
): Around | null {
  const namesNode = entryOf(map, 'envelope')
  const expectNode = entryOf(map, 'expect')
  const node = namesNode ?? expectNode
  if (node === undefined) return {}
  if (format !== null && ((format !== 'json' && format !== 'form') || rows === '')) {
    c.mistakes.add(node.at, namesNode ? 'read.envelope' : 'read.expect', 'no_envelope')
    return null
  }
  const names = namesNode === undefined ? [] : textsOf(c, namesNode, 'read.envelope')
  const expect = expectNode === undefined ? undefined : expectOf(c, expectNode)
  if (names === null || expect === null) return null
  const paths = [...names, ...Object.keys(expect ?? {})]
  const wrong = paths.filter((path) => !isBeside(path, rows))
  for (const found of wrong) c.mistakes.add(node.at, 'read.envelope', 'no_envelope', { found })
  return wrong.length > 0 ? null : { envelope: names, ...(expect ? { expect } : {}) }
}

function expectOf(c: Compiling, node: Node): Record<string, readonly string[]> | null {
  if (node.is !== 'map' || node.entries.size === 0) {
    c.mistakes.add(node.at, 'read.expect', 'not_map', { wanted: 'expect: { method: name }' })
    return null
  }
  const expect: (readonly [name: string, texts: readonly string[]])[] = []
  for (const { name, value } of node.entries.values()) {
    const texts = textsOf(c, value, `read.expect.${name}`)
    if (texts !== null) expect.push([name, texts])
  }
  return expect.length === node.entries.size ? Object.fromEntries(expect) : null
}

/** Whether a path leads to something beside the list: neither into it nor to what holds it, and to no prototype. */
const isBeside = (path: string, rows: string): boolean =>
  stepsOf(path) !== null &&
  !path.includes('\\') &&
  path !== rows &&
  !`${path}.`.startsWith(`${rows}.`) &&
  !rows.startsWith(`${path}.`)

/** Tells that a path cannot be read: it reaches for a prototype, or for a member around the list that `read.envelope` does not name. */
export function wrongPath(c: Compiling, at: number, target: string, path: string): void {
  if (c.envelope === undefined || !path.startsWith(ENVELOPE)) {
    c.mistakes.add(at, target, 'forbidden_path', { found: path })
    return
  }
  const found = path.slice(ENVELOPE.length)
  const known = [...c.envelope]
  const meant = nearest(found, known)
  c.mistakes.add(at, target, 'not_in_envelope', { found, known, ...(meant ? { meant } : {}) })
}
