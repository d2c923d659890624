import { setTimeout as pause } from 'node:timers/promises'
import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { PreparedChanges } from '#flow/delivery/ports.ts'
import { createPool } from '#store/database.ts'
import { listDeliveries } from '#store/deliveries.ts'
import { listHeldChanges } from '#store/held-changes.ts'
import { findLinksWithWork, leaseLink } from '#store/link-lease.ts'
import { deleteLink, patchLink } from '#store/links.ts'
import { withDatabase } from '#test/database.ts'
import type { versionRow } from '../changes/rows.ts'
import { allOk, type ReceivedBatch, type Receiver, type Reply, startReceiver } from './receiver.ts'
import { deliveryAt, linkNow, linkTo, someRows, store } from './setting.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

const database = withDatabase()
let pool: Pool
let receiver: Receiver

beforeAll(() => {
  pool = createPool({ url: database.url, max: 6 })
})
afterAll(async () => await pool.end())
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(async () => await receiver.close())

const versionsOf = (id: string, among = receiver.changes): number[] =>
  among.filter((change) => change.id === id).map(({ version }) => version)
/** `ok` for all but the records named. */
const except =
  (ids: readonly string[], verdict: string, more: object = {}) =>
  (batch: ReceivedBatch): Reply[] =>
    batch.changes.map(({ event, id }) =>
      ids.includes(id) ? { event, verdict, ...more } : { event, verdict: 'ok' },
    )

describe('what a receiver gets', () => {
  test('every change once, in order, in batches of 500, signed, with its record', async () => {
    const link = await linkTo(pool, receiver)
    const rows = someRows(1203)
    await store(pool, rows)
    const { delivery } = deliveryAt(pool)
    expect(await delivery.deliverLink(link.id)).toEqual({ done: true })
    expect(receiver.batches.map(({ changes }) => changes.length)).toEqual([500, 500, 203])
    expect(receiver.changes.map(({ id }) => id)).toEqual(rows.map(({ id }) => id))
    expect(receiver.batches.every(({ signed, link: of }) => signed && of === link.id)).toBe(true)
    expect(receiver.changes[0]).toMatchObject({
      operation: 'upsert',
      kind: 'sale',
      version: 1,
      record: { kind: 'sale', id: rows[0]?.id, version: 1, status: 'active', system: 'jiaxing-wholesale' },
    })
    const after = await linkNow(pool, link.id)
    expect(after).toMatchObject({ delivered: 1203, refused: 0, attempts: 0, lastError: null, nextAt: null })
    expect(after.lastOkAt).not.toBeNull()
    const deliveries = await listDeliveries(pool, { linkId: link.id, limit: 10 })
    expect(deliveries.map(({ changes, ok, outcome }) => [changes, ok, outcome]).sort()).toEqual([
      [203, 203, 'taken'],
      [500, 500, 'taken'],
      [500, 500, 'taken'],
    ])
    expect(deliveries.some(({ toPosition }) => toPosition === after.cursor)).toBe(true)
  })

  test('a void as operation "void", and versions of one record never in the same batch', async () => {
    const link = await linkTo(pool, receiver)
    const [row] = someRows(1) as [ReturnType<typeof versionRow>]
    await store(pool, [row, { ...row, version: 2 }, { ...row, version: 3, status: 'void' }])
    await deliveryAt(pool).delivery.deliverLink(link.id)
    expect(receiver.changes.map(({ operation, version }) => [version, operation])).toEqual([
      [1, 'upsert'],
      [2, 'upsert'],
      [3, 'void'],
    ])
    expect(receiver.batches).toHaveLength(3)
  })

  test('only what its filter lets through, and the cursor still reaches the head', async () => {
    const link = await linkTo(pool, receiver, { filter: { regions: ['330100'], kinds: ['sale'] } })
    const [mine] = someRows(1, { region: '330105' })
    await store(pool, [...someRows(3), mine as never, ...someRows(3, { region: '330105', kind: 'test' })])
    await deliveryAt(pool).delivery.deliverLink(link.id)
    expect(receiver.changes.map(({ id }) => id)).toEqual([mine?.id])
    expect((await findLinksWithWork(pool, Date.now())).map(({ id }) => id)).not.toContain(link.id)
  })

  test('its own format where the link names a mapping; what cannot be mapped is refused and readable', async () => {
    const link = await linkTo(pool, receiver, { mapping: 'city/sale' })
    const rows = someRows(3)
    await store(pool, rows)
    const one: PreparedChanges['one'] = ({ text }) => {
      const { key } = JSON.parse(text) as { key: string[] }
      return key[0] === rows[1]?.id.split(':').at(-1)
        ? { ok: false, code: 'mapping_failed', detail: 'no batch number' }
        : { ok: true, text: JSON.stringify({ 单号: key[0] }) }
    }
    const mappingOf = () => ({ prepare: async () => ({ one, writesMessages: false, messages: () => [] }) })
    await deliveryAt(pool, { mappingOf }).delivery.deliverLink(link.id)
    expect(receiver.changes.map(({ record }) => Object.keys(record))).toEqual([['单号'], ['单号']])
    const [refused] = await listHeldChanges(pool, { linkId: link.id, state: 'refused', limit: 5 })
    expect(refused).toMatchObject({
      recordId: rows[1]?.id,
      code: 'mapping_failed',
      detail: 'no batch number',
    })
    expect(await linkNow(pool, link.id)).toMatchObject({ delivered: 2, refused: 1 })
  })

  test('nothing over a mapping that does not exist: the link says so and keeps its place', async () => {
    const link = await linkTo(pool, receiver, { mapping: 'city/none' })
    await store(pool, someRows(1))
    await deliveryAt(pool).delivery.deliverLink(link.id)
    const after = await linkNow(pool, link.id)
    expect(receiver.batches).toHaveLength(0)
    expect(after.cursor).toBe(link.cursor)
    expect(after.lastError).toMatchObject({ class: 'config', status: null })
  })
})

type Version = ReturnType<typeof versionRow>

describe('verdicts', () => {
  test('a refused change is readable with its reason, and the others go on', async () => {
    const link = await linkTo(pool, receiver)
    const rows = someRows(4)
    await store(pool, rows)
    receiver.answer = except([rows[2]?.id ?? ''], 'reject', { code: 'E12', detail: '品类不在目录' })
    await deliveryAt(pool).delivery.deliverLink(link.id)
    const held = await listHeldChanges(pool, { linkId: link.id, limit: 5 })
    expect(held).toMatchObject([
      {
        recordId: rows[2]?.id,
        version: 1,
        state: 'refused',
        code: 'E12',
        detail: '品类不在目录',
        nextAt: null,
      },
    ])
    expect(await linkNow(pool, link.id)).toMatchObject({ delivered: 3, refused: 1, attempts: 0 })
  })

  test('a duplicate is as good as taken', async () => {
    const link = await linkTo(pool, receiver)
    await store(pool, someRows(2))
    receiver.answer = (batch) => batch.changes.map(({ event }) => ({ event, verdict: 'duplicate' }))
    await deliveryAt(pool).delivery.deliverLink(link.id)
    expect(await linkNow(pool, link.id)).toMatchObject({ delivered: 2, refused: 0 })
    expect(await listHeldChanges(pool, { linkId: link.id, limit: 5 })).toEqual([])
  })

  test('a change put off holds the later versions of its record back, others go on, and the order is kept', async () => {
    const link = await linkTo(pool, receiver)
    const [slow, other] = someRows(2) as [ReturnType<typeof versionRow>, ReturnType<typeof versionRow>]
    await store(pool, [slow, other])
    receiver.answer = except([slow.id], 'retry', { after: 60 })
    const { delivery, clock } = deliveryAt(pool)
    const ended = await delivery.deliverLink(link.id)
    expect(ended).toEqual({ done: true, nextAt: clock.time + MINUTE })

    await store(pool, [
      { ...slow, version: 2 },
      { ...other, version: 2 },
      { ...slow, version: 3 },
    ])
    await delivery.deliverLink(link.id)
    expect(versionsOf(slow.id)).toEqual([1])
    expect(versionsOf(other.id)).toEqual([1, 2])
    expect(await listHeldChanges(pool, { linkId: link.id, state: 'waiting', limit: 9 })).toHaveLength(3)

    receiver.answer = allOk
    clock.time += 59 * SECOND
    await delivery.deliverLink(link.id)
    expect(versionsOf(slow.id)).toEqual([1])
    clock.time += 2 * SECOND
    expect(await delivery.deliverLink(link.id)).toEqual({ done: true })
    expect(versionsOf(slow.id)).toEqual([1, 1, 2, 3])
    expect(new Set(receiver.changes.filter(({ id }) => id === slow.id).map(({ event }) => event)).size).toBe(
      3,
    )
    expect(await listHeldChanges(pool, { linkId: link.id, limit: 9 })).toEqual([])

    await store(pool, [{ ...slow, version: 4 }])
    await delivery.deliverLink(link.id)
    expect(versionsOf(slow.id)).toEqual([1, 1, 2, 3, 4])
    expect(await linkNow(pool, link.id)).toMatchObject({ delivered: 6, refused: 0 })
  })

  test.each([false, true])(
    'a change that waits is not sent any more once the filter leaves it out (coalescing: %s)',
    async (coalesces) => {
      const link = await linkTo(pool, receiver, { coalesces })
      const [out, moved, kept] = someRows(3) as [Version, Version, Version]
      await store(pool, [out, moved, kept])
      receiver.answer = except([out.id, moved.id, kept.id], 'retry')
      const { delivery, clock } = deliveryAt(pool)
      await delivery.deliverLink(link.id)
      // One comes back within the filter by a later version, which waited behind it.
      await store(pool, [
        { ...out, version: 2 },
        { ...moved, version: 2, region: '310115' },
      ])
      await delivery.deliverLink(link.id)
      await store(pool, [{ ...kept, version: 2, region: '310115' }])
      await patchLink(pool, link.id, { filter: { regions: ['310000'] } })
      receiver.answer = allOk
      receiver.changes.splice(0)
      clock.time += MINUTE
      await delivery.deliverLink(link.id)
      expect(receiver.changes.map(({ id, version }) => [id, version]).toSorted()).toEqual(
        [
          [kept.id, 2],
          [moved.id, 2],
        ].toSorted(),
      )
      expect(await listHeldChanges(pool, { linkId: link.id, limit: 9 })).toEqual([])
    },
  )

  test('a change that is put off again and again waits longer each time; refused at last it frees the next version', async () => {
    const link = await linkTo(pool, receiver)
    const [slow] = someRows(1) as [ReturnType<typeof versionRow>]
    await store(pool, [slow])
    receiver.answer = except([slow.id], 'retry')
    const { delivery, clock } = deliveryAt(pool)
    const waits: number[] = []
    for (let attempt = 0; attempt < 4; attempt++) {
      const { nextAt } = await delivery.deliverLink(link.id)
      waits.push((nextAt ?? 0) - clock.time)
      clock.time = nextAt ?? 0
    }
    expect(waits).toEqual([5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE])
    await store(pool, [{ ...slow, version: 2 }])
    receiver.answer = (batch) =>
      batch.changes.map(({ event, version }) => ({ event, verdict: version === 1 ? 'reject' : 'ok' }))
    await delivery.deliverLink(link.id)
    expect(versionsOf(slow.id)).toEqual([1, 1, 1, 1, 1, 2])
    expect(await listHeldChanges(pool, { linkId: link.id, limit: 9 })).toMatchObject([
      { version: 1, state: 'refused' },
    ])
  })

  test('a receiver that puts everything off gets nothing new before it takes some: what is held stays bounded', async () => {
    const link = await linkTo(pool, receiver)
    for (let i = 0; i < 11; i++) await store(pool, someRows(1000))
    receiver.answer = (batch) => batch.changes.map(({ event }) => ({ event, verdict: 'retry', after: 300 }))
    const { delivery, clock } = deliveryAt(pool)
    expect(await delivery.deliverLink(link.id)).toEqual({
      done: true,
      failed: true,
      nextAt: clock.time + 5 * MINUTE,
    })
    expect(receiver.changes).toHaveLength(10_000)
    expect((await linkNow(pool, link.id)).lastError).toMatchObject({ class: 'retry' })
    receiver.answer = allOk
    clock.time += 5 * MINUTE
    expect(await delivery.deliverLink(link.id)).toEqual({ done: true })
    expect(new Set(receiver.taken.map(({ id }) => id)).size).toBe(11_000)
    expect(await linkNow(pool, link.id)).toMatchObject({ delivered: 11_000, lastError: null })
  }, 90_000)

  test('words that PostgreSQL cannot keep do not stop a link', async () => {
    const link = await linkTo(pool, receiver, { mapping: 'city/sale' })
    const rows = someRows(3)
    await store(pool, rows)
    const words = `\0${'好'.repeat(498)}\ud83d\ude00`
    const one: PreparedChanges['one'] = ({ recordId }) =>
      recordId === rows[0]?.id
        ? { ok: false, code: 'mapping_failed', detail: words }
        : { ok: true, text: '{}' }
    receiver.answer = except([rows[1]?.id ?? ''], 'reject', { code: words, detail: words })
    await deliveryAt(pool, {
      mappingOf: () => ({ prepare: async () => ({ one, messages: () => [], writesMessages: false }) }),
    }).delivery.deliverLink(link.id)
    expect(await linkNow(pool, link.id)).toMatchObject({ delivered: 1, refused: 2 })
  })

  test('a change without a verdict is sent again', async () => {
    const link = await linkTo(pool, receiver)
    const rows = someRows(3)
    await store(pool, rows)
    receiver.answer = (batch) => allOk(batch).slice(1)
    const { delivery, clock } = deliveryAt(pool)
    await delivery.deliverLink(link.id)
    receiver.answer = allOk
    clock.time += 5 * SECOND
    await delivery.deliverLink(link.id)
    expect(receiver.changes.map(({ id }) => id)).toEqual([...rows.map(({ id }) => id), rows[0]?.id])
    expect(await linkNow(pool, link.id)).toMatchObject({ delivered: 3 })
  })
})

describe('a batch refused without verdicts', () => {
  test('is halved until the poison is alone; all others arrive and the poison is kept with the reason', async () => {
    const link = await linkTo(pool, receiver)
    const rows = someRows(300)
    const poison = rows[137]?.id ?? ''
    await store(pool, rows)
    receiver.answer = (batch) =>
      batch.changes.some(({ id }) => id === poison) ? { status: 422, body: 'no' } : allOk(batch)
    await deliveryAt(pool).delivery.deliverLink(link.id)
    expect(receiver.taken.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).filter((id) => id !== poison))
    expect(await listHeldChanges(pool, { linkId: link.id, limit: 9 })).toMatchObject([
      { recordId: poison, state: 'refused', code: 'http_422' },
    ])
    expect(await linkNow(pool, link.id)).toMatchObject({ delivered: 299, refused: 1 })
    expect(receiver.batches.length).toBeLessThan(40)
  })

  test('stops the link as misconfigured when every change is refused, instead of refusing the whole log', async () => {
    const link = await linkTo(pool, receiver)
    await store(pool, someRows(100))
    receiver.answer = () => ({ status: 400 })
    const { delivery, clock } = deliveryAt(pool)
    const { nextAt } = await delivery.deliverLink(link.id)
    expect((nextAt ?? 0) - clock.time).toBe(10 * MINUTE)
    const stopped = await linkNow(pool, link.id)
    expect(stopped.lastError).toMatchObject({ class: 'config', status: 400 })
    expect(stopped.refused).toBe(19)
    clock.time = nextAt ?? 0
    await delivery.deliverLink(link.id)
    expect(await linkNow(pool, link.id)).toMatchObject({ refused: 19, cursor: stopped.cursor })
  })
})

describe('a receiver that fails', () => {
  test('down for long costs one row: the cursor stays, the waits grow, one change goes ahead when it is back', async () => {
    const link = await linkTo(pool, receiver)
    const rows = someRows(40)
    await store(pool, rows)
    await receiver.close()
    const { delivery, clock } = deliveryAt(pool)
    const waits: number[] = []
    for (let attempt = 0; attempt < 11; attempt++) {
      const { done, nextAt } = await delivery.deliverLink(link.id)
      expect(done).toBe(true)
      waits.push((nextAt ?? 0) - clock.time)
      expect((await delivery.deliverLink(link.id)).nextAt).toBe(nextAt)
      clock.time = nextAt ?? 0
    }
    expect(waits.slice(0, 9)).toEqual([
      5 * SECOND,
      30 * SECOND,
      2 * MINUTE,
      10 * MINUTE,
      30 * MINUTE,
      2 * HOUR,
      6 * HOUR,
      12 * HOUR,
      24 * HOUR,
    ])
    expect(waits.slice(9)).toEqual([24 * HOUR, 24 * HOUR])
    const down = await linkNow(pool, link.id)
    expect(down).toMatchObject({ cursor: link.cursor, attempts: 11, delivered: 0 })
    expect(down.lastError).toMatchObject({ class: 'retry', status: null, detail: 'ECONNREFUSED' })
    expect(down.lastError?.advice.zh).toContain('重试')
    expect(await listHeldChanges(pool, { linkId: link.id, limit: 5 })).toEqual([])

    receiver = await startReceiver(Number(new URL(receiver.url).port))
    expect(await delivery.deliverLink(link.id)).toEqual({ done: true })
    expect(receiver.batches[0]?.changes).toHaveLength(1)
    expect(receiver.changes.map(({ id }) => id)).toEqual(rows.map(({ id }) => id))
    expect(await linkNow(pool, link.id)).toMatchObject({
      attempts: 0,
      nextAt: null,
      lastError: null,
      delivered: 40,
    })
  })

  test('that fails while the operator mends the link does not make the mended link wait', async () => {
    const link = await linkTo(pool, receiver)
    await store(pool, someRows(2))
    receiver.answer = async () => {
      await patchLink(pool, link.id, { name: 'mended' })
      return { status: 404 }
    }
    const { delivery } = deliveryAt(pool)
    expect(await delivery.deliverLink(link.id)).toEqual({ done: false })
    expect(await linkNow(pool, link.id)).toMatchObject({
      attempts: 0,
      nextAt: null,
      lastError: null,
      cursor: link.cursor,
    })
    receiver.answer = allOk
    await delivery.deliverLink(link.id)
    expect(receiver.taken).toHaveLength(2)
  })

  test('that is asked for while it backs off is still one that fails: it takes no place of those that answer', async () => {
    const link = await linkTo(pool, receiver)
    await store(pool, someRows(1))
    receiver.answer = () => ({ status: 500 })
    const { delivery } = deliveryAt(pool)
    const { nextAt } = await delivery.deliverLink(link.id)
    expect(await delivery.deliverLink(link.id)).toEqual({ done: true, failed: true, nextAt })
    expect(receiver.batches).toHaveLength(1)
  })

  test('429 with Retry-After is left in peace exactly as long as it asks', async () => {
    const link = await linkTo(pool, receiver)
    await store(pool, someRows(2))
    receiver.answer = () => ({ status: 429, headers: { 'retry-after': '90' } })
    const { delivery, clock } = deliveryAt(pool)
    const { nextAt } = await delivery.deliverLink(link.id)
    expect((nextAt ?? 0) - clock.time).toBe(90 * SECOND)
    receiver.answer = allOk
    clock.time += 89 * SECOND
    await delivery.deliverLink(link.id)
    expect(receiver.batches).toHaveLength(1)
    clock.time += SECOND
    await delivery.deliverLink(link.id)
    expect(receiver.taken).toHaveLength(2)
    expect(receiver.batches[0]?.changes[0]?.event).toBe(receiver.taken[0]?.event)
  })

  test.each([
    [401, 'auth'],
    [403, 'auth'],
    [404, 'config'],
    [302, 'config'],
  ])(
    'status %i stops the link with an error of class %s, and a change by the operator lets it go on',
    async (status, kind) => {
      const link = await linkTo(pool, receiver)
      await store(pool, someRows(2))
      receiver.answer = () => ({ status })
      const { delivery, clock } = deliveryAt(pool)
      const { nextAt } = await delivery.deliverLink(link.id)
      expect((nextAt ?? 0) - clock.time).toBe(10 * MINUTE)
      const stopped = await linkNow(pool, link.id)
      expect(stopped.lastError).toMatchObject({ class: kind, status, at: new Date(clock.time).toISOString() })
      expect(stopped.cursor).toBe(link.cursor)
      receiver.answer = allOk
      await patchLink(pool, link.id, { state: 'active' })
      await delivery.deliverLink(link.id)
      expect(receiver.taken).toHaveLength(2)
    },
  )

  test.each(['reset', 'garbage'] as const)(
    'that answers with %s is asked again with the same message and events',
    async (how) => {
      const link = await linkTo(pool, receiver)
      await store(pool, someRows(1))
      receiver.answer = () => (how === 'reset' ? 'reset' : { status: 200, body: '<html>' })
      const { delivery, clock } = deliveryAt(pool)
      clock.time = (await delivery.deliverLink(link.id)).nextAt ?? 0
      receiver.answer = allOk
      await delivery.deliverLink(link.id)
      const [first, second] = receiver.batches
      expect(second).toEqual(first)
      expect(receiver.taken).toHaveLength(1)
    },
  )
})

describe('one worker at a time', () => {
  test('a second worker leaves a link alone that another delivers', async () => {
    const link = await linkTo(pool, receiver)
    await store(pool, someRows(3))
    const others: unknown[] = []
    receiver.answer = async (batch) => {
      for (let i = 0; i < 3; i++) others.push(await deliveryAt(pool).delivery.deliverLink(link.id))
      return allOk(batch)
    }
    await deliveryAt(pool).delivery.deliverLink(link.id)
    expect(others).toEqual(Array(3).fill({ done: true, nextAt: expect.any(Number), elsewhere: true }))
    expect(receiver.batches).toHaveLength(1)
  })

  test('a worker that is stopped in the middle of a batch gives its lease back; the batch comes again with the same events', async () => {
    const link = await linkTo(pool, receiver)
    const rows = someRows(5)
    await store(pool, rows)
    receiver.answer = () => 'hang'
    const stop = new AbortController()
    const { delivery } = deliveryAt(pool)
    const under = delivery.deliverLink(link.id, { signal: stop.signal })
    await expect.poll(() => receiver.batches.length).toBe(1)
    stop.abort()
    expect(await under).toEqual({ done: false })
    expect(await linkNow(pool, link.id)).toMatchObject({ cursor: link.cursor, attempts: 0, lastError: null })
    receiver.answer = allOk
    await store(pool, [{ ...(rows[0] as ReturnType<typeof versionRow>), version: 2 }])
    await delivery.deliverLink(link.id)
    expect(receiver.batches[1]?.changes.slice(0, 5).map(({ event }) => event)).toEqual(
      receiver.batches[0]?.changes.map(({ event }) => event),
    )
    expect(versionsOf(rows[0]?.id ?? '')).toEqual([1, 1, 2])
  })

  test('a worker that lost its lease while it sent cannot move the cursor; its batch comes again with the same events', async () => {
    const link = await linkTo(pool, receiver)
    await store(pool, someRows(3))
    receiver.answer = async (batch) => {
      await pool.query('update link_lanes set fence = fence + 1, leased_until = null where link_id = $1', [
        link.id,
      ])
      return allOk(batch)
    }
    await deliveryAt(pool).delivery.deliverLink(link.id)
    expect(await linkNow(pool, link.id)).toMatchObject({ cursor: link.cursor, delivered: 0 })
    receiver.answer = allOk
    await deliveryAt(pool).delivery.deliverLink(link.id)
    expect(receiver.batches[1]).toEqual(receiver.batches[0])
    expect(await linkNow(pool, link.id)).toMatchObject({ delivered: 3 })
  })

  test('a lease is kept while a slow receiver thinks, and runs out by itself where a worker died', async () => {
    const link = await linkTo(pool, receiver)
    await store(pool, someRows(1))
    const answers: unknown[] = []
    receiver.answer = async (batch) => {
      for (let i = 0; i < 3; i++) {
        await pause(150)
        answers.push(await deliveryAt(pool).delivery.deliverLink(link.id))
      }
      return allOk(batch)
    }
    await deliveryAt(pool, { leaseMs: 200 }).delivery.deliverLink(link.id)
    expect(answers).toEqual(Array(3).fill({ done: true, nextAt: expect.any(Number), elsewhere: true }))
    expect(receiver.batches).toHaveLength(1)

    await store(pool, someRows(1))
    await leaseLink(pool, link.id, { lane: 'live', nowMs: Date.now(), leaseMs: 300 })
    receiver.answer = allOk
    await deliveryAt(pool).delivery.deliverLink(link.id)
    expect(receiver.batches).toHaveLength(1)
    await pause(320)
    await deliveryAt(pool).delivery.deliverLink(link.id)
    expect(receiver.batches).toHaveLength(2)
  })

  test('a change that comes while a delivery is about to end is not passed over, though its wake found the link busy', async () => {
    const link = await linkTo(pool, receiver)
    await store(pool, someRows(1))
    const { delivery } = deliveryAt(pool)
    // The lease is given back by an UPDATE; a trigger stores one more change in that very moment.
    await pool.query(`create function late_change() returns trigger language plpgsql as $$ begin
      if new.leased_until is null and old.leased_until is not null then
        insert into record_versions select record_id, 2, nextval('change_positions'), kind, system, record, status, schema, mapping,
          message_id, message_index, received_at, recorded, occurred_at, region, product_class, source_order, content_hash, flags, codes,
          body from record_versions order by position desc limit 1;
      end if; return new; end $$`)
    await pool.query(
      'create trigger late before update on link_lanes for each row execute function late_change()',
    )
    expect(await delivery.deliverLink(link.id)).toEqual({ done: false })
    await pool.query('drop trigger late on link_lanes')
    expect(await delivery.deliverLink(link.id)).toEqual({ done: true })
    expect(receiver.changes.map(({ version }) => version)).toEqual([1, 2])
  })

  test('a paused link gets nothing, a deleted one neither', async () => {
    const link = await linkTo(pool, receiver)
    await store(pool, someRows(2))
    await patchLink(pool, link.id, { state: 'paused' })
    const { delivery } = deliveryAt(pool)
    expect(await delivery.deliverLink(link.id)).toEqual({ done: true })
    expect((await findLinksWithWork(pool, Date.now())).map(({ id }) => id)).not.toContain(link.id)
    expect(receiver.batches).toHaveLength(0)
    await patchLink(pool, link.id, { state: 'active' })
    expect((await findLinksWithWork(pool, Date.now())).map(({ id }) => id)).toContain(link.id)
    expect(await deleteLink(pool, link.id)).toBe(true)
    expect(await delivery.deliverLink(link.id)).toEqual({ done: true })
    expect(receiver.batches).toHaveLength(0)
  })

  test('a link that is paused during a delivery stops after the batch under way', async () => {
    const link = await linkTo(pool, receiver)
    await store(pool, someRows(1100))
    receiver.answer = async (batch) => {
      if (receiver.batches.length === 1) await patchLink(pool, link.id, { state: 'paused' })
      return allOk(batch)
    }
    await deliveryAt(pool).delivery.deliverLink(link.id)
    expect(receiver.changes.length).toBeLessThan(1100)
    const { delivered } = await linkNow(pool, link.id)
    expect(delivered).toBe(receiver.changes.length)
  })
})
