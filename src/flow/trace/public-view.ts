import { saysOf } from '#core/cases/open.ts'
import { assembleGraph } from '#core/lineage/assemble-graph.ts'
import type { GraphCode } from '#core/lineage/codes.ts'
import { type BesideLots, isAllGone } from '#core/lineage/disposed.ts'
import { HOLD_KINDS, type TraceNode } from '#core/lineage/graph.ts'
import { isAbout, mentionOf } from '#core/lineage/mentions.ts'
import { mentioning } from '#core/lineage/node-state.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { When } from '#core/model/values.ts'
import type { LoadedTrace } from './load-trace.ts'
import { adviceFor } from './public-advice.ts'
import { alertsOf, byWeight, eachOnce, failedTests, isCleared, stateOf } from './public-alerts.ts'
import { type PublicBody, publicBody } from './public-body.ts'
import { publicGoods, publicItem, publicProduction } from './public-goods.ts'
import { reach } from './public-load.ts'
import { marketCode, publicRegion, publicShop } from './public-name.ts'
import { dayOf, inPathOrder, PATH_KINDS, placeOf } from './public-order.ts'
import { certificateOf } from './public-papers.ts'
import { present } from './public-present.ts'
import type { PublicStep, PublicTest, PublicTrace } from './public-trace.ts'

interface Step {
  readonly record: TracedRecord
  readonly node: TraceNode
  readonly isLikely: boolean
}

const CERTAIN = 1

/**
 * The path of goods as anyone may see it, from the field to the code, with its papers as they are on the day. Of each record only what
 * `publicBody` gives is read: days, regions, goods, tests and holds, and by name markets, slaughterhouses, farms and issuers that are
 * organisations. No persons, sellers or buyers, no quantity, price, vehicle, telephone, voucher of others or free text.
 */
export function publicView(code: string, trace: LoadedTrace, on: string): PublicTrace {
  const { nodes } = assembleGraph(trace)
  const certain = reach(trace.roots, trace.links, CERTAIN)
  const steps = stepsOf(trace, nodes, certain)
  const bodies = steps.map(({ record }) => publicBody(record))
  const root = nodes.find(({ relation }) => relation === 'root')
  const sold = soldAt(trace)
  const warnedOf = nodes.map((node) => {
    const told = trace.records.get(node.code) ?? []
    return withoutDoubts(ofWhatIsThere(node, told, trace.beside), told)
  })
  const alerts = eachOnce(warnedOf.flatMap((node) => alertsOf(node, !certain.has(node.code)))).sort(byWeight)
  const state = stateOf(alerts)
  const failed = warnedOf.flatMap((node) => {
    const ids = new Set(failedTests(node).map(({ record }) => record))
    return (trace.records.get(node.code) ?? []).flatMap(({ id, body }) => (ids.has(id) ? [body] : []))
  })
  return {
    code,
    on,
    state,
    advice: adviceFor(state, failed),
    ...present({
      product: [root, ...nodes].map((node) => publicGoods(node?.product)).find(Boolean),
      origin: bodies.map(({ seen }) => publicRegion(seen.origin)).find(Boolean),
      producer: bodies.map(({ producer }) => producer).find(Boolean),
      market: sold?.shop ?? marketNamed(sold?.code, trace),
      stall: sold?.stall,
    }),
    alerts,
    steps: steps.map(stepOf),
    certificates: nodes
      .filter(({ kind }) => kind === 'document')
      .map((node) => certificateOf(node, trace, on, !certain.has(node.code)))
      .reverse(),
    tests: unique(
      nodes.flatMap((node) => node.tests.map((test) => ({ ...testOf(test), ...released(node, test) }))),
    ),
    isComplete: !trace.truncated,
  }
}

/** Of what the goods came from, without tests that only doubt (a suspect, such as leeks by the enzyme method): nothing spreads from these before a laboratory has tested. */
function withoutDoubts(node: TraceNode, records: readonly TracedRecord[]): TraceNode {
  if (node.relation === 'root') return node
  const doubts = new Set(
    records.flatMap(({ id, kind, body }) => (kind === 'test' && saysOf(body) === 'doubted' ? [id] : [])),
  )
  return { ...node, tests: node.tests.filter(({ record }) => !doubts.has(record)) }
}

const SOLD: ReadonlySet<Kind> = new Set<Kind>(['sale', 'entry'])

/** What records of the path call the market of a code, the first by their identifiers: scales often know no name. */
function marketNamed(code: string | undefined, { records }: LoadedTrace): string | undefined {
  if (code === undefined) return undefined
  const named = [...records.values()].flat().flatMap(({ id, status, body: { sites } }) => {
    const name = status === 'active' && marketCode(sites) === code ? publicShop(sites) : undefined
    return name === undefined ? [] : [{ id, name }]
  })
  return named.sort((a, b) => (a.id < b.id ? -1 : 1))[0]?.name
}

/** Where the goods of the code were last brought or sold. */
function soldAt({
  roots,
  records,
}: LoadedTrace): (PublicBody & { readonly code: string | undefined }) | undefined {
  const bodies = roots.flatMap((code) =>
    mentioning(code, records.get(code) ?? [])
      .filter(
        ({ record, mention }) => SOLD.has(record.kind) && record.status === 'active' && isAbout(mention.role),
      )
      .map(({ record }) => ({ ...publicBody(record), code: marketCode(record.body.sites) })),
  )
  return bodies
    .sort((a, b) => ((a.seen.occurredAt?.at ?? '') < (b.seen.occurredAt?.at ?? '') ? -1 : 1))
    .findLast(({ shop, stall }) => shop !== undefined || stall !== undefined)
}

const ALWAYS: ReadonlySet<Kind> = new Set(['document', 'production', 'test', 'hold', 'disposal'])

/**
 * The records that make the path: those behind its links, and of each lot and paper its own certificate, harvest, tests and holds.
 * Other sales of the same lot are not part of this path.
 */
function stepsOf(trace: LoadedTrace, nodes: readonly TraceNode[], certain: ReadonlySet<GraphCode>): Step[] {
  const evidence = new Set(trace.links.map(({ recordId }) => recordId))
  const steps = new Map<string, Step>()
  for (const node of nodes) {
    for (const record of trace.records.get(node.code) ?? []) {
      const isShown = evidence.has(record.id) || isOwn(record, node)
      if (!isShown || !PATH_KINDS.includes(record.kind)) continue
      const known = steps.get(record.id)
      const isLikely = !certain.has(node.code) && (known?.isLikely ?? true)
      const here = { record, node, isLikely }
      steps.set(record.id, { ...(known ? placeOf(known, here) : here), isLikely })
    }
  }
  return inPathOrder([...steps.values()])
}

function isOwn(record: TracedRecord, node: TraceNode): boolean {
  const mention = mentionOf(record.body, node.code)
  if (!mention || !isAbout(mention.role)) {
    return (
      node.tests.some((test) => test.record === record.id) ||
      node.holds.some((hold) => hold.record === record.id)
    )
  }
  if (node.relation === 'root') return true
  return ALWAYS.has(record.kind)
}

function stepOf({ record, isLikely }: Step): PublicStep {
  const { kind } = record
  const { seen, place, stall, producer, paper } = publicBody(record)
  return {
    kind,
    isVoid: record.status === 'void',
    ...present({
      production: kind === 'production' ? publicProduction(seen.productionKind, seen.product) : undefined,
      hold: HOLD_KINDS.find((hold) => hold === seen.holdKind),
      date: dayOf(seen.occurredAt),
      place,
      stall,
      region: publicRegion(seen.region),
      party: kind === 'document' || kind === 'production' ? producer : undefined,
      product: publicGoods(seen.output?.product ?? seen.product),
      type: paper?.type,
      number: paper?.number,
      test: seen.test && testOf({ ...seen.test, occurredAt: seen.occurredAt ?? null }),
      likely: isLikely || undefined,
    }),
  }
}

/** Whoever reads that goods failed is told that they were released since. */
const released = (node: TraceNode, { verdict }: Pick<PublicTest, 'verdict'>): Pick<PublicTest, 'released'> =>
  verdict === 'fail' && isCleared(node) ? { released: true } : {}

function testOf(test: { item: string; verdict: PublicTest['verdict']; occurredAt: When | null }): PublicTest {
  return {
    item: publicItem(test.item) ?? '检测',
    verdict: test.verdict,
    ...present({ date: dayOf(test.occurredAt) }),
  }
}

const unique = (tests: readonly PublicTest[]): PublicTest[] => [
  ...new Map(tests.map((test) => [JSON.stringify(test), test])).values(),
]

/** What was destroyed where goods came from, after these had left, says nothing of them: only all that came there does. */
function ofWhatIsThere(
  node: TraceNode,
  told: readonly TracedRecord[],
  beside: BesideLots = new Map(),
): TraceNode {
  if (node.state !== 'disposed' || node.relation === 'root') return node
  const active = told.filter(({ status }) => status === 'active')
  return isAllGone(node.code, active, beside, 'all') ? node : { ...node, state: 'active' }
}
