import { maskName } from '#core/mask.ts'
import type { Kind } from '#core/model/kinds.ts'
import { COVERED, maskedCause } from '#core/model/masked-texts.ts'
import type { PartyPart, SitePart } from '#core/model/parts.ts'
import type { When } from '#core/model/values.ts'
import { isPersonalParty, isPersonalSite } from '#core/personal.ts'
import type { GraphCode } from './codes.ts'
import type { BesideLots } from './disposed.ts'
import type { TraceHold, TraceNode, TraceParty, TraceRecord, TraceSite, TraceTest } from './graph.ts'
import { parseGraphCode } from './graph-code.ts'
import { TEST_CONFIDENCE } from './matching.ts'
import { byStrength, isAbout, type Mention } from './mentions.ts'
import { nodeQuantity } from './node-quantity.ts'
import {
  documentTypeOf,
  type Mentioning,
  mentionedIn,
  mentioning,
  nodeState,
  unseenOrder,
  voidOf,
} from './node-state.ts'
import { recordSummary } from './record-summary.ts'
import { namedGoods } from './tested-goods.ts'
import type { ReachedNode, TracedRecord } from './traced-record.ts'

/** Which records tell best what a lot or paper is: those that made it, then those that sent it on. */
const TELLING: readonly Kind[] = ['production', 'document', 'entry', 'transformation', 'dispatch', 'sale']
const NO_GOODS: ReadonlySet<Kind> = new Set(['test', 'hold', 'disposal', 'inspection'])

const RANKS: ReadonlyMap<Kind, number> = new Map(TELLING.map((kind, i) => [kind, i]))
const rank = (kind: Kind): number => RANKS.get(kind) ?? TELLING.length
const timeOf = (record: TracedRecord): string => record.body.occurredAt?.at ?? ''

/** Strongest mention first, then what tells best, then by time: the same records always give the same order. */
function byWeight(a: Mentioning, b: Mentioning): number {
  return (
    byStrength(a.mention, b.mention) ||
    rank(a.record.kind) - rank(b.record.kind) ||
    (timeOf(a.record) < timeOf(b.record) ? -1 : timeOf(a.record) > timeOf(b.record) ? 1 : 0) ||
    (a.record.id < b.record.id ? -1 : 1)
  )
}

/** The record that says best what the lot or paper is; undefined where none is about it. */
export const tellingRecord = (code: string, records: readonly TracedRecord[]): TracedRecord | undefined =>
  leading(mentioning(code, records).sort(byWeight))[0]?.record

/** The records that say what the node is: active ones if there are any, all of one system and kind. */
function leading(mentions: readonly Mentioning[]): readonly Mentioning[] {
  const about = mentions.filter(({ mention, record }) => isAbout(mention.role) && !NO_GOODS.has(record.kind))
  const alive = about.filter(({ record }) => record.status === 'active')
  const usable = alive.length > 0 ? alive : about
  let [first] = usable
  if (!first) return []
  for (const one of usable)
    if ((rank(one.record.kind) - rank(first.record.kind) || byWeight(one, first)) < 0) first = one
  const { kind, system } = first.record
  return usable.filter(({ record }) => record.kind === kind && record.system === system)
}

const partyOf = (party: PartyPart): TraceParty => {
  const { role, name, personal, kind, ids } = party
  const isPerson =
    personal === true || kind === 'person' || ids.some(({ scheme }) => scheme === 'cn.idcard.hash')
  if (isPerson) return { role, personal: true }
  // Nobody said that it is a person's, and it is not plainly that of a business.
  return { role, ...(name ? { name: isPersonalParty(party) ? maskName(name) : name } : {}) }
}
const siteOf = ({ role, name, region }: SitePart): TraceSite => ({
  role,
  ...(name ? { name: isPersonalSite({ name }) ? maskName(name) : name } : {}),
  ...(region ? { region } : {}),
})

/** What a record says whichever node it is asked about. */
export interface Told {
  readonly mentions: ReadonlyMap<GraphCode, Mention>
  readonly summary: string
}
export type TellingReader = (record: TracedRecord) => Told

const toldBy: TellingReader = (record) => ({
  mentions: mentionedIn(record),
  summary: recordSummary(record.body),
})

/** Reads each record once, though it stands at several nodes of a graph. */
export function readOnce(): TellingReader {
  const read = new Map<TracedRecord, Told>()
  return (record) => {
    const known = read.get(record)
    if (known) return known
    const told = toldBy(record)
    read.set(record, told)
    return told
  }
}

const recordOf = ({ record, mention }: Mentioning, read: TellingReader): TraceRecord => ({
  id: record.id,
  kind: record.kind,
  version: record.version,
  status: record.status,
  role: mention.role,
  occurredAt: record.body.occurredAt ?? null,
  system: record.system,
  summary: read(record).summary,
})

/** A test counts where the code is its own or that of goods which it names. */
const concerns = ({ record, mention }: Mentioning): boolean =>
  isAbout(mention.role) || namedGoods(record.body).includes(mention.code)

function testsOf(mentions: readonly Mentioning[]): TraceTest[] {
  return mentions.flatMap((mentioned): TraceTest[] => {
    const { id, kind, status, body } = mentioned.record
    if (kind !== 'test' || status !== 'active' || !body.test || !concerns(mentioned)) return []
    const { item, verdict, method, value, unit, limit } = body.test
    return [
      {
        record: id,
        item,
        verdict,
        ...(method ? { method } : {}),
        ...(value ? { value } : {}),
        ...(unit ? { unit } : {}),
        ...(limit ? { limit } : {}),
        ...(mentioned.mention.likely ? { confidence: TEST_CONFIDENCE } : {}),
        occurredAt: body.occurredAt ?? null,
      },
    ]
  })
}

function holdsOf(mentions: readonly Mentioning[], full: boolean): TraceHold[] {
  return mentions.flatMap(({ record }): TraceHold[] => {
    const { holdKind, cause, occurredAt } = record.body
    if (record.kind !== 'hold' || record.status !== 'active' || !holdKind) return []
    const kind = holdKind as TraceHold['kind']
    return [
      {
        record: record.id,
        kind,
        ...(cause ? { cause: full ? cause : maskedCause(cause, record.system) } : {}),
        occurredAt: occurredAt ?? null,
      },
    ]
  })
}

/** An order whose record is not shown: what anybody may know of it. */
function orderTold({ body }: TracedRecord): TraceHold {
  const { holdKind, occurredAt } = body
  return {
    record: null,
    kind: holdKind as TraceHold['kind'],
    occurredAt: occurredAt ? dayOf(occurredAt) : null,
  }
}

const DAYS: ReadonlySet<When['precision']> = new Set(['second', 'minute', 'hour', 'day'])
const dayOf = ({ at, precision }: When): When => ({
  at: `${at.slice(0, 'YYYY-MM-DD'.length)}T00:00:00+08:00`,
  precision: DAYS.has(precision) ? 'day' : precision,
})

/** What was read of one lot or paper. */
export interface Read {
  readonly records: readonly TracedRecord[]
  /** Whether further records mention it than were read. */
  readonly more: boolean
  /** Holds for its goods by all records there are, where the caller sees a part of them: of these the state is told, and of one that he does not see what is ordered and on which day. */
  readonly orders?: readonly TracedRecord[] | undefined
}

interface NodeReading {
  /** Whether free texts of senders, in which anything may stand, are given as they are. */
  readonly full?: boolean
  readonly read?: TellingReader
  readonly beside?: BesideLots | undefined
}

const NONE_BESIDE: BesideLots = new Map()

/**
 * What is known of one lot or paper, from the records that mention it.
 * Names of natural persons are left out.
 */
export function describeNode(
  reached: ReachedNode,
  { records, more, orders }: Read,
  { full = false, read = readOnce(), beside = NONE_BESIDE }: NodeReading = {},
): TraceNode {
  const parts = parseGraphCode(reached.code) ?? { kind: 'lot' as const, value: reached.code }
  const mentionsIn = (of: readonly TracedRecord[]): Mentioning[] =>
    mentioning(reached.code, of, (record) => read(record).mentions).sort(byWeight)
  const mentions = mentionsIn(records)
  const ordered = orders ? mentionsIn(orders) : mentions
  const unseen = unseenOrder(mentions, ordered)
  const isPaper = parts.kind === 'document'
  const type = isPaper ? documentTypeOf(mentions) : undefined
  const isVoucher =
    isPaper && (type?.endsWith('_voucher') || mentions.some(({ mention }) => mention.role === 'voucher'))
  const scheme = mentions.map(({ mention }) => mention.lot?.scheme ?? mention.document?.scheme).find(Boolean)
  const tellers = leading(mentions).map(({ record }) => record)
  const body = tellers[0]?.body
  const product = body?.output?.product ?? body?.product
  const active = mentions.flatMap(({ record }) => (record.status === 'active' ? [record] : []))
  const quantity = nodeQuantity(reached.code, tellers, active)
  const origin = body?.origin
  const { voidedAt, voidReason } = voidOf(mentions)
  return {
    code: reached.code,
    kind: isVoucher ? 'voucher' : parts.kind,
    value: parts.value,
    ...(scheme ? { scheme } : {}),
    ...(type ? { type } : {}),
    relation: reached.relation,
    depth: reached.depth,
    state: nodeState(isPaper, mentions, { beside, ordered }),
    ...(voidedAt ? { voidedAt } : {}),
    ...(voidReason ? { voidReason: full ? voidReason : COVERED } : {}),
    ...(product ? { product: withoutRaw(product) } : {}),
    ...(quantity ? { quantity } : {}),
    ...(body?.occurredAt ? { occurredAt: body.occurredAt } : {}),
    ...(origin ? { origin } : {}),
    parties: (body?.parties ?? []).map(partyOf),
    sites: (body?.sites ?? []).map(siteOf),
    tests: testsOf(mentions),
    holds: [...holdsOf(mentions, full), ...(unseen ? [orderTold(unseen)] : [])],
    records: mentions.map((mentioned) => recordOf(mentioned, read)),
    moreRecords: more,
  }
}

const withoutRaw = (product: {
  code?: string
  name?: string
  class?: string
}): NonNullable<TraceNode['product']> => ({
  ...(product.code ? { code: product.code } : {}),
  ...(product.name ? { name: product.name } : {}),
  ...(product.class ? { class: product.class } : {}),
})
