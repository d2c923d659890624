/**
 * Writes the list of all packages that the lock file names (SBOM, CycloneDX 1.5 as JSON, by `npm sbom`) to sbom.json, or to the path that is given.
 *
 *   npm run sbom [-- <path>]
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const path = process.argv[2] ?? join(root, 'sbom.json')
// What npm takes for the time and the name would differ from machine to machine.
const made = JSON.parse(
  execFileSync(
    'npm',
    ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      timeout: 120_000,
      shell: process.platform === 'win32',
    },
  ),
) as { serialNumber?: string; metadata: { timestamp?: string; component: { name: string } } }
delete made.serialNumber
delete made.metadata.timestamp
made.metadata.component.name = 'trace-hub'
writeFileSync(path, `${JSON.stringify(made, null, 1)}\n`)
console.log(path)
