import type { Intake } from '#flow/intake/intake.ts'
import { readSamples } from '#flow/systems/golden.ts'
import type { Registry } from '#flow/systems/registry.ts'

/** Pushes every valid sample of every system in its own bytes; a sample that follows another comes after it. */
export async function pushSamples(intake: Intake, registry: Pick<Registry, 'systems'>): Promise<void> {
  const samples = await Promise.all(
    [...registry.systems.values()].map(async (system) => ({
      id: system.id,
      samples: await readSamples(system),
    })),
  )
  for (const follows of [false, true])
    for (const { id, samples: ofSystem } of samples)
      for (const { name, bytes, expected } of ofSystem) {
        if (name.includes('invalid') || (expected.sendAfter !== undefined) !== follows) continue
        const { record, contentType } = expected
        await intake.push({ system: id, record, bytes, contentType, keyId: null })
      }
}
