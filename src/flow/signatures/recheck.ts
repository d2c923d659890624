import type { Pool } from 'pg'
import type { Schedule } from '#flow/schedule/create-schedules.ts'
import { findUnmarked, type SignatureRow, writeSignatures } from '#store/document-signatures.ts'
import { readTracedVersions } from '#store/lots.ts'
import { heldTrust } from './held-trust.ts'
import { judgePaper, signatureRow, signedPaperOf } from './judge-paper.ts'

const EVERY_MS = 60_000
const AT_ONCE = 200
/** Then the others get their turn. */
const PAGES_MAX = 50

/** Judges anew what was judged by another trust: an authority came or went, or a list of certificates that were taken back. */
export const signatureSchedule = ({
  pool,
  now = Date.now,
}: {
  readonly pool: Pool
  readonly now?: () => number
}): Schedule => ({
  name: 'signatures',
  everyMs: EVERY_MS,
  run: async (signal) => {
    for (let page = 0; page < PAGES_MAX && !signal.aborted; page++)
      if ((await recheck(pool, now())) < AT_ONCE) return null
    return now()
  },
})

/** Judges so many anew, and gives how many there were. */
export async function recheck(pool: Pool, nowMs: number): Promise<number> {
  const held = await heldTrust(pool)
  const found = await findUnmarked(pool, held.mark, AT_ONCE)
  const records = await readTracedVersions(pool, found)
  const rows: SignatureRow[] = []
  for (const one of found) {
    const record = records.get(one.recordId)
    const paper = record ? signedPaperOf(record.body) : null
    if (!record || !paper) continue
    const judged = await judgePaper(paper, held, { seenMs: Date.parse(record.receivedAt), nowMs })
    rows.push(signatureRow(one, judged, { mark: held.mark, nowMs }))
  }
  await writeSignatures(pool, rows)
  return found.length
}
