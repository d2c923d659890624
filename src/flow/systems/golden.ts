import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { decode } from '#adapters/push/decode.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import type { ExpectedFile } from '#core/mapping/check/expected.ts'
import { type CaseResult, type MappingCase, runMappingTests } from '#core/mapping/check/run-tests.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import type { InstalledSystem } from './registry.ts'

/** A sample of a system with what must come out of it. */
export interface GoldenSample {
  /** Path below `samples/`, such as `valid/day.json`. */
  readonly name: string
  readonly bytes: Buffer
  readonly expected: ExpectedFile
}

const EXPECTED = '.expected.json'

/** The samples of a system: each `<sample>.expected.json` under `samples/` with the file beside it. */
export async function readSamples(system: Pick<InstalledSystem, 'folder'>): Promise<GoldenSample[]> {
  if (system.folder === null) return []
  const root = join(system.folder, 'samples')
  const files = await readdir(root, { recursive: true }).catch(() => [] as string[])
  const samples: GoldenSample[] = []
  for (const file of files.filter((one) => one.endsWith(EXPECTED)).sort()) {
    const stem = basename(file, EXPECTED)
    const beside = files.find(
      (one) => dirname(one) === dirname(file) && one !== file && basename(one).startsWith(`${stem}.`),
    )
    if (!beside) throw new Error(`${join(root, file)} has no sample beside it`)
    const expected = JSON.parse(await readFile(join(root, file), 'utf8')) as ExpectedFile
    samples.push({ name: beside, bytes: await readFile(join(root, beside)), expected })
  }
  return samples
}

/** Maps every sample of a system and compares it with what is expected: by the same compiled code as in production. */
export async function testSystem(system: InstalledSystem, receivedAtMs: number): Promise<CaseResult[]> {
  const results: CaseResult[] = []
  for (const { name, bytes, expected } of await readSamples(system)) {
    const mapping = system.records.get(expected.record)?.mapping
    if (!mapping) results.push({ name, failures: [`there is no working mapping for ${expected.record}`] })
    else
      results.push(
        ...runMappingTests(mapping, [{ name, expected, sources: sourcesOf(bytes, mapping) }], receivedAtMs),
      )
  }
  return results
}

function sourcesOf(bytes: Buffer, mapping: CompiledMapping): MappingCase['sources'] {
  try {
    return decode(bytes, mapping.read).records
  } catch (error) {
    if (error instanceof DecodeRefusal) return { refused: error.code }
    throw error
  }
}
