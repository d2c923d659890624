import type { Pool } from 'pg'

/** A client that proves itself with a key of its own. */
export interface OauthClient {
  readonly id: string
  readonly name: string
  readonly scopes: string[]
  /** Public keys (JWK). */
  readonly jwks: readonly Readonly<Record<string, unknown>>[]
  readonly createdAt: string
  readonly revokedAt: string | null
  readonly lastUsedAt: string | null
}

const COLUMNS = `id, name, scopes, jwks, created_at as "createdAt", revoked_at as "revokedAt", last_used_at as "lastUsedAt"`

export async function insertOauthClient(
  pool: Pool,
  client: Pick<OauthClient, 'id' | 'name' | 'scopes' | 'jwks'>,
): Promise<OauthClient> {
  const { rows } = await pool.query<OauthClient>(
    `insert into oauth_clients (id, name, scopes, jwks) values ($1, $2, $3, $4) returning ${COLUMNS}`,
    [client.id, client.name, client.scopes, JSON.stringify(client.jwks)],
  )
  return rows[0] as OauthClient
}

/** The client with this identifier, also when it is revoked. */
export async function readOauthClient(pool: Pool, id: string): Promise<OauthClient | null> {
  const { rows } = await pool.query<OauthClient>({
    name: 'read-oauth-client',
    text: `select ${COLUMNS} from oauth_clients where id = $1`,
    values: [id],
  })
  return rows[0] ?? null
}

/** Clients, newest first. */
export async function listOauthClients(pool: Pool, limit: number): Promise<OauthClient[]> {
  const { rows } = await pool.query<OauthClient>(
    `select ${COLUMNS} from oauth_clients order by created_at desc, id limit $1`,
    [limit],
  )
  return rows
}

/** Changes what is given; null where there is no such client. */
export async function patchOauthClient(
  pool: Pool,
  id: string,
  patch: { readonly name?: string; readonly scopes?: readonly string[]; readonly jwks?: OauthClient['jwks'] },
): Promise<OauthClient | null> {
  const { rows } = await pool.query<OauthClient>(
    `update oauth_clients set name = coalesce($2, name), scopes = coalesce($3, scopes), jwks = coalesce($4, jwks) where id = $1
     returning ${COLUMNS}`,
    [id, patch.name ?? null, patch.scopes ?? null, patch.jwks ? JSON.stringify(patch.jwks) : null],
  )
  return rows[0] ?? null
}

/** False where there is no such client. */
export async function revokeOauthClient(pool: Pool, id: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    'update oauth_clients set revoked_at = coalesce(revoked_at, clock_timestamp()) where id = $1',
    [id],
  )
  return rowCount === 1
}

/** Notes that an assertion was used, and that its client was here; false where it had been used before. */
export async function useAssertion(
  pool: Pool,
  client: string,
  jti: string,
  expiresAtMs: number,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `with used as (insert into oauth_assertions (client, jti, expires_at) values ($1, $2, to_timestamp($3::numeric / 1000))
       on conflict do nothing returning client)
     update oauth_clients set last_used_at = clock_timestamp() from used where id = used.client`,
    [client, jti, expiresAtMs],
  )
  return rowCount === 1
}

/** Forgets assertions that would be refused for their age. */
export async function dropAssertionsBefore(pool: Pool, ms: number): Promise<void> {
  await pool.query('delete from oauth_assertions where expires_at < to_timestamp($1::numeric / 1000)', [ms])
}
