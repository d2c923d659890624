import type { CanonicalRecord } from '#core/model/record.ts'
import { type Placed, placed } from '#core/reconcile/bucket.ts'

/** The bucket of a version, and its mass. */
export const placedRecord = (record: CanonicalRecord): Placed =>
  placed(record, Date.parse(record.occurredAt?.at ?? ''))
