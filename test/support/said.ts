import { afterEach, beforeEach, vi } from 'vitest'

/**
 * What commands say, in English, line by line; begun anew before each test of the file.
 * @param environment of the process for the time of a test, such as DATABASE_URL
 */
export function linesSaid(environment: () => Readonly<Record<string, string>>): string[] {
  const said: string[] = []
  beforeEach(() => {
    said.length = 0
    for (const [name, value] of Object.entries({ HUB_LANG: 'en', ...environment() })) vi.stubEnv(name, value)
    for (const name of ['log', 'error'] as const)
      vi.spyOn(console, name).mockImplementation((line: string) => void said.push(line))
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
    process.exitCode = undefined
  })
  return said
}
