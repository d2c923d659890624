import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { PAPER_REASONS } from '#core/documents/paper-reasons.ts'

it('docs/gate.md names every reason that a check of papers gives, in the row of its severity', () => {
  const rows = readFileSync('docs/gate.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
  const told = (code: string): string =>
    rows.find((row) => row.split('|')[1]?.includes(`\`${code}\``))?.split('|')[2] ?? 'in no row'
  for (const [code, { severity }] of Object.entries(PAPER_REASONS))
    expect(`${code}: ${told(code)}`).toContain(severity)
})
