import type { Pool } from 'pg'
import { batchText, type EntryFacts, headText } from '#core/evidence/leaves.ts'
import {
  EMPTY_FRONTIER,
  type Frontier,
  grown,
  leafHash,
  rootOfFrontier,
  same,
} from '#core/evidence/merkle.ts'
import { isSignedBy, keyIdOf } from '#core/evidence/signing.ts'
import {
  readAlteredSettings,
  readDropped,
  readUnknownRows,
  readWrongAcknowledgements,
  readWrongErasures,
} from '#store/audit-checks.ts'
import { readHead, readHeads, readNewestHead, type StoredHead } from '#store/audit-heads.ts'
import { KEY_ACTION, listHeadKeys, saltSecret } from '#store/audit-keys.ts'
import { type AnchorLine, verifyAnchors } from './anchor-file.ts'
import type { Finding, Tell } from './finding.ts'
import { frontierOf } from './seal.ts'
import { verifyBatch } from './verify-batch.ts'

const HEADS_AT_ONCE = 200
/** Of one kind of check that reads whole tables. */
const FINDINGS_MAX = 100
/** Where all is altered, nobody reads on. */
const MOST = 10_000

export interface VerifyWish {
  /** First and last batch; all of them where absent. Rows that no batch knows of are looked for only where both are. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Lines of a file of anchors. */
  readonly anchor?: AsyncIterable<AnchorLine> | undefined
  /** The public key (`whpk_…`) that the first head must be signed with, known from elsewhere. */
  readonly key?: string | undefined
  readonly onHead?: (number: number) => void
  /** Ends with the batch, or the check, that brings so many findings. */
  readonly most?: number
}

export interface Verified {
  readonly heads: number
  readonly leaves: number
  /** Heads of the file of anchors that are those of the chain. */
  readonly anchored: number
  /** Tables of which nothing before a time is kept, as the log says. */
  readonly dropped: readonly { readonly table: string; readonly before: string }[]
  readonly findings: readonly Finding[]
}

/**
 * Reads the whole log and computes it anew: every row against its leaf, every batch against its root, every head against the one before it
 * and its signature, and the anchors against the heads. In memory are one page of rows and one batch of hashes.
 */
export async function verifyLog(pool: Pool, wish: VerifyWish = {}): Promise<Verified> {
  const { most = MOST } = wish
  const findings: Finding[] = []
  const isEnough = (): boolean => findings.length >= most
  const tell: Tell = (finding) => void findings.push(finding)
  const dropped = await readDropped(pool)
  const from = wish.from ?? 1
  const start = from > 1 ? await readHead(pool, from - 1) : null
  const keys = await trustedKeys(pool, start, wish.key, tell)
  const secret = await saltSecret(pool)
  let frontier: Frontier = start ? frontierOf(start) : EMPTY_FRONTIER
  let before = start
  let expected = from
  let leaves = 0
  for (;;) {
    const heads = await readHeads(pool, expected - 1, HEADS_AT_ONCE)
    for (const head of heads) {
      if (isEnough() || (wish.to !== undefined && head.number > wish.to)) break
      for (; expected < head.number; expected++)
        tell({ code: 'head_missing', batch: expected, place: `audit_heads ${expected}` })
      frontier = verifyHead(head, frontier, keys, tell)
      const arrived: EntryFacts[] = []
      await verifyBatch(
        { pool, secret, dropped, tell, onEntry: (entry) => void arrived.push(entry) },
        head,
        before,
      )
      for (const entry of arrived) keys.learn(entry)
      before = head
      expected = head.number + 1
      leaves += head.entries + head.messages + head.changes
      wish.onHead?.(head.number)
    }
    if (isEnough() || heads.length < HEADS_AT_ONCE || (wish.to !== undefined && expected > wish.to)) break
  }
  // Who asks for batches that are not there must not hear that nothing is amiss.
  const asked = wish.to ?? wish.from
  if (!isEnough() && asked !== undefined && expected <= asked)
    tell({ code: 'head_missing', batch: expected, place: `audit_heads ${expected}` })
  if (!isEnough() && wish.from === undefined && wish.to === undefined) await verifyRest(pool, dropped, tell)
  const anchored = wish.anchor && !isEnough() ? await verifyAnchors(pool, wish.anchor, keys.isKnown, tell) : 0
  const heads = before === null ? 0 : before.number - from + 1
  return {
    heads,
    leaves,
    anchored,
    dropped: [...dropped].map(([table, time]) => ({ table, before: time })),
    findings,
  }
}

/** @returns the frontier behind the head, as the head itself says where it is whole, so that one altered head is not told of for ever */
function verifyHead(head: StoredHead, frontier: Frontier, keys: TrustedKeys, tell: Tell): Frontier {
  const batch = head.number
  const place = `audit_heads ${batch}`
  const leaf = leafHash(batchText(head))
  // Behind a head that is missing nobody can tell what the tree would be; the signature still can.
  const fits = isFrontier(frontier) && frontier.count === batch - 1
  const isWhole = same(leaf, head.leaf)
  if (!isWhole) tell({ code: 'head_altered', batch, place })
  const own = fits ? grown(frontier, leaf) : null
  const isTree =
    own !== null &&
    same(rootOfFrontier(own), head.treeRoot) &&
    same(rootOfFrontier(frontier), head.previous) &&
    same(Buffer.concat(own.roots), head.frontier)
  if (fits && isWhole && !isTree) tell({ code: 'tree_altered', batch, place })
  const key = keys.of(head.key)
  if (key === null) tell({ code: 'key_unknown', batch, place: `audit_keys ${head.key}` })
  else if (!isSignedBy(key, headText(head), head.signature)) tell({ code: 'signature_wrong', batch, place })
  const said = frontierOf(head)
  const isUsable = isFrontier(said) && same(rootOfFrontier(said), head.treeRoot)
  return isUsable || own === null ? said : own
}

/** A tree has a whole subtree for each binary one in the count of its leaves. */
const isFrontier = ({ count, roots }: Frontier): boolean =>
  roots.length === count.toString(2).replaceAll('0', '').length

interface TrustedKeys {
  /** The public key that may sign now; null where nothing vouches for it. */
  of(id: string): string | null
  /** Takes the keys that an entry brings, for the heads behind it. */
  learn(entry: EntryFacts): void
  /** Whether a key ever signed. */
  isKnown(id: string, publicKey: string): boolean
}

/** The first key vouches for the next one: its entry lies in a batch that the first has signed. */
async function trustedKeys(
  pool: Pool,
  start: StoredHead | null,
  pinned: string | undefined,
  tell: Tell,
): Promise<TrustedKeys> {
  const keys = await listHeadKeys(pool)
  for (const { id, publicKey } of keys)
    if (keyIdOf(publicKey) !== id) tell({ code: 'key_unknown', batch: null, place: `audit_keys ${id}` })
  const first = await readHead(pool, 1)
  const trusted = new Map<string, string>()
  if (pinned !== undefined) trusted.set(keyIdOf(pinned), pinned)
  else if (first) {
    const own = keys.find(({ id, publicKey }) => id === first.key && keyIdOf(publicKey) === id)
    if (own) trusted.set(own.id, own.publicKey)
  }
  // Before the range that is looked at, what the log says is believed.
  if (start)
    for (const { id, publicKey, entry } of keys)
      if (entry !== null && BigInt(entry) <= BigInt(start.entriesTo)) trusted.set(id, publicKey)
  return {
    of: (id) => trusted.get(id) ?? null,
    learn({ kind, action, subject, facts }) {
      if (kind !== 'administration' || action !== KEY_ACTION) return
      const { publicKey } = JSON.parse(facts) as { publicKey: string }
      // The entry of the first key comes with the batch that it signs; it must not vouch for itself.
      if (keyIdOf(publicKey) === subject && trusted.size > 0) trusted.set(subject, publicKey)
    },
    isKnown: (id, publicKey) => trusted.get(id) === publicKey,
  }
}

/** What no batch shows: rows without a leaf, settings that are not as their last entry says, and answers of receivers. */
async function verifyRest(pool: Pool, dropped: ReadonlyMap<string, string>, tell: Tell): Promise<void> {
  for (const { entry } of await readWrongErasures(pool, dropped.get('audit_log') ?? '1970-01-01T00:00:00Z'))
    tell({ code: 'row_altered', batch: null, place: `erasures of entry ${entry}` })
  for (const { table, subject } of await readUnknownRows(pool, FINDINGS_MAX))
    tell({ code: 'row_inserted', batch: null, place: `${table} ${subject}` })
  for (const { subject } of await readAlteredSettings(pool, FINDINGS_MAX))
    tell({ code: 'setting_altered', batch: null, place: subject })
  const newest = await readNewestHead(pool)
  for (const { anchor, number, isBehind } of await readWrongAcknowledgements(pool, FINDINGS_MAX))
    tell({
      code: isBehind && number > (newest?.number ?? 0) ? 'truncated' : 'forked',
      batch: number,
      place: `audit_acknowledgements ${anchor}`,
    })
}
