import type { Pool } from 'pg'
import { inTransaction } from './database.ts'
import { seal, unseal } from './seal.ts'
import { sealingKey } from './sealing-key.ts'

const keyOf = (pool: Pool): Promise<Buffer> => sealingKey(pool, 'system-secrets')

const contextOf = (system: string, name: string): string => `${system}\n${name}`

/** Sets secrets of a system, or takes them away where the value is null. They can be used from then on, and never read by a caller. */
export async function setSystemSecrets(
  pool: Pool,
  system: string,
  secrets: Readonly<Record<string, string | null>>,
): Promise<void> {
  const key = await keyOf(pool)
  await inTransaction(pool, async (client) => {
    for (const [name, value] of Object.entries(secrets)) {
      if (value === null)
        await client.query('delete from system_secrets where system = $1 and name = $2', [system, name])
      else
        await client.query(
          `insert into system_secrets (system, name, sealed) values ($1, $2, $3)
           on conflict (system, name) do update set sealed = excluded.sealed, updated_at = clock_timestamp()`,
          [system, name, seal(key, value, contextOf(system, name))],
        )
    }
  })
}

/** A secret of a system; null where none is set. */
export async function readSystemSecret(pool: Pool, system: string, name: string): Promise<string | null> {
  const { rows } = await pool.query<{ sealed: Buffer }>({
    name: 'read-system-secret',
    text: 'select sealed from system_secrets where system = $1 and name = $2',
    values: [system, name],
  })
  return rows[0] ? unseal(await keyOf(pool), rows[0].sealed, contextOf(system, name)) : null
}

/** Names of the secrets that are set, by system. */
export async function listSystemSecrets(
  pool: Pool,
  systems: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await pool.query<{ system: string; names: string[] }>(
    `select system, array_agg(name order by name) as names from system_secrets where system = any($1::text[]) group by system`,
    [systems],
  )
  return new Map(rows.map(({ system, names }) => [system, names]))
}

/** What a secret of a channel is called among those of its system. */
export const channelSecret = (channel: string, name: string): string => `${channel}/${name}`

/** Names of the secrets of a channel that are set, as its adapter calls them. */
export async function channelSecretNames(
  pool: Pool,
  { system, name }: { readonly system: string; readonly name: string },
): Promise<readonly string[]> {
  const start = channelSecret(name, '')
  const names = (await listSystemSecrets(pool, [system])).get(system) ?? []
  return names.filter((one) => one.startsWith(start)).map((one) => one.slice(start.length))
}

/** Secrets of a channel, by the names that its adapter gives them. */
export async function readChannelSecrets(
  pool: Pool,
  channel: { readonly system: string; readonly name: string },
): Promise<Readonly<Record<string, string>>> {
  const { system } = channel
  const start = channelSecret(channel.name, '')
  const { rows } = await pool.query<{ name: string; sealed: Buffer }>(
    'select name, sealed from system_secrets where system = $1 and starts_with(name, $2)',
    [system, start],
  )
  if (rows.length === 0) return {}
  const key = await keyOf(pool)
  return Object.fromEntries(
    rows.map(({ name, sealed }) => [name.slice(start.length), unseal(key, sealed, contextOf(system, name))]),
  )
}
