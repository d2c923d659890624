import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createIntake } from '#flow/intake/create-intake.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { trade } from '#test/jiaxing.ts'

const database = withDatabase()
const root = fileURLToPath(new URL('../../../', import.meta.url))
let pool: ReturnType<typeof createPool>

beforeAll(async () => {
  pool = createPool({ url: database.url, max: 2 })
  const registry = await loadRegistry(`${root}mappings`)
  const intake = createIntake({ pool, registry, clock: Date.now, onCommitted: () => {} })
  const bytes = Buffer.from(JSON.stringify([trade('Z1'), trade('Z2'), trade('')]))
  const message = {
    system: 'jiaxing-wholesale',
    record: 'trade',
    bytes,
    contentType: 'application/json',
    keyId: null,
  }
  await intake.push(message)
  const party = { kind: 'party', system: 'jiaxing-wholesale', key: 'p1', party: { name: '嘉禾示例果蔬商行' } }
  const bytesOf = Buffer.from(JSON.stringify(party))
  await intake.pushCanonical({ bytes: bytesOf, keyId: null, mayPush: () => {} })
  await intake.close()
})
afterAll(() => pool.end())

async function hub(...args: string[]) {
  const env = { ...process.env, DATABASE_URL: database.url, HUB_LANG: 'en', HUB_MAPPINGS: `${root}mappings` }
  const child = spawn(process.execPath, ['bin/hub', 'replay', ...args], { cwd: root, env })
  let out = ''
  let said = ''
  child.stdout.on('data', (chunk) => (out += chunk))
  child.stderr.on('data', (chunk) => (said += chunk))
  const [code] = await once(child, 'close')
  return { code, out, said }
}

it('hub replay counts without --apply, and says in one sentence what is wrong', {
  timeout: 60_000,
}, async () => {
  const dry = await hub('--system', 'jiaxing-wholesale', '--record', 'trade')
  expect(dry.code, dry.said).toBe(0)
  expect(JSON.parse(dry.out)).toMatchObject({
    mode: 'dry-run',
    state: 'done',
    counts: { messages: 1, received: 3, same: 2, stillFailing: 1, versions: 0 },
  })
  const canonical = await hub('--system', 'jiaxing-wholesale', '--record', 'canonical')
  expect(JSON.parse(canonical.out)).toMatchObject({ counts: { messages: 1, received: 1 } })
  const unknown = await hub('--system', 'nobody')
  expect(unknown).toMatchObject({ code: 1, said: expect.stringContaining('Unknown system: nobody') })
  expect((await hub('--apply')).said).toContain('Usage')
})
