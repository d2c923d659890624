import type { Figure } from '#cli/bench/figures.ts'
import { runChannel } from '#flow/channels/run.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { InstalledSystem, Registry } from '#flow/systems/registry.ts'
import { setChannel } from '#store/channels.ts'
import type { createPool } from '#store/database.ts'
import { channelSecret, setSystemSecrets } from '#store/system-secrets.ts'
import { type ChannelSource, declaredOf, QUIET, setOf } from './source.ts'

/** The system that the trades of the sources are of. */
const SYSTEM = 'jiaxing-wholesale'

/** Everything into the hub, with a COMMIT for each page. */
export async function benchStoring(
  pool: ReturnType<typeof createPool>,
  registry: Registry,
  source: ChannelSource,
): Promise<Figure> {
  const declared = declaredOf(source)
  const system = registry.system(SYSTEM) as InstalledSystem
  if (!system.file) throw new Error(`${SYSTEM} has no system.yaml`)
  const withChannel: InstalledSystem = { ...system, file: { ...system.file, channels: [declared] } }
  const name = { system: SYSTEM, name: declared.name }
  const secrets = Object.entries(source.secrets ?? {}).map(([one, value]) => [
    channelSecret(declared.name, one),
    value,
  ])
  await setSystemSecrets(pool, SYSTEM, Object.fromEntries(secrets))
  // The workers of the hub know no such channel and leave it alone.
  await setChannel(pool, name, setOf(source))
  const intake = createIntake({ pool, registry, clock: Date.now, onCommitted: () => {} })
  const stop = new AbortController()
  const began = performance.now()
  const counted = async (): Promise<number> => {
    const { rows } = await pool.query(
      'select received::float8 as n from channels where system = $1 and name = $2',
      [SYSTEM, declared.name],
    )
    return rows[0].n
  }
  const parts = {
    pool,
    registry: { system: (id: string) => (id === SYSTEM ? withChannel : undefined) },
    intake,
    now: Date.now,
    log: QUIET,
    folders: source.folders ?? [],
  }
  // A run ends when its time is over, and the next goes on from there, as the sweep has it.
  const readAll = async (): Promise<void> => {
    while (!(await runChannel(parts, name, stop.signal)).done && !stop.signal.aborted);
  }
  const running = readAll()
  const ended = running.then(() => true)
  while (!(await Promise.race([ended, new Promise<false>((resolve) => setTimeout(resolve, 200, false))])))
    if ((await counted()) >= source.rows) stop.abort()
  await running
  const count = await counted()
  const seconds = (performance.now() - began) / 1000
  await intake.close()
  if (count < source.rows) throw new Error(`${source.title}: ${count} of ${source.rows} rows were stored`)
  return {
    name: `${source.adapter}: into the hub, committed with its state`,
    value: count / seconds,
    unit: 'rows/s',
    baseline: '',
    ratio: null,
  }
}
