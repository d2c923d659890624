import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadRegistry } from '#flow/systems/load.ts'
import type { Registry } from '#flow/systems/registry.ts'

/** Where the Shanghai platform of these tests lies. */
export const SHANGHAI = 'test/support/shanghai-platform'
/** Secret of the samples. */
export const SAMPLE_SECRET = 'sample-secret'
export const expectedOut = (): string =>
  readFileSync(`${SHANGHAI}/samples/outbound/expected-out.json`, 'utf8').trimEnd()
export const answers = (): { status: number; body: unknown; verdict: string }[] =>
  JSON.parse(readFileSync(`${SHANGHAI}/samples/outbound/answers.json`, 'utf8'))

/** The installed systems, and the Shanghai platform. */
export async function registryWithShanghai(): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), 'hub-mappings-'))
  try {
    cpSync('mappings', folder, { recursive: true })
    cpSync(SHANGHAI, join(folder, 'shanghai-platform'), { recursive: true })
    return await loadRegistry(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
