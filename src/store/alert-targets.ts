import { randomUUID } from 'node:crypto'
import type { ClientBase, Pool } from 'pg'
import { newSecret } from './link-secrets.ts'
import { seal, unseal } from './seal.ts'
import { sealingKey } from './sealing-key.ts'

type Client = ClientBase | Pool

/** Where alerts are told. */
export interface AlertTarget {
  readonly id: string
  readonly name: string
  readonly url: string
  readonly allowAddress: readonly string[]
  /** What it is told of; empty: everything. */
  readonly topics: readonly string[]
  readonly createdAt: string
  readonly lastOkAt: string | null
  /** Why the last notice was not taken; null where it was. */
  readonly lastError: string | null
  /** Notices that it has not taken yet. */
  readonly waiting: number
}

export type NewAlertTarget = Pick<AlertTarget, 'name' | 'url' | 'allowAddress' | 'topics'>

/** Never selected with the rest: the secret is shown once, when the target is made. */
const COLUMNS = `id, name, url, allow_address as "allowAddress", topics, created_at as "createdAt", last_ok_at as "lastOkAt",
  last_error as "lastError", (select count(*)::int from alert_notices n where n.target_id = alert_targets.id) as waiting`

const keyOf = (pool: Pool): Promise<Buffer> => sealingKey(pool, 'alert-targets')

/** The secret of a target, from what is stored of it. */
export const openTargetSecret = async (pool: Pool, id: string, sealed: Buffer): Promise<string> =>
  unseal(await keyOf(pool), sealed, id)

/** Makes a target; the secret with which its notices are signed is given only here. */
export async function createAlertTarget(
  pool: Pool,
  target: NewAlertTarget,
): Promise<{ target: AlertTarget; secret: string }> {
  const id = randomUUID()
  const secret = newSecret()
  const sealed = seal(await keyOf(pool), secret, id)
  const { rows } = await pool.query<AlertTarget>(
    `insert into alert_targets (id, name, url, allow_address, topics, sealed) values ($1, $2, $3, $4, $5, $6) returning ${COLUMNS}`,
    [id, target.name, target.url, target.allowAddress, target.topics, sealed],
  )
  return { target: rows[0] as AlertTarget, secret }
}

/** Targets are few; oldest first. */
export async function listAlertTargets(client: Client): Promise<AlertTarget[]> {
  const { rows } = await client.query<AlertTarget>(
    `select ${COLUMNS} from alert_targets order by created_at, id`,
  )
  return rows
}

/** Deletes a target with what it was still to be told. False where there is none. */
export async function deleteAlertTarget(client: Client, id: string): Promise<boolean> {
  const { rowCount } = await client.query('delete from alert_targets where id = $1', [id])
  return rowCount === 1
}

/** Notes whether a target took a notice. @param error null where it did */
export async function noteTargetAnswer(client: Client, id: string, error: string | null): Promise<void> {
  await client.query(
    `update alert_targets set last_error = $2, last_ok_at = case when $2::text is null then clock_timestamp() else last_ok_at end
      where id = $1`,
    [id, error],
  )
}
