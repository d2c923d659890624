import { expect, it } from 'vitest'
import { createLiveRegistry } from '#flow/systems/live.ts'
import { type InstalledSystem, registryOf } from '#flow/systems/registry.ts'
import { withVersions } from '#test/versions.ts'

const hub = withVersions()

it('an active mapping takes nothing while the system.yaml of its folder is broken: what must be signed is not known', async () => {
  await hub.take({ version: 1 })
  expect(hub.registry.system('stall')?.records.get('sale')?.mapping).not.toBeNull()
  const stall: InstalledSystem = {
    id: 'stall',
    title: { zh: '摊位', en: 'Stall' },
    folder: 'stall',
    records: new Map(),
    doubts: [],
    mistakes: [
      {
        path: 'stall/system.yaml',
        line: 1,
        column: 1,
        target: 'sign',
        message: { en: 'x', zh: 'x' },
        advice: { en: 'x', zh: 'x' },
      },
    ],
  }
  const registry = createLiveRegistry({ pool: hub.pool, seed: registryOf(new Map([['stall', stall]])) })
  await registry.refresh()
  expect(registry.system('stall')?.records.get('sale')?.mapping).toBeNull()
  expect(registry.system('stall')?.mistakes).toHaveLength(1)
})
