import { parseRecordId } from '#core/model/identity.ts'
import { type CanonicalRecord, SCHEMA_VERSION } from '#core/model/record.ts'
import { bodyOf } from '#flow/intake/content.ts'
import type { Claim } from '#store/claims.ts'

/** Name of the mapping under which claimed content stands. */
export const CLAIM_MAPPING = 'claim@1'

/** What a claim says, as a whole canonical record with the version that the claimant knew. */
export function claimedRecord(claim: Claim): CanonicalRecord {
  const parsed = parseRecordId(claim.recordId)
  if (!parsed) throw new Error(`a claim has the identifier ${claim.recordId}, which is none of a record`)
  const { system, record, key } = parsed
  return {
    kind: claim.kind,
    id: claim.recordId,
    system,
    record,
    key,
    version: claim.baseVersion,
    status: claim.status,
    schema: SCHEMA_VERSION,
    receivedAt: claim.receivedAt,
    message: claim.message,
    mapping: CLAIM_MAPPING,
    ...bodyOf(claim.body, claim.flags, claim.recorded),
  }
}
