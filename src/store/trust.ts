import { randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import { inTransaction } from './database.ts'
import type { Reader } from './sighted.ts'

/** An authority as it is stored. */
export interface AnchorRow {
  /** Hexadecimal SHA-256 of the certificate. */
  readonly fingerprint: string
  readonly subject: string
  readonly notAfter: string
  readonly withoutLists: boolean
  readonly addedAt: string
}

/** A list of certificates that were taken back. */
export interface ListRow {
  readonly fingerprint: string
  readonly issuer: string
  readonly thisUpdate: string
  readonly nextUpdate: string | null
  readonly revoked: number
  readonly addedAt: string
}

/** Lists of one issuer that are kept: two of its keys, and the ones before. */
const LISTS_KEPT = 4

const MARK = 'update trust_mark set mark = $1'

/** What is trusted, with the mark that changes with it. */
export async function readTrustBytes(reader: Reader): Promise<{
  readonly mark: string
  readonly anchors: readonly { readonly der: Buffer; readonly withoutLists: boolean }[]
  readonly lists: readonly Buffer[]
}> {
  const { rows } = await reader.query(
    `select m.mark, (select coalesce(json_agg(json_build_object('der', encode(der, 'base64'), 'withoutLists', without_lists)), '[]') from trust_anchors) as anchors,
            (select coalesce(json_agg(encode(der, 'base64') order by this_update desc), '[]') from revocation_lists) as lists
       from trust_mark m`,
  )
  const { mark, anchors, lists } = rows[0] as {
    mark: string
    anchors: { der: string; withoutLists: boolean }[]
    lists: string[]
  }
  return {
    mark,
    anchors: anchors.map(({ der, withoutLists }) => ({ der: Buffer.from(der, 'base64'), withoutLists })),
    lists: lists.map((der) => Buffer.from(der, 'base64')),
  }
}

export async function readTrustMark(reader: Reader): Promise<string> {
  const { rows } = await reader.query<{ mark: string }>({
    name: 'read-trust-mark',
    text: 'select mark from trust_mark',
  })
  return (rows[0] as { mark: string }).mark
}

const ANCHOR = `fingerprint, subject, not_after as "notAfter", without_lists as "withoutLists", added_at as "addedAt"`
const LIST = `fingerprint, issuer_name as issuer, this_update as "thisUpdate", next_update as "nextUpdate", revoked, added_at as "addedAt"`

export async function listTrust(
  pool: Pool,
): Promise<{ readonly anchors: readonly AnchorRow[]; readonly lists: readonly ListRow[] }> {
  const anchors = await pool.query<AnchorRow>(
    `select ${ANCHOR} from trust_anchors order by added_at desc, fingerprint limit 1000`,
  )
  const lists = await pool.query<ListRow>(
    `select ${LIST} from revocation_lists order by this_update desc, fingerprint limit 1000`,
  )
  return { anchors: anchors.rows, lists: lists.rows }
}

/** Adds an authority, or says anew whether it needs lists. */
export async function putAnchor(
  pool: Pool,
  anchor: {
    readonly fingerprint: string
    readonly der: Uint8Array
    readonly subject: string
    readonly notAfterMs: number
    readonly withoutLists: boolean
  },
): Promise<AnchorRow> {
  return await inTransaction(pool, async (client) => {
    const { rows } = await client.query<AnchorRow>(
      `insert into trust_anchors (fingerprint, der, subject, not_after, without_lists) values ($1, $2, $3, to_timestamp($4::numeric / 1000), $5)
       on conflict (fingerprint) do update set without_lists = excluded.without_lists returning ${ANCHOR}`,
      [anchor.fingerprint, Buffer.from(anchor.der), anchor.subject, anchor.notAfterMs, anchor.withoutLists],
    )
    await client.query(MARK, [randomUUID()])
    return rows[0] as AnchorRow
  })
}

/** Takes an authority away; false where there is none. */
export async function removeAnchor(pool: Pool, fingerprint: string): Promise<boolean> {
  return await inTransaction(pool, async (client) => {
    const { rowCount } = await client.query('delete from trust_anchors where fingerprint = $1', [fingerprint])
    if (rowCount === 1) await client.query(MARK, [randomUUID()])
    return rowCount === 1
  })
}

/** Adds a list; of one issuer the newest few are kept. */
export async function putList(
  pool: Pool,
  list: {
    readonly fingerprint: string
    readonly issuer: string
    readonly issuerName: string
    readonly der: Uint8Array
    readonly thisUpdateMs: number
    readonly nextUpdateMs: number | null
    readonly revoked: number
  },
): Promise<ListRow> {
  return await inTransaction(pool, async (client) => {
    const { rows } = await client.query<ListRow>(
      `insert into revocation_lists (fingerprint, issuer, issuer_name, der, this_update, next_update, revoked)
       values ($1, $2, $3, $4, to_timestamp($5::numeric / 1000), to_timestamp($6::numeric / 1000), $7)
       on conflict (fingerprint) do update set added_at = clock_timestamp() returning ${LIST}`,
      [
        list.fingerprint,
        list.issuer,
        list.issuerName,
        Buffer.from(list.der),
        list.thisUpdateMs,
        list.nextUpdateMs,
        list.revoked,
      ],
    )
    await client.query(
      `delete from revocation_lists where issuer = $1 and fingerprint not in (
         select fingerprint from revocation_lists where issuer = $1 order by this_update desc, fingerprint limit $2)`,
      [list.issuer, LISTS_KEPT],
    )
    await client.query(MARK, [randomUUID()])
    return rows[0] as ListRow
  })
}
