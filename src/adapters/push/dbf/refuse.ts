import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { DBF_REASONS, type DbfReason } from '#core/dbf-reasons.ts'

/** The refusal of a table for a reason that has words in both languages. */
export function refuseDbf(why: DbfReason, at: string): DecodeRefusal {
  const { reason, fix } = DBF_REASONS[why]
  return new DecodeRefusal('E_SCHEMA', at, reason.en, fix.en)
}
