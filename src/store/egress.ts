import type { Pool } from 'pg'

/**
 * What bounds a link or a channel of a system beyond its own addresses: rules for the guard (`only:<entry>`), one that no address fits and one for each
 * entry of the lists of all partners whose it is; none where no partner has a list.
 */
export async function readEgressRules(
  pool: Pool,
  of: { readonly link?: string | null; readonly system?: string | null },
): Promise<string[]> {
  const { rows } = await pool.query<{ rules: string[] }>('select egress_rules($1, $2) as rules', [
    of.link ?? null,
    of.system ?? null,
  ])
  return rows[0]?.rules ?? []
}

/** Sets where a partner's links and channels may go; null: anywhere that the address check lets pass. False where there is no such partner. */
export async function setEgress(
  pool: Pool,
  partner: string,
  egress: readonly string[] | null,
): Promise<boolean> {
  const { rowCount } = await pool.query('update partners set egress = $2 where id = $1', [partner, egress])
  return rowCount === 1
}
