import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import type { ExpectedFile } from '#core/mapping/check/expected.ts'
import { type CaseResult, type MappingCase, runMappingTests } from '#core/mapping/check/run-tests.ts'
import { type Words, words } from '#core/mapping/words.ts'
import type { Signing } from '#core/signing/signing.ts'
import { refuseUnsigned } from '#flow/intake/check-signature.ts'
import { testOutbound } from './golden-outbound.ts'
import { readOptions } from './read-options.ts'
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
    const record = system.records.get(expected.record)
    const mapping = record?.mapping
    if (!record || !mapping) results.push({ name, failures: [noMapping(expected.record)] })
    else {
      const sources = await sourcesOf(
        bytes,
        readOptions(record, mapping, expected.contentType),
        expected,
        system.sign,
      )
      results.push(...runMappingTests(mapping, [{ name, expected, sources }], receivedAtMs))
    }
  }
  for (const { mapping } of system.records.values())
    if (mapping?.write && system.folder !== null)
      results.push(...(await testOutbound(mapping, system.folder)))
  return results
}

const noMapping = (record: string): Words =>
  words(`there is no working mapping for ${record}`, `${record} 没有可用的映射`)

async function sourcesOf(
  bytes: Buffer,
  read: ReturnType<typeof readOptions>,
  { secrets = {} }: ExpectedFile,
  signing: Signing | undefined,
): Promise<MappingCase['sources']> {
  try {
    const { records } = await decodeMessage(bytes, read)
    const secret = signing && secrets[signing.secret]
    if (signing && secret) refuseUnsigned(signing, secret, { bytes, read })
    return records
  } catch (error) {
    if (error instanceof DecodeRefusal) return { refused: error.code, at: error.at }
    throw error
  }
}
