import { type Compiling, choiceOf, entryOf, mapOf, textOf } from '#core/mapping/compile/compiling.ts'
import type { MapNode, Node } from '#core/mapping/compile/node.ts'
import { stepsOf } from '#core/mapping/compile/steps.ts'

export const RECORD_VERDICTS = ['ok', 'duplicate', 'retry', 'reject'] as const
export type RecordVerdict = (typeof RECORD_VERDICTS)[number]
/** `taken`: its word on each record follows; the others are of the message as a whole. */
export const MESSAGE_VERDICTS = ['taken', 'retry', 'refused', 'auth'] as const
export type MessageVerdict = (typeof MESSAGE_VERDICTS)[number]

/** How a receiver that speaks a protocol of its own is spoken to and understood; the `receiver:` block of system.yaml. */
export interface ReceiverProtocol {
  /** Most records in one message. */
  readonly maxRecords: number
  /** What becomes of a record that was made void: told like any other, or not to be said in this protocol. */
  readonly voids: 'send' | 'refuse'
  /** How its answers are read; null where the status of HTTP says all: 2xx has taken every record of the message. */
  readonly answer: ReceiverAnswerRules | null
}

/** Members of an answer, and what they say. */
export interface ReceiverAnswerRules {
  readonly code: readonly string[]
  readonly codes: ReadonlyMap<string, MessageVerdict>
  readonly message: readonly string[] | null
  readonly results: readonly string[]
  /** Members of one result: the place of the record in the message from 0, and the word on it. */
  readonly index: readonly string[]
  readonly verdict: readonly string[]
  readonly verdicts: ReadonlyMap<string, RecordVerdict>
  readonly detail: readonly string[] | null
}

const NAMES = ['maxRecords', 'voids', 'answer'] as const
const ANSWER_NAMES = [
  'code',
  'codes',
  'message',
  'results',
  'index',
  'verdict',
  'verdicts',
  'detail',
] as const
const REQUIRED = ['code', 'codes', 'results', 'index', 'verdict', 'verdicts'] as const
const EXAMPLE =
  'receiver: { maxRecords: 200, answer: { code: code, codes: { "0": taken }, results: results, … } }'
const LARGEST = 500

/** Compiles `receiver:`; null where it has a mistake. */
export function compileReceiver(c: Compiling, node: Node): ReceiverProtocol | null {
  const map = mapOf(c, node, 'receiver', NAMES, EXAMPLE)
  if (map === null) return null
  const most = entryOf(map, 'maxRecords')
  const maxRecords = most === undefined ? LARGEST : countOf(c, most)
  const voidsNode = entryOf(map, 'voids')
  const voids =
    voidsNode === undefined ? 'refuse' : choiceOf(c, voidsNode, 'receiver.voids', ['send', 'refuse'] as const)
  const answerNode = entryOf(map, 'answer')
  if (answerNode === undefined) {
    c.mistakes.add(map.at, 'receiver', 'missing', { wanted: 'answer' })
    return null
  }
  if (answerNode.is === 'text' && answerNode.text === 'status')
    return maxRecords === null || voids === null ? null : { maxRecords, voids, answer: null }
  const answer = mapOf(c, answerNode, 'receiver.answer', ANSWER_NAMES, EXAMPLE)
  if (answer === null) return null
  for (const wanted of REQUIRED)
    if (!answer.entries.has(wanted)) c.mistakes.add(answer.at, 'receiver.answer', 'missing', { wanted })
  const paths = pathsOf(c, answer)
  const codes = wordsOf(c, answer, 'codes', MESSAGE_VERDICTS)
  const verdicts = wordsOf(c, answer, 'verdicts', RECORD_VERDICTS)
  const { code, results, index, verdict } = paths
  if (!code || !results || !index || !verdict || !codes || !verdicts) return null
  if (maxRecords === null || voids === null) return null
  const { message = null, detail = null } = paths
  return { maxRecords, voids, answer: { code, codes, message, results, index, verdict, verdicts, detail } }
}

function countOf(c: Compiling, node: Node): number | null {
  const text = textOf(c, node, 'receiver.maxRecords')
  if (text === null) return null
  if (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= LARGEST) return Number(text)
  c.mistakes.add(node.at, 'receiver.maxRecords', 'bad_number', { found: text })
  return null
}

function pathsOf(c: Compiling, answer: MapNode): Partial<Record<(typeof ANSWER_NAMES)[number], string[]>> {
  const paths: Partial<Record<(typeof ANSWER_NAMES)[number], string[]>> = {}
  for (const name of ['code', 'message', 'results', 'index', 'verdict', 'detail'] as const) {
    const node = entryOf(answer, name)
    const path = node === undefined ? null : textOf(c, node, `receiver.answer.${name}`)
    const steps = path === null ? null : stepsOf(path)
    if (steps) paths[name] = steps
    else if (node && path !== null)
      c.mistakes.add(node.at, `receiver.answer.${name}`, 'forbidden_path', { found: path })
  }
  return paths
}

function wordsOf<T extends string>(
  c: Compiling,
  answer: MapNode,
  name: 'codes' | 'verdicts',
  known: readonly T[],
): ReadonlyMap<string, T> | null {
  const node = entryOf(answer, name)
  if (node === undefined) return null
  const target = `receiver.answer.${name}`
  if (node.is !== 'map' || node.entries.size === 0) {
    c.mistakes.add(node.at, target, node.is === 'map' ? 'empty' : 'not_map', {
      wanted: `{ "0": ${known[0]} }`,
    })
    return null
  }
  const words = new Map<string, T>()
  for (const { name: code, value } of node.entries.values()) {
    const word = choiceOf(c, value, `${target}.${code}`, known)
    if (word !== null) words.set(code, word)
  }
  return words.size === node.entries.size ? words : null
}
