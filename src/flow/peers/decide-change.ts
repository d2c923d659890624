import type { Status } from '#core/model/record.ts'
import type { ChangeResult } from '#core/peers/change-result.ts'
import type { Peer } from '#core/peers/peer.ts'
import { claimedContent, claimIssue } from '#flow/intake/claim.ts'
import { type Content, contentHash } from '#flow/intake/content.ts'
import { type Decision, historyOf, type Known } from '#flow/intake/known-records.ts'
import { add, newestBody, voided, waitingVoid } from '#flow/intake/next-version.ts'
import type { PreparedMessage, PreparedRecord } from '#flow/intake/prepared.ts'
import type { KeyedResult } from '#flow/intake/results-text.ts'
import { claimId } from '#store/claims.ts'
import type { PeerChange } from './change.ts'

/** A change with the content of its record. */
export interface PreparedChange extends PeerChange {
  readonly prepared: PreparedRecord & { readonly content: Content }
}

/**
 * Decides what becomes of one change of a peer.
 *
 * | what comes | what becomes of it |
 * |---|---|
 * | a record that is not here | the version as its owner numbered it |
 * | of the record's owner, a version above the head | the version |
 * | the content of the head again, or a version that is here | `duplicate` |
 * | of the owner, a version below the head that is not here | `duplicate`: versions never go back |
 * | of the owner, another content of a version that the same peer brought | `reject`: two hubs have one identifier, or one was made anew |
 * | the same by another peer | `duplicate`: another link may show more or less of a record |
 * | of a record that this or a third hub owns | a claim on it |
 */
export function decideChange(
  message: Pick<PreparedMessage, 'id' | 'receivedAtMs'> & PreparedMessage,
  index: number,
  change: PreparedChange,
  { peer, here }: { readonly peer: Peer; readonly here: string },
  known: Known,
  into: Decision,
): KeyedResult {
  const { prepared, version, road, claimOn } = change
  const { id, kind, content } = prepared
  const status: Status = prepared.operation === 'void' ? 'void' : 'active'
  const head = known.heads.get(id)
  const owner = head ? (known.owners.get(id)?.hub ?? here) : road.origin

  const result = (
    word: KeyedResult['result'],
    told: ChangeResult,
    at: number,
    issues?: KeyedResult['issues'],
  ): KeyedResult => ({
    index,
    key: prepared.key,
    result: word,
    records: at > 0 ? [{ kind, id, version: at }] : [],
    recordKeys: at > 0 ? [id] : [],
    told,
    ...(issues ? { issues } : {}),
  })
  const refused = (code: string, detail: string): KeyedResult =>
    result('rejected', { verdict: 'reject', code, detail }, 0, [
      { path: `/changes/${index}`, code: 'E_PEER', reason: `${code}: ${detail}` },
    ])
  const claim = (on: string): KeyedResult => {
    into.claims.push({
      ...claimedContent(prepared, content, status, version),
      owner: on,
      claimant: road.origin,
      hops: road.hops,
      via: peer.system,
      messageId: message.id,
      receivedAtMs: message.receivedAtMs,
    })
    const told = {
      claim: claimId({ recordId: id, hash: content.hash }, road.origin),
      verdict: 'ok',
      code: 'stored_as_claim',
      detail: `the hub ${on} owns the record and decides`,
    } as const
    return result('unchanged', told, head?.version ?? 0, [claimIssue(on)])
  }

  // A version that was taken before codes were normalised has the content that its owner still sends.
  const written = change.written && contentHash(change.written, status)
  const isSame = (version: { readonly status: Status; readonly hash: string }): boolean =>
    version.status === status && (version.hash === content.hash || version.hash === written)
  const isHead = head !== undefined && isSame(head)
  if (claimOn !== null) {
    if (isHead) return result('unchanged', { verdict: 'duplicate', code: 'already_so' }, head.version)
    if (!head && claimOn === here) return refused('unknown_record', 'the record is not known here')
    return claim(head ? owner : claimOn)
  }
  if (owner !== road.origin) {
    if (isHead) return result('unchanged', { verdict: 'duplicate', code: 'already_so' }, head.version)
    return claim(owner)
  }
  if (head && version <= head.version) {
    const past = historyOf(id, known)?.find((one) => one.version === version)
    const isOther = past !== undefined && !isSame(past)
    if (isOther && known.owners.get(id)?.via === peer.system)
      return refused(
        'version_conflict',
        `version ${version} has another content here: was the hub ${road.origin} made anew, or are there two of it?`,
      )
    return result(
      'unchanged',
      { verdict: 'duplicate', ...(isOther ? { code: 'other_view' } : past ? {} : { code: 'newer_known' }) },
      head.version,
    )
  }
  const { system, record, mapping } = change
  add(message, index, prepared, content, status, version, known, into, { system, record, mapping })
  into.peerVersions.push({ recordId: id, version, ...road, via: peer.system })
  known.owners.set(id, { hub: road.origin, via: peer.system })
  if (!head) claimWaitingVoid(message, prepared, version, known, into, road.origin)
  const word = status === 'void' ? 'voided' : head ? 'updated' : 'created'
  return result(word, { verdict: 'ok' }, version)
}

/** A void that a source of this hub sent before the record came: it is another hub's record, so the void is a claim on it. */
function claimWaitingVoid(
  { receivedAtMs }: PreparedMessage,
  record: PreparedRecord,
  version: number,
  known: Known,
  into: Decision,
  owner: string,
): void {
  const waiting = known.waiting.get(record.id)
  if (!waiting) return
  known.waiting.delete(record.id)
  const noted = into.newWaiting.indexOf(waiting)
  if (noted >= 0) into.newWaiting.splice(noted, 1)
  else into.applied.push(record.id)
  const content = voided(record, newestBody(record.id, known), waitingVoid(waiting))
  into.claims.push({
    ...claimedContent(record, content, 'void', version),
    owner,
    claimant: null,
    hops: [],
    via: null,
    messageId: waiting.messageId,
    receivedAtMs,
  })
}
