import { assembleGraph } from '#core/lineage/assemble-graph.ts'
import type { TraceNode } from '#core/lineage/graph.ts'
import { isAbout, mentionOf } from '#core/lineage/mentions.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { When } from '#core/model/values.ts'
import type { LoadedTrace } from './load-trace.ts'
import {
  maskedPlate,
  publicName,
  publicNumber,
  publicParty,
  publicPlace,
  publicRegion,
  publicWords,
} from './public-name.ts'
import type { PublicAlert, PublicCertificate, PublicStep, PublicTest, PublicTrace } from './public-trace.ts'

type Step = { readonly record: TracedRecord; readonly node: TraceNode }

/** Leaves out the parts that are not there, as the schema wants it. */
type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }
const present = <T extends object>(parts: T): Present<T> =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as Present<T>

const dayOf = (when: When | null | undefined): string | undefined => when?.at.slice(0, 10)

/**
 * The path of goods as anyone may see it, from the field to the code. Everything is hidden but what is picked here by name: days,
 * regions, markets and organisations, goods, papers with their state, tests with their verdict. No persons, sellers or buyers, no
 * telephone, price, amount, voucher of others, free text or plate.
 */
export function publicView(code: string, trace: LoadedTrace): PublicTrace {
  const { nodes } = assembleGraph(trace)
  const steps = stepsOf(trace, nodes)
  const earliest = steps.map(({ record }) => publicRegion(record.body.origin)).find(Boolean)
  const root = nodes.find(({ relation }) => relation === 'root')
  const goods = [root, ...nodes].map((node) => publicWords(node?.product?.name)).find(Boolean)
  return {
    code,
    ...present({
      product: goods,
      origin: earliest,
      producer: steps.map(({ record }) => producerOf(record)).find(Boolean),
    }),
    alerts: nodes.flatMap(alertsOf),
    steps: steps.map(stepOf),
    certificates: nodes
      .filter(({ kind }) => kind === 'document')
      .map((node) => certificateOf(node, trace))
      .reverse(),
    tests: unique(nodes.flatMap(({ tests }) => tests.map(testOf))),
    isComplete: !trace.truncated,
  }
}

function producerOf({ body }: TracedRecord): string | undefined {
  const roles = ['producer', 'issuer'] as const
  const party = roles.map((role) => publicParty(body.parties?.find((one) => one.role === role))).find(Boolean)
  return party ?? publicName(body.sites?.find(({ role }) => role === 'farm')?.name)
}

const EVENTS: readonly Kind[] = [
  'production',
  'document',
  'dispatch',
  'entry',
  'transformation',
  'test',
  'sale',
  'hold',
  'disposal',
]
const ALWAYS: ReadonlySet<Kind> = new Set(['document', 'production', 'test', 'hold', 'disposal'])

/**
 * The records that make the path: those behind its links, and of each lot and paper its own certificate, harvest, tests and holds.
 * Other sales of the same lot are not part of this path. By day; within a day what lies further back comes first.
 */
function stepsOf(trace: LoadedTrace, nodes: readonly TraceNode[]): Step[] {
  const evidence = new Set(trace.links.map(({ recordId }) => recordId))
  const steps = new Map<string, Step>()
  for (const node of nodes) {
    for (const record of trace.records.get(node.code) ?? []) {
      const isShown = evidence.has(record.id) || isOwn(record, node)
      if (!isShown || !EVENTS.includes(record.kind)) continue
      const known = steps.get(record.id)
      if (!known || known.node.depth < node.depth) steps.set(record.id, { record, node })
    }
  }
  return [...steps.values()].sort(byTime)
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

function byTime(a: Step, b: Step): number {
  const [dayA, dayB] = [dayOf(a.record.body.occurredAt) ?? '', dayOf(b.record.body.occurredAt) ?? '']
  if (dayA !== dayB) return dayA < dayB ? -1 : 1
  return (
    b.node.depth - a.node.depth ||
    EVENTS.indexOf(a.record.kind) - EVENTS.indexOf(b.record.kind) ||
    (a.record.id < b.record.id ? -1 : 1)
  )
}

function stepOf({ record }: Step): PublicStep {
  const { body, kind } = record
  const { product, quantity, test, sites, region, occurredAt, holdKind } = body
  const isTrade = kind === 'sale'
  const paper = kind === 'document' ? (body.documents ?? []).find(({ role }) => role === 'self') : undefined
  return {
    kind,
    isVoid: record.status === 'void',
    ...present({
      hold: holdKind as PublicStep['hold'],
      date: dayOf(occurredAt),
      place: publicPlace(sites),
      region: publicRegion(region),
      party: kind === 'document' || kind === 'production' ? producerOf(record) : undefined,
      product: publicWords((body.output?.product ?? product)?.name),
      quantity: isTrade || !quantity?.value ? undefined : { value: quantity.value, unit: quantity.unit },
      vehicle: maskedPlate(body.vehicle),
      type: paper?.type,
      number: paper ? publicNumber(paper.number) : undefined,
      test: test ? testOf({ ...test, occurredAt: occurredAt ?? null }) : undefined,
    }),
  }
}

function testOf(test: { item: string; verdict: PublicTest['verdict']; occurredAt: When | null }): PublicTest {
  return {
    item: publicWords(test.item) ?? '检测',
    verdict: test.verdict,
    ...present({ date: dayOf(test.occurredAt) }),
  }
}

const unique = (tests: readonly PublicTest[]): PublicTest[] => [
  ...new Map(tests.map((test) => [JSON.stringify(test), test])).values(),
]

function certificateOf(node: TraceNode, trace: LoadedTrace): PublicCertificate {
  const own = (trace.records.get(node.code) ?? []).find(
    ({ kind, body }) => kind === 'document' && mentionOf(body, node.code)?.role === 'self',
  )
  return {
    type: node.type ?? 'unknown',
    number: publicNumber(node.value),
    state: node.state,
    ...present({ date: dayOf(node.occurredAt), party: own ? producerOf(own) : undefined }),
  }
}

const STATE_ALERTS: Partial<Record<TraceNode['state'], PublicAlert['kind']>> = {
  recalled: 'recalled',
  held: 'held',
  void: 'void',
  disposed: 'disposed',
}

function alertsOf(node: TraceNode): PublicAlert[] {
  const subject = present({
    type: node.kind === 'lot' ? undefined : node.type,
    number: node.kind === 'document' ? publicNumber(node.value) : undefined,
    product: publicWords(node.product?.name),
  })
  const alerts: PublicAlert[] = []
  const kind = STATE_ALERTS[node.state]
  if (kind) alerts.push({ kind, ...subject, ...present({ date: alertDay(node, kind) }) })
  if (isCleared(node)) return alerts
  for (const test of node.tests) {
    if (test.verdict !== 'fail') continue
    alerts.push({
      kind: 'test_failed',
      ...subject,
      ...present({ item: publicWords(test.item), date: dayOf(test.occurredAt) }),
    })
  }
  return alerts
}

const alertDay = (node: TraceNode, kind: PublicAlert['kind']): string | undefined =>
  kind === 'void' ? dayOf(node.voidedAt) : dayOf(node.holds.at(-1)?.occurredAt)

/** Whether the newest order about the goods, later than every failed test, lifted the stop. */
function isCleared(node: TraceNode): boolean {
  const newest = [...node.holds]
    .sort((a, b) => ((a.occurredAt?.at ?? '') < (b.occurredAt?.at ?? '') ? -1 : 1))
    .at(-1)
  if (newest?.kind !== 'release') return false
  return node.tests.every(
    ({ verdict, occurredAt }) =>
      verdict !== 'fail' || (occurredAt?.at ?? '') <= (newest.occurredAt?.at ?? ''),
  )
}
