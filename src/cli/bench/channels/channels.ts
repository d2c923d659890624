import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Figure } from '#cli/bench/figures.ts'
import { fileMappings } from '#cli/bench/file-mappings.ts'
import { openStage } from '#cli/bench/stage.ts'
import { tradeMaker } from '#cli/bench/trades.ts'
import type { Settings } from '#cli/settings.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { createPool } from '#store/database.ts'
import { openDatabase } from './database.ts'
import { openFiles } from './files.ts'
import { openMqtt } from './mqtt.ts'
import { openPull } from './pull.ts'
import { benchReading } from './reading.ts'
import { openSoap } from './soap.ts'
import { benchStoring } from './storing.ts'

const SOURCES = [openDatabase, openPull, openSoap, openFiles, openMqtt] as const
const ROWS = 200_000
const QUICK_ROWS = 20_000
/** Rows that go all the way into the hub, which takes far longer than reading them. */
const STORED_SHARE = 0.2

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
