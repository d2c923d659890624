import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { judgeDue } from '#flow/findings/judge-due.ts'
import { followers } from '#flow/follow/followers.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { readSamples } from '#flow/systems/golden.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { createPool } from '#store/database.ts'
import { listFindings } from '#store/findings.ts'
import { withDatabase } from '#test/database.ts'

const registry = await loadRegistry('mappings')
const database = withDatabase()
let pool: Pool
let intake: Intake

const follow = async (): Promise<void> => {
  for (const follower of followers) {
    let end = 'more'
    while (end === 'more') end = await follower.step(pool)
  }
}
const judge = async (): Promise<void> => {
  await follow()
  while ((await judgeDue({ pool, intake }, Date.now())).judged > 0);
  await follow()
}

beforeAll(async () => {
  pool = createPool({ url: database.url })
  intake = createIntake({ pool, registry, clock: Date.now, onCommitted: () => {} })
  for (const follows of [false, true])
    for (const system of registry.systems.values())
      for (const { name, bytes, expected } of await readSamples(system)) {
        if (name.includes('invalid') || (expected.sendAfter !== undefined) !== follows) continue
        const { record, contentType } = expected
        await intake.push({ system: system.id, record, bytes, contentType, keyId: null })
      }
  await judge()
}, 60_000)
afterAll(async () => {
  await intake.close()
  await pool.end()
})

test('x', async () => {
  const found = await listFindings(pool, { limit: 500 })
  console.log(found.length)
  for (const one of found) {
    const b = JSON.parse(one.body)
    console.log(b.findingKind, b.severity, b.state, b.subject, b.region?.code, b.sentence.zh, JSON.stringify(b.numbers?.map((n: any) => `${n.name}=${n.value}`)), b.evidence.length)
  }
  expect(1).toBe(1)
})
