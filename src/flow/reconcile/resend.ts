import type { Pool } from 'pg'
import type { AnewRecord } from '#flow/intake/write-anew.ts'
import { inTransaction } from '#store/database.ts'
import { listFindings, readDifferences, setResent, setWantedBuckets } from '#store/reconciliation-findings.ts'
import { resendVersions } from '#store/resend.ts'
import type { ReadAnew } from './ports.ts'

const AT_ONCE = 500
/** Buckets that are looked at: more of them say nothing more of the kinds. */
const GAPS_MAX = 10_000

/**
 * Sends again what the receiving side lacks or has of an older or other version. Over a link the changes wait for their turn; a source is
 * asked, by the list that it reads, and read anew where a channel can count. What a receiver has in a version that this hub does not know cannot be sent again: with `writeAnew` it is said
 * anew, in a version above that one, which goes over every link. A record is sent again once for each reconciliation, however often it is asked for.
 * @returns how many records, and buckets of which no records are known
 */
export async function resendFindings(
  parts: {
    readonly pool: Pool
    readonly onResent: (link: string) => void
    readonly readAnew?: ReadAnew
    /** Only where the administrator asks: it makes versions. */
    readonly writeAnew?: (records: readonly AnewRecord[]) => Promise<readonly string[]>
  },
  one: { readonly id: string; readonly linkId: string | null; readonly system: string | null },
): Promise<{ records: number; buckets: number }> {
  const { pool, onResent, readAnew, writeAnew } = parts
  let records = 0
  // Another run may have said some of it anew; what is numbered above by now is not said once more.
  if (one.linkId !== null && writeAnew) await sayAnew(pool, one.id, writeAnew)
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

async function sayAnew(
  pool: Pool,
  id: string,
  writeAnew: (records: readonly AnewRecord[]) => Promise<readonly string[]>,
): Promise<void> {
  for (let after: string | undefined; ; ) {
    const page = await listFindings(pool, id, {
      states: ['different'],
      unsent: true,
      after,
      limit: AT_ONCE,
    })
    if (page.length === 0) return
    const above = page.flatMap(({ recordId, ownVersion, theirVersion }) =>
      ownVersion !== null && theirVersion !== null && theirVersion > ownVersion
        ? [{ id: recordId, above: theirVersion }]
        : [],
    )
    if (above.length > 0) await writeAnew(above)
    after = page.at(-1)?.recordId
  }
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
