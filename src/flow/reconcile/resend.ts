import type { Pool } from 'pg'
import { inTransaction } from '#store/database.ts'
import { listFindings, setResent, setWantedBuckets } from '#store/reconciliation-findings.ts'
import { resendVersions } from '#store/resend.ts'

const AT_ONCE = 500

/**
 * Sends again what the receiving side lacks or has of an older or other version. Over a link the changes wait for their turn; a source is
 * asked, by the list that it reads. A record is sent again once for each reconciliation, however often it is asked for.
 * @returns how many records, and buckets of which no records are known
 */
export async function resendFindings(
  { pool, onResent }: { readonly pool: Pool; readonly onResent: (link: string) => void },
  one: { readonly id: string; readonly linkId: string | null },
): Promise<{ records: number; buckets: number }> {
  let records = 0
  for (;;) {
    const sent = await inTransaction(pool, async (client) => {
      const page = await listFindings(client, one.id, {
        states: ['missing', 'outdated', 'different'],
        unsent: true,
        limit: AT_ONCE,
      })
      if (page.length === 0) return 0
      const versions = page.flatMap(({ recordId, ownVersion }) =>
        ownVersion === null ? [] : [{ recordId, version: ownVersion }],
      )
      if (one.linkId !== null) await resendVersions(client, one.linkId, versions)
      await setResent(
        client,
        one.id,
        page.map(({ recordId }) => recordId),
      )
      return page.length
    })
    if (sent === 0) break
    records += sent
  }
  const buckets = one.linkId === null ? await setWantedBuckets(pool, one.id) : 0
  if (records > 0 && one.linkId !== null) onResent(one.linkId)
  return { records, buckets }
}
