import { parseJson } from '#core/parse-json.ts'
import type { MessageVerdict, ReceiverAnswerRules, RecordVerdict } from './receiver.ts'

/** The receiver's word on one record of a message. */
export interface RecordAnswer {
  readonly verdict: RecordVerdict
  readonly code: string
  readonly detail?: string
}

/** What a receiver answered a message with: its word on each record by its place, or why there is none. */
export type ReceiverAnswer =
  | { readonly kind: 'verdicts'; readonly records: ReadonlyMap<number, RecordAnswer> }
  | {
      readonly kind: 'failed'
      readonly class: Exclude<MessageVerdict, 'taken'>
      readonly code: string | null
      readonly detail: string
    }

const TEXT_MAX = 500

/**
 * Reads the answer of a receiver by the rules of its protocol. What is not in them says nothing: an unknown code of the message, or an answer in
 * another format, is `retry`, because it is not known whether the records were taken; so is an unknown word on a record. Of two
 * words on one record the first counts.
 */
export function readAnswer(protocol: ReceiverAnswerRules, body: string): ReceiverAnswer {
  const answer = parsed(body)
  const code = textOf(valueAt(answer, protocol.code))
  if (code === undefined) return failed('retry', null, 'the answer is not one of the protocol')
  const word = protocol.codes.get(code)
  const said = protocol.message ? textOf(valueAt(answer, protocol.message)) : undefined
  if (word === undefined) return failed('retry', code, `an unknown code ${code}${said ? `: ${said}` : ''}`)
  if (word !== 'taken') return failed(word, code, `code ${code}${said ? `: ${said}` : ''}`)
  const results = valueAt(answer, protocol.results)
  const records = new Map<number, RecordAnswer>()
  for (const result of Array.isArray(results) ? results : []) {
    const place = textOf(valueAt(result, protocol.index))
    const verdict = textOf(valueAt(result, protocol.verdict))
    if (place === undefined || verdict === undefined || !/^\d{1,6}$/.test(place)) continue
    if (!records.has(Number(place))) records.set(Number(place), wordOn(protocol, verdict, result))
  }
  return { kind: 'verdicts', records }
}

function wordOn(protocol: ReceiverAnswerRules, code: string, result: unknown): RecordAnswer {
  const detail = protocol.detail ? textOf(valueAt(result, protocol.detail)) : undefined
  return { verdict: protocol.verdicts.get(code) ?? 'retry', code, ...(detail ? { detail } : {}) }
}

const failed = (
  verdict: Exclude<MessageVerdict, 'taken'>,
  code: string | null,
  detail: string,
): ReceiverAnswer => ({ kind: 'failed', class: verdict, code, detail: detail.slice(0, TEXT_MAX) })

function parsed(body: string): unknown {
  try {
    return parseJson(body)
  } catch {
    return undefined
  }
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let inner = value
  for (const step of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, step)) return undefined
    inner = (inner as Record<string, unknown>)[step]
  }
  return inner
}

/** Codes come as texts or as numbers. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? value.slice(0, TEXT_MAX).toWellFormed().replaceAll('\0', '') : undefined
}
