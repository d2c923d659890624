import type { ClientBase, Pool } from 'pg'
import type { ChannelError, ChannelLease, ChannelName } from './channels.ts'

type Client = ClientBase | Pool

/** When the scan of a channel is next, milliseconds since 1970; null where none was planned. */
export async function readScanAt(client: Client, { system, name }: ChannelName): Promise<number | null> {
  const { rows } = await client.query(
    'select (extract(epoch from scan_next_at) * 1000)::float8 as at from channels where system = $1 and name = $2',
    [system, name],
  )
  return rows[0]?.at ?? null
}

/** Plans the scan of a channel, and nothing where the lease was lost. */
export async function planScan(
  client: Client,
  { system, name, fence }: Pick<ChannelLease, 'system' | 'name' | 'fence'>,
  nextAtMs: number,
): Promise<void> {
  await client.query(
    'update channels set scan_next_at = to_timestamp($4::numeric / 1000) where system = $1 and name = $2 and fence = $3',
    [system, name, fence, nextAtMs],
  )
}

/** Notes how a scan ended, and when the next one is due; nothing where the lease was lost. */
export async function noteScan(
  client: Client,
  { system, name, fence }: Pick<ChannelLease, 'system' | 'name' | 'fence'>,
  { nextAtMs, error }: { readonly nextAtMs: number; readonly error: Omit<ChannelError, 'at'> | null },
): Promise<void> {
  await client.query(
    `update channels set scan_next_at = to_timestamp($4::numeric / 1000),
            scanned_at = case when $5::jsonb is null then clock_timestamp() else scanned_at end,
            scan_error = case when $5::jsonb is null then null else $5::jsonb || jsonb_build_object('at', clock_timestamp()) end
      where system = $1 and name = $2 and fence = $3`,
    [system, name, fence, nextAtMs, error && JSON.stringify(error)],
  )
}

/** Lets the scan of a channel be due now, and the channel with it; false where there is none that is on. */
export async function hastenScan(client: Client, { system, name }: ChannelName): Promise<boolean> {
  const { rowCount } = await client.query(
    'update channels set scan_next_at = to_timestamp(0), next_at = null where system = $1 and name = $2 and is_on',
    [system, name],
  )
  return rowCount === 1
}
