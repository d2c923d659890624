import { expect, test } from 'vitest'
import { assembleGraph } from '#core/lineage/assemble-graph.ts'
import type { TraceGraph } from '#core/lineage/graph.ts'
import { mentionOf } from '#core/lineage/mentions.ts'
import type { Link, TracedRecord } from '#core/lineage/traced-record.ts'
import { traceTree } from '#core/lineage/tree.ts'
import type { Body } from '#core/model/body.ts'

const when = { at: '2024-04-15T03:42:10+08:00', precision: 'second' as const }
const record = (
  id: string,
  kind: TracedRecord['kind'],
  body: Partial<Body>,
  status: TracedRecord['status'] = 'active',
): TracedRecord => ({
  id,
  version: 1,
  kind,
  system: 'one',
  status,
  receivedAt: '2024-04-15T06:00:00.000Z',
  body: { occurredAt: when, flags: [], ...body },
})
const link = (from: string, to: string): Link => ({
  from,
  to,
  recordId: `${from}>${to}`,
  version: 1,
  kind: 'sale',
  system: 'one',
  rule: 'document',
  confidence: 1,
  quantity: null,
  unit: null,
  occurredAt: null,
  withRecord: null,
})
const lot = (value: string) => ({ role: 'subject' as const, scheme: 'cn.mofcom.batch16', value })

test('the strongest mention decides what a record is to a code', () => {
  const body: Body = {
    flags: [],
    documents: [
      { role: 'upstream', type: 'unknown', number: '1' },
      { role: 'self', type: 'promise_cert', number: '1' },
    ],
  }
  expect(mentionOf(body, 'doc:1')?.role).toBe('self')
  expect(mentionOf(body, 'doc:2')).toBeUndefined()
})

test('a link that was found from both of its ends is one edge', () => {
  const found = {
    nodes: [{ code: 'lot:A', depth: 0, relation: 'root' as const }],
    links: [link('lot:A', 'lot:B'), link('lot:A', 'lot:B')],
    records: new Map(),
    more: new Set<string>(),
  }
  expect(assembleGraph(found).edges).toHaveLength(1)
})

test('quantities of one lot are added inside a system, and left out where units or goods differ', () => {
  const nodeOf = (...bodies: Partial<Body>[]) =>
    assembleGraph({
      nodes: [{ code: 'lot:A', depth: 0, relation: 'root' }],
      links: [],
      records: new Map([
        ['lot:A', bodies.map((body, i) => record(`r${i}`, 'entry', { lots: [lot('A')], ...body }))],
      ]),
      more: new Set(),
    }).nodes[0]
  const kg = (value: string) => ({ quantity: { value, unit: 'KGM' as const }, product: { name: '番茄' } })
  expect(nodeOf(kg('0.1'), kg('0.2'))?.quantity).toEqual({ value: '0.3', unit: 'KGM' })
  expect(
    nodeOf(kg('1'), { quantity: { value: '2', unit: 'HEA' }, product: { name: '番茄' } })?.quantity,
  ).toBeUndefined()
  expect(nodeOf(kg('1'), { ...kg('2'), product: { name: '黄瓜' } })?.quantity).toBeUndefined()
})

test('a natural person is in a node without a name', () => {
  const parties = [
    { role: 'producer' as const, name: '王建国', ids: [{ scheme: 'cn.idcard.hash', value: 'x' }] },
    { role: 'buyer' as const, name: '示例合作社', ids: [] },
  ]
  const [node] = assembleGraph({
    nodes: [{ code: 'lot:A', depth: 0, relation: 'root' }],
    links: [],
    records: new Map([['lot:A', [record('r', 'production', { lots: [lot('A')], parties })]]]),
    more: new Set(),
  }).nodes
  expect(node?.parties).toEqual([
    { role: 'producer', personal: true },
    { role: 'buyer', name: '示例合作社' },
  ])
})

const node = (code: string, depth: number): TraceGraph['nodes'][number] => ({
  code: `lot:${code}`,
  kind: 'lot',
  value: code,
  relation: depth === 0 ? 'root' : 'back',
  depth,
  state: 'active',
  parties: [],
  sites: [],
  tests: [],
  holds: [],
  records: [],
  moreRecords: false,
})
const edge = (from: string, to: string): TraceGraph['edges'][number] => ({
  from: `lot:${from}`,
  to: `lot:${to}`,
  rule: 'batch',
  confidence: 1,
  kind: 'sale',
  record: 'r',
  version: 1,
  system: 'one',
  occurredAt: null,
})

test('the tree of a cycle ends and says where a node was written out', () => {
  const graph: TraceGraph = {
    code: 'A',
    direction: 'back',
    at: null,
    roots: ['lot:A'],
    candidates: [],
    nodes: [node('A', 0), node('B', 1)],
    edges: [edge('B', 'A'), edge('A', 'B')],
    truncated: true,
    next: null,
  }
  expect(traceTree(graph, 'zh')).toBe(
    '批次 A\n└─ 批次 B\n   └─ 批次 A（见上）\n…… 尚有后续（下一页或更深层）',
  )
})

test('held and failed goods are marked in the tree', () => {
  const bad: TraceGraph['nodes'][number] = {
    ...node('A', 0),
    state: 'held',
    tests: [{ record: 't', item: '克百威', verdict: 'fail', occurredAt: null }],
  }
  const graph: TraceGraph = {
    code: 'A',
    direction: 'both',
    at: null,
    roots: ['lot:A'],
    candidates: [],
    nodes: [bad],
    edges: [],
    truncated: false,
    next: null,
  }
  expect(traceTree(graph, 'en')).toBe('✗ Lot A · 克百威 FAILED · SALE STOPPED')
})
