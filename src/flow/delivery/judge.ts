import type { Hold } from '#store/held-changes.ts'
import { keptWords } from './advice.ts'
import type { Verdict } from './answer.ts'
import { waitMs } from './backoff.ts'
import type { Outgoing } from './batch.ts'
import { causeOf } from './cause.ts'

/** The verdicts of a batch, ready to be stored. */
export interface Judgement {
  readonly ok: number
  readonly duplicate: number
  readonly retry: number
  readonly reject: number
  /** Changes that the receiver put off or refused. */
  readonly holds: readonly Hold[]
  /** Changes that are done with: taken by the receiver. */
  readonly taken: readonly Outgoing[]
}

/** Characters kept of what was refused; a record beyond them is long enough to be found by its number. */
const SENT_MAX = 100_000

const NO_VERDICT: Verdict = {
  verdict: 'retry',
  code: 'no_verdict',
  detail: 'the receiver answered without a verdict for this change',
}

/** What becomes of each change of a batch. A change without a verdict was perhaps not taken, so it is sent again. */
export function judge(
  outgoing: readonly Outgoing[],
  verdicts: ReadonlyMap<string, Verdict>,
  at: { readonly nowMs: number; readonly random: () => number },
): Judgement {
  const count = { ok: 0, duplicate: 0, retry: 0, reject: 0 }
  const holds: Hold[] = []
  const taken: Outgoing[] = []
  for (const sent of outgoing) {
    const verdict = verdicts.get(sent.event) ?? NO_VERDICT
    count[verdict.verdict]++
    if (verdict.verdict === 'ok' || verdict.verdict === 'duplicate') taken.push(sent)
    else holds.push(holdOf(sent, verdict, at))
  }
  return { ...count, holds, taken }
}

function holdOf(sent: Outgoing, verdict: Verdict, at: { nowMs: number; random: () => number }): Hold {
  const attempts = sent.attempts + 1
  const waiting = verdict.verdict === 'retry'
  const code = verdict.code === undefined ? null : keptWords(verdict.code)
  const detail = verdict.detail === undefined ? null : keptWords(verdict.detail)
  return {
    recordId: sent.change.recordId,
    version: sent.change.version,
    position: sent.change.position,
    state: waiting ? 'waiting' : 'refused',
    attempts,
    nextAtMs: waiting
      ? at.nowMs + waitMs({ failures: attempts, random: at.random(), retryAfterMs: verdict.afterMs })
      : null,
    code,
    detail,
    cause: waiting ? null : causeOf(code, detail),
    sent: waiting ? null : keptWords(sent.text, SENT_MAX),
  }
}
