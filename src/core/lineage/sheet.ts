import type { Table } from '#core/mapping/backward/workbook.ts'
import type { TraceEdge, TraceGraph, TraceNode } from './graph.ts'
import { nodeWords } from './node-words.ts'
import type { WordLanguage } from './words.ts'

const COLUMNS: readonly (readonly [en: string, zh: string])[] = [
  ['Side', '方向'],
  ['Steps', '步数'],
  ['What', '类型'],
  ['Code', '编码'],
  ['State', '状态'],
  ['Product', '产品'],
  ['Quantity', '数量'],
  ['Unit', '单位'],
  ['Date', '日期'],
  ['Origin', '产地'],
  ['Places', '场所'],
  ['Parties', '主体'],
  ['Tests', '检测'],
  ['Found by (rule, confidence)', '关联依据（规则、可信度）'],
  ['Records', '依据记录'],
]
const STEPS = 1
const QUANTITY = 6
const CUT = ['cut: more in further pages or beyond the depth', '未列全：尚有后续（下一页或更深层）'] as const
const SIDES = {
  root: ['asked for', '查询对象'],
  back: ['came from', '来源'],
  forward: ['went to', '去向'],
} as const

/** The graph as a table for an inspector: a row for each node, with how it was found and the records behind it. */
export function traceSheet(graph: TraceGraph, language: WordLanguage): Table {
  const pick = ([en, zh]: readonly [string, string]): string => (language === 'zh' ? zh : en)
  const near = edgesOf(graph)
  return {
    columns: COLUMNS.map(pick),
    figures: [STEPS, QUANTITY],
    rows: [
      ...graph.nodes.map((node) => [
        pick(SIDES[node.relation]),
        ...rowOf(node, near.get(node.code) ?? [], language),
      ]),
      ...(graph.truncated ? [[pick(CUT), ...Array<string>(COLUMNS.length - 1).fill('')]] : []),
    ],
  }
}

function rowOf(node: TraceNode, edges: readonly TraceEdge[], language: WordLanguage): string[] {
  const words = nodeWords(node, language)
  const names = (parts: readonly { readonly name?: string }[]): string =>
    [...new Set(parts.flatMap(({ name }) => (name ? [name] : [])))].join('; ')
  return [
    String(node.depth),
    words.title,
    node.value,
    [words.state, words.reason].filter(Boolean).join(' · '),
    node.product?.name ?? node.product?.code ?? '',
    node.quantity?.value ?? '',
    node.quantity?.value ? node.quantity.unit : '',
    words.date,
    words.origin,
    names(node.sites),
    names(node.parties),
    words.tests,
    edges
      .map(({ from, to, rule, confidence }) => `${from} → ${to} (${rule}, ${confidence.toFixed(2)})`)
      .join('\n'),
    node.records.map(({ id, version }) => `${id}@${version}`).join('\n'),
  ].map(cut)
}

/** A cell takes no more; the answer as JSON has all of it. */
const CELL_MAX = 32_000
const cut = (text: string): string => (text.length > CELL_MAX ? `${text.slice(0, CELL_MAX)}…` : text)

/** Edges by the nodes that they lead to, and for what lies further back by those that they come from. */
function edgesOf({ nodes, edges }: TraceGraph): Map<string, TraceEdge[]> {
  const relation = new Map(nodes.map(({ code, relation: side }) => [code, side]))
  const found = new Map<string, TraceEdge[]>()
  const add = (code: string, edge: TraceEdge): void => {
    const list = found.get(code)
    if (list) list.push(edge)
    else found.set(code, [edge])
  }
  for (const edge of edges) {
    if (relation.get(edge.from) === 'back') add(edge.from, edge)
    else add(edge.to, edge)
  }
  return found
}
