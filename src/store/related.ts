import type { Pool } from 'pg'
import type { CanonicalRecord } from '#core/model/record.ts'
import type { Alias } from '#core/model/values.ts'
import { RECORD_COLUMNS, type RecordRow, recordText } from './record-text.ts'

/** Records that are looked at for one code: more of a kind under one code decide nothing. */
const PER_CODE = 10

/** The newest active records of a kind that mention each of the codes (as `codesOf` gives them), at most ten for each. */
export async function recordsByCodes(
  pool: Pool,
  kind: string,
  codes: readonly string[],
): Promise<Map<string, CanonicalRecord[]>> {
  const found = new Map<string, CanonicalRecord[]>()
  if (codes.length === 0) return found
  const { rows } = await pool.query<RecordRow & { wanted: string }>({
    name: 'records-by-codes',
    text: `select wanted, ${RECORD_COLUMNS} from unnest($1::text[]) wanted
            cross join lateral (
              select v.* from record_versions v
               where v.codes @> array[wanted] and v.kind = $2 and v.status = 'active'
                 and not exists (select from record_versions newer where newer.record_id = v.record_id and newer.version > v.version)
               order by v.position limit $3) found`,
    values: [codes, kind, PER_CODE],
  })
  for (const row of rows) {
    const record = JSON.parse(await recordText(pool, row)) as CanonicalRecord
    found.set(row.wanted, [...(found.get(row.wanted) ?? []), record])
  }
  return found
}

/** All codes that the records of parties say of those who have one of the codes (`<scheme>:<value>`). Names join nobody. */
export async function partiesByCodes(pool: Pool, codes: readonly string[]): Promise<Map<string, Alias[]>> {
  const aliases = new Map<string, Alias[]>()
  for (const [code, records] of await recordsByCodes(pool, 'party', codes)) {
    const own = records.map(({ ids }) => (ids ?? []) as Alias[])
    const saying = own.filter((ids) => ids.some(({ scheme, value }) => `${scheme}:${value}` === code))
    aliases.set(code, saying.flat())
  }
  return aliases
}
