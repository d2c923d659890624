import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { TABLE_REASONS, type TableReason } from '#core/table-reasons.ts'

/** The refusal of a workbook or table for a reason that has words in both languages. */
export function refuseTable(why: TableReason, at: string): DecodeRefusal {
  const { reason, fix } = TABLE_REASONS[why]
  return new DecodeRefusal('E_SCHEMA', at, reason.en, fix.en)
}

/** The first bytes are not those of a workbook. */
export const notWorkbook = (why: TableReason): DecodeRefusal => refuseTable(why, 'first bytes')
