import type { Pool } from 'pg'

export interface Touched {
  readonly codes: readonly string[]
  readonly records: readonly string[]
  /** Positions of the log: after, and up to. */
  readonly after: bigint
  readonly upTo: bigint
}

const LOT = 'lot:'

/**
 * Whether a version in this part of the log mentions one of the codes, is a newer one of these records, or made a link that leads to one
 * of the codes. A number that is looked for as a lot of any scheme may from now on be one of a system's own.
 */
export async function isTouched(pool: Pool, { codes, records, after, upTo }: Touched): Promise<boolean> {
  const { rows } = await pool.query<{ touched: boolean }>({
    name: 'is-touched',
    text: `select exists (select 1 from record_versions v where v.position > $3 and v.position <= $4
                            and (v.record_id = any($2) or v.codes && $1
                                 or exists (select from unnest(v.codes) c where c ^@ 'local.' and substr(c, strpos(c, ':') + 1) = any($5))))
               or exists (select 1 from lot_edges e join record_versions v on v.record_id = e.record_id and v.version = e.version
                           where e.to_code = any($1) and v.position > $3 and v.position <= $4) as touched`,
    values: [
      codes,
      records,
      String(after),
      String(upTo),
      codes.filter((code) => code.startsWith(LOT)).map((code) => code.slice(LOT.length)),
    ],
  })
  return rows[0]?.touched ?? true
}
