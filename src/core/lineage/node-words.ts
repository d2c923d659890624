import type { TraceNode } from './graph.ts'
import { isVoidNode } from './node-state.ts'
import { regionText } from './record-summary.ts'
import {
  documentTitle,
  inLanguage,
  lotTitle,
  quantityWords,
  STATE_WORDS,
  VERDICT_WORDS,
  type WordLanguage,
} from './words.ts'

/** A node in words, for pictures and sheets; empty where nothing is known. */
export interface NodeWords {
  readonly title: string
  readonly value: string
  readonly goods: string
  readonly date: string
  readonly origin: string
  readonly place: string
  readonly tests: string
  /** Empty for goods in circulation. */
  readonly state: string
  /** Why it is void. */
  readonly reason: string
  /** Void, held, recalled, disposed of, or a test failed. */
  readonly isBad: boolean
}

const BAD: ReadonlySet<string> = new Set(['void', 'held', 'recalled', 'disposed'])
const RECORD = /^urn:cnft:/
const LINE = ['line of a ledger', '台账记录'] as const

/** What is said of a node, in one language. Natural persons have no names here. */
export function nodeWords(node: TraceNode, language: WordLanguage): NodeWords {
  const isVoid = isVoidNode(node)
  const on = isVoid && node.voidedAt ? ` ${node.voidedAt.at.slice(0, 16).replace('T', ' ')}` : ''
  // What is ordered for the goods of a void paper stands before it.
  const states = [...new Set([node.state, ...(isVoid ? (['void'] as const) : [])])]
  return {
    title: node.kind === 'lot' ? lotTitle(language) : documentTitle(node.type ?? 'unknown', language),
    // A record that alone names its goods has an identifier that is of no use to a reader.
    value: RECORD.test(node.value) ? inLanguage(LINE, language) : node.value,
    goods: [node.product?.name ?? '', quantityWords(node.quantity, language)].filter(Boolean).join(' '),
    date: node.occurredAt?.at.slice(0, 10) ?? '',
    origin: regionText(node.origin),
    place: node.sites.find(({ name }) => name)?.name ?? node.parties.find(({ name }) => name)?.name ?? '',
    tests: node.tests
      .map(({ item, verdict }) => `${item} ${inLanguage(VERDICT_WORDS[verdict], language)}`)
      .join('; '),
    state:
      node.state === 'active'
        ? ''
        : `${states.map((state) => inLanguage(STATE_WORDS[state], language)).join('; ')}${on}`,
    reason: isVoid ? (node.voidReason ?? '') : '',
    isBad: BAD.has(node.state) || node.tests.some(({ verdict }) => verdict === 'fail'),
  }
}
