import { randomUUID } from 'node:crypto'
import type { Pool, PoolClient } from 'pg'
import type { ErasureScope } from '#core/retention/erasure-rules.ts'
import { noteAudit } from '#store/audit-log.ts'
import { inTransaction } from '#store/database.ts'

/** What was erased: in a reading, or in all. */
export interface RuleCounts {
  readonly records: number
  readonly versions: number
  /** Messages of which the bytes are gone. */
  readonly messages: number
  readonly rejections: number
}

/** Counts of one reading, with what was old enough and had to stay. */
export interface RunCounts extends RuleCounts {
  readonly left: number
}

export const NOTHING: RunCounts = { records: 0, versions: 0, messages: 0, rejections: 0, left: 0 }

export interface NewErasureRule extends ErasureScope {
  /** Why, and by which decision; nothing of a person. */
  readonly reason: string
}

export interface ErasureRule extends NewErasureRule {
  readonly id: string
  readonly createdAt: string
  readonly createdBy: string
  readonly endedAt: string | null
  readonly endedBy: string | null
  /** Of the last reading that came to its end. */
  readonly last: RunCounts | null
  readonly total: RuleCounts
  /** ISO text; null before the first. */
  readonly doneAt: string | null
}

/** A rule with how far it is read. */
export interface RuleReading extends ErasureRule {
  readonly position: string
  readonly positionLeft: string | null
  readonly message: string
  readonly messageLeft: string | null
  readonly running: RunCounts | null
}

const RULE = `id, classes, systems, kinds, product_classes as "productClasses", after_days as "afterDays", reason, created_at as "createdAt",
  created_by as "createdBy", ended_at as "endedAt", ended_by as "endedBy", last, total, done_at as "doneAt"`
const READING = `${RULE}, position::text as position, position_left::text as "positionLeft", message::text as message, message_left::text as "messageLeft", running`

/** What is null in the row is absent in the rule. */
function ruleFrom<Row extends ErasureRule>(row: Row): Row {
  const { systems, kinds, productClasses, ...rest } = row
  return {
    ...rest,
    ...(systems ? { systems } : {}),
    ...(kinds ? { kinds } : {}),
    ...(productClasses ? { productClasses } : {}),
  } as Row
}

/** Rules, those in force first, each kind newest first. */
export async function listErasureRules(client: Pool | PoolClient, limit: number): Promise<ErasureRule[]> {
  const { rows } = await client.query<ErasureRule>(
    `select ${RULE} from erasure_rules order by ended_at is not null, created_at desc, id limit $1`,
    [limit],
  )
  return rows.map(ruleFrom)
}

export function createErasureRule(pool: Pool, rule: NewErasureRule, who: string): Promise<ErasureRule> {
  return inTransaction(pool, async (client) => {
    const { classes, systems = null, kinds = null, productClasses = null, afterDays, reason } = rule
    const { rows } = await client.query<ErasureRule>(
      `insert into erasure_rules (id, classes, systems, kinds, product_classes, after_days, reason, created_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${RULE}`,
      [randomUUID(), classes, systems, kinds, productClasses, afterDays, reason, who],
    )
    const made = ruleFrom(rows[0] as ErasureRule)
    const facts = { classes, systems, kinds, productClasses, afterDays, reason }
    await noteAudit(client, {
      kind: 'administration',
      who,
      action: 'erasure_rule',
      subject: made.id,
      facts,
    })
    return made
  })
}

/** Ends a rule; false where there is none in force. What it erased stays erased. */
export function endErasureRule(pool: Pool, id: string, who: string): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      'update erasure_rules set ended_at = clock_timestamp(), ended_by = $2, running = null where id = $1 and ended_at is null',
      [id, who],
    )
    if (rowCount !== 1) return false
    await noteAudit(client, {
      kind: 'administration',
      who,
      action: 'erasure_rule_end',
      subject: id,
      facts: {},
    })
    return true
  })
}

/** The rules in force whose last reading ended before a time, or is under way; those that wait longest first. */
export async function rulesToRead(pool: Pool, doneBefore: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select id from erasure_rules where ended_at is null and (running is not null or done_at is null or done_at < $1)
      order by done_at nulls first, created_at, id`,
    [doneBefore],
  )
  return rows.map(({ id }) => id)
}

/** A rule in force, held until the end of the transaction; null where it was ended. */
export async function holdRule(client: PoolClient, id: string): Promise<RuleReading | null> {
  const { rows } = await client.query<RuleReading>(
    `select ${READING} from erasure_rules where id = $1 and ended_at is null for update`,
    [id],
  )
  return rows[0] ? ruleFrom(rows[0]) : null
}

/** Begins a reading where none is under way: from the first that was left the last time. */
export async function beginReading(client: PoolClient, id: string): Promise<void> {
  await client.query(
    `update erasure_rules set running = $2, position = coalesce(position_left - 1, position), position_left = null,
            message = coalesce(message_left, message), message_left = null
      where id = $1 and running is null`,
    [id, JSON.stringify(NOTHING)],
  )
}

/** Where a reading has come, and what it did in one step. */
export interface ReadingStep extends Partial<RunCounts> {
  readonly position?: string
  readonly positionLeft?: string | null
  readonly message?: string
  readonly messageLeft?: string | null
}

export async function noteReading(client: PoolClient, rule: RuleReading, step: ReadingStep): Promise<void> {
  const { position, positionLeft, message, messageLeft, ...counts } = step
  const before = rule.running ?? NOTHING
  const running = {
    records: before.records + (counts.records ?? 0),
    versions: before.versions + (counts.versions ?? 0),
    messages: before.messages + (counts.messages ?? 0),
    rejections: before.rejections + (counts.rejections ?? 0),
    left: before.left + (counts.left ?? 0),
  }
  await client.query(
    `update erasure_rules set running = $2, position = coalesce($3, position), position_left = coalesce(position_left, $4),
            message = coalesce($5, message), message_left = coalesce(message_left, $6) where id = $1`,
    [rule.id, JSON.stringify(running), position, positionLeft, message, messageLeft],
  )
}

/** Ends a reading, with an entry in the log of evidence. @param left how much more had to stay */
export async function endReading(client: PoolClient, rule: RuleReading, left: number): Promise<RunCounts> {
  const running = rule.running ?? NOTHING
  const done = { ...running, left: running.left + left }
  const sum = (name: keyof RuleCounts): number => rule.total[name] + done[name]
  const total: RuleCounts = {
    records: sum('records'),
    versions: sum('versions'),
    messages: sum('messages'),
    rejections: sum('rejections'),
  }
  await client.query(
    'update erasure_rules set running = null, last = $2, total = $3, done_at = clock_timestamp() where id = $1',
    [rule.id, JSON.stringify(done), JSON.stringify(total)],
  )
  await noteAudit(client, {
    kind: 'administration',
    who: `rule ${rule.id}`,
    action: 'erase_by_rule',
    subject: rule.id,
    facts: done,
  })
  return done
}
