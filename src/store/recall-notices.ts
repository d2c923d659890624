import type { ClientBase } from 'pg'
import { type Acknowledged, DEADLINES, isReport } from '#core/recall/deadlines.ts'
import { type ChangeFilter, type FilterSql, filterSql } from './change-filter.ts'
import { sealWords } from './personal/sealed-text.ts'

/** A version of a hold. */
export interface HoldVersion {
  readonly recordId: string
  readonly version: number
}

/** A place that a person tells, because no link is its own. */
export interface ToldPlace extends HoldVersion {
  readonly receiver: string
  readonly name: string
  /** The version before named it and this one does not: to the place it is a release. */
  readonly isLeft: boolean
}

const DUE = `(values ${Object.entries(DEADLINES)
  .map(
    ([order, { acknowledgeMinutes, reportMinutes }]) =>
      `('${order}', interval '${acknowledgeMinutes} minutes', ${reportMinutes === null ? 'null::interval' : `interval '${reportMinutes} minutes'`})`,
  )
  .join(', ')}) d (order_kind, acknowledge, report)`
const ORDER = `case when v.status = 'void' then 'void' else coalesce(v.body::jsonb ->> 'holdKind', 'stop_sale') end`
/** What a version orders of a link: the release of what it was told before, where the version itself does not fit its filter. */
const orderFor = ({ itself }: FilterSql): string =>
  `case when v.status = 'void' or exists (select from (select v.*) fitting where ${itself}) then ${ORDER} else 'release' end`
/**
 * By whom the link `l` of the system `s` is seen as a receiver of a version (docs/adr/0045-sight-of-officials.md): one that is made for places is told of holds that
 * name them, and is seen as these are.
 */
const seenBy = (version: string): string =>
  `case when l.filter -> 'sites' is null then l.system else ${version}.system end as seen_system,
  case when l.filter -> 'sites' is null then s.region else ${version}.region end as seen_region`
const NOTED = `unnest($1::text[], $2::integer[]) w (noted_id, noted_version)`

/**
 * Puts down that links are to be told of versions of holds: every active one whose filter lets them through, but not the one over which its
 * system brought them. A version that does not fit it, and corrects one that did, is a release to the link.
 */
export async function noteLinks(client: ClientBase, holds: readonly HoldVersion[]): Promise<void> {
  if (holds.length === 0) return
  const ids = holds.map(({ recordId }) => recordId)
  const versions = holds.map(({ version }) => version)
  const { rows } = await client.query<{
    id: string
    name: string
    system: string | null
    filter: ChangeFilter
  }>(`select id, name, system, filter from links where state = 'active' order by id`)
  for (const { id, name, system, filter } of rows) {
    const sql = filterSql(filter, 6)
    await client.query(
      `insert into recall_notices (record_id, version, receiver, link_id, name, hold_kind, ordered_at, due_at, report_due_at, seen_system, seen_region)
       select o.record_id, o.version, 'link:' || $3::text, $3::uuid, $4, d.order_kind, o.received_at, o.received_at + d.acknowledge,
              o.received_at + d.report, ${seenBy('o')}
         from (select v.record_id, v.version, v.received_at, v.system, v.region,
                      ${orderFor(sql)} as order_kind
                 from ${NOTED} join record_versions v on v.record_id = w.noted_id and v.version = w.noted_version
                where v.kind = 'hold' and not exists (select from peer_versions p
                  where p.record_id = v.record_id and p.version = v.version and p.via = $5)${sql.text('v')}) o
         join ${DUE} on d.order_kind = o.order_kind
         join links l on l.id = $3::uuid left join systems s on s.id = l.system
       on conflict do nothing`,
      [ids, versions, id, name, system, ...sql.values],
    )
  }
}

/** Puts down that places are to be told by a person. */
export async function notePlaces(client: ClientBase, places: readonly ToldPlace[]): Promise<void> {
  if (places.length === 0) return
  await client.query(
    `insert into recall_notices (record_id, version, receiver, name, hold_kind, ordered_at, due_at, report_due_at, seen_system, seen_region)
     select o.record_id, o.version, o.receiver, o.name, d.order_kind, o.received_at, o.received_at + d.acknowledge, o.received_at + d.report, o.system,
            o.region
       from (select v.record_id, v.version, v.received_at, v.system, v.region, w.receiver, w.name,
                    case when w.is_left and v.status <> 'void' then 'release' else ${ORDER} end as order_kind
               from unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::boolean[]) w (noted_id, noted_version, receiver, name, is_left)
               join record_versions v on v.record_id = w.noted_id and v.version = w.noted_version) o
       join ${DUE} on d.order_kind = o.order_kind
      where not exists (select from links l where l.state = 'active' and l.filter -> 'sites' is not null
        and exists (select from jsonb_array_elements_text(l.filter -> 'sites') s where 'place:' || substring(s from position(':' in s) + 1) = o.receiver))
     on conflict do nothing`,
    [
      places.map(({ recordId }) => recordId),
      places.map(({ version }) => version),
      places.map(({ receiver }) => receiver),
      places.map(({ name }) => name),
      places.map(({ isLeft }) => isLeft),
    ],
  )
}

/** Whether what a receiver said tells quantities, or that there are none. */
const REPORTS = `coalesce(t.acknowledged ?| array['found', 'sold', 'disposed'] or t.acknowledged ->> 'action' = 'nothing_here', false)`

/** The receiver's word on one version of a hold. */
export interface ToldHold extends HoldVersion {
  readonly event: string
  readonly verdict: 'ok' | 'duplicate' | 'retry' | 'reject'
  readonly code: string | null
  readonly acknowledged: Acknowledged | null
}

/** When and by what delivery a link was told. */
export interface Telling {
  readonly linkId: string
  readonly deliveryId: string
  readonly sentAtMs: number
  readonly atMs: number
}

/**
 * Stores what a receiver said on holds, in the transaction that stores its verdicts. A receiver that was no one to be told when the hold was
 * ordered becomes one; its deadline runs from now.
 */
export async function noteTold(client: ClientBase, told: readonly ToldHold[], at: Telling): Promise<void> {
  if (told.length === 0) return
  const { rows } = await client.query<{ filter: ChangeFilter }>('select filter from links where id = $1', [
    at.linkId,
  ])
  const filter = filterSql(rows[0]?.filter ?? {}, 6)
  const values = [JSON.stringify(told), at.linkId, at.deliveryId, at.sentAtMs, at.atMs]
  const TOLD = `jsonb_to_recordset($1::jsonb) t ("recordId" text, version integer, event text, verdict text, code text, acknowledged jsonb)`
  const TIME = (n: number): string => `to_timestamp($${n}::numeric / 1000)`
  await client.query(
    `insert into recall_notices as n (record_id, version, receiver, link_id, name, hold_kind, ordered_at, due_at, report_due_at, event,
            first_sent_at, delivered_at, delivery_id, acknowledged_at, acknowledged_by, how, reported_at, seen_system, seen_region)
     select o.record_id, o.version, o.receiver, o.id, o.name, o.order_kind, o.received_at, o.due, o.report, o.event, ${TIME(4)},
            case when o.taken then ${TIME(5)} end, case when o.taken then $3::uuid end,
            case when o.acknowledged then ${TIME(5)} end, case when o.acknowledged then o.receiver end,
            case when o.acknowledged then 'delivery' end, case when o.reported then ${TIME(5)} end, o.seen_system,
            o.seen_region
       from (select v.record_id, v.version, 'link:' || l.id::text as receiver, l.id, l.name, d.order_kind, v.received_at, ${seenBy('v')},
                    greatest(v.received_at, ${TIME(5)}) + d.acknowledge as due, greatest(v.received_at, ${TIME(5)}) + d.report as report,
                    t.event, t.verdict in ('ok', 'duplicate') as taken, coalesce(t.acknowledged <> 'null', false) as acknowledged,
                    ${REPORTS} as reported
               from ${TOLD} join record_versions v on v.record_id = t."recordId" and v.version = t.version
               join links l on l.id = $2::uuid left join systems s on s.id = l.system join ${DUE} on d.order_kind = ${orderFor(filter)}) o
     on conflict do nothing`,
    [...values, ...filter.values],
  )
  await client.query(
    `update recall_notices n set event = coalesce(n.event, t.event), first_sent_at = coalesce(n.first_sent_at, ${TIME(4)}),
            delivery_id = case when n.delivered_at is null and t.verdict in ('ok', 'duplicate') then $3::uuid else n.delivery_id end,
            delivered_at = coalesce(n.delivered_at, case when t.verdict in ('ok', 'duplicate') then ${TIME(5)} end),
            acknowledged_by = case when n.acknowledged_at is null and t.acknowledged <> 'null' then n.receiver else n.acknowledged_by end,
            how = case when n.acknowledged_at is null and t.acknowledged <> 'null' then 'delivery' else n.how end,
            acknowledged_at = coalesce(n.acknowledged_at, case when t.acknowledged <> 'null' then ${TIME(5)} end),
            reported_at = coalesce(n.reported_at, case when ${REPORTS} then ${TIME(5)} end)
       from ${TOLD}
      where n.record_id = t."recordId" and n.version = t.version and n.receiver = 'link:' || $2::text`,
    values,
  )
  await client.query(
    `insert into recall_notice_events (record_id, version, receiver, event, at, actor, delivery_id, code, action, found, sold, disposed)
     select t."recordId", t.version, 'link:' || $2::text, e.event, ${TIME(5)}, 'link:' || $2::text, $3::uuid, t.code,
            t.acknowledged ->> 'action', (t.acknowledged ->> 'found')::numeric, (t.acknowledged ->> 'sold')::numeric,
            (t.acknowledged ->> 'disposed')::numeric
       from ${TOLD} cross join lateral (
         select case t.verdict when 'retry' then 'put_off' when 'reject' then 'refused' else 'delivered' end as event
         union all select 'acknowledged' where t.acknowledged <> 'null') e
      where $4::numeric is not null order by e.event desc`,
    values,
  )
}

/** An acknowledgement, or a later report of quantities, as someone tells it. */
export interface Acknowledging extends Acknowledged {
  readonly recordId: string
  /** Absent: the newest version of which the receiver is to be told. */
  readonly version?: number
  readonly receiver: string
  readonly by: string
  readonly how: 'call' | 'person'
  readonly atMs: number
  readonly note?: string
}

/** Where the notes on a notice stand. */
export const noticePlace = (recordId: string, version: number, receiver: string): string =>
  `recall_notice_events ${recordId} ${version} ${receiver}`

/** `not_told`: the receiver is not to be told of this hold; `before`: nobody can do what was not ordered yet. */
export type Acknowledgement = 'stored' | 'not_told' | 'before'
/** Clocks of receivers may differ so much from that of the hub. */
export const CLOCKS_DIFFER_MS = 60_000

/** Stores an acknowledgement, unless it is of no notice or of a time before the order. */
export async function acknowledge(client: ClientBase, one: Acknowledging): Promise<Acknowledgement> {
  const { rows } = await client.query<{ version: number; was: string | null; orderedAt: string }>(
    `select version, acknowledged_at as was, ordered_at as "orderedAt" from recall_notices
      where record_id = $1 and receiver = $2 and ($3::integer is null or version = $3) order by version desc limit 1 for update`,
    [one.recordId, one.receiver, one.version ?? null],
  )
  const [notice] = rows
  if (!notice) return 'not_told'
  if (one.atMs < Date.parse(notice.orderedAt) - CLOCKS_DIFFER_MS) return 'before'
  await client.query(
    `update recall_notices set
            acknowledged_by = case when acknowledged_at is null then $4 else acknowledged_by end,
            how = case when acknowledged_at is null then $5 else how end,
            acknowledged_at = coalesce(acknowledged_at, to_timestamp($6::numeric / 1000)),
            reported_at = coalesce(reported_at, case when $7 then to_timestamp($6::numeric / 1000) end)
      where record_id = $1 and receiver = $2 and version = $3`,
    [one.recordId, one.receiver, notice.version, one.by, one.how, one.atMs, isReport(one)],
  )
  await client.query(
    `insert into recall_notice_events (record_id, version, receiver, event, at, actor, action, found, sold, disposed, note)
     values ($1, $2, $3, $4, to_timestamp($5::numeric / 1000), $6, $7, $8, $9, $10, $11)`,
    [
      one.recordId,
      notice.version,
      one.receiver,
      notice.was === null ? 'acknowledged' : 'reported',
      one.atMs,
      one.by,
      one.action,
      one.found ?? null,
      one.sold ?? null,
      one.disposed ?? null,
      sealWords(client, one.note ?? null, noticePlace(one.recordId, notice.version, one.receiver)),
    ],
  )
  return 'stored'
}
