import type { ClientBase, Pool } from 'pg'
import { openTargetSecret } from './alert-targets.ts'
import type { Alert, AlertFacts } from './alerts.ts'

type Client = ClientBase | Pool

export type NoticeMoment = 'opened' | 'repeated' | 'ended'

/**
 * Puts down that every target that wants to know is to be told of alerts. A target that has not taken what it was told of an alert before
 * is not told again that it is still open.
 */
export async function writeNotices(
  client: Client,
  alerts: readonly Pick<Alert, 'id' | 'topic' | 'facts'>[],
  moment: NoticeMoment,
  nowMs: number,
): Promise<void> {
  if (alerts.length === 0) return
  await client.query(
    `insert into alert_notices (id, target_id, alert_id, moment, facts, at, next_at)
     select gen_random_uuid(), t.id, (a->>'id')::uuid, $2, a->'facts', to_timestamp($3::numeric / 1000), to_timestamp($3::numeric / 1000)
       from jsonb_array_elements($1::jsonb) a
       join alert_targets t on cardinality(t.topics) = 0 or a->>'topic' = any(t.topics)
      where $2 <> 'repeated'
         or not exists (select from alert_notices n where n.target_id = t.id and n.alert_id = (a->>'id')::uuid)
      order by t.id, a->>'id'`,
    [JSON.stringify(alerts), moment, nowMs],
  )
}

/** A notice that is to be sent now, with where to. */
export interface DueNotice {
  readonly id: string
  readonly moment: NoticeMoment
  /** What was known when it was put down. */
  readonly facts: AlertFacts
  readonly at: string
  readonly attempts: number
  readonly alert: Pick<Alert, 'id' | 'topic' | 'subject' | 'openedAt' | 'endedAt'>
  readonly target: {
    readonly id: string
    readonly url: string
    readonly allowAddress: readonly string[]
    readonly secret: string
  }
}

/** Targets that are to be told something now. */
export async function dueTargets(pool: Pool, nowMs: number): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select distinct target_id as id from alert_notices where next_at <= to_timestamp($1::numeric / 1000)`,
    [nowMs],
  )
  return rows.map(({ id }) => id)
}

/**
 * Takes notices of a target that are due for some time: of each alert the oldest, so that its end is never told before its beginning. Who
 * sends one and dies lets the next process send it again, with the same identifier.
 */
export async function leaseNotices(
  pool: Pool,
  at: { readonly target: string; readonly nowMs: number; readonly leaseMs: number; readonly limit: number },
): Promise<DueNotice[]> {
  const { rows } = await pool.query(
    `with due as (
       select n.id from alert_notices n
        where n.target_id = $4 and n.next_at <= to_timestamp($1::numeric / 1000) and (n.leased_until is null or n.leased_until <= clock_timestamp())
          and not exists (select from alert_notices o where o.target_id = n.target_id and o.alert_id = n.alert_id and o.number < n.number)
        order by n.next_at, n.number limit $3 for update skip locked)
     update alert_notices n set leased_until = clock_timestamp() + $2 * interval '1 millisecond', attempts = n.attempts + 1
       from due, alerts a, alert_targets t
      where n.id = due.id and a.id = n.alert_id and t.id = n.target_id
     returning n.id, n.moment, n.facts, n.at, n.attempts, n.number,
       json_build_object('id', a.id, 'topic', a.topic, 'subject', a.subject) as alert, a.opened_at, a.ended_at,
       json_build_object('id', t.id, 'url', t.url, 'allowAddress', t.allow_address || egress_rules(null, null)) as target, t.sealed`,
    [at.nowMs, at.leaseMs, at.limit, at.target],
  )
  rows.sort((a, b) => Number(BigInt(a.number) - BigInt(b.number)))
  return await Promise.all(
    rows.map(
      async ({ opened_at: openedAt, ended_at: endedAt, number: _, sealed, alert, target, ...row }) => ({
        ...row,
        alert: { ...alert, openedAt, endedAt },
        target: { ...target, secret: await openTargetSecret(pool, target.id, sealed) },
      }),
    ),
  )
}

/** The target has taken it. */
export async function deleteNotice(client: Client, id: string): Promise<void> {
  await client.query('delete from alert_notices where id = $1', [id])
}

/** The target has not taken it: it is sent again at a time. */
export async function postponeNotice(client: Client, id: string, nextAtMs: number): Promise<void> {
  await client.query(
    'update alert_notices set leased_until = null, next_at = to_timestamp($2::numeric / 1000) where id = $1',
    [id, nextAtMs],
  )
}

/** What else a target is to be told waits until it is tried again. */
export async function postponeRest(client: Client, targetId: string, nextAtMs: number): Promise<void> {
  await client.query(
    `update alert_notices set next_at = to_timestamp($2::numeric / 1000)
      where target_id = $1 and next_at < to_timestamp($2::numeric / 1000) and (leased_until is null or leased_until <= clock_timestamp())`,
    [targetId, nextAtMs],
  )
}

/** When the next notice is due; null where none waits. */
export async function nextNoticeMs(client: Client): Promise<number | null> {
  const { rows } = await client.query(
    `select (extract(epoch from min(next_at)) * 1000)::float8 as ms from alert_notices n
      where not exists (select from alert_notices o where o.target_id = n.target_id and o.alert_id = n.alert_id and o.number < n.number)`,
  )
  return rows[0]?.ms ?? null
}

/** How many notices were not taken yet. */
export async function countNotices(client: Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>('select count(*)::int as count from alert_notices')
  return rows[0]?.count ?? 0
}
