import type { Pool } from 'pg'

/**
 * What bounds a connection beyond the addresses that its own setting allows: rules for the guard (`only:<entry>`), one that no address fits and one for each
 * entry of the list that counts: that of the closest partner of the link or system, else that of the hub; none where nobody has one. Without link and system:
 * what belongs to no partner.
 */
export async function readEgressRules(
  pool: Pool,
  of: { readonly link?: string | null; readonly system?: string | null } = {},
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

/** Where the hub may go for what is of no partner; null: anywhere that the address check lets pass. */
export async function readHubEgress(pool: Pool): Promise<readonly string[] | null> {
  const { rows } = await pool.query<{ egress: string[] | null }>('select egress from hub_egress')
  return rows[0]?.egress ?? null
}

export async function setHubEgress(pool: Pool, egress: readonly string[] | null): Promise<void> {
  await pool.query('update hub_egress set egress = $1', [egress])
}
