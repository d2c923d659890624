import type { Issue } from '#core/issue.ts'
import { areComparable, orderAsSent } from '#core/mapping/compile/order.ts'
import type { MappedWhole } from '#core/mapping/mapping.ts'
import { recordKey } from '#core/model/identity.ts'
import type { Kind } from '#core/model/kinds.ts'
import { type NewestWhole, type ToldWhole, type WholeRow, wholeId } from '#store/wholes.ts'
import type { Known } from './known-records.ts'
import type { PreparedMessage, PreparedRecord, PreparedSource } from './prepared.ts'

/** What is known of an order or of sheets that are told with all their lines, carried forward while they are decided. */
export interface KnownWhole {
  readonly id: string
  /** Of sheets, the number of what all have in common in which one of their rows may be; null of an order, whose lines are its own for good. */
  readonly among: string | null
  readonly turn: number
  newest: NewestWhole | null
  past: readonly string[]
  muted: readonly string[]
  refused: ReadonlySet<string>
  /** The records of its lines, and whether they ended because it told them no more. */
  readonly lines: Map<string, boolean>
  readonly hasMore: boolean
  /** Of the lines, those of which something else is known now. */
  readonly changed: Map<string, boolean>
  /** Whether anything is to be written. */
  isTouched: boolean
}

export const knownWhole = (
  { id, among }: Pick<KnownWhole, 'id' | 'among'>,
  row: WholeRow | undefined,
): KnownWhole => ({
  id,
  among,
  turn: row?.turn ?? 0,
  newest: row?.newest ?? null,
  past: row?.past ?? [],
  muted: row?.muted ?? [],
  refused: new Set(row?.refused),
  lines: new Map(row?.lines),
  hasMore: row?.hasMore === true,
  changed: new Map(),
  isTouched: false,
})

/**
 * How an order stands to what told all its lines last: `late` where that is newer, `mute` where nobody can tell. By its own order, else as its
 * message stands to the other: a resend and what arrived before are late.
 */
type Standing = 'newest' | 'late' | 'mute'

/** A source record as a line of its order. */
export interface LineOf {
  readonly whole: MappedWhole
  readonly known: KnownWhole
  readonly standing: Standing
  /** It is no resend of what told all its lines last. */
  readonly isNews: boolean
  /** What identifiers of its own records have behind their kind. */
  readonly key: string | null
}

/** The order that a source record is a line of, and how it stands now. */
export function lineOf(
  message: PreparedMessage,
  { whole, key }: PreparedSource,
  known: Known,
): LineOf | undefined {
  const own = whole && known.wholes.get(whole.id)
  if (!whole || !own) return undefined
  const standing = standingOf(message, whole, own)
  return {
    whole,
    known: own,
    standing,
    isNews: standing === 'newest' && own.newest?.sha256 !== message.sha256.toString('hex'),
    key: key && recordKey(message.system, message.record, key),
  }
}

function standingOf(message: PreparedMessage, whole: MappedWhole, { newest, past }: KnownWhole): Standing {
  const { order = null, first } = whole
  if (whole.lacksOrderAt !== undefined) return 'mute'
  if (newest === null) return 'newest'
  if (order !== null && newest.order !== null && areComparable(order, newest.order) && order !== newest.order)
    return order < newest.order ? 'late' : 'newest'
  const digest = message.sha256.toString('hex')
  if (digest === newest.sha256) return first < newest.first ? 'late' : 'newest'
  if (past.includes(digest)) return 'late'
  if (message.replay) return message.receivedAtMs > newest.receivedAtMs ? 'newest' : 'late'
  return message.deferred && message.receivedAtMs < newest.receivedAtMs ? 'late' : 'newest'
}

const isOwn = (line: LineOf, { id, kind }: Pick<PreparedRecord, 'id' | 'kind'>): boolean =>
  line.key !== null && id === idOf(kind, line.key)
/** Identifier of a record, from what it has behind its kind, and the other way round. */
export const idOf = (kind: Kind, key: string): string => `urn:cnft:${kind}:${key}`
export const keyOf = (id: string): string => id.slice(id.indexOf(':', 'urn:cnft:'.length) + 1)

/** Why a line ended that its order, or its sheet, tells no more. */
export const leftOut = ({ among }: Pick<MappedWhole, 'among'>): { readonly reason: string } =>
  among === undefined
    ? { reason: '整单已不再含此明细 · Its order tells this line no more' }
    : { reason: '台账已不再含此行 · Its sheet tells this row no more' }

/** Whether a line that is new belongs to an order that has been told without it since: it ends as soon as it is stored. */
export const isLeftOut = (line: LineOf | undefined, record: PreparedRecord): boolean =>
  line?.standing === 'late' && isOwn(line, record) && !line.known.refused.has(wholeId(line.key as string))

/** Whether a line that ended because its order told it no more is told by a newer one. What its source made void stays void. */
export const comesBack = (line: LineOf | undefined, record: PreparedRecord): boolean =>
  line?.standing === 'newest' && record.operation === 'upsert' && line.known.lines.get(record.id) === true

/** Notes whether a record of a line ended. */
export function setLine({ known }: LineOf, id: string, ended: boolean): void {
  if (known.lines.get(id) === ended) return
  known.lines.set(id, ended)
  known.changed.set(id, ended)
  known.isTouched = true
}

/**
 * A row that another sheet told last is one of this sheet from now on, with what became of it there: what leaves it out there ends it no more.
 * @param ids of records that are told under the keys of rows
 */
export function takeOver({ known, isNews }: LineOf, ids: readonly string[], { tellers }: Known): void {
  if (known.among === null || !isNews) return
  for (const id of ids) {
    const teller = tellers.get(id)
    if (teller === undefined || teller === known) continue
    known.lines.set(id, teller.lines.get(id) === true)
    known.changed.set(id, teller.lines.get(id) === true)
    known.isTouched = true
    teller.lines.delete(id)
    teller.changed.delete(id)
    teller.isTouched = true
    tellers.set(id, known)
  }
}

/** Takes over what a row itself tells, before it is decided. */
export const takeOverRow = (line: LineOf, { records }: PreparedSource, known: Known): void =>
  takeOver(
    line,
    records.filter((record) => isOwn(line, record)).map(({ id }) => id),
    known,
  )

/** Whether a line that ended is told again by what is older than that. */
export const staysEnded = (line: LineOf | undefined, record: PreparedRecord): boolean =>
  line?.standing === 'late' && line.known.lines.get(record.id) === true

/** Notes the records of a line once it is decided. @param leftOut whether they ended at once */
export function noteLine(line: LineOf, { records }: PreparedSource, known: Known): void {
  for (const record of records) {
    const head = isOwn(line, record) ? known.heads.get(record.id) : undefined
    const teller = known.tellers.get(record.id) ?? line.known
    if (!head || teller !== line.known) continue
    if (teller.among !== null) known.tellers.set(record.id, teller)
    const ended = line.known.lines.get(record.id)
    // One that ended stays so until it is told again as it should be.
    if (ended === undefined) setLine(line, record.id, isLeftOut(line, record) && head.status === 'void')
    else if (ended && head.status === 'active') setLine(line, record.id, false)
  }
}

/** Identifiers of the records that the lines of an order tell under their own key. */
export const lineIds = ({ lines, kinds }: MappedWhole): string[] =>
  [...(lines ?? [])].flatMap((key) => kinds.map((kind) => idOf(kind, key)))

/** What is told of a new line of an order, or of a row of a sheet, that has been told without it since. */
export const leftOutIssue = (order: string | null, { among }: Pick<MappedWhole, 'among'> = {}): Issue => ({
  path: '',
  code: 'W_LATE',
  reason:
    order === null
      ? among === undefined
        ? 'its order was told later without this line; it was stored and made void'
        : 'its sheet was told later without this row; it was stored and made void'
      : `its order was told without this line by a newer version than ${orderAsSent(order)}; it was stored and made void`,
})

/** The orders and sheets that the source records of messages belong to, by their keys. */
export const wholesOf = (
  messages: readonly Pick<PreparedMessage, 'sources'>[],
): Map<string, Pick<KnownWhole, 'id' | 'among'>> => {
  const found = new Map<string, Pick<KnownWhole, 'id' | 'among'>>()
  for (const { whole } of messages.flatMap(({ sources }) => sources)) {
    if (!whole || found.has(whole.id)) continue
    found.set(whole.id, {
      id: wholeId(whole.id),
      among: whole.among === undefined ? null : wholeId(whole.among),
    })
  }
  return found
}

/** Identifiers of the records that lines of these messages tell under their own key. */
export const toldLines = (messages: readonly Pick<PreparedMessage, 'sources'>[]): Set<string> =>
  new Set(
    messages.flatMap(({ sources }) =>
      sources.flatMap(({ whole, records }) =>
        whole ? [...records.map(({ id }) => id), ...lineIds(whole)] : [],
      ),
    ),
  )

/**
 * The records that orders of these messages may end: what is known of their lines, and what the messages themselves tell of them, but for what each
 * order has.
 */
export function mayBeEnded(
  messages: readonly Pick<PreparedMessage, 'sources'>[],
  wholes: ReadonlyMap<string, KnownWhole>,
): Set<string> {
  const all = new Map([...wholes].map(([key, { lines }]) => [key, new Set(lines.keys())]))
  const sources = messages.flatMap((message) => message.sources)
  for (const { whole, records } of sources)
    if (whole) for (const { id } of records) all.get(whole.id)?.add(id)
  const ids = new Set<string>()
  for (const { whole } of sources) {
    if (!whole?.lines) continue
    for (const id of all.get(whole.id) ?? []) if (!whole.lines.has(keyOf(id))) ids.add(id)
  }
  return ids
}

/** What is to be written of orders. */
export const toldWholes = ({ wholes }: Pick<Known, 'wholes'>): ToldWhole[] =>
  [...wholes.values()]
    .filter(({ isTouched }) => isTouched)
    .map(({ id, among, turn, newest, past, muted, refused, changed }) => ({
      ...{ id, among, turn, newest, past, muted },
      refused: [...refused],
      lines: changed,
    }))
