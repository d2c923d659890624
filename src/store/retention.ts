import { randomUUID } from 'node:crypto'
import type { Pool, PoolClient } from 'pg'
import type { KeptMonth, RetentionRules } from '#core/retention/rules.ts'
import { noteAudit } from './audit-log.ts'
import { inTransaction } from './database.ts'

/** A month is not dropped while somebody reads it for longer. */
const LOCK_TIMEOUT = '3s'

/** Something that must be kept longer than the rules say. */
export interface LegalHold {
  readonly id: string
  /** ISO text; everything that came or went from then on … */
  readonly from: string
  /** … and before this is kept. */
  readonly until: string
  readonly reason: string
  readonly createdAt: string
  readonly createdBy: string
  readonly endedAt: string | null
  readonly endedBy: string | null
}

const HOLD = `id, from_at as "from", until_at as "until", reason, created_at as "createdAt", created_by as "createdBy",
  ended_at as "endedAt", ended_by as "endedBy"`

/** What was set of the rules. */
export async function readRetention(client: Pool | PoolClient): Promise<Partial<RetentionRules>> {
  const { rows } = await client.query('select rules from retention_rules')
  return rows[0]?.rules ?? {}
}

/** Sets members of the rules, with an entry in the log of evidence, and gives all that were set. */
export function patchRetention(
  pool: Pool,
  patch: Partial<RetentionRules>,
  who: string,
): Promise<Partial<RetentionRules>> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query(
      `insert into retention_rules as r (rules) values ($1) on conflict (one) do update set rules = r.rules || excluded.rules returning rules`,
      [JSON.stringify(patch)],
    )
    await noteAudit(client, {
      kind: 'administration',
      who,
      action: 'retention',
      subject: 'rules',
      facts: rows[0].rules,
    })
    return rows[0].rules
  })
}

/** Holds, the open ones first, each kind newest first. */
export async function listLegalHolds(client: Pool | PoolClient, limit: number): Promise<LegalHold[]> {
  const { rows } = await client.query<LegalHold>(
    `select ${HOLD} from legal_holds order by ended_at is not null, created_at desc, id limit $1`,
    [limit],
  )
  return rows
}

export async function readOpenHolds(client: Pool | PoolClient): Promise<LegalHold[]> {
  const { rows } = await client.query<LegalHold>(`select ${HOLD} from legal_holds where ended_at is null`)
  return rows
}

export function createLegalHold(
  pool: Pool,
  hold: Pick<LegalHold, 'from' | 'until' | 'reason'>,
  who: string,
): Promise<LegalHold> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<LegalHold>(
      `insert into legal_holds (id, from_at, until_at, reason, created_by) values ($1, $2, $3, $4, $5) returning ${HOLD}`,
      [randomUUID(), hold.from, hold.until, hold.reason, who],
    )
    const made = rows[0] as LegalHold
    const { id: subject, from, until } = made
    await noteAudit(client, {
      kind: 'administration',
      who,
      action: 'legal_hold',
      subject,
      facts: { from, until },
    })
    return made
  })
}

/** Ends a hold; false where there is none that is open. */
export function endLegalHold(pool: Pool, id: string, who: string): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      'update legal_holds set ended_at = clock_timestamp(), ended_by = $2 where id = $1 and ended_at is null',
      [id, who],
    )
    if (rowCount !== 1) return false
    await noteAudit(client, { kind: 'administration', who, action: 'legal_hold_end', subject: id, facts: {} })
    return true
  })
}

/** The months of the parted tables; what lies in the part for all other times is of none. */
export async function readMonths(
  client: Pool | PoolClient,
): Promise<(KeptMonth & { readonly size: number })[]> {
  const { rows } = await client.query(
    `select m.*, (extract(epoch from m.bounds[1]::timestamptz) * 1000)::float8 as "fromMs",
            (extract(epoch from m.bounds[2]::timestamptz) * 1000)::float8 as "untilMs"
       from (select p.relname as "table", c.relname as name, pg_total_relation_size(c.oid)::float8 as size,
                    regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \\(''([^'']+)''\\) TO \\(''([^'']+)''\\)') as bounds
               from pg_class c join pg_inherits i on i.inhrelid = c.oid join pg_class p on p.oid = i.inhparent
               join pg_namespace n on n.oid = c.relnamespace
              where n.nspname = current_schema() and c.relkind = 'r' and c.relispartition) m
      where m.bounds is not null order by 1, 2`,
  )
  return rows.map(({ table, name, size, fromMs, untilMs }) => ({ table, name, size, fromMs, untilMs }))
}

/**
 * Drops a month, with an entry in the log of evidence that says from when on its table is kept; both or neither. Of messages the memory of
 * keys for the same time goes along: their receipts are gone.
 */
export function dropMonth(pool: Pool, { table, name, untilMs }: KeptMonth): Promise<void> {
  const before = new Date(untilMs).toISOString()
  return inTransaction(pool, async (client) => {
    await client.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`)
    await noteAudit(client, {
      kind: 'administration',
      who: 'retention',
      action: 'drop',
      subject: table,
      facts: { before },
    })
    await client.query(`alter table "${table}" detach partition "${name}"`)
    await client.query(`drop table "${name}"`)
    if (table === 'messages')
      await client.query('delete from idempotency_keys where received_at < $1', [before])
  })
}
