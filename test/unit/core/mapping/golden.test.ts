import { describe, expect, test } from 'vitest'
import { decode } from '#adapters/push/decode.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import { bodyIssues } from '#core/model/validate.ts'
import type { SourceRecord } from '#core/source.ts'
import { type GoldenSample, readSamples, testSystem } from '#flow/systems/golden.ts'
import { loadRegistry } from '#flow/systems/load.ts'

/** A morning after all samples but those of 2026. */
const RECEIVED = Date.UTC(2026, 5, 1)
const registry = await loadRegistry('mappings')
const systems = await Promise.all(
  [...registry.systems.values()].map(async (system) => ({
    system,
    samples: await readSamples(system),
    results: await testSystem(system, RECEIVED),
  })),
)

/** The source records of a sample that can be read, with its mapping. */
function readable(
  records: ReadonlyMap<string, { readonly mapping: CompiledMapping | null }>,
  { bytes, expected }: GoldenSample,
): { mapping: CompiledMapping; sources: SourceRecord[] } | null {
  const mapping = records.get(expected.record)?.mapping
  if (!mapping) throw new Error(`no mapping for ${expected.record}`)
  try {
    return { mapping, sources: decode(bytes, mapping.read).records }
  } catch (error) {
    if (error instanceof DecodeRefusal) return null
    throw error
  }
}

test('every installed mapping compiles without a mistake, and every system has samples', () => {
  expect(registry.mistakes).toEqual([])
  for (const { samples } of systems) expect(samples.length).toBeGreaterThan(3)
})

describe.each(systems)('$system.id', ({ system, samples, results }) => {
  test.each(results)('$name becomes what its expected file says', ({ failures }) => {
    expect(failures).toEqual([])
  })

  test.each(samples)('every body that comes out of $name fits the schema of its kind', (sample) => {
    const read = readable(system.records, sample)
    for (const source of read?.sources ?? []) {
      for (const { kind, body } of read?.mapping.map(source, { receivedAtMs: RECEIVED }).records ?? []) {
        if (body !== null) expect(bodyIssues(kind, body)).toEqual([])
      }
    }
  })

  test.each(samples)('$name has no field that its mapping neither reads nor ignores', (sample) => {
    const read = readable(system.records, sample)
    // A rejected one may be something else altogether: an error object, a record of another kind.
    const taken = read?.sources.filter(
      (source) => !read.mapping.map(source, { receivedAtMs: RECEIVED }).rejected,
    )
    const drift = new Set(taken?.flatMap((source) => read?.mapping.drift(source) ?? []))
    expect([...drift]).toEqual([])
  })
})
