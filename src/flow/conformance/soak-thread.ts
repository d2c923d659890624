import { workerData } from 'node:worker_threads'
import type { SourceValue } from '#core/source.ts'
import { readSamples } from '#flow/systems/golden.ts'
import { loadSystem } from '#flow/systems/load.ts'
import { decodedSamples } from './decoded.ts'
import type { SoakTask } from './soak.ts'

/** The thread of `soak`: maps the records of a system's samples over and over, each time with other digits. */
const { folder, records } = workerData as SoakTask
const system = await loadSystem(folder)
if (!system) throw new Error(`${folder} is no system`)
const trial = { system, samples: await readSamples(system), receivedAtMs: Date.now(), hub: null }
const whole = (await decodedSamples(trial)).flatMap(({ mapping, records: all }) =>
  all.filter(({ issues }) => issues.length === 0).map((source) => ({ mapping, source })),
)
for (let i = 0; whole.length > 0 && i < records; i++) {
  const { mapping, source } = whole[i % whole.length] as (typeof whole)[number]
  mapping.map({ ...source, index: i, value: numbered(source.value, i) }, trial)
}

/** The same record with other digits at the end of its codes, so that what remembers texts meets new ones. */
function numbered(value: SourceValue, i: number): SourceValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const changed: { [name: string]: SourceValue } = {}
  for (const [name, member] of Object.entries(value)) {
    changed[name] =
      typeof member === 'string' && /^[A-Z]*\d{10,}$/.test(member)
        ? member.slice(0, -6) + String(i).padStart(6, '0')
        : member
  }
  return changed
}
