/** A process that goes on with the replay named as its argument, and says so after each step; tests kill it. */
import { runReplay } from '#flow/replay/run.ts'
import { createLiveRegistry } from '#flow/systems/live.ts'
import { registryOf } from '#flow/systems/registry.ts'
import { createPool } from '#store/database.ts'

const [url = '', id = ''] = process.argv.slice(2)
const pool = createPool({ url, max: 2 })
const registry = createLiveRegistry({ pool, seed: registryOf(new Map()) })
await registry.refresh()
await runReplay({ pool, registry, leaseMs: 1000, onCommitted: () => {} }, id, {
  onStep: ({ counts }) => process.stdout.write(`${counts['messages']}\n`),
})
await pool.end()
