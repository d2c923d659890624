import type { ClientBase, Pool } from 'pg'
import type { Kind } from '#core/model/kinds.ts'
import type { Status } from '#core/model/record.ts'
import { digestUuid } from './digest-uuid.ts'
import { claimPlace, openVersion, type StoredBody, sealVersion } from './personal/sealed-body.ts'

export type ClaimState = 'open' | 'accepted' | 'refused' | 'superseded'

/** What someone else than its owner says of a record, ready to be stored. */
export interface ClaimRow {
  readonly recordId: string
  readonly kind: Kind
  /** Newest version that the claimant knew. */
  readonly baseVersion: number
  readonly status: Status
  /** SHA-256, one character for each byte. */
  readonly hash: string
  /** Canonical JSON in UTF-8. */
  readonly body: Uint8Array
  readonly flags: readonly string[]
  readonly recorded: string | null
  /** Null for this hub. */
  readonly owner: string | null
  /** Hub at which it was made; null for this hub. */
  readonly claimant: string | null
  /** Hubs that it has passed before this one. */
  readonly hops: readonly string[]
  /** System of the peer that brought it; null where it was made here. */
  readonly via: string | null
  readonly messageId: string
  readonly receivedAtMs: number
}

/** Identifier of a claim: the same content claimed by the same hub is the same claim. */
export const claimId = ({ recordId, hash }: Pick<ClaimRow, 'recordId' | 'hash'>, claimant: string): string =>
  digestUuid(`claim\n${recordId}\n${Buffer.from(hash, 'latin1').toString('hex')}\n${claimant}`)

/** Stores claims in a transaction of the caller's. A newer one of a claimant takes the place of its older ones on the same record. */
export async function insertClaims(client: ClientBase, claims: readonly ClaimRow[]): Promise<void> {
  if (claims.length === 0) return
  const { rows: own } = await client.query<{ id: string }>('select id from hub_identity')
  const here = (own[0] as { id: string }).id
  for (const claim of claims) {
    const claimant = claim.claimant ?? here
    const id = claimId(claim, claimant)
    const given = { body: Buffer.from(claim.body).toString(), recorded: claim.recorded }
    const texts = sealVersion(client, claim.kind, given, claimPlace(id))
    const { rowCount } = await client.query(
      `insert into claims (id, record_id, kind, base_version, status, content_hash, body, flags, recorded, owner, claimant, hops, via,
         message_id, received_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, to_timestamp($15::numeric / 1000))
       on conflict (id) do nothing`,
      [
        id,
        claim.recordId,
        claim.kind,
        claim.baseVersion,
        claim.status,
        Buffer.from(claim.hash, 'latin1'),
        texts.body,
        claim.flags,
        texts.recorded,
        claim.owner ?? here,
        claimant,
        claim.hops,
        claim.via,
        claim.messageId,
        claim.receivedAtMs,
      ],
    )
    if (rowCount === 1)
      await client.query(
        `update claims set state = 'superseded', decided_at = clock_timestamp()
          where record_id = $1 and claimant = $2 and state = 'open' and id <> $3`,
        [claim.recordId, claimant, id],
      )
  }
}

/** A step of the transaction that stores versions of peers, after them: claims that the owner now says itself are accepted. */
export const ACCEPT_FITTING_CLAIMS = 'select accept_fitting_claims()'

/** A stored claim. */
export interface Claim {
  readonly id: string
  readonly recordId: string
  readonly kind: Kind
  readonly baseVersion: number
  readonly status: Status
  readonly body: string
  readonly flags: readonly string[]
  readonly recorded: string | null
  readonly owner: string
  readonly claimant: string
  readonly hops: readonly string[]
  readonly via: string | null
  readonly message: string
  readonly receivedAt: string
  readonly state: ClaimState
  readonly decidedAt: string | null
  readonly decidedBy: string | null
  readonly reason: string | null
  /** The version that it became. */
  readonly version: number | null
}

export const CLAIM_COLUMNS = `c.id, c.record_id as "recordId", c.kind, c.base_version as "baseVersion", c.status, c.body, c.flags,
  c.recorded, c.owner, c.claimant, c.hops, c.via, c.message_id as message, c.received_at as "receivedAt", c.state,
  c.decided_at as "decidedAt", c.decided_by as "decidedBy", c.reason, c.version`

/** A row of `select ${CLAIM_COLUMNS} from claims c`. */
export type StoredClaim = Omit<Claim, 'body'> & { readonly body: StoredBody }

export async function openClaims(db: object, rows: readonly StoredClaim[]): Promise<Claim[]> {
  const claims: Claim[] = []
  for (const row of rows) claims.push({ ...row, ...(await openVersion(db, row, claimPlace(row.id))) })
  return claims
}

/** Claims in the order of their receipt. */
export async function listClaims(
  pool: Pool,
  query: {
    readonly state?: ClaimState
    readonly record?: string
    readonly after?: { readonly receivedAt: string; readonly id: string }
    readonly limit: number
  },
): Promise<Claim[]> {
  const { rows } = await pool.query<StoredClaim>(
    `select ${CLAIM_COLUMNS} from claims c
      where ($1::text is null or state = $1) and ($2::text is null or record_id = $2)
        and ($3::timestamptz is null or (received_at, id) > ($3, $4::uuid))
      order by received_at, id limit $5`,
    [
      query.state ?? null,
      query.record ?? null,
      query.after?.receivedAt ?? null,
      query.after?.id ?? null,
      query.limit,
    ],
  )
  return await openClaims(pool, rows)
}

export async function readClaim(pool: ClientBase | Pool, id: string): Promise<Claim | null> {
  const { rows } = await pool.query<StoredClaim>(`select ${CLAIM_COLUMNS} from claims c where id = $1`, [id])
  return (await openClaims(pool, rows))[0] ?? null
}

/** Refuses an open claim; false where it is decided already. */
export async function refuseClaim(
  pool: Pool,
  id: string,
  by: { readonly who: string; readonly reason: string | null },
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update claims set state = 'refused', decided_at = clock_timestamp(), decided_by = $2, reason = $3
      where id = $1 and state = 'open'`,
    [id, by.who, by.reason],
  )
  return rowCount === 1
}

/** What became of claims, by their identifiers; without those that are open or not known. */
export async function readDecided(
  pool: Pool,
  ids: readonly string[],
): Promise<Map<string, { readonly state: Exclude<ClaimState, 'open'>; readonly reason: string | null }>> {
  if (ids.length === 0) return new Map()
  const { rows } = await pool.query(
    `select id, state, reason from claims where id = any($1::uuid[]) and state <> 'open'`,
    [ids],
  )
  return new Map(rows.map(({ id, state, reason }) => [id, { state, reason }]))
}

/** Notes that a claim was accepted, and which version it became; null where its owner did not say. */
export async function noteAccepted(
  client: ClientBase | Pool,
  id: string,
  by: { readonly who: string; readonly reason: string | null; readonly version: number | null },
): Promise<void> {
  await client.query(
    `update claims set state = 'accepted', decided_at = clock_timestamp(), decided_by = $2, reason = $3, version = $4
      where id = $1 and state = 'open'`,
    [id, by.who, by.reason, by.version],
  )
}
