import { compileBackward } from './backward/compile.ts'
import { compileForward } from './compile/forward.ts'
import { compileHeading } from './compile/heading.ts'
import { mistakesOf } from './compile/mistakes.ts'
import { type MapNode, parseFile } from './compile/node.ts'
import type { Compilation, CompiledMapping, MappingFile } from './mapping.ts'
import { driftFinder } from './run/drift.ts'
import { forwardRunner } from './run/forward.ts'
import { unusedFields } from './run/unused.ts'
import { fieldWatch } from './run/watch.ts'

/**
 * Compiles a mapping file to closures. Tells of every mistake at once, each with file, line, column, the place inside the mapping
 * and advice; with one mistake there is no mapping.
 */
export function compileMapping(file: MappingFile): Compilation {
  const parsed = parseFile(file.text)
  const mistakes = mistakesOf(file.path, parsed.place)
  for (const { at, reason } of parsed.faults) mistakes.add(at, '', 'unreadable', { found: reason })
  const { root } = parsed
  if (root === null) return { mapping: null, mistakes: mistakes.sorted() }
  if (root.is !== 'map') {
    mistakes.add(0, '', 'not_map', { wanted: 'mapping: <system>/<record>' })
    return { mapping: null, mistakes: mistakes.sorted() }
  }
  const heading = compileHeading(root, mistakes)
  if (heading !== null && file.system !== undefined && file.system.system !== heading.system) {
    const known = [`${file.system.system}/${heading.record}`]
    mistakes.add(root.at, 'mapping', 'unknown_value', { found: `${heading.system}/${heading.record}`, known })
  }
  if (textAt(root, 'direction') === 'backward') {
    const mapping = compileBackward(root, heading ?? NAMELESS, mistakes, file.tables ?? {})
    return { mapping: mistakes.none ? mapping : null, mistakes: mistakes.sorted() }
  }
  const plan = compileForward(root, heading ?? NAMELESS, mistakes, file.tables ?? {}, file.keyedHash)
  if (heading === null || plan === null || !mistakes.none)
    return { mapping: null, mistakes: mistakes.sorted() }
  const runner = forwardRunner(plan)
  const mapping: CompiledMapping = {
    name: `${plan.system}/${plan.record}`,
    system: plan.system,
    record: plan.record,
    version: plan.version,
    title: plan.title,
    read: plan.read,
    direction: 'forward',
    kinds: plan.kinds,
    tests: plan.tests,
    map: (source, { receivedAtMs }) => runner.map(source, receivedAtMs),
    trace(source, { receivedAtMs }) {
      const { seen, ...mapped } = runner.trace(source, receivedAtMs)
      return { ...mapped, unused: unusedFields(source, seen, plan.ignored) }
    },
    drift: driftFinder(plan.known),
    watch: fieldWatch(plan),
  }
  return { mapping, mistakes: [] }
}

/** The rest of a file whose heading is wrong is compiled too, for its mistakes. */
const NAMELESS = { system: 'system', record: 'record', version: 1, title: { en: '', zh: '' }, tests: [] }

const textAt = (root: MapNode, name: string): string | undefined => {
  const node = root.entries.get(name)?.value
  return node?.is === 'text' ? node.text : undefined
}
