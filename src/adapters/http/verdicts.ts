import { parseJson } from '#core/parse-json.ts'
import { type Acknowledged, readAcknowledged } from '#core/recall/deadlines.ts'

const WORDS = ['ok', 'duplicate', 'retry', 'reject'] as const
type Word = (typeof WORDS)[number]

const TEXT_MAX = 500
const AFTER_MAX_SECONDS = 7 * 86_400

/** A receiver's word on one change. */
export interface ChangeVerdict {
  readonly verdict: Word
  readonly code?: string
  readonly detail?: string
  /** Milliseconds that the receiver asks to wait before the change is sent again. */
  readonly afterMs?: number
  /** Of a hold: the receiver has acted on it. */
  readonly acknowledged?: Acknowledged
}

/**
 * The verdicts in the body of a 2xx answer, by event; null where the body is not an answer of the contract. The first verdict
 * on an event counts. A word that the contract does not have is `retry`: it is not known whether the change was taken.
 */
export function readVerdicts(body: string): ReadonlyMap<string, ChangeVerdict> | null {
  const results = resultsOf(body)
  if (!results) return null
  const verdicts = new Map<string, ChangeVerdict>()
  for (const result of results) {
    if (!isObject(result) || typeof result['event'] !== 'string') return null
    if (!verdicts.has(result['event'])) verdicts.set(result['event'], verdictOf(result))
  }
  return verdicts
}

function resultsOf(body: string): unknown[] | null {
  try {
    const answer = parseJson(body)
    const results = isObject(answer) ? answer['results'] : null
    return Array.isArray(results) ? results : null
  } catch {
    return null
  }
}

function verdictOf(result: Readonly<Record<string, unknown>>): ChangeVerdict {
  const word = WORDS.find((one) => one === result['verdict'])
  if (!word) return { verdict: 'retry', code: 'unknown_verdict', detail: cut(String(result['verdict'])) }
  const { code, detail, after } = result
  const acknowledged = readAcknowledged(result['acknowledged'])
  return {
    verdict: word,
    ...(typeof code === 'string' ? { code: cut(code) } : {}),
    ...(typeof detail === 'string' ? { detail: cut(detail) } : {}),
    ...(typeof after === 'number' && after >= 0
      ? { afterMs: Math.min(after, AFTER_MAX_SECONDS) * 1000 }
      : {}),
    ...(acknowledged ? { acknowledged } : {}),
  }
}

const cut = (text: string): string => text.slice(0, TEXT_MAX).toWellFormed().replaceAll('\0', '')

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
