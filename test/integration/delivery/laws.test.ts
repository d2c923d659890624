import fc from 'fast-check'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPool } from '#store/database.ts'
import { listHeldChanges } from '#store/held-changes.ts'
import { withDatabase } from '#test/database.ts'
import { type Answer, allOk, type ReceivedBatch, type Receiver, startReceiver } from './receiver.ts'
import { deliveryAt, linkTo, someRows, store } from './setting.ts'

const database = withDatabase()
let pool: Pool
let receiver: Receiver

beforeAll(async () => {
  pool = createPool({ url: database.url, max: 6 })
  receiver = await startReceiver()
})
afterAll(async () => {
  await receiver.close()
  await pool.end()
})

/** One mood of the receiver, for one request. `word` is given to the records whose number is in `records`, `ok` to the others. */
type Mood =
  | {
      readonly kind: 'words'
      readonly word: 'retry' | 'reject' | 'duplicate' | ''
      readonly records: number[]
    }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'reset' }

const mood: fc.Arbitrary<Mood> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('words' as const),
      word: fc.constantFrom('retry', 'reject', 'duplicate', '' as const),
      records: fc.uniqueArray(fc.integer({ min: 0, max: 3 })),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('status' as const),
      status: fc.constantFrom(400, 413, 429, 500, 401),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reset' as const) }) },
)

function answerOf(batch: ReceivedBatch, now: Mood | undefined, ids: readonly string[]): Answer {
  if (!now) return allOk(batch)
  if (now.kind === 'reset') return 'reset'
  if (now.kind === 'status') return { status: now.status }
  return batch.changes.flatMap(({ event, id }) => {
    const word = now.records.includes(ids.indexOf(id)) ? now.word : 'ok'
    return word === '' ? [] : [{ event, verdict: word }]
  })
}

test('whatever a receiver does, every version is taken or kept as refused, and no version of a record ever goes back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 8 }), {
        minLength: 1,
        maxLength: 3,
      }),
      fc.array(mood, { maxLength: 15 }),
      async (pushes, moods) => {
        const link = await linkTo(pool, receiver)
        const records = someRows(4)
        const ids = records.map(({ id }) => id)
        const versions = [0, 0, 0, 0]
        const coming = [...moods]
        receiver.changes.length = 0
        const took = new Set<string>()
        receiver.answer = (batch) => {
          const answer = answerOf(batch, coming.shift(), ids)
          if (Array.isArray(answer)) {
            const done = answer
              .filter(({ verdict }) => verdict === 'ok' || verdict === 'duplicate')
              .map(({ event }) => event)
            for (const { event, id, version } of batch.changes)
              if (done.includes(event)) took.add(`${id} ${version}`)
          }
          return answer
        }
        const { delivery, clock } = deliveryAt(pool)
        for (const push of pushes) {
          await store(
            pool,
            push.map((which) => {
              versions[which] = (versions[which] ?? 0) + 1
              return { ...(records[which] as (typeof records)[0]), version: versions[which] as number }
            }),
          )
          await delivery.deliverLink(link.id)
          clock.time += 20_000
        }
        for (let again = 0; again < 60; again++) {
          const { nextAt } = await delivery.deliverLink(link.id)
          if (nextAt === undefined) break
          clock.time = nextAt
        }

        const refused = await listHeldChanges(pool, { linkId: link.id, limit: 100 })
        expect(refused.filter(({ state }) => state === 'waiting')).toEqual([])
        const kept = new Set(refused.map(({ recordId, version }) => `${recordId} ${version}`))
        const stored = ids.flatMap((id, i) =>
          Array.from({ length: versions[i] ?? 0 }, (_, v) => `${id} ${v + 1}`),
        )
        expect(stored.filter((one) => !took.has(one) && !kept.has(one))).toEqual([])
        expect([...took].filter((one) => !stored.includes(one))).toEqual([])
        for (const id of ids) {
          const seen = receiver.changes.filter((change) => change.id === id).map(({ version }) => version)
          expect(seen).toEqual([...seen].sort((a, b) => a - b))
        }
      },
    ),
    { numRuns: 60 },
  )
}, 180_000)
