import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HubError } from '#core/errors.ts'
import type { Receipt } from '#core/receipt.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { createPool } from '#store/database.ts'
import { withApi } from '#test/api.ts'
import { type Fault, failingPool } from '#test/failing-pool.ts'
import { trade } from '#test/jiaxing.ts'

const api = withApi()
let pool: Pool
let plain: Intake

beforeAll(() => {
  pool = createPool({ url: api.database.url, max: 4 })
  plain = createIntake({ pool, registry: api.registry, clock: Date.now, onCommitted: () => {} })
})
afterAll(async () => {
  await plain.close()
  await pool.end()
})

/** A trade, one that is rejected, and a void that waits: every statement that intake has. */
const messageOf = (name: string): string =>
  JSON.stringify([
    trade(`${name}-1`, { extra: 'drifts' }),
    trade('', { goodsName: name }),
    trade(`${name}-2`, { status: '2', refBillNo: `${name}-later` }),
  ])

const push = (intake: Intake, bytes: string, idempotencyKey?: string): Promise<Receipt> =>
  intake.push({
    system: 'jiaxing-wholesale',
    record: 'trade',
    bytes: Buffer.from(bytes),
    contentType: 'application/json',
    keyId: null,
    ...(idempotencyKey ? { idempotencyKey } : {}),
  })

describe.each<Fault>(['cut before', 'cut after', 'serialization failure', 'disk full'])('%s', (fault) => {
  it.each([true, false])(
    'whichever query fails, the sender is told or it is done, and a retry stores once (Idempotency-Key: %s)',
    async (keyed) => {
      let reached = true
      for (let nth = 1; reached; nth++) {
        expect(nth).toBeLessThan(30)
        const name = `${fault.replaceAll(' ', '-')}-${keyed}-${nth}`
        const bytes = messageOf(name)
        const broken = failingPool(pool, nth, fault)
        const intake = createIntake({
          pool: broken.pool,
          registry: api.registry,
          clock: Date.now,
          onCommitted: () => {},
        })
        const key = keyed ? name : undefined
        const first = await push(intake, bytes, key).catch((error: unknown) => error)
        if (first instanceof Error) {
          expect(first, `query ${nth}: ${first.message}`).toBeInstanceOf(HubError)
          expect((first as HubError).code).toBe('unavailable')
        }
        await intake.close()
        reached = broken.failed()
        const again = await push(plain, bytes, key)
        expect(again).toMatchObject({ received: 3, rejected: 1 })
        expect(again.accepted + again.unchanged).toBe(2)
        if (keyed && !(first instanceof Error)) expect(again).toEqual(first)
        const { rows } = await pool.query(
          `select (select count(*)::int from record_versions where record_id like $1) as versions,
                  (select count(*)::int from waiting_voids where record_id like $1) as voids`,
          [`%:${name}-%`],
        )
        expect(rows, `query ${nth}`).toEqual([{ versions: 2, voids: 2 }])
        const { statusCode, body } = await api.call('GET', `/v1/receipts/${again.receipt}`)
        expect([statusCode, JSON.parse(body)]).toEqual([200, expect.objectContaining({ received: 3 })])
      }
    },
  )
})
