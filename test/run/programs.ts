import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A program that some tests need beside what npm installs. */
export interface NeededProgram {
  readonly name: string
  /** Names under which PATH may have it. */
  readonly files: readonly string[]
  /** Debian package that brings it. */
  readonly debian: string
}

const NEEDED: readonly NeededProgram[] = [
  { name: 'Redis', files: ['redis-server'], debian: 'redis-server' },
  { name: 'An older PostgreSQL', files: ['psql'], debian: 'postgresql' },
  {
    name: 'Chromium',
    files: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    debian: 'chromium',
  },
  { name: 'Mosquitto', files: ['mosquitto'], debian: 'mosquitto' },
]

/** The needed programs that this machine does not have. */
export function missingPrograms(env: Readonly<Record<string, string | undefined>>): readonly NeededProgram[] {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const isThere = (file: string) => folders.some((folder) => isExecutable(join(folder, file)))
  return NEEDED.filter(({ files }) => !files.some(isThere))
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
