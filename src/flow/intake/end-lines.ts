import type { Issue } from '#core/issue.ts'
import type { MappedWhole } from '#core/mapping/mapping.ts'
import { parseRecordId } from '#core/model/identity.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { PastVersion } from '#store/heads.ts'
import { wholeId } from '#store/wholes.ts'
import { decideVoid, type Outcome } from './decide-void.ts'
import { type Decision, historyOf, type Known } from './known-records.ts'
import { isOlder, orderOf } from './late.ts'
import type { PreparedMessage, PreparedRecord, PreparedSource } from './prepared.ts'
import type { KeyedResult } from './results-text.ts'
import { idOf, type KnownWhole, keyOf, type LineOf, leftOut, lineIds, setLine, takeOver } from './wholes.ts'

/** Digests of earlier bytes that are kept of an order or a sheet: a ledger comes again each evening of a year. */
const PAST_MAX = 400

/**
 * Ends, once the last line of an order was decided, what it told before and tells no more. Not where it is late, where one of its lines cannot be told from
 * others, or where its order is missing; a line that was rejected is told.
 */
export function endLines(
  message: PreparedMessage,
  source: PreparedSource,
  line: LineOf,
  result: KeyedResult,
  known: Known,
  into: Decision,
): KeyedResult {
  const { whole, known: own, standing } = line
  const { lines, unsure } = whole
  if (lines === undefined && standing !== 'mute') return result
  if (standing === 'newest') takeOver(line, lineIds(whole), known)
  if (standing !== 'newest' || !lines || unsure) {
    remember(own, message.sha256.toString('hex'), standing === 'late' ? 'past' : 'muted')
    const issue = lines && staysIssue(line)
    return issue && (unsure?.why === 'many' || untold(whole, own, known).length > 0)
      ? withIssue(result, issue)
      : result
  }
  if (own.hasMore) return withIssue(result, tooManyIssue(source.path ?? ''))
  const hasSay = !message.replay || isOwnWord(message, whole, own, known)
  const ended: Ended[] = []
  for (const id of untold(whole, own, known)) {
    const record = untoldLine(id, whole)
    if (!mayEnd(message, source, record, known, hasSay)) continue
    const outcome = decideVoid(message, source.index, record, known.heads.get(id), known, into)
    if (outcome.word === 'voided') setLine(line, id, true)
    ended.push({ record, outcome })
  }
  if (hasSay || whole.order !== undefined) tell(message, line, lines)
  return withEnded(result, ended, lines.size === 0)
}

/** The records of an order that count and are none of the lines that it has now. */
function untold({ lines, kinds }: MappedWhole, own: KnownWhole, known: Pick<Known, 'heads'>): string[] {
  const ids: string[] = []
  for (const [id, ended] of own.lines) {
    if (ended || lines?.has(keyOf(id)) || known.heads.get(id)?.status !== 'active') continue
    if (kinds.some((kind) => id.startsWith(`urn:cnft:${kind}:`))) ids.push(id)
  }
  return ids
}

const untoldLine = (id: string, whole: MappedWhole): PreparedRecord => {
  const { kind, key } = parseRecordId(id) as NonNullable<ReturnType<typeof parseRecordId>>
  return {
    kind: kind as Kind,
    id,
    key,
    operation: 'untold',
    ended: leftOut(whole),
    order: whole.order ?? null,
    content: null,
    expected: undefined,
  }
}

/**
 * Whether a message that is mapped anew is known to have said something last: it told all lines last, or made the newest version of one of them. Another one may have been
 * followed by one that changed nothing, of which nothing is known.
 */
function isOwnWord(message: PreparedMessage, whole: MappedWhole, own: KnownWhole, known: Known): boolean {
  if (own.newest?.sha256 === message.sha256.toString('hex')) return true
  return lineIds(whole).some((id) => isOfMessage(newestOf(id, known), message))
}

function mayEnd(
  message: PreparedMessage,
  source: PreparedSource,
  record: PreparedRecord,
  known: Known,
  hasSay: boolean,
): boolean {
  const head = known.heads.get(record.id)
  if (!head) return false
  if (!message.replay) return !isOlder(message, record, head, known)
  const order = orderOf(record, head)
  if (order === 'older' || order === 'newer') return order === 'newer'
  const newest = newestOf(record.id, known)
  if (!hasSay || newest === undefined) return false
  if (isOfMessage(newest, message)) return newest.messageIndex <= source.index
  return message.receivedAtMs > newest.receivedAtMs
}

function newestOf(id: string, known: Known): PastVersion | undefined {
  const version = known.heads.get(id)?.version
  return historyOf(id, known)?.find((past) => past.version === version)
}

const isOfMessage = (past: PastVersion | undefined, { id, sha256 }: PreparedMessage): boolean =>
  past !== undefined && (past.messageId === id || past.message?.equals(sha256) === true)

/** What was told now is the newest. The same bytes again say nothing new. */
function tell(message: PreparedMessage, { whole, known }: LineOf, lines: ReadonlySet<string>): void {
  const sha256 = message.sha256.toString('hex')
  const { newest } = known
  const { order = null, first, kinds } = whole
  const unmade = [...lines].filter((key) => !kinds.some((kind) => known.lines.has(idOf(kind, key))))
  const refused = new Set(unmade.map(wholeId))
  const isSame = newest?.sha256 === sha256 && newest.first === first && newest.order === order
  if (isSame && refused.size === known.refused.size && refused.isSubsetOf(known.refused)) return
  const before = [...known.past, ...known.muted, ...(newest ? [newest.sha256] : [])]
  known.past = [...new Set(before)].filter((digest) => digest !== sha256).slice(-PAST_MAX)
  known.muted = []
  if (!isSame)
    known.newest = { order, messageId: message.id, receivedAtMs: message.receivedAtMs, first, sha256 }
  known.refused = refused
  known.isTouched = true
}

/** Keeps in mind which bytes told of an order: before what told all its lines last, or since without saying which are all. */
function remember(known: KnownWhole, digest: string, as: 'past' | 'muted'): void {
  if (known.newest?.sha256 === digest || known.past.includes(digest) || known.muted.includes(digest)) return
  known[as] = [...known[as], digest].slice(-PAST_MAX)
  known.isTouched = true
}

interface Ended {
  readonly record: PreparedRecord
  readonly outcome: Outcome
}

/** What ended stands beside what became of the last line, and is counted. */
function withEnded(result: KeyedResult, all: readonly Ended[], isEmpty: boolean): KeyedResult {
  const issue = all.find(({ outcome }) => outcome.issue)?.outcome.issue
  const told = issue ? withIssue(result, issue) : result
  const ended = all.filter(({ outcome }) => outcome.word === 'voided')
  if (ended.length === 0) return told
  const word = isEmpty ? 'voided' : 'updated'
  return {
    ...told,
    result: result.result === 'unchanged' ? word : result.result,
    records: [
      ...result.records,
      ...ended.map(({ record: { kind, id }, outcome: { version } }) => ({ kind, id, version })),
    ],
    recordKeys: [...result.recordKeys, ...ended.map(({ record }) => record.key)],
    ended: ended.length,
  }
}

const withIssue = (result: KeyedResult, issue: Issue): KeyedResult => ({
  ...result,
  issues: [...(result.issues ?? []), issue],
})

/** Why lines that are left out stay. */
function staysIssue({ whole: { unsure, lacksOrderAt }, standing }: LineOf): Issue | null {
  if (standing === 'mute') return unorderedIssue(lacksOrderAt ?? '')
  if (standing === 'late' || !unsure) return null
  return unsure.why === 'key' ? unreadIssue(unsure.at) : tooLongIssue(unsure.at)
}

const unreadIssue = (path: string): Issue => ({
  path,
  code: 'E_SCHEMA',
  target: 'whole',
  reason: 'nobody can tell which line this is, as its key cannot be read: lines that are left out stay',
  fix: 'Mend it and send all lines again.',
})

const tooLongIssue = (path: string): Issue => ({
  path,
  code: 'E_SCHEMA',
  target: 'whole',
  reason: 'the sheets of this title have more rows than are looked through: rows that are left out stay',
  fix: 'Give each month, or each stall, sheets with a title of their own.',
})

const unorderedIssue = (path: string): Issue => ({
  path,
  code: 'E_SCHEMA',
  target: 'order',
  reason:
    'the order lacks its version or time, so that nobody can tell whether it is the newest: lines that it leaves out stay',
  fix: 'Fill in this field and send the order again.',
})

const tooManyIssue = (path: string): Issue => ({
  path,
  code: 'E_SCHEMA',
  target: 'whole',
  reason:
    'more lines are known under this key than are looked through for one message: those that are left out stay',
  fix: 'Check that `whole` of the mapping names one order and not a market or a day. Send fewer orders in one message.',
})
