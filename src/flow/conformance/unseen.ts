import type { Mistake } from '#core/mapping/mapping.ts'
import { readSamples } from '#flow/systems/golden.ts'
import type { FolderSystem } from '#flow/systems/registry.ts'
import { decodedSamples } from './decoded.ts'

/** Places of the mappings of a system that read a field which none of its samples has. A record without a sample is not spoken of. */
export async function unseenOf(system: FolderSystem): Promise<Mistake[]> {
  const decoded = await decodedSamples({ system, samples: await readSamples(system) })
  const byRecord = Map.groupBy(decoded, ({ mapping }) => mapping.record)
  return [...byRecord.values()].flatMap((samples) => {
    const [first] = samples
    return first?.mapping.unseen?.(samples.flatMap(({ records }) => records)) ?? []
  })
}
