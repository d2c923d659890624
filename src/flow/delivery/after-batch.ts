import type { Change } from '#store/changes.ts'
import type { Settlement } from '#store/deliveries.ts'
import type { Hold } from '#store/held-changes.ts'
import type { ToldHold } from '#store/recall-notices.ts'
import type { Failure, Verdict } from './answer.ts'
import type { Batch } from './batch.ts'
import type { Judgement } from './judge.ts'

/** Changes of a batch that cannot be expressed in the receiver's format. */
export const refusedOf = (batch: Batch): number =>
  batch.holds.filter(({ state }) => state === 'refused').length

/** The verdict on a change that was refused alone and without a word. */
export const refusal = (failure: Failure): Verdict => ({
  verdict: 'reject',
  code: failure.code ?? `http_${failure.status ?? 0}`,
  detail: failure.detail,
})

/** A change that ended workers while it was sent alone: perhaps by chance, so it is tried again, ever later. */
export const suspectHold = (change: Change, attempts: number, nextAtMs: number): Hold => ({
  recordId: change.recordId,
  version: change.version,
  position: change.position,
  state: 'waiting',
  attempts,
  nextAtMs,
  code: 'suspect',
  detail: 'workers ended while they mapped or sent this change alone',
  cause: null,
  sent: null,
})

/** What is held, no longer held, and set free by a batch. */
export function heldAfter(
  batch: Batch,
  judgement: Judgement | null,
  fromHeld: boolean,
): Pick<Settlement, 'holds' | 'settled' | 'released'> {
  const holds: Hold[] = judgement ? [...batch.holds, ...judgement.holds] : [...batch.holds]
  if (!fromHeld) return { holds, settled: [], released: [] }
  const taken = [...(judgement?.taken ?? []).map(({ change }) => change), ...batch.skipped]
  const gone = holds.filter(({ state }) => state === 'refused')
  return {
    holds,
    settled: taken.map(({ recordId, version }) => ({ recordId, version })),
    released: [...taken.map(({ recordId }) => recordId), ...gone.map(({ recordId }) => recordId)],
  }
}

/** What the receiver said on the holds of a batch: evidence of who was told when. */
export const toldHolds = (batch: Batch, verdicts: ReadonlyMap<string, Verdict>): ToldHold[] =>
  batch.outgoing.flatMap(({ change, event }) => {
    const said = verdicts.get(event)
    if (change.kind !== 'hold' || !said) return []
    const { verdict, code, acknowledged } = said
    const isTaken = verdict === 'ok' || verdict === 'duplicate'
    const { recordId, version } = change
    return [
      {
        recordId,
        version,
        event,
        verdict,
        code: code ?? null,
        acknowledged: (isTaken && acknowledged) || null,
      },
    ]
  })
