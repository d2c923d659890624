import type { CaseEvent, CaseState } from '#core/cases/states.ts'
import type { CaseMove } from '#store/case-events.ts'

/** An objection that awaits its second laboratory. */
export interface Objection {
  /** Whose result was objected to. */
  readonly to: 'rapid' | 'laboratory'
  /** Its place among the events: no record says which of the tests told before it is about. */
  readonly no: number
}

/** Whether a second laboratory may be awaited in this state. */
export const isAwaiting = (state: CaseState): boolean => state === 'objected' || state === 'retest'

/** The objection of a case that nobody has answered yet, from all that moved it; null where there is none. */
export function openObjection(moves: readonly CaseMove[]): Objection | null {
  const made = moves.findLast(({ event }) => event === 'objection')
  if (made === undefined || endOf(moves, made) !== undefined) return null
  return { to: made.fromState === 'confirmed' ? 'laboratory' : 'rapid', no: made.no }
}

/** What ended the wait for the second laboratory. */
const endOf = (moves: readonly CaseMove[], made: CaseMove): CaseMove | undefined =>
  moves.find(({ no, toState }) => no > made.no && !isAwaiting(toState))

/** A wait for a second laboratory after an objection to the result of one. */
export interface Wait {
  /** The places of the objection and of what ended it among the events; infinite while it goes on. */
  readonly from: number
  readonly to: number
  /** Whether it ended, by a second laboratory or by an official in its place. */
  readonly isDecided: boolean
}

/** The move by which a case came into the state in which it was at a place among its events. An objection that was taken back left it where it was. */
export function enteredBy(moves: readonly CaseMove[], at: number): CaseMove | undefined {
  const before = moves.findLast(({ no }) => no < at)
  if (before?.event !== 'waive') return before
  const made = moves.findLast(({ no, event }) => no < before.no && event === 'objection')
  return made?.fromState === before.toState ? enteredBy(moves, made.no) : before
}

const DECIDE: ReadonlySet<CaseEvent> = new Set(['lab_failed', 'lab_passed', 'clear', 'confirm'])

export const waitsForSecond = (moves: readonly CaseMove[]): Wait[] =>
  moves
    .filter(({ event, fromState }) => event === 'objection' && fromState === 'confirmed')
    .map((made) => {
      const end = endOf(moves, made)
      return {
        from: made.no,
        to: end?.no ?? Number.POSITIVE_INFINITY,
        isDecided: end !== undefined && DECIDE.has(end.event),
      }
    })
