import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import { keyedDigest } from '#core/keyed-digest.ts'

/** A secret of this hub, made at first use and kept; all processes of a hub get the same. */
export async function keptSecret(pool: Pool, name: string): Promise<Buffer> {
  await pool.query('insert into secrets (name, value) values ($1, $2) on conflict (name) do nothing', [
    name,
    randomBytes(32),
  ])
  const { rows } = await pool.query('select value from secrets where name = $1', [name])
  return rows[0].value
}

/**
 * Digest of a citizen identity number under a secret of this hub (HMAC-SHA-256, 32 hexadecimal digits): the same number gives the
 * same digest, and without the secret none can be tried out.
 */
export const keyedHash =
  (secret: Buffer) =>
  (text: string): string =>
    keyedDigest(secret, text)
