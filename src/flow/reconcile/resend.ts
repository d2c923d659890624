import type { Pool } from 'pg'
import { inTransaction } from '#store/database.ts'
import { listFindings, readDifferences, setResent, setWantedBuckets } from '#store/reconciliation-findings.ts'
import { resendVersions } from '#store/resend.ts'
import type { ReadAnew } from './ports.ts'

const AT_ONCE = 500
/** Buckets that are looked at: more of them say nothing more of the kinds. */
const GAPS_MAX = 10_000

/**
 * Sends again what the receiving side lacks or has of an older or other version. Over a link the changes wait for their turn; a source is
 * asked, by the list that it reads, and read anew where a channel can count. A record is sent again once for each reconciliation, however often it is asked for.
 * @returns how many records, and buckets of which no records are known
 */
export async function resendFindings(
  parts: {
    readonly pool: Pool
    readonly onResent: (link: string) => void
    readonly readAnew?: ReadAnew
  },
  one: { readonly id: string; readonly linkId: string | null; readonly system: string | null },
): Promise<{ records: number; buckets: number }> {
  const { pool, onResent, readAnew } = parts
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
  if (one.system !== null) await readAnew?.(one.system, await gapsOf(pool, one.id))
  return { records, buckets }
}

/** By kind, whether the source has more or fewer in some hour. */
async function gapsOf(pool: Pool, id: string): Promise<Parameters<ReadAnew>[1]> {
  const found = await readDifferences(pool, id, { limit: GAPS_MAX })
  const kinds = (isMeant: (own: number, theirs: number) => boolean): string[] => {
    const meant = found.filter(({ own, theirs }) => isMeant(own?.count ?? 0, theirs?.count ?? 0))
    return [...new Set(meant.map(({ kind }) => kind))]
  }
  return { missing: kinds((own, theirs) => theirs > own), surplus: kinds((own, theirs) => theirs < own) }
}
