import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Figure } from '#cli/bench/figures.ts'
import { fileMappings } from '#cli/bench/file-mappings.ts'
import { openStage } from '#cli/bench/stage.ts'
import { tradeMaker } from '#cli/bench/trades.ts'
import type { Settings } from '#cli/settings.ts'
import { composeChannel } from '#flow/channels/compose.ts'
import { partsOf } from '#flow/channels/ports.ts'
import { runChannel } from '#flow/channels/run.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import type { InstalledSystem, Registry } from '#flow/systems/registry.ts'
import { setChannel } from '#store/channels.ts'
import { createPool } from '#store/database.ts'
import { channelSecret, setSystemSecrets } from '#store/system-secrets.ts'
import { openDatabase } from './database.ts'
import { openFiles } from './files.ts'
import { openPull } from './pull.ts'
import type { ChannelSource } from './source.ts'

const SYSTEM = 'jiaxing-wholesale'
const SOURCES = [openDatabase, openPull, openFiles] as const
const ROWS = 200_000
const QUICK_ROWS = 20_000
/** Rows that go all the way into the hub, which takes far longer than reading them. */
const STORED_SHARE = 0.2
const QUIET = { info: () => {}, warn: () => {} }

/** Each channel read against the bare client library reading the same, what it comes to with everything stored, and memory. */
export async function benchChannels(settings: Settings, quick: boolean): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-channels-'))
  const mappings = await fileMappings(settings.mappings, folder)
  const stage = await openStage({ ...settings, mappings })
  const pool = createPool({ url: stage.databaseUrl, max: 8 })
  try {
    const registry = await loadRegistry(mappings)
    const figures: Figure[] = []
    const rows = quick ? QUICK_ROWS : ROWS
    for (const open of SOURCES) {
      const place = { folder, databaseUrl: stage.databaseUrl }
      const source = await open(tradeMaker('C'), rows, place)
      try {
        figures.push(...(await benchReading(source)))
      } finally {
        await source.close()
      }
      const some = await open(tradeMaker(`S${figures.length}`), Math.round(rows * STORED_SHARE), place)
      try {
        figures.push(await benchStoring(pool, registry, some))
      } finally {
        await some.close()
      }
    }
    return figures
  } finally {
    await pool.end()
    await stage.close()
    await rm(folder, { recursive: true, force: true })
  }
}

const declaredOf = ({ adapter, settings, record }: ChannelSource) => ({
  name: `bench-${adapter}`,
  title: { zh: adapter, en: adapter },
  adapter,
  record,
  settings: settings as never,
})
const setOf = ({ allowAddress }: ChannelSource) => ({
  isOn: true,
  settings: {},
  limits: { pageRows: 2000 },
  allowAddress,
  rhythm: null,
})

/** Bare, adapter, bare, adapter: the second of each counts, when both are warm. */
async function benchReading(source: ChannelSource): Promise<Figure[]> {
  const perSecond = async (read: () => Promise<number>): Promise<number> => {
    const began = performance.now()
    const count = await read()
    if (count < source.rows) throw new Error(`${source.title}: ${count} of ${source.rows} rows came`)
    return count / ((performance.now() - began) / 1000)
  }
  await perSecond(source.bare)
  await perSecond(() => readByAdapter(source))
  const bare = await perSecond(source.bare)
  globalThis.gc?.()
  const before = process.memoryUsage.rss()
  let peak = before
  const watching = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 20)
  const own = await perSecond(() => readByAdapter(source))
  clearInterval(watching)
  return [
    {
      name: `${source.adapter}: read by its adapter (${source.title})`,
      value: own,
      unit: 'rows/s',
      baseline: source.bareTitle,
      ratio: own / bare,
    },
    { name: source.bareTitle, value: bare, unit: 'rows/s', baseline: '', ratio: null },
    {
      name: `${source.adapter}: memory that reading ${source.rows} rows takes`,
      value: (peak - before) / 1e6,
      unit: 'MB',
      baseline: '',
      ratio: null,
    },
  ]
}

async function readByAdapter(source: ChannelSource): Promise<number> {
  const composition = composeChannel(declaredOf(source), setOf(source))
  if (!composition.ok) throw new Error(JSON.stringify(composition.issues))
  const { channel } = composition
  const stop = new AbortController()
  const hub = { now: Date.now, log: QUIET, folders: source.folders ?? [] }
  const parts = partsOf(hub, channel, source.secrets ?? {}, stop.signal)
  let count = 0
  try {
    const pages = channel.adapter.read?.(parts, null) ?? []
    for await (const page of pages) {
      count += page.rows ?? rowsOf(page.bytes)
      if (page.token !== undefined)
        await channel.adapter.acknowledge?.(parts, page, {
          receipt: null,
          state: 'done',
          received: 0,
          rejected: 0,
        })
      if (count >= source.rows) break
    }
    return count
  } finally {
    stop.abort()
    parts.close()
  }
}

const LINE_END = 10

/** Rows of a page whose adapter does not count them: lines, or a single row. */
function rowsOf(bytes: unknown): number {
  if (!(bytes instanceof Uint8Array)) return 0
  let count = 0
  for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) count++
  return Math.max(count, 1)
}

/** Everything into the hub, with a COMMIT for each page. */
async function benchStoring(
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
  const running = runChannel(
    {
      pool,
      registry: { system: (id) => (id === SYSTEM ? withChannel : undefined) },
      intake,
      now: Date.now,
      log: QUIET,
      folders: source.folders ?? [],
    },
    name,
    stop.signal,
  )
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
