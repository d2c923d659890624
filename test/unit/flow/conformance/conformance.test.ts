import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runConformance } from '#flow/conformance/run.ts'
import { readSamples } from '#flow/systems/golden.ts'
import { loadRegistry } from '#flow/systems/load.ts'

const RECEIVED = Date.UTC(2026, 10, 1)
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conformance-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The bronze findings of a good system after one thing in its folder was spoilt. */
async function spoilt(spoil: (path: string) => Promise<void>): Promise<string[]> {
  const path = join(folder, 'jiaxing-wholesale')
  await rm(path, { recursive: true, force: true })
  await cp('mappings/jiaxing-wholesale', path, { recursive: true })
  await spoil(path)
  const system = (await loadRegistry(folder)).system('jiaxing-wholesale')
  if (!system) throw new Error('the copy is no system')
  const trial = { system, samples: await readSamples(system), receivedAtMs: RECEIVED, hub: null }
  const { results } = await runConformance(trial, 'bronze')
  for (const { verdict } of results)
    for (const { zh } of verdict.is === 'failed' ? verdict.findings : [])
      expect(zh).toMatch(/\p{Script=Han}/u)
  return results.flatMap(({ check, verdict }) => (verdict.is === 'failed' ? [check.id] : []))
}

const edit =
  (file: string, change: (text: string) => string) =>
  async (path: string): Promise<void> => {
    const before = await readFile(join(path, file), 'utf8')
    const after = change(before)
    if (after === before) throw new Error(`nothing was spoilt in ${file}`)
    await writeFile(join(path, file), after)
  }

describe('the conformance suite finds what is wrong', () => {
  it.each([
    ['nothing, in a good system', async () => {}, []],
    [
      'a mistake in the mapping',
      edit('trade.yaml', (text) => text.replace('occurredAt', 'ocurredAt')),
      ['compiles', 'goldens'],
    ],
    [
      'a README without voids',
      edit('README.md', (text) => text.replaceAll(/void|作废/gi, '')),
      ['described'],
    ],
    [
      'a field that nobody reads',
      edit('trade.yaml', (text) => text.replace(/ignore: .*\n/, '')),
      ['nothing-unread'],
    ],
    [
      'a golden that says something else',
      edit('samples/valid/one.expected.json', (text) => text.replace('JXSG', 'JXSX')),
      ['goldens'],
    ],
    [
      'a golden that nobody has read',
      edit('samples/valid/one.expected.json', (text) => text.replace('{', '{"draft": true,')),
      ['read-by-a-person'],
    ],
    [
      'no broken samples',
      (path: string) => rm(join(path, 'samples/invalid'), { recursive: true }),
      ['samples'],
    ],
    [
      'a card number that reaches a record',
      edit('trade.yaml', (text) => text.replace('      occurredAt', '      note: cardNo\n      occurredAt')),
      ['ignored-stays-out'],
    ],
  ] as const)('%s', async (_what, spoil, found) => {
    expect(await spoilt(spoil)).toEqual(expect.arrayContaining([...found]))
    if (found.length === 0) expect(await spoilt(spoil)).toEqual([])
  })
})
