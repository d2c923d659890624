import { isUntoldType } from '#core/documents/document-type.ts'
import { OWN_SYSTEM } from '#core/model/own-system.ts'
import type { DocumentPart } from '#core/model/parts.ts'
import type { When } from '#core/model/values.ts'
import { type GraphCode, recordCode } from './codes.ts'
import { type BesideLots, isAllGone } from './disposed.ts'
import type { NodeState, TraceNode } from './graph.ts'
import { isAbout, type Mention, strongestMentions } from './mentions.ts'
import type { TracedRecord } from './traced-record.ts'

/** A record together with how it mentions the code that is asked about. */
export interface Mentioning {
  readonly record: TracedRecord
  readonly mention: Mention
}

/** What a record mentions, each code with its strongest mention. */
export type MentionReader = (record: TracedRecord) => ReadonlyMap<GraphCode, Mention>

/** The record's own code is one of them where nothing else names its goods. */
export function mentionedIn({ kind, id, body }: TracedRecord): Map<GraphCode, Mention> {
  const mentions = strongestMentions(body)
  const own = recordCode(kind, id, body)
  if (own !== null && !mentions.has(own)) mentions.set(own, { code: own, role: 'subject' })
  return mentions
}

/** The records that mention the code, each with its strongest mention, in the order given. */
export function mentioning(
  code: GraphCode,
  records: readonly TracedRecord[],
  read: MentionReader = mentionedIn,
): Mentioning[] {
  const found: Mentioning[] = []
  for (const record of records) {
    const mention = read(record).get(code)
    if (mention) found.push({ record, mention })
    // A test that was matched to the goods of the code.
    else if (record.kind === 'test') found.push({ record, mention: { code, role: 'subject', likely: true } })
  }
  return found
}

const timeOf = ({ record }: Mentioning): string => record.body.occurredAt?.at ?? record.receivedAt

const HOLD_WEIGHT: Readonly<Record<string, number>> = { stop_sale: 1, recall: 2 }
const weightOf = ({ record }: Mentioning): number => HOLD_WEIGHT[record.body.holdKind ?? ''] ?? 0

/**
 * The holds that count now. Of what systems told it is the newest that is not void: a release lifts what came before it. A case of the hub has one record at
 * a place, and its release is the newest version of that record, so it lifts nothing of another case or of another system. The gravest count.
 */
export function countingHolds(mentions: readonly Mentioning[]): Mentioning[] {
  const holds = mentions
    .filter(({ record }) => record.kind === 'hold' && record.status === 'active')
    .sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : timeOf(a) > timeOf(b) ? 1 : 0))
  const told = holds.filter(({ record }) => record.system !== OWN_SYSTEM).at(-1)
  const own = holds.filter(({ record }) => record.system === OWN_SYSTEM)
  const counting = [...(told ? [told] : []), ...own]
  const gravest = Math.max(...counting.map(weightOf))
  return counting.filter((one) => weightOf(one) === gravest)
}

/** One of them. */
export const countingHold = (mentions: readonly Mentioning[]): Mentioning | undefined =>
  countingHolds(mentions)[0]

/**
 * The order that counts, where a caller sees no record that says the same: what is in force, or what lifted that of which he sees the record. A release of what he never knew of is nothing to him.
 * @param all holds of the same goods by all records there are
 */
export function unseenOrder(
  seen: readonly Mentioning[],
  all: readonly Mentioning[],
): TracedRecord | undefined {
  const counting = countingHolds(all)
  const [order] = counting
  const isSeen = ({ record }: Mentioning): boolean =>
    seen.some((one) => one.record.id === record.id && one.record.version === record.version)
  if (!order || counting.some(isSeen)) return undefined
  const lifted = countingHold(seen)
  return weightOf(order) > 0 || (lifted && weightOf(lifted) > 0) ? order.record : undefined
}

/**
 * State of a lot or paper by the records that are about it. What is ordered for the goods counts first, whatever became of a paper. Then a paper is valid while a record of the paper itself
 * is active, void when all of them are void, unknown when the hub knows it only by its uses. A lot is void when everything that told of it is void.
 * @param ordered holds for its goods, where `mentions` does not have them all
 */
export function nodeState(
  isPaper: boolean,
  mentions: readonly Mentioning[],
  { beside, ordered = mentions }: { readonly beside: BesideLots; readonly ordered?: readonly Mentioning[] },
): NodeState {
  const hold = countingHold(ordered)?.record.body.holdKind
  if (hold === 'recall') return 'recalled'
  if (hold === 'stop_sale') return 'held'
  if (isMadeVoid(isPaper, mentions)) return 'void'
  const alive = ownOf(isPaper, mentions).filter(({ record }) => record.status === 'active')
  const disposal = alive.find(({ record }) => record.kind === 'disposal')
  if (disposal && isAllGone(disposal.mention.code, activeOf(mentions), beside)) return 'disposed'
  if (!isPaper) return 'active'
  return alive.length > 0 ? 'valid' : 'unknown'
}

/** As much of a record that mentions a lot or paper as tells whether it is void. */
interface Told {
  readonly record: Pick<TracedRecord, 'kind' | 'status'>
  readonly mention: Pick<Mention, 'role' | 'likely'>
}

/** Whether all that told of the lot, or of the paper itself, was made void. */
function isMadeVoid(isPaper: boolean, mentions: readonly Told[]): boolean {
  const own = ownOf(isPaper, mentions)
  return own.length > 0 && own.every(({ record }) => record.status !== 'active')
}

/** The same of a node, whose state may be what was ordered for its goods. */
export const isVoidNode = ({ kind, records }: Pick<TraceNode, 'kind' | 'records'>): boolean =>
  isMadeVoid(
    kind !== 'lot',
    records.map((record) => ({ record, mention: record })),
  )

const ownOf = <T extends Told>(isPaper: boolean, mentions: readonly T[]): readonly T[] =>
  mentions.filter(
    ({ mention, record }) => isOwn(isPaper, mention.role) && record.kind !== 'hold' && !mention.likely,
  )

const activeOf = (mentions: readonly Mentioning[]): TracedRecord[] =>
  mentions.flatMap(({ record }) => (record.status === 'active' ? [record] : []))

const isOwn = (isPaper: boolean, role: Mention['role']): boolean =>
  isPaper ? role === 'self' || role === 'voucher' || role === 'output' : isAbout(role)

/** Why and when the paper or lot was made void, as the source says, unmasked; empty where nothing about it is void. */
export function voidOf(mentions: readonly Mentioning[]): { voidedAt?: When; voidReason?: string } {
  const voided = mentions.find(({ record, mention }) => record.status === 'void' && isAbout(mention.role))
  const { at, reason } = voided?.record.body.void ?? {}
  return { ...(at ? { voidedAt: at } : {}), ...(reason ? { voidReason: reason } : {}) }
}

/** Type of a paper: as the paper's own record says, else as any record that uses it says, else unknown. */
export function documentTypeOf(mentions: readonly Mentioning[]): string {
  const parts = mentions.flatMap(({ mention }) => (mention.document ? [mention.document] : []))
  const told = (part: DocumentPart): boolean => !isUntoldType(part.type)
  return (parts.find((part) => part.role === 'self' && told(part)) ?? parts.find(told))?.type ?? 'unknown'
}
