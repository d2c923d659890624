import { randomUUID } from 'node:crypto'
import type { Pool, PoolClient } from 'pg'
import { inTransaction } from './database.ts'
import { seal, unseal } from './seal.ts'
import { sealingKey } from './sealing-key.ts'

/** How a system signs: HMAC-SHA256, Ed25519 (both Standard Webhooks), SM2 with SM3. */
export const SIGNER_SCHEMES = ['v1', 'v1a', 'vsm2'] as const
export type SignerScheme = (typeof SIGNER_SCHEMES)[number]

/** A key of a system as a caller may see it. */
export interface SigningKey {
  readonly id: string
  readonly scheme: SignerScheme
  readonly name: string
  readonly publicKey: string | null
  readonly signer: string | null
  readonly createdAt: string
  readonly endsAt: string | null
  readonly revokedAt: string | null
}

/** A key with what is needed to verify with it. */
export interface SignerKey {
  readonly id: string
  readonly scheme: SignerScheme
  /** `whsec_…` of v1, `whpk_…` of v1a, hexadecimal digits of the point of vsm2. */
  readonly material: string
  readonly signer: string | null
  readonly endsAtMs: number | null
}

const COLUMNS = `id, scheme, name, public_key as "publicKey", signer, created_at as "createdAt", ends_at as "endsAt", revoked_at as "revokedAt"`

const keyOf = (pool: Pool): Promise<Buffer> => sealingKey(pool, 'signing-keys')
const contextOf = (system: string, id: string): string => `${system}\n${id}`

/**
 * Adds a key of a system. The ones before end at `othersEndAt`, where they do not end earlier; null lets them be.
 * What is signed does not say of which system it is: a key of two systems would let a message of one be passed off as one of the other. So a key that
 * counts for another system is not taken.
 */
export async function addSigningKey(
  pool: Pool,
  system: string,
  key: {
    readonly scheme: SignerScheme
    readonly name: string
    readonly secret: string | null
    readonly publicKey: string | null
    readonly signer: string | null
    readonly endsAt: string | null
    readonly othersEndAt: string | null
    readonly most: number
  },
): Promise<SigningKey | 'no system' | 'too many' | { readonly usedBy: string }> {
  const id = randomUUID()
  const sealed = key.secret === null ? null : seal(await keyOf(pool), key.secret, contextOf(system, id))
  return await inTransaction(pool, async (client) => {
    const found = await client.query('select from systems where id = $1 for update', [system])
    if (found.rows.length === 0) return 'no system'
    // Two systems that are given one key at the same time: the second sees that of the first.
    await client.query('lock table signing_keys in share row exclusive mode')
    const usedBy = await otherSystemOf(pool, client, system, key)
    if (usedBy !== null) return { usedBy }
    if (key.othersEndAt !== null)
      await client.query(
        'update signing_keys set ends_at = least(ends_at, $2) where system = $1 and revoked_at is null',
        [system, key.othersEndAt],
      )
    const { rows: counted } = await client.query(
      `select count(*)::int as count from signing_keys where system = $1 and revoked_at is null and (ends_at is null or ends_at > clock_timestamp())`,
      [system],
    )
    if (counted[0].count >= key.most) return 'too many'
    const { rows } = await client.query<SigningKey>(
      `insert into signing_keys (system, id, scheme, sealed, public_key, signer, name, ends_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
       returning ${COLUMNS}`,
      [system, id, key.scheme, sealed, key.publicKey, key.signer, key.name, key.endsAt],
    )
    return rows[0] as SigningKey
  })
}

/** Another system for which a key counts; null where there is none. */
async function otherSystemOf(
  pool: Pool,
  client: PoolClient,
  system: string,
  { secret, publicKey }: { readonly secret: string | null; readonly publicKey: string | null },
): Promise<string | null> {
  const { rows } = await client.query<{ system: string; id: string; sealed: Buffer | null }>(
    `select system, id, sealed from signing_keys where system <> $1 and revoked_at is null
        and (ends_at is null or ends_at > clock_timestamp()) and (public_key = $2 or $2::text is null and sealed is not null)`,
    [system, publicKey],
  )
  const sealing = await keyOf(pool)
  const same = rows.find(
    (one) => one.sealed === null || unseal(sealing, one.sealed, contextOf(one.system, one.id)) === secret,
  )
  return same?.system ?? null
}

/**
 * Systems that share a key which counts for each of them: none since such keys are refused, but there may be some from before. Each set is sorted, as are
 * the sets; neither key nor identifier is in them.
 */
export async function listSharedSigners(pool: Pool): Promise<readonly (readonly string[])[]> {
  const { rows } = await pool.query<{ system: string; id: string; sealed: Buffer | null; key: string }>(
    `select system, id, sealed, public_key as key from signing_keys where revoked_at is null and (ends_at is null or ends_at > clock_timestamp())`,
  )
  const sealing = rows.some(({ sealed }) => sealed !== null) ? await keyOf(pool) : null
  const systemsOf = new Map<string, Set<string>>()
  for (const { system, id, sealed, key } of rows) {
    const material = sealed === null ? key : unseal(sealing as Buffer, sealed, contextOf(system, id))
    const systems = systemsOf.get(material) ?? new Set()
    systemsOf.set(material, systems.add(system))
  }
  const shared = [...systemsOf.values()].filter(({ size }) => size > 1).map((systems) => [...systems].sort())
  return shared.sort((a, b) => a.join().localeCompare(b.join()))
}

/** The keys of a system, newest first, and whether it must sign; null where there is no such system. */
export async function listSigningKeys(
  pool: Pool,
  system: string,
): Promise<{ readonly required: boolean; readonly keys: SigningKey[] } | null> {
  const found = await pool.query('select must_sign from systems where id = $1', [system])
  if (found.rows.length === 0) return null
  const { rows } = await pool.query<SigningKey>(
    `select ${COLUMNS} from signing_keys where system = $1 order by created_at desc, id limit 200`,
    [system],
  )
  return { required: found.rows[0].must_sign, keys: rows }
}

/** False where there is no such key. */
export async function revokeSigningKey(pool: Pool, system: string, id: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    'update signing_keys set revoked_at = coalesce(revoked_at, clock_timestamp()) where system = $1 and id = $2',
    [system, id],
  )
  return rowCount === 1
}

/** Says whether a system must sign; false where there is no such system. */
export async function setMustSign(pool: Pool, system: string, required: boolean): Promise<boolean> {
  const { rowCount } = await pool.query('update systems set must_sign = $2 where id = $1', [system, required])
  return rowCount === 1
}

/** What is needed to verify the messages of a system. */
export async function readSignerKeys(
  pool: Pool,
  system: string,
): Promise<{ readonly required: boolean; readonly keys: readonly SignerKey[] }> {
  const { rows } = await pool.query({
    name: 'read-signer-keys',
    text: `select s.must_sign, k.id, k.scheme, k.sealed, k.public_key, k.signer, k.ends_at
             from systems s left join signing_keys k on k.system = s.id and k.revoked_at is null
              and (k.ends_at is null or k.ends_at > clock_timestamp()) where s.id = $1`,
    values: [system],
  })
  const stored = rows.filter(({ id }) => id !== null)
  const sealing = stored.some(({ sealed }) => sealed !== null) ? await keyOf(pool) : null
  return {
    required: rows[0]?.must_sign ?? false,
    keys: stored.map(({ id, scheme, sealed, public_key: publicKey, signer, ends_at: endsAt }) => ({
      id,
      scheme,
      material: sealed === null ? publicKey : unseal(sealing as Buffer, sealed, contextOf(system, id)),
      signer,
      endsAtMs: endsAt === null ? null : Date.parse(endsAt),
    })),
  }
}
