import type { SourceRecord } from '#core/source.ts'
import { compileBackward } from './backward/compile.ts'
import { compileForward, type ForwardPlan } from './compile/forward.ts'
import { compileHeading } from './compile/heading.ts'
import { type Mistakes, mistakesOf } from './compile/mistakes.ts'
import { type MapNode, parseFile } from './compile/node.ts'
import { unseenFields } from './compile/unseen.ts'
import type { Compilation, CompiledMapping, MappingFile } from './mapping.ts'
import { anyCase } from './run/any-case.ts'
import { fromBase64 } from './run/base64.ts'
import { driftFinder } from './run/drift.ts'
import { envelopeDrift, unusedAround } from './run/envelope.ts'
import { forwardRunner } from './run/forward.ts'
import { unusedFields } from './run/unused.ts'
import { fieldWatch, spelling } from './run/watch.ts'

/**
 * Compiles a mapping file to closures. Tells of every mistake at once, each with file, line, column, the place inside the mapping
 * and advice; with one mistake there is no mapping.
 */
export function compileMapping(file: MappingFile): Compilation {
  const parsed = parseFile(file.text)
  const mistakes = mistakesOf(file.path, parsed.place)
  for (const fault of parsed.faults) mistakes.unreadable(fault)
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
  const plan = compileForward(root, heading ?? NAMELESS, mistakes, {
    tables: file.tables ?? {},
    keyedHash: file.keyedHash,
    productAliases: file.productAliases,
  })
  if (heading === null || plan === null || !mistakes.none)
    return { mapping: null, mistakes: mistakes.sorted() }
  const runner = forwardRunner(plan)
  const rewrites = [
    ...(plan.read.names === 'any-case' ? [anyCase(plan.known)] : []),
    ...(plan.read.values === 'base64' ? [fromBase64] : []),
  ]
  const told = () => mistakesOf(file.path, parsed.place)
  return { mapping: rewrites.reduce(rewritten, forward(plan, runner, told)), mistakes: [] }
}

function forward(
  plan: ForwardPlan,
  runner: ReturnType<typeof forwardRunner>,
  told: () => Mistakes,
): CompiledMapping {
  const doubts = told()
  for (const doubt of plan.doubts) doubts.add(...doubt)
  return {
    name: `${plan.system}/${plan.record}`,
    system: plan.system,
    record: plan.record,
    version: plan.version,
    title: plan.title,
    read: plan.read,
    direction: 'forward',
    kinds: plan.kinds,
    ignored: plan.ignored,
    expectsLots: plan.expectsLots,
    ownKeys: plan.ownKeys,
    tests: plan.tests,
    map: (source, { receivedAtMs }) => runner.map(source, receivedAtMs),
    trace(source, { receivedAtMs }) {
      const { seen, ...mapped } = runner.trace(source, receivedAtMs)
      const unused = unusedFields(source, seen, plan.ignored)
      const { envelope } = source
      if (envelope) unused.push(...unusedAround(envelope, seen, plan.ignored, plan.read))
      return { ...mapped, unused }
    },
    doubts: doubts.sorted(),
    unseen: (sources) => unseenFields(plan, sources, told()),
    watch: fieldWatch(plan),
    drift: plan.read.envelope === undefined ? driftFinder(plan.known) : envelopeDrift(plan.known, plan.read),
  }
}

/** The same mapping for a source whose records are brought to another spelling of names or values first. */
function rewritten(mapping: CompiledMapping, spell: (source: SourceRecord) => SourceRecord): CompiledMapping {
  const rewrite = (source: SourceRecord): SourceRecord => {
    const { whole } = source
    if (!whole?.lines) return spell(source)
    return { ...spell(source), whole: { ...whole, lines: whole.lines.map(spell) } }
  }
  return {
    ...mapping,
    map: (source, context) => mapping.map(rewrite(source), context),
    trace: (source, context) => mapping.trace(rewrite(source), context),
    drift: (source) => mapping.drift(rewrite(source)),
    ...(mapping.unseen ? { unseen: (sources) => mapping.unseen?.(sources.map(rewrite)) ?? [] } : {}),
    ...(mapping.watch ? { watch: spelling(mapping.watch, rewrite) } : {}),
  }
}

/** The rest of a file whose heading is wrong is compiled too, for its mistakes. */
const NAMELESS = { system: 'system', record: 'record', version: 1, title: { en: '', zh: '' }, tests: [] }

const textAt = (root: MapNode, name: string): string | undefined => {
  const node = root.entries.get(name)?.value
  return node?.is === 'text' ? node.text : undefined
}
