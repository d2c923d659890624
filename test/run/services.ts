import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A program that some tests need beside what npm installs. */
export interface Service {
  readonly name: string
  readonly programs: readonly string[]
  /** Setting that names a running one instead. */
  readonly setting?: string
  /** Debian package that brings it. */
  readonly debian: string
}

const SERVICES: readonly Service[] = [
  { name: 'Redis', programs: ['redis-server'], setting: 'HUB_TEST_REDIS_URL', debian: 'redis-server' },
  {
    name: 'Chromium',
    programs: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    debian: 'chromium',
  },
]

/** The services that this machine does not have. */
export function missingServices(env: Readonly<Record<string, string | undefined>>): readonly Service[] {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const isThere = (program: string) => folders.some((folder) => isExecutable(join(folder, program)))
  return SERVICES.filter(({ programs, setting }) => !(setting && env[setting]) && !programs.some(isThere))
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
