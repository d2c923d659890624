import type { Pool } from 'pg'
import { type HeldAfterVoid, heldAfterVoid } from '#core/cases/after-void.ts'
import type { CaseLotRow } from '#store/case-lots.ts'
import { readVoidSteps } from '#store/void-links.ts'

/** What of a case is held though the record that led to it was made void; null where nothing is. */
export async function afterVoid(
  pool: Pool,
  id: string,
  lots: readonly (CaseLotRow & { readonly held: boolean })[],
): Promise<HeldAfterVoid | null> {
  const records = await readVoidSteps(pool, id)
  return records.size === 0 ? null : heldAfterVoid(lots, (record) => records.has(record))
}
