import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readSamples, testSystem } from '#flow/systems/golden.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { newSystem } from '#flow/systems/new-system.ts'

const RECEIVED = Date.UTC(2026, 10, 1)
const mappings = await mkdtemp(join(tmpdir(), 'new-system-'))
afterAll(() => rm(mappings, { recursive: true }))

it.each([
  [
    'a-workbook',
    'mappings/stall-ledger/samples/valid/C-032-april.xlsx',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  ],
  ['a-form', 'mappings/longyou-farms/samples/valid/harvest-day.txt', 'application/x-www-form-urlencoded'],
])(
  '%s of one sample loads without a mistake, and its draft is what comes out',
  async (system, samplePath, accepts) => {
    const made = await newSystem({
      mappings,
      system,
      record: 'record',
      title: { zh: '甲', en: 'A' },
      adapter: 'push',
      samplePath,
      receivedAtMs: RECEIVED,
    })
    expect(made.mistakes).toEqual([])
    const installed = (await loadRegistry(mappings)).systems.get(system)
    if (installed === undefined) throw new Error('the system is not there')
    expect(await readFile(join(mappings, system, 'system.yaml'), 'utf8')).toContain(`accepts: [${accepts}]`)
    const [sample] = await readSamples(installed)
    expect(sample?.bytes).toEqual(await readFile(samplePath))
    expect(sample?.expected).toMatchObject({ draft: true, rejected: 0, received: made.mapped.length })
    expect((await testSystem(installed, RECEIVED)).flatMap(({ failures }) => failures)).toEqual([])
  },
)
