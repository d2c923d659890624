import { randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import { seal, unseal } from './seal.ts'
import { sealingKey } from './sealing-key.ts'

/** A partner that calls with a client certificate. */
export interface Partner {
  readonly id: string
  readonly name: string
  readonly scopes: string[]
  /** Where its links and channels may go; null: anywhere that the address check lets pass. */
  readonly egress: string[] | null
  readonly createdAt: string
  readonly revokedAt: string | null
  readonly certificates: readonly PartnerCertificate[]
}

export interface PartnerCertificate {
  /** Hexadecimal SHA-256 of the DER. */
  readonly fingerprint: string
  readonly serial: string
  /** Whether the hub's own authority issued it. */
  readonly isOwn: boolean
  readonly notBefore: string
  readonly notAfter: string
  readonly revokedAt: string | null
  readonly lastUsedAt: string | null
}

/** An authority of the hub's own. */
export interface PartnerAuthority {
  readonly id: string
  /** PEM. */
  readonly certificate: string
}

const keyOf = (pool: Pool): Promise<Buffer> => sealingKey(pool, 'partner-authority')

/** @param privateKey PKCS#8 in PEM; it is stored sealed, and only so */
export async function insertAuthority(
  pool: Pool,
  authority: { readonly certificate: string; readonly privateKey: string },
): Promise<string> {
  const id = randomUUID()
  await pool.query('insert into partner_authorities (id, certificate, sealed) values ($1, $2, $3)', [
    id,
    authority.certificate,
    seal(await keyOf(pool), authority.privateKey, id),
  ])
  return id
}

/** Authorities, newest first: the first one issues. */
export async function listAuthorities(pool: Pool): Promise<PartnerAuthority[]> {
  const { rows } = await pool.query<PartnerAuthority>({
    name: 'list-partner-authorities',
    text: 'select id, certificate from partner_authorities order by created_at desc, id',
  })
  return rows
}

/** The private key of an authority, PKCS#8 in PEM. */
export async function openAuthority(pool: Pool, id: string): Promise<string> {
  const { rows } = await pool.query<{ sealed: Buffer }>(
    'select sealed from partner_authorities where id = $1',
    [id],
  )
  if (!rows[0]) throw new Error(`there is no authority ${id}`)
  return unseal(await keyOf(pool), rows[0].sealed, id)
}

/** The number of the next list of an authority, and the serial numbers that stand in it. */
export async function nextList(
  pool: Pool,
  id: string,
): Promise<{ readonly number: bigint; readonly revoked: readonly { serial: string; atMs: number }[] }> {
  const counted = await pool.query<{ number: string }>(
    'update partner_authorities set list_number = list_number + 1 where id = $1 returning list_number as number',
    [id],
  )
  const { rows } = await pool.query<{ serial: string; at: string }>(
    `select c.serial, least(c.revoked_at, p.revoked_at) as at from partner_certificates c join partners p on p.id = c.partner_id
      where c.authority_id = $1 and (c.revoked_at is not null or p.revoked_at is not null) order by at, c.serial`,
    [id],
  )
  return {
    number: BigInt(counted.rows[0]?.number ?? 0),
    revoked: rows.map(({ serial, at }) => ({ serial, atMs: Date.parse(at) })),
  }
}

/**
 * The partner of this name with these scopes, made where there is none. Null where it is revoked, or has other scopes: what a partner may
 * is not changed in passing.
 */
export async function takePartner(
  pool: Pool,
  wish: { readonly name: string; readonly scopes: readonly string[] },
): Promise<string | null> {
  const scopes = [...new Set(wish.scopes)].sort()
  await pool.query(
    'insert into partners (id, name, scopes) values ($1, $2, $3) on conflict (name) do nothing',
    [randomUUID(), wish.name, scopes],
  )
  const { rows } = await pool.query<{ id: string }>(
    'select id from partners where name = $1 and scopes = $2::text[] and revoked_at is null',
    [wish.name, scopes],
  )
  return rows[0]?.id ?? null
}

/** False where the certificate is a partner's already. */
export async function insertCertificate(
  pool: Pool,
  certificate: {
    readonly fingerprint: Buffer
    readonly partner: string
    readonly authority: string | null
    readonly serial: string
    readonly notBeforeMs: number
    readonly notAfterMs: number
  },
): Promise<boolean> {
  const { fingerprint, partner, authority, serial, notBeforeMs, notAfterMs } = certificate
  const { rowCount } = await pool.query(
    `insert into partner_certificates (fingerprint, partner_id, authority_id, serial, not_before, not_after)
     values ($1, $2, $3, $4, to_timestamp($5::numeric / 1000), to_timestamp($6::numeric / 1000)) on conflict do nothing`,
    [fingerprint, partner, authority, serial, notBeforeMs, notAfterMs],
  )
  return rowCount === 1
}

/** Whose certificate it is; noted as used, at most once a minute. Null where it is nobody's. */
export async function findCertificate(
  pool: Pool,
  fingerprint: Buffer,
): Promise<{ readonly partner: string; readonly scopes: string[]; readonly isRevoked: boolean } | null> {
  const { rows } = await pool.query({
    name: 'find-partner-certificate',
    text: `select p.id as partner, p.scopes, p.revoked_at is not null or c.revoked_at is not null as "isRevoked",
                  c.last_used_at is null or c.last_used_at < now() - interval '1 minute' as "isLongAgo"
             from partner_certificates c join partners p on p.id = c.partner_id where c.fingerprint = $1`,
    values: [fingerprint],
  })
  if (!rows[0]) return null
  const { isLongAgo, ...found } = rows[0]
  if (isLongAgo)
    await pool.query('update partner_certificates set last_used_at = now() where fingerprint = $1', [
      fingerprint,
    ])
  return found
}

/** Partners with their certificates, newest first. */
export async function listPartners(pool: Pool, limit: number): Promise<Partner[]> {
  const { rows } = await pool.query<Partner>(
    `select p.id, p.name, p.scopes, p.egress, p.created_at as "createdAt", p.revoked_at as "revokedAt",
            (select coalesce(json_agg(json_build_object('fingerprint', encode(c.fingerprint, 'hex'), 'serial', c.serial,
                      'isOwn', c.authority_id is not null, 'notBefore', c.not_before, 'notAfter', c.not_after, 'revokedAt', c.revoked_at,
                      'lastUsedAt', c.last_used_at) order by c.created_at desc), '[]') from partner_certificates c where c.partner_id = p.id) as certificates
       from partners p order by p.created_at desc, p.id limit $1`,
    [limit],
  )
  return rows
}

/** Revokes a partner with all its certificates; false where there is none. It counts from the next request on. */
export async function revokePartner(pool: Pool, id: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    'update partners set revoked_at = coalesce(revoked_at, clock_timestamp()) where id = $1',
    [id],
  )
  return rowCount === 1
}

/** Revokes one certificate, by hexadecimal fingerprint; false where there is none. */
export async function revokeCertificate(pool: Pool, fingerprint: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update partner_certificates set revoked_at = coalesce(revoked_at, clock_timestamp()) where fingerprint = decode($1, 'hex')`,
    [fingerprint],
  )
  return rowCount === 1
}
