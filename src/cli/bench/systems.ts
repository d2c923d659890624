import { type Decoded, decodedSamples, read } from '#flow/conformance/decoded.ts'
import { readSamples } from '#flow/systems/golden.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { type Figure, median } from './figures.ts'

/** Records in one measurement: enough that the clock does not matter. */
const RECORDS = 4000
const CONTEXT = { receivedAtMs: Date.UTC(2026, 10, 1) }

/** Mapping and decoding of every record of every installed system, on its largest valid sample. */
export async function benchSystems(mappings: string, quick: boolean): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const system of (await loadRegistry(mappings)).systems.values()) {
    const trial = { system, samples: await readSamples(system), ...CONTEXT, hub: null }
    for (const one of largest(await decodedSamples(trial))) figures.push(await figureOf(one, quick ? 3 : 9))
  }
  return figures
}

function largest(decoded: readonly Decoded[]): Decoded[] {
  const best = new Map<string, Decoded>()
  for (const one of decoded) {
    if (!one.sample.name.startsWith('valid/')) continue
    if (one.records.length > (best.get(one.mapping.record)?.records.length ?? 0))
      best.set(one.mapping.record, one)
  }
  return [...best.values()]
}

async function figureOf({ sample, mapping, records }: Decoded, rounds: number): Promise<Figure> {
  const passes = Math.ceil(RECORDS / records.length)
  const mapped: number[] = []
  const decoded: number[] = []
  for (let round = 0; round < rounds + 2; round++) {
    const mappingRate = await rateOf(records.length * passes, async () => {
      for (let pass = 0; pass < passes; pass++) for (const record of records) mapping.map(record, CONTEXT)
    })
    const decodingRate = await rateOf(records.length * passes, async () => {
      for (let pass = 0; pass < passes; pass++) await read(sample.bytes, mapping)
    })
    if (round < 2) continue // the compiler of the engine settles
    mapped.push(mappingRate)
    decoded.push(decodingRate)
  }
  const value = median(mapped)
  return {
    name: `mapping ${mapping.name}`,
    value,
    unit: 'records/s and core',
    baseline: `decoding the same bytes (${Math.round(median(decoded)).toLocaleString('en-US')}/s)`,
    ratio: value / median(decoded),
  }
}

async function rateOf(records: number, work: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return records / ((performance.now() - started) / 1000)
}
