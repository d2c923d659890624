import type { Pool } from 'pg'
import { sendLoad } from '#cli/bench/load.ts'
import { sendPaced } from '#cli/bench/paced-load.ts'
import type { Stage } from '#cli/bench/stage.ts'
import { ticketMaker } from '#cli/bench/tickets.ts'
import { batchBody, tradeMaker } from '#cli/bench/trades.ts'
import type { Receivers } from './receivers.ts'

const PER_SECOND = 20
const SEED_TRADES = 5000

/** A key that may push tickets. */
export async function ticketKey(stage: Stage): Promise<string> {
  const { key } = await stage.calls.post<{ key: string }>('/v1/keys', {
    name: 'bench scales',
    scopes: ['push:market-scales'],
  })
  return key
}

/** Pushes tickets for some seconds; gives the milliseconds from the answer to each until it was at each of so many links. */
export async function pushTickets(
  stage: Stage,
  receivers: Receivers,
  { key, seconds, links }: { readonly key: string; readonly seconds: number; readonly links: number },
): Promise<number[]> {
  const accepted = await sendPaced({
    url: `${stage.calls.url}/v1/systems/market-scales/records/ticket`,
    key,
    contentType: 'application/x-ndjson',
    perSecond: PER_SECOND,
    seconds,
    connections: 4,
    next: ticketMaker(`T${Date.now().toString(36)}`),
  })
  return await receivers.lags(accepted, links)
}

/**
 * Fills the log with so many changes: some thousand trades that were pushed, and copies of what became of them under other numbers. The
 * followers of the log are moved on: what they would make of the copies is not what is measured.
 */
export async function fillLog({ pool, pushUrl, pushKey }: Stage, changes: number): Promise<void> {
  const make = tradeMaker(`W${Date.now().toString(36)}`)
  const bodies = Array.from({ length: SEED_TRADES / 500 }, () => batchBody(make, 500))
  await sendLoad({ url: pushUrl, key: pushKey, connections: 4, bodies })
  const { rows } = await pool.query('select count(*)::int as n from record_versions')
  await copyChanges(pool, changes - rows[0].n, null)
}

/** Copies what the log begins with so often that it holds so many changes more, which intake or a replay made. */
export async function copyChanges(pool: Pool, changes: number, replay: string | null): Promise<void> {
  const { rows: columns } = await pool.query<{ name: string }>(
    `select attname as name from pg_attribute where attrelid = 'record_versions'::regclass and attnum > 0 and not attisdropped`,
  )
  const own = new Set(['record_id', 'position', 'replay'])
  const others = columns.map(({ name }) => name).filter((name) => !own.has(name))
  const { rows } = await pool.query('select count(*)::int as n, max(position) as last from record_versions')
  const { n: seed, last } = rows[0] as { readonly n: number; readonly last: string }
  const mark = replay === null ? '-' : '-r'
  for (let done = 0, copy = 1; done < changes; copy++) {
    const missing = Math.min(seed, changes - done)
    await pool.query(
      `insert into record_versions (record_id, replay, ${others.join(', ')})
       select record_id || $1::text, $4, ${others.join(', ')} from record_versions where position <= $2 order by position limit $3`,
      [`${mark}${copy}`, last, missing, replay],
    )
    done += missing
  }
  await pool.query('analyze record_versions')
  await pool.query('update followers set position = (select max(position) from record_versions)')
}
