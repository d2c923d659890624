import type { MappingTest, Words } from '#core/mapping/mapping.ts'
import { CANONICAL } from '#core/model/identity.ts'
import { beginCompiling, type Compiling, entryOf, listOf, mapOf, textOf } from './compiling.ts'
import type { Mistakes } from './mistakes.ts'
import type { MapNode } from './node.ts'

/** Name and version of a mapping file, and what else every one has. */
export interface Heading {
  readonly system: string
  readonly record: string
  readonly version: number
  readonly title: Words
  readonly tests: readonly MappingTest[]
}

/** What every mapping file begins with, whichever way it goes. */
export function compileHeading(root: MapNode, mistakes: Mistakes): Heading | null {
  const c = beginCompiling(mistakes)
  const nameNode = entryOf(root, 'mapping')
  const versionNode = entryOf(root, 'version')
  for (const wanted of ['mapping', 'version']) {
    if (!root.entries.has(wanted)) mistakes.add(root.at, '', 'missing', { wanted })
  }
  const name = nameNode === undefined ? null : textOf(c, nameNode, 'mapping')
  const version = versionNode === undefined ? null : textOf(c, versionNode, 'version')
  const parts = name === null ? null : /^([a-z0-9]+(?:-[a-z0-9]+)*)\/([a-z0-9]+(?:-[a-z0-9]+)*)$/.exec(name)
  if (nameNode && name !== null && parts === null)
    mistakes.add(nameNode.at, 'mapping', 'not_name', { found: name })
  if (nameNode && parts?.[2] === CANONICAL)
    mistakes.add(nameNode.at, 'mapping', 'canonical_name', { found: CANONICAL })
  if (versionNode && version !== null && !/^[1-9]\d{0,8}$/.test(version)) {
    mistakes.add(versionNode.at, 'version', 'not_version', { found: version })
    return null
  }
  const title = compileTitle(c, root)
  const tests = compileTests(c, root)
  const [, system, record] = parts ?? []
  if (system === undefined || record === undefined || version === null) return null
  return { system, record, version: Number(version), title: title ?? { en: record, zh: record }, tests }
}

function compileTitle(c: Compiling, root: MapNode): Words | null {
  const node = entryOf(root, 'title')
  const map =
    node === undefined ? null : mapOf(c, node, 'title', ['zh', 'en'], 'title: { zh: 交易, en: Trade }')
  const zh = map && entryOf(map, 'zh')
  const en = map && entryOf(map, 'en')
  const zhText = zh ? textOf(c, zh, 'title.zh') : null
  const enText = en ? textOf(c, en, 'title.en') : null
  if (zhText === null && enText === null) return null
  return { zh: zhText ?? enText ?? '', en: enText ?? zhText ?? '' }
}

function compileTests(c: Compiling, root: MapNode): MappingTest[] {
  const node = entryOf(root, 'tests')
  const members = node === undefined ? null : listOf(c, node, 'tests')
  const tests: MappingTest[] = []
  members?.forEach((member, i) => {
    const map = mapOf(
      c,
      member,
      `tests.${i}`,
      ['in', 'out'],
      '- { in: samples/a.json, out: samples/a.expected.json }',
    )
    const from = map && entryOf(map, 'in')
    const to = map && entryOf(map, 'out')
    if (map && (!from || !to))
      c.mistakes.add(member.at, `tests.${i}`, 'missing', { wanted: from ? 'out' : 'in' })
    const inText = from ? textOf(c, from, `tests.${i}.in`) : null
    const outText = to ? textOf(c, to, `tests.${i}.out`) : null
    if (inText !== null && outText !== null) tests.push({ in: inText, out: outText })
  })
  return tests
}
