import fc from 'fast-check'
import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { cancelBackfill, countBackfill, createBackfill, listBackfills } from '#store/backfills.ts'
import { createPool, inTransaction } from '#store/database.ts'
import { listDeliveries } from '#store/deliveries.ts'
import { listHeldChanges } from '#store/held-changes.ts'
import { findLinksWithWork } from '#store/link-lease.ts'
import { resendVersions } from '#store/resend.ts'
import { withDatabase } from '#test/database.ts'
import type { versionRow } from '../changes/rows.ts'
import { allOk, type ReceivedBatch, type Receiver, startReceiver } from './receiver.ts'
import { deliveryAt, linkNow, linkTo, someRows, store } from './setting.ts'

type Row = ReturnType<typeof versionRow>

const database = withDatabase()
let pool: Pool
let receiver: Receiver

beforeAll(() => {
  pool = createPool({ url: database.url, max: 8 })
})
afterAll(async () => await pool.end())
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(async () => {
  await receiver.close()
  await pool.query('delete from links')
})

const deliver = (id: string, lane: 'live' | 'recall' = 'live') =>
  deliveryAt(pool).delivery.deliverLink(id, { lane })
const workOf = async (id: string): Promise<string[]> =>
  (await findLinksWithWork(pool, Date.now())).filter((one) => one.id === id).map(({ lane }) => lane)
const seen = (): string[] => receiver.changes.map(({ id, version }) => `${id} ${version}`)
const nameOf = ({ id }: Row, version = 1): string => `${id} ${version}`

describe('the recall lane', () => {
  test('a hold goes ahead of a backlog, every version of it also where superseded ones are left out, and not by the live lane', async () => {
    const link = await linkTo(pool, receiver, { coalesces: true })
    const backlog = someRows(700)
    const [hold] = someRows(1, { kind: 'hold' }) as [Row]
    await store(pool, [...backlog, hold, { ...hold, version: 2, status: 'void' }])
    expect(await deliver(link.id, 'recall')).toEqual({ done: true })
    expect(seen()).toEqual([nameOf(hold), nameOf(hold, 2)])
    expect(await workOf(link.id)).toEqual(['live'])
    receiver.changes.length = 0
    await deliver(link.id)
    expect(seen()).toEqual(backlog.map((row) => nameOf(row)))
    const { recall, delivered } = await linkNow(pool, link.id)
    expect([delivered, recall.delivered]).toEqual([700, 2])
    const lanes = (await listDeliveries(pool, { linkId: link.id, limit: 10 })).map(({ lane }) => lane)
    expect([...new Set(lanes)].sort()).toEqual(['live', 'recall'])
  })

  test('a hold is delivered while the live delivery of the same link hangs', async () => {
    const link = await linkTo(pool, receiver)
    await store(pool, someRows(3))
    const stop = new AbortController()
    const hanging = new Promise<void>((resolve) => {
      receiver.answer = (batch) => {
        if (batch.changes[0]?.kind === 'hold') return allOk(batch)
        resolve()
        return 'hang'
      }
    })
    const live = deliveryAt(pool).delivery.deliverLink(link.id, { signal: stop.signal })
    await hanging
    const [hold] = someRows(1, { kind: 'hold' }) as [Row]
    await store(pool, [hold])
    expect(await workOf(link.id)).toEqual(['recall'])
    expect(await deliver(link.id, 'recall')).toEqual({ done: true })
    expect(receiver.taken.map(({ id }) => id)).toEqual([hold.id])
    stop.abort()
    await live
  })

  test('it backs off by itself: neither lane stops the other', async () => {
    const link = await linkTo(pool, receiver)
    const [hold] = someRows(1, { kind: 'hold' }) as [Row]
    await store(pool, [...someRows(2), hold])
    receiver.answer = ({ changes }) =>
      changes[0]?.kind === 'hold' ? allOk({ changes } as ReceivedBatch) : { status: 503 }
    const clock = deliveryAt(pool)
    expect((await clock.delivery.deliverLink(link.id)).nextAt).toBeGreaterThan(clock.clock.time)
    await deliver(link.id, 'recall')
    expect(receiver.taken.map(({ id }) => id)).toEqual([hold.id])
    const { attempts, recall } = await linkNow(pool, link.id)
    expect([attempts, recall.attempts]).toEqual([1, 0])
  })

  test('a link that lets no holds through has nothing to do there', async () => {
    const link = await linkTo(pool, receiver, { filter: { kinds: ['sale'] } })
    await store(pool, someRows(1, { kind: 'hold' }))
    expect(await workOf(link.id)).toEqual(['live'])
    await deliver(link.id)
    expect(await workOf(link.id)).toEqual([])
    expect(receiver.batches).toHaveLength(0)
  })
})

describe('what corrects a record that fitted the filter', () => {
  const verdict = (said: string) => Buffer.from(`{"test":{"verdict":"${said}"}}`)

  test('goes over the link, whenever it comes, and again by a backfill; what never fitted does not', async () => {
    const link = await linkTo(pool, receiver, { filter: { risks: ['failed_test'], regions: ['330100'] } })
    const [failed, passed] = someRows(2, { kind: 'test', region: '330100' }) as [Row, Row]
    await store(pool, [
      { ...failed, body: verdict('fail') },
      { ...passed, body: verdict('pass') },
    ])
    await deliver(link.id)
    const corrected = { version: 2, region: '110101', body: verdict('pass') }
    await store(pool, [
      { ...failed, ...corrected },
      { ...passed, ...corrected },
    ])
    await deliver(link.id)
    expect(seen()).toEqual([nameOf(failed), nameOf(failed, 2)])
    receiver.changes.length = 0
    const scope = { records: [failed.id, passed.id] }
    expect(await countBackfill(pool, link.id, scope)).toBe(1)
    await createBackfill(pool, link.id, scope)
    await deliver(link.id)
    expect(seen()).toEqual([nameOf(failed, 2)])
  })

  test('waits behind what it corrects where the receiver is away', async () => {
    const link = await linkTo(pool, receiver, { filter: { risks: ['failed_test'] } })
    const [failed] = someRows(1, { kind: 'test', body: verdict('fail') }) as [Row]
    await store(pool, [failed])
    receiver.answer = ({ changes }) =>
      changes.map(({ event }) => ({ event, verdict: 'retry', code: 'locked' }))
    const at = deliveryAt(pool)
    await at.delivery.deliverLink(link.id)
    await store(pool, [{ ...failed, version: 2, body: verdict('pass') }])
    await at.delivery.deliverLink(link.id)
    receiver.answer = allOk
    receiver.changes.length = 0
    at.clock.time += 3_600_000
    await at.delivery.deliverLink(link.id)
    await at.delivery.deliverLink(link.id)
    expect(seen()).toEqual([nameOf(failed), nameOf(failed, 2)])
  })
})

describe('a backfill', () => {
  test('sends each record once, as it is now, with the event that a live delivery would have', async () => {
    const [first, second] = someRows(2) as [Row, Row]
    const [hold] = someRows(1, { kind: 'hold' }) as [Row]
    await store(pool, [first, { ...first, version: 2 }, second, hold])
    const link = await linkTo(pool, receiver)
    const wanted = [first, second, hold].map(({ id }) => id)
    expect(await countBackfill(pool, link.id, { records: wanted })).toBe(3)
    const made = await createBackfill(pool, link.id, { records: wanted })
    expect(await workOf(link.id)).toEqual(['recall', 'live'])
    await deliver(link.id, 'recall')
    await deliver(link.id)
    expect(seen()).toEqual([nameOf(hold), nameOf(first, 2), nameOf(second)])
    expect(await workOf(link.id)).toEqual([])
    const [done] = await listBackfills(pool, { linkId: link.id, limit: 5 })
    expect(done).toMatchObject({ id: made?.id, state: 'done', delivered: 3, superseded: 1, refused: 0 })
    expect(done?.done).toBe(done?.total)
    const events = receiver.changes.map(({ event }) => event)
    receiver.changes.length = 0
    await createBackfill(pool, link.id, { records: wanted })
    await deliver(link.id, 'recall')
    await deliver(link.id)
    expect(receiver.changes.map(({ event }) => event)).toEqual(events)
  })

  test('within a time, a kind or a region; a record that went on since is sent as it is now', async () => {
    const at = (day: number) => Date.UTC(2030, 0, day)
    const [old, moved] = someRows(2, { receivedAtMs: at(1), region: '330400' }) as [Row, Row]
    const [other] = someRows(1, { receivedAtMs: at(1), region: '110100' }) as [Row]
    await store(pool, [old, moved, other, { ...moved, version: 2, receivedAtMs: at(9) }])
    const link = await linkTo(pool, receiver, { filter: { regions: ['330000'] } })
    const scope = { from: new Date(at(1)).toISOString(), to: new Date(at(2)).toISOString(), kinds: ['sale'] }
    await createBackfill(pool, link.id, scope)
    await deliver(link.id)
    expect(seen()).toEqual([nameOf(old), nameOf(moved, 2)])
  })

  test('live changes go first, and a backfill always moves', async () => {
    const past = someRows(3)
    await store(pool, past)
    const link = await linkTo(pool, receiver, { limits: { batch: 1 } })
    await store(pool, someRows(9))
    await createBackfill(pool, link.id, { records: past.map(({ id }) => id) })
    await deliver(link.id)
    const isPast = new Set(past.map(({ id }) => id))
    expect(receiver.changes.map(({ id }) => (isPast.has(id) ? 'past' : 'live'))).toEqual(
      'live live live live past live live live live past live past'.split(' '),
    )
  })

  test('what the receiver puts off waits, and later versions wait behind it', async () => {
    const [row] = someRows(1) as [Row]
    await store(pool, [row])
    const link = await linkTo(pool, receiver)
    await createBackfill(pool, link.id, { kinds: ['sale'], records: [row.id] })
    receiver.answer = ({ changes }) => changes.map(({ event }) => ({ event, verdict: 'retry' }))
    await deliver(link.id)
    await store(pool, [{ ...row, version: 2 }])
    receiver.answer = allOk
    await deliver(link.id)
    expect(seen()).toEqual([nameOf(row)])
    const { delivery, clock } = deliveryAt(pool)
    clock.time += 60_000
    await delivery.deliverLink(link.id)
    expect(seen()).toEqual([nameOf(row), nameOf(row), nameOf(row, 2)])
    expect(await listBackfills(pool, { linkId: link.id, limit: 1 })).toMatchObject([
      { putOff: 1, state: 'done' },
    ])
  })

  test('one that is cancelled sends nothing more; a worker that lost its lease moves neither cursor nor backfill', async () => {
    const past = someRows(4)
    await store(pool, past)
    const link = await linkTo(pool, receiver, { limits: { batch: 1 } })
    const made = await createBackfill(pool, link.id, { records: past.map(({ id }) => id) })
    receiver.answer = async (batch) => {
      await pool.query('update link_lanes set fence = fence + 1, leased_until = null where link_id = $1', [
        link.id,
      ])
      return allOk(batch)
    }
    await deliver(link.id)
    expect(receiver.batches).toHaveLength(1)
    expect(await listBackfills(pool, { linkId: link.id, limit: 1 })).toMatchObject([
      { delivered: 0, done: 0 },
    ])
    expect((await linkNow(pool, link.id)).cursor).toBe(link.cursor)
    receiver.answer = async (batch) => {
      await cancelBackfill(pool, link.id, made?.id ?? '')
      return allOk(batch)
    }
    await deliver(link.id)
    expect(receiver.batches).toHaveLength(2)
    expect(await listBackfills(pool, { linkId: link.id, limit: 1 })).toMatchObject([{ state: 'cancelled' }])
    expect(await workOf(link.id)).toEqual([])
  })
})

const REPLAY = '018f0000-0000-7000-8000-000000000000'

type Act =
  | { readonly act: 'push'; readonly which: number }
  | { readonly act: 'replay'; readonly which: readonly number[] }
  | { readonly act: 'backfill' }
  | { readonly act: 'resend'; readonly which: number; readonly version: number }
  | { readonly act: 'deliver'; readonly word: 'retry' | 'reject' | 'ok' | 'down'; readonly which: number }

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ act: fc.constant('push' as const), which: fc.nat(2) }),
  fc.record({ act: fc.constant('push' as const), which: fc.nat(2) }),
  fc.record({ act: fc.constant('replay' as const), which: fc.subarray([0, 1, 2], { minLength: 1 }) }),
  fc.record({ act: fc.constant('backfill' as const) }),
  fc.record({
    act: fc.constant('resend' as const),
    which: fc.nat(2),
    version: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    act: fc.constant('deliver' as const),
    word: fc.constantFrom('retry', 'reject', 'ok', 'down'),
    which: fc.nat(2),
  }),
)

test('pushes, replays, backfills and resends in any order: the receiver ends with the newest version, and none that it takes goes back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { minLength: 3, maxLength: 20 }),
      fc.boolean(),
      async (acts, coalesces) => {
        const records = someRows(3)
        const versions = [0, 0, 0]
        const link = await linkTo(pool, receiver, { coalesces })
        const took: string[] = []
        let mood: Extract<Act, { act: 'deliver' }> = { act: 'deliver', word: 'ok', which: 0 }
        receiver.answer = (batch) => {
          if (mood.word === 'down') return { status: 503 }
          return batch.changes.map(({ event, id, version }) => {
            const verdict = id === records[mood.which]?.id ? mood.word : 'ok'
            if (verdict === 'ok') took.push(`${id} ${version}`)
            return { event, verdict }
          })
        }
        const { delivery, clock } = deliveryAt(pool)
        for (const one of acts) {
          if (one.act === 'push') {
            const version = (versions[one.which] ?? 0) + 1
            versions[one.which] = version
            await store(pool, [{ ...(records[one.which] as Row), version }])
          } else if (one.act === 'replay') {
            const anew = one.which.filter((which) => versions[which])
            for (const which of anew) versions[which] = (versions[which] ?? 0) + 1
            await store(
              pool,
              anew.map((which) => ({
                ...(records[which] as Row),
                version: versions[which] as number,
                replay: REPLAY,
              })),
            )
          } else if (one.act === 'backfill') {
            await createBackfill(pool, link.id, { kinds: ['sale'], records: records.map(({ id }) => id) })
          } else if (one.act === 'resend') {
            const { id } = records[one.which] as Row
            await inTransaction(pool, (client) =>
              resendVersions(client, link.id, [{ recordId: id, version: one.version }]),
            )
          } else {
            mood = one
            await delivery.deliverLink(link.id)
            clock.time += 20_000
          }
        }
        mood = { act: 'deliver', word: 'ok', which: 0 }
        for (let again = 0; again < 60; again++) {
          const { nextAt } = await delivery.deliverLink(link.id)
          if (nextAt === undefined) break
          clock.time = nextAt
        }
        const held = await listHeldChanges(pool, { linkId: link.id, limit: 100 })
        expect(held.filter(({ state }) => state === 'waiting')).toEqual([])
        for (const [i, { id }] of records.entries()) {
          const mine = took
            .filter((one) => one.startsWith(`${id} `))
            .map((one) => Number(one.split(' ').at(-1)))
          expect(mine).toEqual([...mine].sort((a, b) => a - b))
          const newest = versions[i] ?? 0
          const isRefused = held.some(({ recordId, version }) => recordId === id && version === newest)
          if (newest > 0 && !isRefused) expect(mine.at(-1)).toBe(newest)
        }
        expect(
          await listBackfills(pool, { linkId: link.id, limit: 20 }).then((all) =>
            all.filter(({ state }) => state === 'open'),
          ),
        ).toEqual([])
        await pool.query('delete from links')
      },
    ),
    { numRuns: 40 },
  )
}, 180_000)
