import type { TraceEdge, TraceGraph, TraceNode } from './graph.ts'
import { nodeWords } from './node-words.ts'
import { quantityWords, type WordLanguage } from './words.ts'

const BOX = { width: 216, height: 92, gapX: 84, gapY: 20 } as const
const MARGIN = 64
/** Widths of a text at 12 px: a Chinese character is as wide as two Latin letters. */
const TEXT_WIDTH = BOX.width - 20
const WIDE_PX = 12
const NARROW_PX = 7.6
const SURE = 1

const COLOURS = {
  line: '#7a8699',
  likely: '#b08030',
  text: '#1c2733',
  quiet: '#5a6675',
  paper: '#f4f7fb',
  lot: '#eef7ee',
  bad: '#fdecea',
  badLine: '#b3261e',
  root: '#174a7c',
} as const

interface Placed {
  readonly node: TraceNode
  readonly x: number
  readonly y: number
}

/**
 * The graph as an SVG picture: where goods came from on the left, where they went on the right, the code that was asked for in between. What is void, held,
 * recalled or failed is red; links that are only likely are dashed, with how sure they are. No script, no outside font or picture.
 */
export function tracePicture(graph: TraceGraph, language: WordLanguage): string {
  const placed = place(graph.nodes)
  const columns = Math.max(1, ...[...placed.values()].map(({ x }) => x + 1))
  const rows = Math.max(1, ...[...placed.values()].map(({ y }) => y + 1))
  const width = 2 * MARGIN + columns * BOX.width + (columns - 1) * BOX.gapX
  const height = 2 * MARGIN + rows * (BOX.height + BOX.gapY) - BOX.gapY + (graph.truncated ? 24 : 0)
  const led = new Map<string, number>()
  const lines = joined(graph.edges).map((edges) => {
    const { to } = edges[0] as TraceEdge
    const nth = led.get(to) ?? 0
    led.set(to, nth + 1)
    return edgeLine(edges, nth, placed, language)
  })
  const boxes = [...placed.values()].map((one) => box(one, language))
  const title = language === 'zh' ? `追溯图 ${graph.code}` : `Trace of ${graph.code}`
  const more =
    language === 'zh' ? '…… 尚有后续（下一页或更深层）' : '… more in further pages or beyond the depth'
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...lines,
    ...boxes,
    ...(graph.truncated
      ? [`<text x="${MARGIN}" y="${height - 10}" fill="${COLOURS.quiet}">${escaped(more)}</text>`]
      : []),
    '</svg>',
  ].join('\n')
}

/** A column for each step, those on the way back to the left; in each column in the order of the answer. */
function place(nodes: readonly TraceNode[]): Map<string, Placed> {
  const stepOf = ({ relation, depth }: TraceNode): number => (relation === 'back' ? -depth : depth)
  const first = Math.min(0, ...nodes.map(stepOf))
  const filled = new Map<number, number>()
  const placed = new Map<string, Placed>()
  for (const node of nodes) {
    const x = stepOf(node) - first
    const y = filled.get(x) ?? 0
    filled.set(x, y + 1)
    placed.set(node.code, { node, x, y })
  }
  return placed
}

const leftOf = ({ x }: Placed): number => MARGIN + x * (BOX.width + BOX.gapX)
const topOf = ({ y }: Placed): number => MARGIN + y * (BOX.height + BOX.gapY)

/** Edges between the same two nodes are one line, with as many records behind it; the surest first. */
function joined(edges: readonly TraceEdge[]): TraceEdge[][] {
  const pairs = Map.groupBy(edges, ({ from, to }) => `${from}\n${to}`)
  return [...pairs.values()].map((same) => same.toSorted((a, b) => b.confidence - a.confidence))
}

/** @param nth of the lines that lead to the same node */
function edgeLine(
  edges: readonly TraceEdge[],
  nth: number,
  placed: ReadonlyMap<string, Placed>,
  language: WordLanguage,
): string {
  const edge = edges[0] as TraceEdge
  const [from, to] = [placed.get(edge.from), placed.get(edge.to)]
  if (!from || !to) return ''
  const isSure = edge.confidence >= SURE
  const colour = isSure ? COLOURS.line : COLOURS.likely
  const amount =
    edge.quantity === undefined || edges.length > 1
      ? ''
      : quantityWords({ value: edge.quantity, unit: (edge.unit ?? 'KGM') as 'KGM' }, language)
  const label = [amount, isSure ? '' : edge.confidence.toFixed(2)].filter(Boolean).join(' · ')
  const tip = edges
    .map(({ rule, confidence, record }) => `${rule} ${confidence.toFixed(2)} ${record}`)
    .join('\n')
  const { path, tip: end, text } = from.x === to.x ? besideOf(from, to) : acrossTo(from, to, nth)
  return [
    `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.4"${isSure ? '' : ' stroke-dasharray="5 4"'}><title>${escaped(tip)}</title></path>`,
    `<path d="${end}" fill="${colour}"/>`,
    label === '' ? '' : `<text ${text} font-size="10" fill="${colour}">${escaped(label)}</text>`,
  ].join('')
}

/** From the right edge of one box to the left edge of another; its label stands before the arrow. */
function acrossTo(from: Placed, to: Placed, nth: number) {
  const [x1, y1] = [leftOf(from) + BOX.width, topOf(from) + BOX.height / 2]
  const [x2, y2] = [leftOf(to), topOf(to) + BOX.height / 2]
  const bend = Math.max(30, Math.abs(x2 - x1) / 2)
  return {
    path: `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`,
    tip: `M${x2} ${y2} l-7 -4 v8 z`,
    text: `x="${x2 - 9}" y="${y2 - 5 - nth * 12}" text-anchor="end"`,
  }
}

/** Inside one column: along the left side of the boxes. */
function besideOf(from: Placed, to: Placed) {
  const [x, y1, y2] = [leftOf(to), topOf(from) + BOX.height / 2, topOf(to) + BOX.height / 2 + 12]
  return {
    path: `M${x} ${y1} C${x - 22} ${y1} ${x - 22} ${y2} ${x} ${y2}`,
    tip: `M${x} ${y2} l-7 -4 v8 z`,
    text: `x="${x - 19}" y="${(y1 + y2) / 2}" text-anchor="end"`,
  }
}

function box(placed: Placed, language: WordLanguage): string {
  const { node } = placed
  const words = nodeWords(node, language)
  const [x, y] = [leftOf(placed), topOf(placed)]
  const isRoot = node.relation === 'root'
  const fill = words.isBad ? COLOURS.bad : node.kind === 'lot' ? COLOURS.lot : COLOURS.paper
  const stroke = words.isBad ? COLOURS.badLine : isRoot ? COLOURS.root : COLOURS.line
  const bad = [words.state, words.reason, words.isBad ? words.tests : ''].filter(Boolean).join(' · ')
  const quiet = (text: string): Line => ({ text, shown: fitting(text), colour: COLOURS.quiet, weight: '400' })
  const lines: readonly Line[] = [
    {
      text: `${words.title} ${words.value}`,
      shown: `${words.title} ${fittingCode(words.value, widthOf(`${words.title} `))}`,
      colour: COLOURS.text,
      weight: '600',
    },
    { ...quiet(words.goods), colour: COLOURS.text },
    quiet([words.date, words.origin].filter(Boolean).join(' ')),
    quiet(words.place),
    words.isBad ? { ...quiet(bad), colour: COLOURS.badLine, weight: '600' } : quiet(bad),
  ]
  const whole = [node.code, ...lines.filter(({ text, shown }) => shown !== text).map(({ text }) => text)]
  return [
    `<g><title>${escaped(whole.join('\n'))}</title>`,
    `<rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="8" fill="${fill}" stroke="${stroke}" stroke-width="${isRoot || words.isBad ? 2 : 1}"/>`,
    ...lines
      .filter(({ text }) => text !== '')
      .map(
        ({ shown, colour, weight }, i) =>
          `<text x="${x + 10}" y="${y + 20 + i * 16}" fill="${colour}" font-weight="${weight}">${escaped(shown)}</text>`,
      ),
    '</g>',
  ].join('')
}

/** A line of a box: what it says, and as much of it as has room. */
interface Line {
  readonly text: string
  readonly shown: string
  readonly colour: string
  readonly weight: string
}

const letterWidth = (letter: string): number => ((letter.codePointAt(0) ?? 0) > 0x2e7f ? WIDE_PX : NARROW_PX)
const widthOf = (text: string): number => [...text].reduce((sum, letter) => sum + letterWidth(letter), 0)

/** The text cut to the width of a box; the whole of it stands in its tip and in the sheet. */
function fitting(text: string): string {
  let width = 0
  let kept = ''
  for (const letter of text) {
    width += letterWidth(letter)
    if (width > TEXT_WIDTH - NARROW_PX) return `${kept}…`
    kept += letter
  }
  return kept
}

/** A code that is too long without its middle: codes of one place begin alike, and their serial numbers stand at the end. */
function fittingCode(code: string, taken: number): string {
  const room = TEXT_WIDTH - taken
  if (widthOf(code) <= room) return code
  const letters = [...code]
  const ends: [head: string[], tail: string[]] = [[], []]
  let width = NARROW_PX // of the mark in between
  for (let i = 0; letters.length > 0; i++) {
    const isTail = i % 2 === 1
    const letter = letters[isTail ? letters.length - 1 : 0] as string
    width += letterWidth(letter)
    if (width > room) break
    if (isTail) ends[1].unshift(letters.pop() as string)
    else ends[0].push(letters.shift() as string)
  }
  return `${ends[0].join('')}…${ends[1].join('')}`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g
const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replace(FORBIDDEN, '\ufffd')
    .replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter)
