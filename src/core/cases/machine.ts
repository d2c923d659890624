import { CHINA_OFFSET_MINUTES, DAY_MS, MINUTE_MS } from '#core/calendar.ts'
import type { CaseFacts, Happening, Move, Outcome, Refusal, WaivedObjection } from './happening.ts'
import { isPositiveDecimal } from './quantity.ts'
import { type Due, LAB_OBJECTION, SPANS } from './sla.ts'
import { stateReason } from './state-reason.ts'
import { type CaseState, isOpen, type OfficialEvent, type RecordEvent } from './states.ts'
import { afterWorkingDays } from './working-days.ts'

/** Methods of rapid tests, which may not decide a re-test. */
const RAPID = /快检|快速|酶抑制|胶体金|试纸|rapid|strip|enzyme|colloidal/i

/** From where an official may say it. */
const FROM: Record<OfficialEvent, readonly CaseState[]> = {
  objection: ['suspect', 'held', 'confirmed'],
  retest: ['suspect', 'held', 'objected'],
  waive: ['objected', 'retest'],
  clear: ['suspect', 'held', 'objected', 'retest'],
  confirm: ['suspect', 'held', 'objected', 'retest'],
  retract: ['confirmed', 'objected', 'retest'],
  dispose: ['confirmed', 'disposal'],
  notify: ['disposal'],
  close: ['notified', 'cleared'],
  note: ['suspect', 'held', 'objected', 'retest', 'cleared', 'confirmed', 'disposal', 'notified', 'closed'],
}
const TO: Record<Exclude<OfficialEvent, 'note' | 'waive' | 'clear' | 'confirm' | 'retract'>, CaseState> = {
  objection: 'objected',
  retest: 'retest',
  dispose: 'disposal',
  notify: 'notified',
  close: 'closed',
}
const DECIDING: readonly CaseState[] = FROM.clear
const isOfficial = (event: Happening['event']): event is OfficialEvent => Object.hasOwn(FROM, event)

/** When the time for an objection ends: hours after a rapid test was told, and with the last of the working days that a laboratory's result gives. */
export const objectionEndsMs = ({
  toldAtMs,
  labToldAtMs,
}: Pick<CaseFacts, 'toldAtMs' | 'labToldAtMs'>): number =>
  labToldAtMs === null
    ? toldAtMs + SPANS.objection.ms
    : afterWorkingDays(dayInChina(labToldAtMs), LAB_OBJECTION.workingDays) * DAY_MS - EAST_MS

/**
 * When the time for an objection to what was told last ends, or ended: it stays where somebody objects, where that is decided, and where the goods are let go.
 * @param beforeMs the same before something happened to the case; null where nobody noted it
 */
export function objectionUntilMs(
  move: Pick<CaseFacts, 'state' | 'toldAtMs' | 'confirmedAtMs' | 'labToldAtMs'>,
  beforeMs: number | null,
): number {
  const isUsedUp = move.labToldAtMs === null && (move.confirmedAtMs !== null || !isOpen(move.state))
  return isUsedUp && beforeMs !== null ? beforeMs : objectionEndsMs(move)
}

const EAST_MS = CHINA_OFFSET_MINUTES * MINUTE_MS
/** Days since 1970-01-01 by the calendar of China; the day on which something is told is not counted. */
const dayInChina = (ms: number): number => Math.floor((ms + EAST_MS) / DAY_MS)

/**
 * What becomes of a case when something happens to it, or every reason why it may not happen. Records are facts: they are never refused, and where they
 * change nothing the case stays as it is.
 */
export function step(facts: CaseFacts, happening: Happening): Outcome {
  const { event, by } = happening
  if (isOfficial(event))
    return by === 'official'
      ? official(facts, { ...happening, event })
      : refused('not_yours', 'said by officials alone')
  return by === 'records'
    ? { move: byRecords(facts, event, happening) }
    : refused('not_yours', 'told by records alone')
}

const refused = (code: Refusal['code'], reason: string): Outcome => ({ refusals: [{ code, reason }] })

function official(facts: CaseFacts, happening: Happening & { readonly event: OfficialEvent }): Outcome {
  const { event, atMs, quantity, method, note } = happening
  const { state, narrow, toldAtMs, confirmedAtMs, labToldAtMs } = facts
  const refusals: Refusal[] = []
  const no = (code: Refusal['code'], reason: string): void => void refusals.push({ code, reason })
  if (!FROM[event].includes(state)) no('wrong_state', stateReason(state, event, FROM[event]))
  if (atMs > happening.nowMs) no('in_future', 'it cannot have happened yet')
  // A wrong year would end the time for an objection before it began.
  if (event !== 'note' && atMs < facts.sinceMs) no('before_told', 'the goods were not tested or stopped yet')
  if (happening.isRepeated)
    no('repeated', 'the same was told already; send with another Idempotency-Key what happened once more')
  if (event === 'note') {
    if (!note) no('needs_reason', 'a note has a text')
  }
  if (event === 'objection') {
    if (state === 'confirmed' && labToldAtMs === null)
      no('is_final', 'the result is not of a laboratory, or a laboratory has tested the goods again')
    else if (atMs > objectionEndsMs(facts))
      no(
        'too_late',
        'an objection is possible for four hours after a rapid test was told, and for seven working days after a result of a laboratory',
      )
    // Who was told first may have objected before others were told.
    if (atMs >= facts.sinceMs && atMs < Math.min(facts.stateAtMs, labToldAtMs ?? toldAtMs))
      no('before_told', 'the result was not told yet')
  }
  const waives = event === 'waive' ? happening.waives : undefined
  if (event === 'waive') {
    if (!note) no('needs_reason', 'the note must say why it is taken back')
    if (waives === 'answered') no('is_answered', 'a laboratory or an official has answered the objection')
    else if (waives === undefined) {
      if (FROM.waive.includes(state))
        no('no_objection', 'nobody objected: the goods were sent to a laboratory')
    } else if (atMs < waives.madeAtMs) no('before_told', 'the objection was not made yet')
  }
  if (event === 'clear' && FROM.clear.includes(state)) {
    if (facts.openedBy === 'official' && !method) {
      if (!note) no('needs_reason', 'without a test the note must say why the goods are released')
    } else if (!isLaboratory(method)) no('needs_laboratory', LABORATORY)
  }
  if (event === 'confirm' && FROM.confirm.includes(state)) {
    if (facts.openedBy === 'official' && !method) {
      if (!note) no('needs_reason', 'without a test the note must say what confirms it')
    } else if (!isLaboratory(method)) {
      // A rapid test by the national method stands where nobody objected in time.
      const stands = state === 'held' && !narrow && atMs > objectionEndsMs(facts)
      if (!stands) no('needs_laboratory', LABORATORY)
    }
  }
  if (event === 'retract') {
    if (!note) no('needs_reason', 'the note must say why it is taken back')
    // An objection to it falls with it; one to a rapid test is answered by a laboratory.
    const isObjected = confirmedAtMs !== null && facts.objectedTo === 'laboratory'
    if ((state === 'objected' || state === 'retest') && !isObjected)
      no('not_confirmed', 'nothing is confirmed that could be taken back')
    else if (!happening.isOfficials || happening.remains === 'lab_failed') no('by_laboratory', BY_LABORATORY)
  }
  if (event === 'dispose') {
    if (quantity === undefined || !isPositiveDecimal(quantity))
      no('needs_quantity', 'how many kilograms were disposed of')
    if (!method) no('needs_method', 'destroyed, returned or rendered')
  }
  if (refusals.length > 0) return { refusals }
  if (waives !== undefined && waives !== 'answered') return { move: waived(facts, waives) }
  if (event === 'confirm') return { move: confirmed(facts, atMs, isLaboratory(method)) }
  if (event === 'clear') return { move: cleared(facts) }
  if (event === 'retract') {
    const { remains } = happening
    return { move: remains ? left(facts, remains, happening) : cleared(facts) }
  }
  return {
    move: {
      ...{
        state: event === 'note' || event === 'waive' ? state : TO[event],
        narrow,
        toldAtMs,
        confirmedAtMs,
      },
      // It is used up; what laboratories say of other goods meanwhile may be objected to afterwards.
      labToldAtMs: event === 'objection' ? null : labToldAtMs,
    },
  }
}

/** What holds without the objection: nothing that was due before is due later for it, and what laboratories found meanwhile stays. */
function waived(
  { narrow, toldAtMs, confirmedAtMs, labToldAtMs }: CaseFacts,
  { from, fromAtMs, labToldAtMs: labWasToldAtMs }: WaivedObjection,
): Move {
  const state = confirmedAtMs !== null ? 'confirmed' : narrow ? 'suspect' : 'held'
  return {
    ...{ state, narrow, toldAtMs, confirmedAtMs, labToldAtMs: labToldAtMs ?? labWasToldAtMs },
    stateAtMs: state === from ? fromAtMs : (confirmedAtMs ?? toldAtMs),
  }
}

/** A result that was objected to and is confirmed again is final; what was recalled stays recalled since then. */
const confirmed = (
  { toldAtMs, confirmedAtMs, labToldAtMs, objectedTo }: CaseFacts,
  atMs: number,
  isLab: boolean,
): Move => ({
  state: 'confirmed',
  narrow: false,
  toldAtMs,
  confirmedAtMs: confirmedAtMs ?? atMs,
  labToldAtMs: isLab && objectedTo !== 'laboratory' ? atMs : labToldAtMs,
})
const cleared = ({ narrow, toldAtMs }: CaseFacts): Move => ({
  state: 'cleared',
  narrow,
  toldAtMs,
  confirmedAtMs: null,
  labToldAtMs: null,
})

/** Goods are held from now on: the time for an objection begins with it. */
const heldFor = (says: 'failed' | 'doubted', atMs: number): Move => ({
  state: says === 'doubted' ? 'suspect' : 'held',
  narrow: says === 'doubted',
  toldAtMs: atMs,
  confirmedAtMs: null,
  labToldAtMs: null,
})

const BY_LABORATORY =
  'a record of a laboratory says so: it ends by an objection that another laboratory answers, or where that laboratory takes it back'
const LABORATORY = 'a laboratory decides: name its method, which may not be a rapid one'
const isLaboratory = (method: string | undefined): boolean => method !== undefined && !RAPID.test(method)

/** What is left where a test is taken back, corrected or answered. An objection to a rapid test goes on where a recall of other goods ends. */
function left(
  { state, toldAtMs, confirmedAtMs, labToldAtMs, objectedTo }: CaseFacts,
  says: Exclude<Happening['remains'], undefined>,
  { atMs, bringsNew }: Pick<Happening, 'atMs' | 'bringsNew'>,
): Move {
  if (says === 'lab_failed')
    return {
      ...{ state: 'confirmed', narrow: false, toldAtMs },
      ...{ confirmedAtMs: confirmedAtMs ?? atMs, labToldAtMs: labToldAtMs ?? (bringsNew ? atMs : null) },
    }
  const held = heldFor(says, atMs)
  return objectedTo === 'rapid' ? { ...held, state, toldAtMs } : held
}

function byRecords(facts: CaseFacts, event: RecordEvent, happening: Happening): Move {
  const { atMs, remains, bringsNew, answersObjection } = happening
  const { state, narrow, toldAtMs, confirmedAtMs, labToldAtMs, objectedTo, disposed } = facts
  const stays: Move = { state, narrow, toldAtMs, confirmedAtMs, labToldAtMs }
  const isDecided = !DECIDING.includes(state)
  /** The time for an objection begins anew, as long as one is possible, or would be without the one that waits. */
  const mayObject =
    state === 'held' || state === 'suspect' || (objectedTo === 'rapid' && confirmedAtMs === null)
  const retold = mayObject && bringsNew ? Math.max(toldAtMs, atMs) : toldAtMs
  const isFinal = isDecided && !(state === 'confirmed' && disposed === '0')
  switch (event) {
    case 'lab_failed':
      if (state === 'confirmed' && disposed === '0' && bringsNew) return { ...stays, labToldAtMs: atMs }
      // What a laboratory says after another has cleared the goods counts too; what is closed is closed.
      if (isDecided && state !== 'cleared') return stays
      // Other goods are recalled as well; those that were objected to wait on.
      if (objectedTo !== null && !answersObjection)
        return {
          ...{ ...stays, narrow: false, confirmedAtMs: confirmedAtMs ?? atMs },
          labToldAtMs: bringsNew ? atMs : labToldAtMs,
        }
      return { ...confirmed(facts, atMs, true), ...(bringsNew ? { labToldAtMs: atMs } : {}) }
    case 'lab_passed':
      if (isDecided) return stays
      return remains ? left(facts, remains, happening) : cleared(facts)
    case 'withdrawn':
      // The fact that the case stands on is gone. What was disposed of cannot be sold again, so that is for an official to say.
      if (isFinal) return stays
      return remains ? left(facts, remains, happening) : cleared(facts)
    case 'failed':
      if (remains && !isFinal) return left(facts, remains, happening)
      // A suspect that fails by another method is no suspect; goods that were released because their test was withdrawn are held again.
      if (state === 'cleared' || state === 'suspect') return heldFor(event, atMs)
      if (isDecided) return stays
      return { ...stays, narrow: false, toldAtMs: narrow && objectedTo === 'rapid' ? atMs : retold }
    case 'doubted':
      if (remains && !isFinal) return left(facts, remains, happening)
      return state === 'cleared' ? heldFor(event, atMs) : { ...stays, toldAtMs: retold }
  }
}

/** What is to be done next, and until when; null where nothing is. */
export function dueOf(
  facts: Pick<CaseFacts, 'state' | 'toldAtMs' | 'labToldAtMs'>,
  stateAtMs: number,
): { readonly due: Due; readonly atMs: number } | null {
  const after = (due: Due, span: keyof typeof SPANS, from = stateAtMs) => ({
    due,
    atMs: from + SPANS[span].ms,
  })
  switch (facts.state) {
    case 'suspect':
    case 'objected':
      return after('retest', 'retest')
    case 'held':
      return after('decision', 'decision', Math.max(objectionEndsMs(facts), stateAtMs))
    case 'retest':
      return after('laboratory', 'laboratory')
    case 'confirmed':
      // What may still be objected to is not to be destroyed yet.
      return after(
        'disposal',
        'disposal',
        facts.labToldAtMs === null ? stateAtMs : Math.max(objectionEndsMs(facts), stateAtMs),
      )
    case 'disposal':
      return after('notice', 'notice')
    case 'notified':
      return after('closing', 'closing')
    default:
      return null
  }
}

/** What an official may say of a case in this state. */
export const possible = (state: CaseState): OfficialEvent[] =>
  (Object.keys(FROM) as OfficialEvent[]).filter((event) => FROM[event].includes(state))
