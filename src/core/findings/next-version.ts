import { DAY_MS } from '#core/calendar.ts'
import type { Body } from '#core/model/body.ts'
import { canonicalJson } from '#core/model/canonical-json.ts'
import { chinaTime } from '#core/model/china-time.ts'
import type { FindingOwner } from '#core/model/finding-parts.ts'
import { EVIDENCE_MAX, type FindingDraft, severityOf } from './draft.ts'
import { FINDING_RULES, type FindingState, isOfEach, isPending } from './finding-kinds.ts'
import { noLonger } from './sentences.ts'

const HOUR_MS = DAY_MS / 24

/**
 * The next version of a finding by what is known now; null where there is nothing new to say. It is opened, resolved by the hub when the
 * facts do not give it any more, and opened again when they do. Owner and deadline stay as they were while it is open. What an official has
 * resolved or dismissed stays so until its figures are others, or, where each record is wrong by itself, until it rests on another.
 * @param previous its newest version, null where there is none
 */
export function nextVersion(previous: Body | null, draft: FindingDraft, nowMs: number): Body | null {
  const isOpen = previous !== null && isPending(previous.state ?? '')
  if (!draft.holds) return isOpen ? resolved(previous, draft) : null
  if (previous === null) return opened(draft, nowMs)
  if (isOpen) {
    const { state, dueAt, decidedBy, note } = previous
    const owner = ownerNow(previous, draft)
    return changed(previous, {
      ...said(draft),
      ...(state ? { state } : {}),
      ...(owner ? { owner } : {}),
      ...(dueAt ? { dueAt } : {}),
      ...(decidedBy ? { decidedBy } : {}),
      ...(note ? { note } : {}),
    })
  }
  return previous.decidedBy === 'official' && !isOther(previous, draft) ? null : opened(draft, nowMs)
}

/** Whoever was named acts in the region of the finding, also where that is known only since. */
function ownerNow({ owner }: Body, { about: { region } }: FindingDraft): FindingOwner | undefined {
  return owner && !owner.region && region ? { ...owner, region } : owner
}

/** Another role acts in the region of the former one, where no other region is named. */
const inRegionOf = (former: FindingOwner | undefined): Pick<FindingOwner, 'region'> =>
  former?.region ? { region: former.region } : {}

/** Whether it is something else than what was decided. */
function isOther(decided: Body, { kind, numbers, evidence }: FindingDraft): boolean {
  if (!isOfEach(kind)) return canonicalJson(decided.numbers ?? []) !== canonicalJson(numbers)
  const known = new Set(decided.evidence?.map(({ id }) => id))
  return evidence.slice(0, EVIDENCE_MAX).some(({ id }) => !known.has(id))
}

const changed = (previous: Body, next: Body): Body | null =>
  contentOf(previous) === contentOf(next) ? null : next
const contentOf = (body: Body): string => canonicalJson({ ...body, flags: [] })

function said({ kind, subject, about, numbers, sentence, evidence, ...draft }: FindingDraft): Body {
  return {
    ...about,
    findingKind: kind,
    subject,
    severity: severityOf({ kind, ...draft }),
    numbers: [...numbers],
    sentence,
    evidence: evidence.slice(0, EVIDENCE_MAX).map(({ id, version }) => ({ id, version })),
    flags: [],
  }
}

function opened(draft: FindingDraft, nowMs: number): Body {
  const { role, hours } = FINDING_RULES[draft.kind]
  const { region } = draft.about
  return {
    ...said(draft),
    state: 'open',
    owner: { role, ...(region ? { region } : {}) },
    dueAt: chinaTime(nowMs + hours * HOUR_MS),
    decidedBy: 'hub',
  }
}

/** With the figures as they are now where they are known; the sentence says what it was. */
function resolved(previous: Body, { numbers, evidence }: FindingDraft): Body {
  return {
    ...previous,
    state: 'resolved',
    decidedBy: 'hub',
    ...(previous.sentence ? { sentence: noLonger(previous.sentence) } : {}),
    ...(numbers.length > 0 ? { numbers: [...numbers] } : {}),
    ...(evidence.length > 0
      ? { evidence: evidence.slice(0, EVIDENCE_MAX).map(({ id, version }) => ({ id, version })) }
      : {}),
  }
}

/** What an official does with a finding. */
export const FINDING_EVENTS = ['acknowledge', 'resolve', 'dismiss', 'reopen', 'assign'] as const
export type FindingEvent = (typeof FINDING_EVENTS)[number]

export interface FindingAction {
  readonly event: FindingEvent
  readonly owner?: FindingOwner | undefined
  readonly note?: string | undefined
  /** ISO text. */
  readonly dueAtMs?: number | undefined
}

/** States in which each event may come, and that which it leads to; null: the same. */
const STEPS: Readonly<
  Record<FindingEvent, { readonly from: readonly FindingState[]; readonly to: FindingState | null }>
> = {
  acknowledge: { from: ['open'], to: 'acknowledged' },
  resolve: { from: ['open', 'acknowledged'], to: 'resolved' },
  dismiss: { from: ['open', 'acknowledged'], to: 'dismissed' },
  reopen: { from: ['resolved', 'dismissed'], to: 'open' },
  assign: { from: ['open', 'acknowledged'], to: null },
}

/** The version that an official makes; null where the event cannot come in the state of the finding. */
export function actedVersion(previous: Body, action: FindingAction, nowMs: number): Body | null {
  const { event, owner, note, dueAtMs } = action
  const { from, to } = STEPS[event]
  if (!from.some((state) => state === previous.state)) return null
  const kind = previous.findingKind as keyof typeof FINDING_RULES
  const renewed = event === 'reopen' ? nowMs + (FINDING_RULES[kind]?.hours ?? 24) * HOUR_MS : undefined
  const due = dueAtMs ?? renewed
  return {
    ...previous,
    ...(to === null ? {} : { state: to }),
    ...(owner ? { owner: { ...inRegionOf(previous.owner), ...owner } } : {}),
    ...(note === undefined ? {} : { note }),
    ...(due === undefined ? {} : { dueAt: chinaTime(due) }),
    decidedBy: 'official',
  }
}
