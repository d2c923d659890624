import type { Issue } from '#core/issue.ts'
import type { Status } from '#core/model/record.ts'
import type { ClaimRow } from '#store/claims.ts'
import type { Head } from '#store/heads.ts'
import type { Owner } from '#store/peer-versions.ts'
import type { Content } from './content.ts'
import type { PreparedMessage, PreparedRecord } from './prepared.ts'

type ClaimedContent = Pick<
  ClaimRow,
  'recordId' | 'kind' | 'baseVersion' | 'status' | 'hash' | 'body' | 'flags' | 'recorded'
>

export const claimedContent = (
  { id, kind }: Pick<PreparedRecord, 'id' | 'kind'>,
  { hash, bytes, flags, recorded }: Content,
  status: Status,
  baseVersion: number,
): ClaimedContent => ({ recordId: id, kind, baseVersion, status, hash, body: bytes, flags, recorded })

/** What a source of this hub says of a record that another hub owns. */
export const ownClaim = (
  { id, receivedAtMs }: Pick<PreparedMessage, 'id' | 'receivedAtMs'>,
  record: PreparedRecord,
  content: Content,
  status: Status,
  head: Head,
  owner: Owner,
): ClaimRow => ({
  ...claimedContent(record, content, status, head.version),
  owner: owner.hub,
  claimant: null,
  hops: [],
  via: null,
  messageId: id,
  receivedAtMs,
})

/** Why what was sent of a record is no version of it. */
export const claimIssue = (owner: string): Issue => ({
  path: '',
  code: 'W_CLAIM',
  reason: `the record is of the hub ${owner}; this was kept as a claim, which it decides`,
})
