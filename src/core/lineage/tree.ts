import type { TraceGraph, TraceNode } from './graph.ts'
import { nodeWords } from './node-words.ts'
import { inLanguage, type WordLanguage } from './words.ts'

type Way = 'back' | 'forward'
const WAY_TITLES = { back: ['Came from', '来源'], forward: ['Went to', '去向'] } as const
const REPEATED = ['see above', '见上'] as const
const MORE = ['… more in further pages or beyond the depth', '…… 尚有后续（下一页或更深层）'] as const
const LINES_MAX = 2000

/**
 * The graph as a text for a terminal: the code, and below it, indented, where the goods came from and where they went, each line with
 * title, code, date, product, quantity, place, tests and state. What is void, held or failed begins with ✗. A node that is reached
 * twice is written out once.
 */
export function traceTree(graph: TraceGraph, language: WordLanguage): string {
  const nodes = new Map(graph.nodes.map((node) => [node.code, node]))
  const lines: string[] = []
  for (const root of graph.roots) {
    const node = nodes.get(root)
    if (!node) continue
    lines.push(nodeLine(node, language))
    const ways: readonly Way[] = graph.direction === 'both' ? ['back', 'forward'] : [graph.direction]
    for (const way of ways) {
      const next = neighbours(graph, nodes, way)
      if (ways.length > 1 && next(root).length > 0) lines.push(inLanguage(WAY_TITLES[way], language))
      addBranches({ lines, next, written: new Set([root]), language }, root, '')
    }
  }
  if (graph.truncated) lines.push(inLanguage(MORE, language))
  return lines.join('\n')
}

interface Drawing {
  readonly lines: string[]
  readonly next: (code: string) => readonly TraceNode[]
  readonly written: Set<string>
  readonly language: WordLanguage
}

function addBranches(drawing: Drawing, code: string, indent: string): void {
  const { lines, next, written, language } = drawing
  const branches = next(code)
  branches.forEach((node, i) => {
    if (lines.length >= LINES_MAX) return
    const isLast = i === branches.length - 1
    const line = `${indent}${isLast ? '└─ ' : '├─ '}`
    if (written.has(node.code)) {
      const { title, value } = nodeWords(node, language)
      lines.push(`${line}${title} ${value}（${inLanguage(REPEATED, language)}）`)
      return
    }
    written.add(node.code)
    lines.push(`${line}${nodeLine(node, language)}`)
    addBranches(drawing, node.code, `${indent}${isLast ? '   ' : '│  '}`)
  })
}

function neighbours(
  graph: TraceGraph,
  nodes: ReadonlyMap<string, TraceNode>,
  way: Way,
): (code: string) => readonly TraceNode[] {
  const byCode = new Map<string, TraceNode[]>()
  const direct = new Set(graph.edges.map(({ from, to }) => `${from}\n${to}`))
  const entered = graph.edges.filter(({ rule }) => rule === 'entered')
  for (const { from, to, rule } of graph.edges) {
    // What came in under a paper is drawn between the paper and what was made of it.
    const isByLot =
      rule === 'transformation' && entered.some((e) => e.to === to && direct.has(`${from}\n${e.from}`))
    if (isByLot) continue
    const [near, far] = way === 'back' ? [to, from] : [from, to]
    const node = nodes.get(far)
    const list = byCode.get(near) ?? []
    if (node && !list.includes(node)) byCode.set(near, [...list, node])
  }
  return (code) => byCode.get(code) ?? []
}

function nodeLine(node: TraceNode, language: WordLanguage): string {
  const { title, value, date, goods, origin, place, tests, state, reason, isBad } = nodeWords(node, language)
  const facts = [date, goods, origin, place, tests, state, reason].filter(Boolean)
  return `${isBad ? '✗ ' : ''}${title} ${value}${facts.map((fact) => ` · ${fact}`).join('')}`
}
