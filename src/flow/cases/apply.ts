import type { ClientBase } from 'pg'
import { type CaseFacts, type Happening, isRefused, type Refusal } from '#core/cases/happening.ts'
import { dueOf, objectionUntilMs, step } from '#core/cases/machine.ts'
import type { CaseState } from '#core/cases/states.ts'
import { addDecimal } from '#core/decimal.ts'
import { type CaseRequest, insertCaseEvent, readCaseMoves } from '#store/case-events.ts'
import { readCaseTests } from '#store/case-lots.ts'
import { type CaseRow, lockCase, moveCase } from '#store/cases.ts'
import { markSubjects } from '#store/finding-checks.ts'
import { isAwaiting, openObjection } from './waits.ts'

/** Who or what moved a case, beside what happened. */
export interface Evidence {
  /** `hub`, `administrator`, or the identifier of a key. */
  readonly actor: string
  readonly recordId?: string
  readonly version?: number
  /** Other facts hold the case where it is: the event is kept and moves nothing. */
  readonly stays?: boolean
  readonly request?: CaseRequest | undefined
}

const msOf = (text: string | null): number | null => (text === null ? null : Date.parse(text))
export const factsOf = (
  one: Pick<
    CaseRow,
    | 'state'
    | 'narrow'
    | 'openedBy'
    | 'occurredAt'
    | 'openedAt'
    | 'stateAt'
    | 'toldAt'
    | 'confirmedAt'
    | 'labToldAt'
    | 'disposedMass'
  >,
): Omit<CaseFacts, 'objectedTo'> => ({
  state: one.state,
  narrow: one.narrow,
  openedBy: one.openedBy,
  // What is told later of other goods makes nothing late that was said of the first.
  sinceMs: Math.min(...[one.occurredAt ?? one.toldAt, one.toldAt, one.openedAt].map((at) => Date.parse(at))),
  stateAtMs: Date.parse(one.stateAt),
  toldAtMs: Date.parse(one.toldAt),
  confirmedAtMs: msOf(one.confirmedAt),
  labToldAtMs: msOf(one.labToldAt),
  disposed: one.disposedMass,
})

/** The same with what its events say. */
export async function wholeFacts(client: ClientBase, found: CaseRow): Promise<CaseFacts> {
  const objection = isAwaiting(found.state) ? openObjection(await readCaseMoves(client, found.id)) : null
  return { ...factsOf(found), objectedTo: objection?.to ?? null }
}

const isoOf = (ms: number): string => new Date(ms).toISOString()
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : isoOf(ms))
const ENDS: ReadonlySet<CaseState> = new Set<CaseState>(['cleared', 'closed'])

/**
 * Lets something happen to a case, in a transaction of the caller's: its event is kept, its state moves, and its lots and holds are to be made anew. Gives
 * why it may not happen, or null where it did; `unknown` where there is no such case.
 */
export async function applyEvent(
  client: ClientBase,
  id: string,
  happening: Happening,
  evidence: Evidence,
): Promise<readonly Refusal[] | 'unknown' | null> {
  const found = await lockCase(client, id)
  if (!found) return 'unknown'
  const outcome = step(await wholeFacts(client, found), happening)
  if (isRefused(outcome)) return outcome.refusals
  const move = evidence.stays ? factsOf(found) : outcome.move
  const { state, narrow, toldAtMs, confirmedAtMs, labToldAtMs } = move
  const isMoved = state !== found.state
  const stateAtMs = move.stateAtMs ?? (isMoved ? happening.atMs : Date.parse(found.stateAt))
  const due = dueOf({ state, toldAtMs, labToldAtMs }, stateAtMs)
  const told = {
    event: happening.event,
    fromState: found.state,
    toState: state,
    at: isoOf(happening.atMs),
    actor: evidence.actor,
    mass: happening.quantity ?? null,
    heldMass: happening.event === 'dispose' && found.weighed ? found.heldMass : null,
    method: happening.method ?? null,
    note: happening.note ?? null,
    recordId: evidence.recordId ?? null,
    version: evidence.version ?? null,
  }
  await insertCaseEvent(client, id, told, evidence.request)
  await moveCase(client, id, {
    state,
    narrow,
    toldAt: isoOf(toldAtMs),
    confirmedAt: isoOrNull(confirmedAtMs),
    labToldAt: isoOrNull(labToldAtMs),
    objectionUntil: isoOf(objectionUntilMs(move, msOf(found.objectionUntil))),
    stateAt: isoOf(stateAtMs),
    endedAt: !ENDS.has(state) ? null : isMoved ? isoOf(happening.atMs) : found.endedAt,
    due: due?.due ?? null,
    dueAt: due ? isoOf(due.atMs) : null,
    disposedMass:
      happening.event === 'dispose' && happening.quantity
        ? addDecimal(found.disposedMass, happening.quantity)
        : found.disposedMass,
  })
  // The finding of a test is resolved when its goods are released, and opened anew when they are held again.
  if (isMoved)
    await markSubjects(
      client,
      (await readCaseTests(client, id)).map(({ recordId }) => `test:${recordId}`),
      happening.nowMs,
    )
  return null
}
