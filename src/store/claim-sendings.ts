import type { Pool } from 'pg'
import { CLAIM_COLUMNS, type Claim, openClaims, type StoredClaim } from './claims.ts'

/** A claim that is to be sent over a link now. */
export interface DueClaim {
  readonly claim: Claim
  readonly link: string
  readonly url: string
  readonly allowAddress: readonly string[]
  /** The hub that the link leads to. */
  readonly to: string
  /** Tries with this one. */
  readonly attempts: number
}

/**
 * The roads of the claims on records of other hubs: over the links to the owner; where there is none, over those to the peer that brought
 * the record; where there is none either, over those to every peer that the claim has not passed.
 */
const ROADS = `peer_links as materialized (
    select l.id, l.url, l.allow_address || egress_rules(l.id, l.system) as allow_address, s.id as system, s.settings -> 'peer' ->> 'hub' as hub
      from links l join systems s on s.id = l.system
     where l.state = 'active' and l.url is not null and l.mapping = 'canonical' and s.settings ? 'peer'
  ), open_claims as materialized (
    select c.id, c.owner, c.hops, c.received_at,
           (select via from peer_versions v where v.record_id = c.record_id order by version desc limit 1) as brought_by
      from claims c where c.state = 'open' and c.owner <> (select id from hub_identity)
  ), roads as (
    select c.id as claim_id, p.id as link_id, p.hub, p.url, p.allow_address, c.received_at
      from open_claims c join peer_links p
        on p.hub <> all(c.hops) and case
             when exists (select from peer_links o where o.hub = c.owner) then p.hub = c.owner
             when exists (select from peer_links o where o.system = c.brought_by) then p.system = c.brought_by
             else true end
  )`

interface ClaimRoad {
  readonly link_id: string
  readonly url: string
  readonly allow_address: readonly string[]
  readonly hub: string
  readonly attempts: number
}

/**
 * Takes claims that are due and notes the try, and when the next one is due, before anything is sent: a worker that dies leaves them to be
 * tried again. @param nextMs milliseconds until the next try, by the number of tries
 */
export async function takeDueClaims(
  pool: Pool,
  at: { readonly nowMs: number; readonly limit: number; readonly waitMs: (attempts: number) => number },
): Promise<DueClaim[]> {
  const { rows: due } = await pool.query<{ claim_id: string; link_id: string; attempts: number | null }>(
    `with ${ROADS}
     select r.claim_id, r.link_id, s.attempts from roads r left join claim_sendings s using (claim_id, link_id)
      where s.claim_id is null or s.next_at <= to_timestamp($1::numeric / 1000)
      order by r.received_at, r.claim_id limit $2`,
    [at.nowMs, at.limit],
  )
  if (due.length === 0) return []
  const { rows } = await pool.query<StoredClaim & ClaimRoad>(
    `with ${ROADS}, taken as (
       insert into claim_sendings (claim_id, link_id, attempts, next_at)
       select d.claim_id, d.link_id, d.attempts, to_timestamp(d.next_ms::numeric / 1000)
         from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::bigint[]) d (claim_id, link_id, attempts, next_ms)
       on conflict (claim_id, link_id) do update set attempts = excluded.attempts, next_at = excluded.next_at
        where claim_sendings.attempts = excluded.attempts - 1
       returning claim_id, link_id, attempts
     )
     select ${CLAIM_COLUMNS}, r.link_id, r.url, r.allow_address, r.hub, t.attempts
       from taken t join roads r using (claim_id, link_id) join claims c on c.id = t.claim_id
      order by c.received_at, c.id`,
    [
      due.map(({ claim_id }) => claim_id),
      due.map(({ link_id }) => link_id),
      due.map(({ attempts }) => (attempts ?? 0) + 1),
      due.map(({ attempts }) => Math.round(at.nowMs + at.waitMs((attempts ?? 0) + 1))),
    ],
  )
  const claims = await openClaims(
    pool,
    rows.map(({ link_id, url, allow_address, hub, attempts, ...claim }) => claim),
  )
  return rows.map(({ link_id, url, allow_address, hub, attempts }, i) => ({
    claim: claims[i] as Claim,
    link: link_id,
    url,
    allowAddress: allow_address,
    to: hub,
    attempts,
  }))
}

/** What a receiver answered on a claim. */
export interface ClaimAnswer {
  /** False where it is not known whether the receiver has it: it is tried again when that is due. */
  readonly isAnswered: boolean
  /** When the receiver is asked what became of it; null for never. */
  readonly askAtMs: number | null
  readonly verdict: string | null
  readonly code: string | null
  readonly detail: string | null
}

/** Notes what became of a claim that was sent over a link. */
export async function noteSending(
  pool: Pool,
  { claim, link }: { readonly claim: string; readonly link: string },
  { isAnswered, askAtMs, verdict, code, detail }: ClaimAnswer,
): Promise<void> {
  await pool.query(
    `update claim_sendings set verdict = $4, code = $5, detail = $6,
       sent_at = case when $3 then coalesce(sent_at, clock_timestamp()) else sent_at end,
       next_at = case when $3 then to_timestamp($7::numeric / 1000) else next_at end
      where claim_id = $1 and link_id = $2`,
    [claim, link, isAnswered, verdict, code, detail, askAtMs],
  )
}

/** Over which links a claim went on, and what was answered. */
export interface ClaimSending {
  readonly link: string
  readonly attempts: number
  readonly sentAt: string | null
  readonly verdict: string | null
  readonly code: string | null
  readonly detail: string | null
}

export async function listSendings(pool: Pool, claim: string): Promise<ClaimSending[]> {
  const { rows } = await pool.query<ClaimSending>(
    `select link_id as link, attempts, sent_at as "sentAt", verdict, code, detail from claim_sendings
      where claim_id = $1 order by link_id`,
    [claim],
  )
  return rows
}
