import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HubError } from '#core/errors.ts'
import type { ExpectedFile } from '#core/mapping/check/expected.ts'
import type { Receipt } from '#core/receipt.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { type GoldenSample, readSamples } from '#flow/systems/golden.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'

const registry = await loadRegistry('mappings')
const systems = await Promise.all(
  [...registry.systems.values()].map(async (system) => ({
    id: system.id,
    samples: await readSamples(system),
  })),
)

const wordsOf = (expected: ExpectedFile): string[] => expected.records.map(({ result }) => result)

describe('every sample, pushed into an empty hub after the one that it follows', () => {
  const database = withDatabase()
  let pool: Pool
  let intake: Intake
  beforeAll(() => {
    pool = createPool({ url: database.url })
    intake = createIntake({ pool, registry, clock: Date.now, onCommitted: () => {} })
  })
  afterAll(async () => {
    await intake.close()
    await pool.end()
  })

  const push = (system: string, { bytes, expected }: GoldenSample): Promise<Receipt> =>
    intake.push({ system, record: expected.record, bytes, contentType: expected.contentType, keyId: null })

  for (const { id, samples } of systems) {
    for (const sample of samples) {
      const { expected } = sample
      it(`${id} ${sample.name}: ${expected.received} received, ${expected.accepted} accepted, ${expected.rejected} rejected`, async () => {
        await pool.query('truncate messages, record_versions, lot_edges, rejections, waiting_voids')
        for (const file of [expected.sendAfter ?? []].flat()) {
          const before = samples.find(({ name }) => name.endsWith(`/${file}`))
          await push(id, before as GoldenSample)
        }
        if (expected.refused) {
          const refusal = await push(id, sample).catch((error: unknown) => error)
          expect(refusal).toBeInstanceOf(HubError)
          expect(refusal).toMatchObject({
            code: 'unreadable_message',
            parts: {
              issues: [
                {
                  code: expected.refused.code,
                  ...(expected.refused.at === undefined ? {} : { path: expected.refused.at }),
                },
              ],
            },
          })
          const { rows } = await pool.query('select state, received from messages')
          expect(rows).toEqual([{ state: 'refused', received: 0 }])
          return
        }
        const receipt = await push(id, sample)
        const { received, accepted, unchanged, rejected } = expected
        expect(receipt).toMatchObject({ received, accepted, unchanged, rejected })
        expect(receipt.results.map(({ result }) => result)).toEqual(wordsOf(expected))
      })
    }
  }
})
