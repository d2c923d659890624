import { note, type Run } from '#core/mapping/run/run.ts'
import { wordsOf } from '#core/mapping/run/words.ts'
import { compileDate } from '#core/mapping/verbs/date.ts'
import { compileText, TEXT_NAMES } from '#core/mapping/verbs/text.ts'
import type { When } from '#core/model/values.ts'
import { foldWidth } from '#core/width.ts'
import { type Compiling, choiceOf, type Evaluate, entryOf, mapOf, textsOf, without } from './compiling.ts'
import { compileKey, type KeyPlan } from './key.ts'
import type { MapNode, Node } from './node.ts'

/** Whether a source record is valid or void; null where it cannot be told, which rejects it. */
export type StatusPlan = (run: Run) => 'active' | 'void' | null

/** What a void does. */
export interface VoidPlan {
  /** Key of the record that is made void, where it is not the key of this one. */
  readonly of: KeyPlan | null
  /** The body is sent again and replaces the old one; else everything stays as it was. */
  readonly hasBody: boolean
  readonly reason: Evaluate<string> | null
  readonly at: Evaluate<When> | null
}

/** A list that nobody reads to its end says nothing more. */
const KNOWN_MAX_CHARS = 150

/** `status: { from: field, active: [texts], void: [texts], absent: active }` */
export function compileStatus(c: Compiling, node: Node): { plan: StatusPlan; hasVoid: boolean } | null {
  const map = mapOf(
    c,
    node,
    'status',
    [...TEXT_NAMES, 'active', 'void', 'absent'],
    'status: { from: field, active: [1], void: [2] }',
  )
  if (map === null) return null
  const plan = compileText(c, without(map, ['active', 'void', 'absent']), 'status')
  const activeNode = entryOf(map, 'active')
  const voidNode = entryOf(map, 'void')
  const absentNode = entryOf(map, 'absent')
  if (activeNode === undefined) c.mistakes.add(node.at, 'status', 'missing', { wanted: 'active' })
  const active = activeNode === undefined ? null : textsOf(c, activeNode, 'status.active')
  const ended = voidNode === undefined ? [] : textsOf(c, voidNode, 'status.void')
  const absent =
    absentNode === undefined ? undefined : choiceOf(c, absentNode, 'status.absent', ['active'] as const)
  if (plan === null || active === null || ended === null || absent === null) return null
  const activeSet = new Set(active)
  const voidSet = new Set(ended)
  const { read, field } = plan
  const known = [...activeSet, ...voidSet].join('、').slice(0, KNOWN_MAX_CHARS)
  const fix = `Send one of the statuses that the mapping knows: ${known}.`
  return {
    hasVoid: ended.length > 0,
    plan: (run) => {
      const text = read(run)
      if (text === undefined) {
        if (absent !== undefined) return absent
        note(run, 'E_SCHEMA', 'status_unknown', { target: 'status', field, rejects: true, fix })
        return null
      }
      if (activeSet.has(text)) return 'active'
      if (voidSet.has(text)) return 'void'
      const folded = foldWidth(text).trim()
      if (activeSet.has(folded)) return 'active'
      if (voidSet.has(folded)) return 'void'
      note(run, 'E_SCHEMA', 'status_unknown', { target: 'status', value: text, rejects: true, fix })
      return null
    },
  }
}

const NAMES = ['of', 'keeps', 'body', 'reason', 'at'] as const

/** `void: { of: [field], keeps: content }` or `void: { body: new, reason: …, at: … }` */
export function compileVoid(c: Compiling, node: Node): VoidPlan | null {
  const map = mapOf(c, node, 'void', NAMES, 'void: { body: new }')
  if (map === null) return null
  const hasBody = bodyOf(c, map)
  const ofNode = entryOf(map, 'of')
  const of = ofNode === undefined ? null : compileKey(c, ofNode, 'void.of')
  const reasonNode = entryOf(map, 'reason')
  const reason = reasonNode === undefined ? null : compileText(c, reasonNode, 'void.reason')
  const atNode = entryOf(map, 'at')
  const at =
    atNode === undefined ? null : compileDate(c, atNode, 'void.at', { essential: false, event: false })
  const isWhole =
    (ofNode === undefined || of) && (reasonNode === undefined || reason) && (atNode === undefined || at)
  if (!isWhole || hasBody === null) return null
  return {
    of,
    hasBody,
    reason: reason === null ? null : words(reason.read),
    at: at === null ? null : at.evaluate,
  }
}

function bodyOf(c: Compiling, map: MapNode): boolean | null {
  const keeps = entryOf(map, 'keeps')
  const body = entryOf(map, 'body')
  if ((keeps === undefined) === (body === undefined)) {
    c.mistakes.add(map.at, 'void', keeps === undefined ? 'missing' : 'two_sources', {
      wanted: 'keeps',
      known: ['keeps', 'body'],
    })
    return null
  }
  if (keeps !== undefined)
    return choiceOf(c, keeps, 'void.keeps', ['content'] as const) === null ? null : false
  return body !== undefined && choiceOf(c, body, 'void.body', ['new'] as const) !== null ? true : null
}

const words =
  (read: (run: Run) => string | undefined): Evaluate<string> =>
  (run) => {
    const text = read(run)
    return text === undefined ? undefined : wordsOf(run, text, 'void.reason')
  }
