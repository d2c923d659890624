import { afterAll, beforeAll, expect, it } from 'vitest'
import { HubError } from '#core/errors.ts'
import type { Receipt } from '#core/receipt.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()
/** Intakes that know nothing of each other, as those of several processes. */
let intakes: Intake[] = []

beforeAll(() => {
  const { pool, registry } = api
  intakes = Array.from({ length: 4 }, () =>
    createIntake({ pool, registry, clock: Date.now, onCommitted: () => {} }),
  )
})
afterAll(() => Promise.all(intakes.map((intake) => intake.close())))

const push = (intake: Intake, body: unknown, idempotencyKey?: string): Promise<Receipt> =>
  intake.push({
    system: 'jiaxing-wholesale',
    record: 'trade',
    bytes: Buffer.from(JSON.stringify(body)),
    contentType: 'application/json',
    keyId: null,
    ...(idempotencyKey ? { idempotencyKey } : {}),
  })

it('one key in four processes at once gives one receipt to all, and one message', async () => {
  for (let round = 0; round < 15; round++) {
    const body = [trade(`IK-${round}`)]
    const receipts = await Promise.all(
      [...intakes, ...intakes].map((intake) => push(intake, body, `key-${round}`)),
    )
    expect(new Set(receipts.map(({ receipt }) => receipt)).size).toBe(1)
    expect(receipts[0]).toMatchObject({ received: 1, accepted: 1 })
  }
})

it('one key with two bodies at once: one is stored, the other is refused with 422', async () => {
  for (let round = 0; round < 10; round++) {
    const answers = await Promise.allSettled(
      intakes.map((intake, i) => push(intake, [trade(`IB-${round}-${i % 2}`)], `two-${round}`)),
    )
    const good = answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value.receipt] : []))
    const bad = answers.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(new Set(good).size).toBe(1)
    expect(bad.map((error) => (error instanceof HubError ? error.code : error))).toEqual([
      'idempotency_conflict',
      'idempotency_conflict',
    ])
  }
})

it('the same bill with other content in four processes at once gets a version for each, and nobody a 5xx that says "internal"', async () => {
  for (let round = 0; round < 10; round++) {
    const answers = await Promise.allSettled(
      [...intakes, ...intakes].map((intake, i) =>
        push(intake, [trade(`HOT-${round}`, { price: `${i + 1}.00` })]),
      ),
    )
    const stored = answers.filter(({ status }) => status === 'fulfilled').length
    for (const one of answers)
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'busy' })
    const { rows } = await api.pool.query(
      `select count(*)::int as count, max(version) as newest from record_versions where record_id = $1`,
      [`urn:cnft:sale:jiaxing-wholesale:trade:HOT-${round}`],
    )
    expect(rows).toEqual([{ count: stored, newest: stored }])
  }
})

it('the same rejections in another order in four processes at once never wait for each other', async () => {
  const bad = Array.from({ length: 60 }, (_, i) => trade('', { goodsName: `bad ${i}` }))
  const receipts = await Promise.all(intakes.map((intake, i) => push(intake, i % 2 ? bad : bad.toReversed())))
  for (const receipt of receipts) expect(receipt).toMatchObject({ received: 60, rejected: 60 })
})

it('a key is used up only by what was stored; one that is too long or no key at all is refused', async () => {
  const headers = { 'idempotency-key': 'after-a-failure' }
  const broken = await api.push(TRADES, '[{', { headers })
  expect(broken.statusCode).toBe(400)
  expect((await api.push(TRADES, JSON.stringify([trade('AF-1')]), { headers })).json()).toMatchObject({
    accepted: 1,
  })
  for (const [key, status] of [
    ['k'.repeat(255), 200],
    ['k'.repeat(256), 400],
    ['', 400],
  ] as const) {
    const answer = await api.push(TRADES, JSON.stringify([trade('AF-2')]), {
      headers: { 'idempotency-key': key },
    })
    expect(answer.statusCode).toBe(status)
  }
})
