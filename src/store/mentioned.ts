import type { Pool } from 'pg'
import { readKnownCodes } from './lots.ts'

/** Records looked at for all codes together, before each code is looked for by itself. */
const TOGETHER = 50

/**
 * Those of the codes that a record about goods mentions in its newest version, in the order given. Most questions of the public are about one code that
 * could be of any of many systems: all are looked for by one search of the index, which is much less than one for each.
 */
export async function readMentioned(pool: Pool, codes: readonly string[]): Promise<string[]> {
  const { rows } = await pool.query<{ codes: string[] }>({
    name: 'read-mentioned',
    text: `select v.codes from record_versions v
            where v.codes && $1 and v.kind not in ('payment', 'party', 'site', 'finding')
              and not exists (select 1 from record_versions newer where newer.record_id = v.record_id and newer.version > v.version)
            limit $2`,
    values: [codes, TOGETHER],
  })
  if (rows.length === TOGETHER) return readKnownCodes(pool, codes, null)
  const mentioned = new Set(rows.flatMap((row) => row.codes))
  return codes.filter((code) => mentioned.has(code))
}
