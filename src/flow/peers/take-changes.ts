import { hash } from 'node:crypto'
import type { Pool } from 'pg'
import { decode } from '#adapters/push/decode.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { HubError } from '#core/errors.ts'
import type { MappedSource } from '#core/mapping/mapping.ts'
import { parseJson } from '#core/parse-json.ts'
import type { ChangeResult } from '#core/peers/change-result.ts'
import type { Peer } from '#core/peers/peer.ts'
import type { SourceRecord, SourceValue } from '#core/source.ts'
import { messageId } from '#flow/intake/message-id.ts'
import { edgeBudget, prepared } from '#flow/intake/prepare.ts'
import type { PreparedSource } from '#flow/intake/prepared.ts'
import { rejectionId } from '#flow/intake/rejection-rows.ts'
import type { KeyedResult } from '#flow/intake/results-text.ts'
import type { IntakeMessage, WrittenMessage } from '#flow/intake/write.ts'
import { readDecided } from '#store/claims.ts'
import { readHubId } from '#store/hub-identity.ts'
import { hasOpenRejections, mendRejections } from '#store/rejections.ts'
import { isRefused, type PeerChange, type RefusedChange, readChange } from './change.ts'
import { decideChange, type PreparedChange } from './decide-change.ts'

/** Record name under which the batches of peers are kept. */
export const CHANGES = 'changes'
/** Most changes of one batch, as the contract says. */
const CHANGES_MAX = 500
const EVENT_MAX = 200

/** One batch as a peer posted it. */
export interface ChangesRequest {
  readonly peer: Peer
  readonly bytes: Uint8Array
  /** Key that pushed it, for the log. */
  readonly keyId: string | null
}

/** The answer on one change. */
export interface EventResult extends ChangeResult {
  readonly event: string
  /** Of a hold that was stored: this hub tells its own receivers. */
  readonly acknowledged?: { readonly action: 'stored' }
}

export interface TakingParts {
  readonly pool: Pool
  readonly clock: () => number
  /** Settles after COMMIT. */
  readonly write: (message: IntakeMessage) => Promise<WrittenMessage>
}

/**
 * Takes the changes of a peer: one message, one transaction, a verdict for each. Throws where the batch as a whole cannot be read; nothing
 * of it is stored then.
 */
export async function takeChanges(
  parts: TakingParts,
  { peer, bytes, keyId }: ChangesRequest,
): Promise<EventResult[]> {
  const here = await readHubId(parts.pool)
  const records = recordsOf(bytes)
  const values = changesOf(bytes)
  const changes = records.map((record, i) => readOne(record, values[i], peer, here))
  const edges = edgeBudget()
  const sources = changes.map((change, i) => prepared(mappedSource(change, i), edges))
  const receivedAtMs = parts.clock()
  const message: IntakeMessage = {
    id: messageId(receivedAtMs),
    receivedAtMs,
    sha256: hash('sha256', bytes, 'buffer'),
    system: peer.system,
    record: CHANGES,
    mapping: `${CHANGES}@1`,
    bytes,
    contentType: 'application/json',
    encoding: 'utf-8',
    keyId,
    idempotencyKey: undefined,
    rejectedValues: rejectedValues(records, sources),
    expectsLots: false,
    sources,
    peer: {
      decide(at, known, into) {
        const change = changes[at] as PeerChange | RefusedChange
        const source = sources[at] as PreparedSource
        const [record] = source.records
        if (isRefused(change) || !record) return notTaken(source, change)
        const decided = decideChange(
          message,
          source.index,
          { ...change, prepared: record } as PreparedChange,
          { peer, here },
          known,
          into,
        )
        const issues = [...(decided.issues ?? []), ...change.doubts]
        return issues.length > 0 ? { ...decided, issues } : decided
      },
    },
  }
  const { results } = await parts.write(message)
  await mendTaken(parts.pool, peer.system, records, results)
  const decided = await readDecided(
    parts.pool,
    results.flatMap(({ told }) => told?.claim ?? []),
  )
  return results.map(({ told }, i) => {
    const { event } = changes[i] as PeerChange
    if (!told) return { event, verdict: 'retry' }
    const { claim, ...answer } = told
    const known = claim === undefined ? undefined : decided.get(claim)
    const isHold = (values[i] as { readonly kind?: unknown }).kind === 'hold'
    const isTaken = answer.verdict === 'ok' || answer.verdict === 'duplicate'
    if (!known)
      return {
        event,
        ...answer,
        ...(isHold && isTaken ? { acknowledged: { action: 'stored' as const } } : {}),
      }
    return {
      event,
      verdict: 'ok',
      code: `claim_${known.state}`,
      ...(known.reason ? { detail: known.reason } : {}),
    }
  })
}

/** A change that was refused before and is taken now, because the peer may bring more or this hub knows more, waits no longer to be mended. */
async function mendTaken(
  pool: Pool,
  system: string,
  records: readonly SourceRecord[],
  results: readonly KeyedResult[],
): Promise<void> {
  if (!(await hasOpenRejections(pool, system))) return
  const taken = records.filter((_, i) => results[i]?.result !== 'rejected')
  await mendRejections(
    pool,
    taken.map(({ value }) => rejectionId(system, CHANGES, JSON.stringify(value))),
  )
}

/** The changes as source records: what is wrong with the text of one is known, and its neighbours live. */
function recordsOf(bytes: Uint8Array): readonly SourceRecord[] {
  let records: readonly SourceRecord[]
  try {
    records = decode(
      bytes,
      { format: 'json', rows: 'changes', exactNumbers: true, maxRecords: CHANGES_MAX },
      {},
    ).records
  } catch (error) {
    if (!(error instanceof DecodeRefusal)) throw error
    const { at: path, code, reason, fix } = error
    throw new HubError('unreadable_message', {
      detail: `${reason} (${path})`,
      issues: [{ path, code, reason, fix }],
    })
  }
  if (records.length === 0)
    throw new HubError('invalid_request', { issues: [schemaIssue('/changes', 'at least one change')] })
  return records
}

function changesOf(bytes: Uint8Array): readonly unknown[] {
  const batch = parseJson(new TextDecoder().decode(bytes)) as { changes: unknown }
  const changes = Array.isArray(batch.changes) ? batch.changes : [batch.changes]
  changes.forEach((change: unknown, i) => {
    const event =
      change !== null && typeof change === 'object' ? (change as { event?: unknown }).event : undefined
    // Without it there is nothing to answer to.
    if (typeof event !== 'string' || event === '' || event.length > EVENT_MAX)
      throw new HubError('invalid_request', {
        issues: [schemaIssue(`/changes/${i}/event`, 'a text of at most 200 characters')],
      })
  })
  return changes
}

const schemaIssue = (path: string, reason: string) => ({ path, code: 'E_SCHEMA' as const, reason })

function readOne(record: SourceRecord, value: unknown, peer: Peer, here: string): PeerChange | RefusedChange {
  const given = value as Readonly<Record<string, unknown>> & { readonly event: string }
  const [issue] = record.issues
  if (issue) return { event: given.event, verdict: 'reject', code: 'bad_record', issue }
  return readChange(given, record.path, peer, here)
}

const mappedSource = (change: PeerChange | RefusedChange, index: number): MappedSource => {
  if (!isRefused(change))
    return { index, key: change.mapped.key, rejected: false, issues: [], records: [change.mapped] }
  const rejected = change.verdict === 'reject'
  return { index, key: null, rejected, issues: [change.issue], records: [] }
}

/** A change that was refused before any record was looked at, or that came round. */
function notTaken({ index, key, issues }: PreparedSource, change: PeerChange | RefusedChange): KeyedResult {
  const [first] = issues
  const { verdict, code } = isRefused(change) ? change : { verdict: 'reject' as const, code: 'bad_record' }
  return {
    index,
    key,
    result: verdict === 'reject' ? 'rejected' : 'unchanged',
    records: [],
    recordKeys: [],
    issues,
    told: { verdict, code, ...(first ? { detail: first.reason } : {}) },
  }
}

const rejectedValues = (
  records: readonly SourceRecord[],
  sources: readonly PreparedSource[],
): ReadonlyMap<number, SourceValue> =>
  new Map(records.filter((_, i) => sources[i]?.rejected).map(({ index, value }) => [index, value]))
