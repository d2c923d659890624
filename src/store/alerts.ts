import type { ClientBase, Pool } from 'pg'

type Client = ClientBase | Pool

/** Numbers, names and codes that say what is wrong; never anything of a person. */
export type AlertFacts = Readonly<Record<string, string | number | null>>

/** Something that an operator must know, while it lasts and after. */
export interface Alert {
  readonly id: string
  readonly topic: string
  /** The link, system, receipt, replay, queue or mapping that it is about. */
  readonly subject: string
  readonly facts: AlertFacts
  readonly openedAt: string
  /** When targets were last told that it is open. */
  readonly toldAt: string
  readonly endedAt: string | null
}

export interface NewAlert {
  readonly id: string
  readonly topic: string
  readonly subject: string
  readonly facts: AlertFacts
}

const COLUMNS = `id, topic, subject, facts, opened_at as "openedAt", told_at as "toldAt", ended_at as "endedAt"`

/** Every open alert; there are at most some for each link, system and queue. */
export async function readOpenAlerts(client: Client): Promise<Alert[]> {
  const { rows } = await client.query<Alert>(
    `select ${COLUMNS} from alerts where ended_at is null order by id`,
  )
  return rows
}

/** Alerts, newest first (their identifiers hold their time); `after` is the last one of the page before. */
export async function listAlerts(
  client: Client,
  query: {
    readonly state: 'open' | 'ended' | null
    readonly topic?: string
    readonly after?: string
    readonly limit: number
  },
): Promise<Alert[]> {
  const { rows } = await client.query<Alert>(
    `select ${COLUMNS} from alerts
      where ($1::text is null or (ended_at is null) = ($1 = 'open')) and ($2::text is null or topic = $2)
        and ($3::uuid is null or id < $3)
      order by id desc limit $4`,
    [query.state, query.topic ?? null, query.after ?? null, query.limit],
  )
  return rows
}

/** Opens alerts; one that is open already stays as it is. */
export async function openAlerts(
  client: Client,
  alerts: readonly NewAlert[],
  nowMs: number,
): Promise<Alert[]> {
  if (alerts.length === 0) return []
  const { rows } = await client.query<Alert>(
    `insert into alerts (id, topic, subject, facts, opened_at, told_at)
     select (a->>'id')::uuid, a->>'topic', a->>'subject', a->'facts', to_timestamp($2::numeric / 1000), to_timestamp($2::numeric / 1000)
       from jsonb_array_elements($1::jsonb) a
     on conflict (topic, subject) where ended_at is null do nothing returning ${COLUMNS}`,
    [JSON.stringify(alerts), nowMs],
  )
  return rows
}

/** Brings what is known of open alerts up to date. */
export async function restateAlerts(
  client: Client,
  alerts: readonly { readonly id: string; readonly facts: AlertFacts }[],
): Promise<void> {
  if (alerts.length === 0) return
  await client.query(
    `update alerts set facts = a->'facts' from jsonb_array_elements($1::jsonb) a where alerts.id = (a->>'id')::uuid`,
    [JSON.stringify(alerts)],
  )
}

export async function endAlerts(client: Client, ids: readonly string[], nowMs: number): Promise<void> {
  await client.query('update alerts set ended_at = to_timestamp($2::numeric / 1000) where id = any($1)', [
    ids,
    nowMs,
  ])
}

/** Notes that targets are told again that alerts are open. */
export async function repeatAlerts(client: Client, ids: readonly string[], nowMs: number): Promise<void> {
  await client.query('update alerts set told_at = to_timestamp($2::numeric / 1000) where id = any($1)', [
    ids,
    nowMs,
  ])
}

/** Forgets alerts that ended before a time, with what was still to be told of them. */
export async function dropAlertsBefore(client: Client, ms: number): Promise<void> {
  await client.query('delete from alerts where ended_at < to_timestamp($1::numeric / 1000)', [ms])
}

/** What an operator set of the rules. */
export async function readAlertRules(client: Client): Promise<Readonly<Record<string, number>>> {
  const { rows } = await client.query('select rules from alert_rules')
  return rows[0]?.rules ?? {}
}

/** Sets members of the rules, and gives all that were set. */
export async function patchAlertRules(
  client: Client,
  patch: Readonly<Record<string, number>>,
): Promise<Readonly<Record<string, number>>> {
  const { rows } = await client.query(
    `insert into alert_rules as r (rules) values ($1) on conflict (one) do update set rules = r.rules || excluded.rules returning rules`,
    [JSON.stringify(patch)],
  )
  return rows[0].rules
}
