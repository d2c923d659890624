import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { CHECKS } from '#flow/conformance/run.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import { readSamples } from '#flow/systems/golden.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { createPool } from '#store/database.ts'
import { emptyTables } from '#store/empty-tables.ts'
import { registerSystems } from '#store/systems.ts'
import { withDatabase } from '#test/database.ts'

const database = withDatabase()
const stored = CHECKS.find(({ id }) => id === 'stored')

it.each([
  ['names no record and counts none', { received: 0, accepted: 0, records: [] }, ['1 received, not 0']],
  [
    'names a record that the sample has not',
    { records: [{ index: 7, key: ['x'], result: 'created' }] },
    ['record 7: not there, not created'],
  ],
  ['expects a refusal', { refused: { code: 'E_SCHEMA' } }, ['it was taken']],
])('a sample whose golden %s does not become what its golden says', async (_what, wrong, told) => {
  const folder = await mkdtemp(join(tmpdir(), 'spoilt-'))
  const own = join(folder, 'market-scales')
  await cp('mappings/market-scales', own, { recursive: true })
  const samples = await readSamples({ folder: own })
  const single = samples.find(({ expected }) => expected.received === 1 && expected.accepted === 1)
  const path = join(own, 'samples', `${single?.name.replace(/\.[^.]+$/, '')}.expected.json`)
  const golden = JSON.parse(await readFile(path, 'utf8'))
  await writeFile(path, JSON.stringify({ ...golden, ...wrong }))
  const registry = await loadRegistry(folder)
  const system = registry.system('market-scales')
  if (!system || !stored) throw new Error('the copy is no system')
  const pool = createPool({ url: database.url })
  await registerSystems(pool, [system])
  const intake = createIntake({ pool, registry, clock: Date.now, onCommitted: () => {} })
  try {
    const hub = { pool, intake, empty: () => emptyTables(pool) }
    const spoilt = (await readSamples(system)).filter(({ name }) => name === single?.name)
    const verdict = await stored.run({ system, samples: spoilt, receivedAtMs: Date.UTC(2026, 10, 1), hub })
    expect(verdict.is).toBe('failed')
    const findings = verdict.is === 'failed' ? verdict.findings.map(({ en }) => en) : []
    for (const text of told) expect(findings).toContainEqual(expect.stringContaining(text))
  } finally {
    await intake.close()
    await pool.end()
    await rm(folder, { recursive: true })
  }
})
