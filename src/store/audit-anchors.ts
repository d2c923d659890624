import { randomUUID } from 'node:crypto'
import type { ClientBase, Pool } from 'pg'
import { newSecret } from './link-secrets.ts'
import { seal, unseal } from './seal.ts'
import { sealingKey } from './sealing-key.ts'

type Client = ClientBase | Pool

/** A receiver of heads. */
export interface AuditAnchor {
  readonly id: string
  readonly name: string
  readonly url: string
  readonly allowAddress: readonly string[]
  readonly createdAt: string
  /** The newest head that it has taken; 0 for none. */
  readonly lastNumber: number
  readonly lastOkAt: string | null
  /** Why the last one was not taken; null where it was. */
  readonly lastError: string | null
}

/** A receiver that is to be sent the newest head. */
export interface DueAnchor {
  readonly id: string
  readonly url: string
  readonly allowAddress: readonly string[]
  readonly secret: string
  readonly attempts: number
}

const COLUMNS = `id, name, url, allow_address as "allowAddress", created_at as "createdAt", last_number::int as "lastNumber", last_ok_at as "lastOkAt",
  last_error as "lastError"`

const keyOf = (pool: Pool): Promise<Buffer> => sealingKey(pool, 'audit-anchors')

/** Makes a receiver; the secret with which its messages are signed is given only here. */
export async function createAnchor(
  pool: Pool,
  anchor: Pick<AuditAnchor, 'name' | 'url' | 'allowAddress'>,
): Promise<{ anchor: AuditAnchor; secret: string }> {
  const id = randomUUID()
  const secret = newSecret()
  const { rows } = await pool.query<AuditAnchor>(
    `insert into audit_anchors (id, name, url, allow_address, sealed) values ($1, $2, $3, $4, $5) returning ${COLUMNS}`,
    [id, anchor.name, anchor.url, anchor.allowAddress, seal(await keyOf(pool), secret, id)],
  )
  return { anchor: rows[0] as AuditAnchor, secret }
}

/** Receivers are few; oldest first. */
export async function listAnchors(client: Client): Promise<AuditAnchor[]> {
  const { rows } = await client.query<AuditAnchor>(
    `select ${COLUMNS} from audit_anchors order by created_at, id`,
  )
  return rows
}

/** Deletes a receiver; what it acknowledged stays. False where there is none. */
export async function deleteAnchor(client: Client, id: string): Promise<boolean> {
  const { rowCount } = await client.query('delete from audit_anchors where id = $1', [id])
  return rowCount === 1
}

/** Receivers that have not taken a head yet and may be tried now. */
export async function readDueAnchors(pool: Pool, number: number, nowMs: number): Promise<DueAnchor[]> {
  const { rows } = await pool.query<{
    id: string
    url: string
    allowAddress: string[]
    sealed: Buffer
    attempts: number
  }>(
    `select id, url, allow_address || egress_rules(null, null) as "allowAddress", sealed, attempts from audit_anchors
      where last_number < $1 and (next_at is null or next_at <= to_timestamp($2::numeric / 1000)) order by created_at`,
    [number, nowMs],
  )
  const key = await keyOf(pool)
  return rows.map(({ sealed, ...anchor }) => ({ ...anchor, secret: unseal(key, sealed, anchor.id) }))
}

/** Notes that a receiver took a head, with what it answered. */
export async function noteAcknowledged(
  pool: Pool,
  id: string,
  head: { readonly number: number; readonly treeRoot: Buffer },
  answer: string,
): Promise<void> {
  await pool.query(
    `with moved as (
       update audit_anchors set last_number = $2, last_ok_at = clock_timestamp(), last_error = null, attempts = 0, next_at = null
        where id = $1 and last_number < $2 returning id)
     insert into audit_acknowledgements (anchor_id, number, tree_root, answer) select id, $2, $3, $4 from moved`,
    [id, head.number, head.treeRoot, answer],
  )
}

/** Notes why a receiver did not take a head, and when it is tried again. */
export async function noteNotTaken(pool: Pool, id: string, detail: string, nextAtMs: number): Promise<void> {
  await pool.query(
    `update audit_anchors set last_error = $2, attempts = attempts + 1, next_at = to_timestamp($3::numeric / 1000) where id = $1`,
    [id, detail, nextAtMs],
  )
}

/** What receivers answered to a head. */
export async function readAcknowledgements(
  client: Client,
  number: number,
): Promise<
  { readonly anchor: string; readonly number: number; readonly at: string; readonly answer: string }[]
> {
  const { rows } = await client.query(
    'select anchor_id as anchor, number::int as number, at, answer from audit_acknowledgements where number = $1 order by at',
    [number],
  )
  return rows
}
