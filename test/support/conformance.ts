import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TrialHub } from '#flow/conformance/check.ts'
import { CHECKS } from '#flow/conformance/run.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { readSamples } from '#flow/systems/golden.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { createPool } from '#store/database.ts'
import { emptyTables } from '#store/empty-tables.ts'
import { registerSystems } from '#store/systems.ts'
import { withDatabase } from './database.ts'

/** Later than all samples but those of 2026. */
const RECEIVED = Date.UTC(2026, 10, 1)
const registry = await loadRegistry('mappings')
const systems = await Promise.all(
  [...registry.systems.values()].map(async (system) => ({ system, samples: await readSamples(system) })),
)

/** The conformance suite over every `of`-th folder of `mappings/`, from the one at `part` on: a file of tests for each part, so that they run side by side. */
export function testConformance(part: number, of: number): void {
  describe.each(systems.filter((_, i) => i % of === part))('$system.id', ({ system, samples }) => {
    const database = withDatabase()
    let pool: Pool
    let intake: Intake
    let hub: TrialHub
    beforeAll(async () => {
      pool = createPool({ url: database.url })
      await registerSystems(pool, [system])
      intake = createIntake({ pool, registry, clock: Date.now, onCommitted: () => {} })
      hub = { pool, intake, empty: () => emptyTables(pool) }
    })
    afterAll(async () => {
      await intake.close()
      await pool.end()
    })

    it.each(CHECKS.map((check) => [`${check.level}: ${check.title.en}`, check] as const))(
      '%s',
      async (_title, check) => {
        expect(await check.run({ system, samples, receivedAtMs: RECEIVED, hub })).not.toMatchObject({
          is: 'failed',
        })
      },
    )
  })
}
