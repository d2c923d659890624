import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createPool, inTransaction } from '#store/database.ts'
import { listHeldChanges } from '#store/held-changes.ts'
import { type Resent, resendVersions } from '#store/resend.ts'
import { withDatabase } from '#test/database.ts'
import type { versionRow } from '../changes/rows.ts'
import { allOk, type Receiver, startReceiver } from './receiver.ts'
import { deliveryAt, linkTo, someRows, store } from './setting.ts'

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

type Row = ReturnType<typeof versionRow>
const resend = (link: string, rows: readonly (readonly [Row, number])[]): Promise<Resent | null> =>
  inTransaction(pool, (client) =>
    resendVersions(
      client,
      link,
      rows.map(([{ id }, version]) => ({ recordId: id, version })),
    ),
  )
const held = async (linkId: string) =>
  (await listHeldChanges(pool, { linkId, limit: 20 })).map(({ version, state, nextAt }) => [
    version,
    state,
    nextAt !== null,
  ])

test('changes that were delivered go again with the events they had, and none of the others', async () => {
  const link = await linkTo(pool, receiver)
  const rows = someRows(5)
  await store(pool, rows)
  const { delivery } = deliveryAt(pool)
  await delivery.deliverLink(link.id)
  const before = receiver.changes.splice(0)
  const [, second, , fourth] = rows as [Row, Row, Row, Row]
  expect(
    await resend(link.id, [
      [second, 1],
      [fourth, 1],
      [second, 1],
    ]),
  ).toEqual({ waiting: 2, superseded: 0, ahead: 0, unknown: 0 })
  await deliveryAt(pool).delivery.deliverLink(link.id)
  expect(receiver.changes).toEqual([before[1], before[3]])
  expect(await held(link.id)).toEqual([])
})

test('of a record whose newer version has gone, the newest goes again: versions never go back', async () => {
  const link = await linkTo(pool, receiver)
  const [row] = someRows(1) as [Row]
  await store(pool, [row, { ...row, version: 2 }, { ...row, version: 3 }])
  await deliveryAt(pool).delivery.deliverLink(link.id)
  receiver.changes.splice(0)
  expect(
    await resend(link.id, [
      [row, 1],
      [row, 2],
    ]),
  ).toEqual({ waiting: 0, superseded: 2, ahead: 0, unknown: 0 })
  await deliveryAt(pool).delivery.deliverLink(link.id)
  expect(receiver.changes.map(({ version }) => version)).toEqual([3])
})

test('the newest that goes again is still one that has gone: nothing older that is asked for meanwhile follows it', async () => {
  const link = await linkTo(pool, receiver)
  const [row] = someRows(1) as [Row]
  await store(pool, [row, { ...row, version: 2 }])
  // The first version is refused, the second taken.
  receiver.answer = ({ changes }) =>
    changes.map(({ event, version }) => ({ event, verdict: version === 1 ? 'reject' : 'ok' }))
  await deliveryAt(pool).delivery.deliverLink(link.id)
  receiver.answer = allOk
  receiver.changes.splice(0)
  const superseded = { waiting: 0, superseded: 1, ahead: 0, unknown: 0 }
  expect(await resend(link.id, [[row, 1]])).toEqual(superseded)
  expect(await resend(link.id, [[row, 1]])).toEqual(superseded)
  await deliveryAt(pool).delivery.deliverLink(link.id)
  expect(receiver.changes.map(({ version }) => version)).toEqual([2])
})

test('a refused change goes before the later ones that wait, which keep their order', async () => {
  const link = await linkTo(pool, receiver)
  const [row] = someRows(1) as [Row]
  await store(pool, [row])
  receiver.answer = ({ changes }) => changes.map(({ event }) => ({ event, verdict: 'reject', code: 'E1' }))
  await deliveryAt(pool).delivery.deliverLink(link.id)
  await store(pool, [
    { ...row, version: 2 },
    { ...row, version: 3 },
  ])
  receiver.answer = ({ changes }) => changes.map(({ event }) => ({ event, verdict: 'retry', after: 60 }))
  await deliveryAt(pool).delivery.deliverLink(link.id)
  receiver.changes.splice(0)
  expect(await resend(link.id, [[row, 1]])).toEqual({ waiting: 1, superseded: 0, ahead: 0, unknown: 0 })
  expect(await held(link.id)).toEqual([
    [1, 'waiting', true],
    [2, 'waiting', false],
    [3, 'waiting', false],
  ])
  receiver.answer = allOk
  await deliveryAt(pool).delivery.deliverLink(link.id)
  expect(receiver.changes.map(({ version }) => version)).toEqual([1, 2, 3])
})

test('what waits keeps its time; what the link has not come to, does not let through, or nobody stored is told apart', async () => {
  const link = await linkTo(pool, receiver, { filter: { kinds: ['sale'] } })
  const [waiting, ahead] = someRows(2) as [Row, Row]
  const [other] = someRows(1, { kind: 'test' }) as [Row]
  await store(pool, [waiting, other])
  receiver.answer = ({ changes }) => changes.map(({ event }) => ({ event, verdict: 'retry', after: 3600 }))
  await deliveryAt(pool).delivery.deliverLink(link.id)
  const [before] = await listHeldChanges(pool, { linkId: link.id, limit: 1 })
  await store(pool, [ahead])
  expect(
    await resend(link.id, [
      [waiting, 1],
      [ahead, 1],
      [other, 1],
      [ahead, 7],
    ]),
  ).toEqual({ waiting: 1, superseded: 0, ahead: 1, unknown: 2 })
  expect(await listHeldChanges(pool, { linkId: link.id, limit: 5 })).toEqual([before])
  expect(await resend('00000000-0000-4000-8000-000000000000', [[waiting, 1]])).toBeNull()
})
