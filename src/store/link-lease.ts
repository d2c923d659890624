import type { ClientBase, Pool } from 'pg'
import type { ChangeFilter } from './change-filter.ts'
import type { LinkError } from './links.ts'

type Client = ClientBase | Pool

/**
 * The right to deliver over a link. It runs out by itself, so that a worker that died does not block the link; the fence grows with each
 * lease, and whatever the link's row is asked to store is stored only for the newest fence, so that a worker that lost its lease
 * without noticing can send, but can move nothing.
 */
export interface Lease {
  readonly linkId: string
  readonly fence: bigint
  readonly url: string
  readonly allowAddress: readonly string[]
  readonly filter: ChangeFilter
  readonly mapping: string
  readonly secret: string
  readonly cursor: bigint
  readonly attempts: number
  readonly lastErrorClass: LinkError['class'] | null
  /** Settings as of this moment; a delivery ends when the link was changed since. */
  readonly updatedAt: string
}

export type LeaseAnswer =
  | { readonly state: 'leased'; readonly lease: Lease }
  /** Another worker has the lease. */
  | { readonly state: 'busy' }
  /** The link backs off. */
  | { readonly state: 'later'; readonly nextAtMs: number }
  /** Paused, deleted, or without an address to deliver to. */
  | { readonly state: 'idle' }

/** Takes the lease of a link for some milliseconds by the database's clock, unless another worker has it. */
export async function leaseLink(
  client: Client,
  id: string,
  at: { readonly nowMs: number; readonly leaseMs: number },
): Promise<LeaseAnswer> {
  const { rows } = await client.query({
    name: 'lease-link',
    text: `update links set fence = fence + 1, leased_until = clock_timestamp() + $2 * interval '1 millisecond'
            where id = (select id from links where id = $1 and state = 'active' and url is not null
                           and (next_at is null or next_at <= to_timestamp($3::numeric / 1000))
                           and (leased_until is null or leased_until <= clock_timestamp())
                           for update skip locked)
           returning fence, url, allow_address, filter, mapping, secret, cursor, attempts, last_error ->> 'class' as error, updated_at`,
    values: [id, at.leaseMs, at.nowMs],
  })
  const row = rows[0]
  if (!row) return await whyNot(client, id, at.nowMs)
  return {
    state: 'leased',
    lease: {
      linkId: id,
      fence: BigInt(row.fence),
      url: row.url,
      allowAddress: row.allow_address,
      filter: row.filter,
      mapping: row.mapping,
      secret: row.secret,
      cursor: BigInt(row.cursor),
      attempts: row.attempts,
      lastErrorClass: row.error,
      updatedAt: row.updated_at,
    },
  }
}

async function whyNot(client: Client, id: string, nowMs: number): Promise<LeaseAnswer> {
  const { rows } = await client.query(
    `select state, url, (extract(epoch from next_at) * 1000)::bigint as next_ms from links where id = $1`,
    [id],
  )
  const row = rows[0]
  if (row?.state !== 'active' || row.url === null) return { state: 'idle' }
  const nextAtMs = row.next_ms === null ? 0 : Number(row.next_ms)
  return nextAtMs > nowMs ? { state: 'later', nextAtMs } : { state: 'busy' }
}

/** Keeps the lease; false where it was lost. */
export async function extendLease(client: Client, lease: Lease, leaseMs: number): Promise<boolean> {
  const { rowCount } = await client.query(
    `update links set leased_until = clock_timestamp() + $3 * interval '1 millisecond' where id = $1 and fence = $2`,
    [lease.linkId, lease.fence, leaseMs],
  )
  return rowCount === 1
}

/** Gives the lease back, and moves the cursor past what the filter left out. Changes nothing where the lease was lost. */
export async function releaseLease(client: Client, lease: Lease, cursor: bigint): Promise<void> {
  await client.query(
    'update links set leased_until = null, cursor = greatest(cursor, $3) where id = $1 and fence = $2',
    [lease.linkId, lease.fence, cursor],
  )
}

/** A link that has something to do now, with the cursor by which progress shows. */
export interface LinkWithWork {
  readonly id: string
  readonly cursor: bigint
}

/** The active links that are behind the log or hold a change that is due, that do not back off, and that nobody has leased. */
export async function findLinksWithWork(client: Client, nowMs: number): Promise<LinkWithWork[]> {
  const { rows } = await client.query({
    name: 'find-links-with-work',
    text: `select l.id, l.cursor from links l
            where l.state = 'active' and l.url is not null
              and (l.next_at is null or l.next_at <= to_timestamp($1::numeric / 1000))
              and (l.leased_until is null or l.leased_until <= clock_timestamp())
              and (l.cursor < (select max(position) from record_versions)
                   or exists (select from held_changes h where h.link_id = l.id and h.state = 'waiting'
                                and h.next_at <= to_timestamp($1::numeric / 1000)))
            order by l.id`,
    values: [nowMs],
  })
  return rows.map((row) => ({ id: row.id, cursor: BigInt(row.cursor) }))
}
