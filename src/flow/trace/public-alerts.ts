import type { TraceNode, TraceTest } from '#core/lineage/graph.ts'
import { isVoidNode } from '#core/lineage/node-state.ts'
import { dayOf, knownType } from './document-issue.ts'
import { publicGoods, publicItem } from './public-goods.ts'
import { publicNumber } from './public-name.ts'
import { present } from './public-present.ts'
import { ALERTS, type PublicAlert, type PublicState } from './public-trace.ts'

const STATE_ALERTS: Partial<Record<TraceNode['state'], PublicAlert['kind']>> = {
  recalled: 'recalled',
  held: 'held',
  void: 'void',
  disposed: 'disposed',
}

/** What is wrong with one lot or paper of the path. */
export function alertsOf(node: TraceNode, isLikely: boolean): PublicAlert[] {
  const subject = present({
    type: node.kind === 'document' ? knownType(node.type ?? 'unknown') : undefined,
    number: node.kind === 'document' ? publicNumber(node.value) : undefined,
    product: publicGoods(node.product),
    likely: isLikely || undefined,
  })
  const alerts: PublicAlert[] = []
  const kind = STATE_ALERTS[node.state]
  if (kind) alerts.push({ kind, ...subject, ...present({ date: alertDay(node, kind) }) })
  // A paper that was made void is so whatever was ordered for its goods.
  if (kind !== 'void' && isVoidNode(node))
    alerts.push({ kind: 'void', ...subject, ...present({ date: alertDay(node, 'void') }) })
  for (const { item, occurredAt } of failedTests(node)) {
    const date = occurredAt ? dayOf(occurredAt.at) : undefined
    alerts.push({ kind: 'test_failed', ...subject, ...present({ item: publicItem(item), date }) })
  }
  return alerts
}

/** The tests by which the goods failed, as long as they were not released since. */
export const failedTests = (node: TraceNode): TraceTest[] =>
  isCleared(node) ? [] : node.tests.filter(({ verdict }) => verdict === 'fail')

/** The worst of the alerts. */
export const stateOf = (alerts: readonly PublicAlert[]): PublicState =>
  ALERTS.find((kind) => alerts.some((alert) => alert.kind === kind)) ?? 'clear'

/** Lots and papers of one path of which a visitor is told the same are told of once, and as certain where one of them is. */
export function eachOnce(alerts: readonly PublicAlert[]): PublicAlert[] {
  const told = new Map<string, PublicAlert>()
  for (const alert of alerts) {
    const said = JSON.stringify({ ...alert, likely: undefined })
    if (!alert.likely || !told.has(said)) told.set(said, alert)
  }
  return [...told.values()]
}

/** Worst first, what is certain before what is likely. */
export const byWeight = (a: PublicAlert, b: PublicAlert): number =>
  ALERTS.indexOf(a.kind) - ALERTS.indexOf(b.kind) || Number(a.likely ?? false) - Number(b.likely ?? false)

function alertDay(node: TraceNode, kind: PublicAlert['kind']): string | undefined {
  const when = kind === 'void' ? node.voidedAt : node.holds.at(-1)?.occurredAt
  return when ? dayOf(when.at) : undefined
}

/** Whether the newest order about the goods, later than every failed test, lifted the stop. */
export function isCleared(node: TraceNode): boolean {
  // Of two cases one may have released what the other still holds.
  if (node.state === 'held' || node.state === 'recalled') return false
  const newest = [...node.holds]
    .sort((a, b) => ((a.occurredAt?.at ?? '') < (b.occurredAt?.at ?? '') ? -1 : 1))
    .at(-1)
  if (newest?.kind !== 'release') return false
  return node.tests.every(
    ({ verdict, occurredAt }) =>
      verdict !== 'fail' || (occurredAt?.at ?? '') <= (newest.occurredAt?.at ?? ''),
  )
}
