import type { HeldAfterVoid } from '#core/cases/after-void.ts'
import { objectionEndsMs } from '#core/cases/machine.ts'
import type { PossibleEvent } from '#core/cases/possible-now.ts'
import { orderOf } from '#core/cases/states.ts'
import type { UnknownGoods } from '#core/cases/unknown-goods.ts'
import { beyondWords, UNKNOWN_FIXES, UNKNOWN_WORDS, VOID_WORDS } from '#core/cases/words.ts'
import { compareDecimal } from '#core/decimal.ts'
import { chinaTime } from '#core/model/china-time.ts'
import { maskedCause, maskedNote, maskedPlace, maskedSubject } from '#core/model/masked-texts.ts'
import { OWN_SYSTEM } from '#core/model/own-system.ts'
import type { HeldPlace } from '#flow/cases/held-places.ts'
import type { SeenCase } from '#flow/cases/seen-cases.ts'
import type { CaseEventRow } from '#store/case-events.ts'
import type { CaseFinding } from '#store/case-findings.ts'
import type { CaseHold, CaseLotRow } from '#store/case-lots.ts'
import type { CaseRow } from '#store/cases.ts'
import type { Language } from './language.ts'
import { spokenReasons } from './spoken.ts'

/** What is shown of a lot; who sees a part of the case is not told of steps over others. */
type ShownLot = Pick<
  CaseLotRow,
  | 'code'
  | 'kind'
  | 'role'
  | 'viaCode'
  | 'viaRecord'
  | 'rule'
  | 'confidence'
  | 'narrow'
  | 'site'
  | 'stall'
  | 'region'
  | 'productName'
  | 'mass'
  | 'occurredAt'
  | 'holdRecord'
> & { readonly depth: number | null; readonly held: boolean }

/** A case with what belongs to it, as it is read: all of it, or as far as the caller sees it. */
export interface ReadCase {
  readonly found: CaseRow | SeenCase
  readonly lots: readonly ShownLot[]
  readonly holds: readonly CaseHold[]
  /** Of each code where it is held. */
  readonly places: ReadonlyMap<string, readonly HeldPlace[]>
  readonly events: readonly CaseEventRow[]
  readonly findings: readonly CaseFinding[]
  /** Why no lot is held; null where one is, and for who sees a part of the case. */
  readonly unknown: UnknownGoods | null
  /** What is held though its path was made void; null where nothing is, and for who sees a part of the case. */
  readonly afterVoid: HeldAfterVoid | null
  /** What the caller may say of it now. */
  readonly possible: readonly PossibleEvent[]
}

/** When the results of a case were told. */
const toldOf = ({ toldAt, labToldAt }: CaseRow | SeenCase) => ({
  toldAtMs: Date.parse(toldAt),
  labToldAtMs: labToldAt === null ? null : Date.parse(labToldAt),
})

/** Where goods are held, their records weigh none of them. */
const NOTHING_WEIGHED = '0'

/** A case as a list shows it; masked, the names of places that may be a person's and what an official wrote are covered. */
export const caseView = (one: CaseRow | SeenCase, full: boolean) => ({
  id: one.id,
  state: one.state,
  narrow: one.narrow,
  openedBy: one.openedBy,
  test: one.testId,
  code: one.code,
  cause: full ? one.cause : maskedCause(one.cause, OWN_SYSTEM),
  product: { name: one.productName, class: one.productClass },
  region: one.region,
  site: full ? one.site : maskedPlace(one.site),
  stall: full ? one.stall : maskedPlace(one.stall),
  toldAt: one.toldAt,
  objectionUntil: one.objectionUntil ?? new Date(objectionEndsMs(toldOf(one))).toISOString(),
  openedAt: one.openedAt,
  stateAt: one.stateAt,
  due: one.due,
  dueAt: one.dueAt,
  heldMass: one.heldMass === NOTHING_WEIGHED ? null : one.heldMass,
  weighed: one.weighed,
  disposedMass: one.disposedMass,
  truncated: one.truncated,
})

/** Whether the goods of a case are still stopped or recalled. */
const isInForce = ({ state, confirmedAt }: CaseRow | SeenCase): boolean =>
  orderOf(state, confirmedAt !== null) !== 'release'

/** That more kilograms were disposed of than are known to be held, where all of these were weighed. */
function disposedBeyond({ heldMass, disposedMass, weighed }: CaseRow | SeenCase, language: Language) {
  if (!weighed || heldMass === null || disposedMass === null) return null
  if (compareDecimal(disposedMass, heldMass) <= 0) return null
  const [detail, fix] = beyondWords(disposedMass, heldMass).map((words) => words[language === 'zh' ? 1 : 0])
  return { code: 'more_than_held', held: heldMass, disposed: disposedMass, detail, fix }
}

const inWords = (code: UnknownGoods, language: Language) => {
  const [detail, fix] = [UNKNOWN_WORDS, UNKNOWN_FIXES].map((words) => words[code][language === 'zh' ? 1 : 0])
  return { code, detail, fix }
}

const voidInWords = (held: HeldAfterVoid, language: Language) => {
  const [detail, fix] = VOID_WORDS.map((words) => words[language === 'zh' ? 1 : 0])
  return { code: 'void_since', ...held, detail, fix }
}

/** The whole case, with what is said of it in the language of the caller. */
export const caseCard = (
  { found, lots, holds, places, events, findings, unknown, afterVoid, possible }: ReadCase,
  { full, language }: { readonly full: boolean; readonly language: Language },
) => ({
  ...caseView(found, full),
  unknownGoods: unknown === null ? null : inWords(unknown, language),
  heldAfterVoid: afterVoid === null || !isInForce(found) ? null : voidInWords(afterVoid, language),
  disposedBeyond: disposedBeyond(found, language),
  lots: lots.map(({ viaCode, viaRecord, rule, confidence, ...lot }) => ({
    ...{ code: lot.code, kind: lot.kind, role: lot.role, depth: lot.depth, narrow: lot.narrow },
    via: viaCode === null ? null : { code: viaCode, record: viaRecord, rule, confidence },
    site: full ? lot.site : maskedPlace(lot.site),
    stall: full ? lot.stall : maskedPlace(lot.stall),
    ...{ region: lot.region, product: lot.productName },
    ...{
      mass: lot.mass,
      occurredAt: lot.occurredAt === null ? null : chinaTime(Date.parse(lot.occurredAt)).at,
      held: lot.held && isInForce(found),
      hold: lot.holdRecord,
    },
    places: (places.get(lot.code) ?? []).map((place) => ({
      ...place,
      site: full ? place.site : maskedPlace(place.site),
    })),
  })),
  holds: holds.map(({ recordId, version, holdKind, place, since }) => ({
    ...{ record: recordId, version, kind: holdKind, place, since },
  })),
  events: events.map(({ fromState, toState, mass, recordId, note, ...event }) => ({
    ...{ ...event, from: fromState, to: toState, quantity: mass, record: recordId },
    note: full ? note : maskedNote(note),
  })),
  findings: findings.map(({ kind, subject, ...finding }) => ({
    ...{ ...finding, findingKind: kind },
    subject: full ? subject : maskedSubject(subject),
  })),
  possible: possible.map(({ event }) => event),
  needs: possible.flatMap(({ event, needs }) =>
    spokenReasons(needs, language).map((one) => ({ event, ...one })),
  ),
})
