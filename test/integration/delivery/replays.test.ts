import fc from 'fast-check'
import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createBackfill } from '#store/backfills.ts'
import { createPool, inTransaction } from '#store/database.ts'
import { listDeliveries } from '#store/deliveries.ts'
import { readLaneLags } from '#store/link-lags.ts'
import { findLinksWithWork } from '#store/link-lease.ts'
import { hasPassed, readLinkReach } from '#store/link-reach.ts'
import { notePulled } from '#store/pulled-links.ts'
import { resendVersions } from '#store/resend.ts'
import { countVersions } from '#store/version-sets.ts'
import { withDatabase } from '#test/database.ts'
import type { versionRow } from '../changes/rows.ts'
import { allOk, type Receiver, startReceiver } from './receiver.ts'
import { deliveryAt, linkNow, linkTo, someRows, store } from './setting.ts'

type Row = ReturnType<typeof versionRow>

const REPLAY = '018f0000-0000-7000-8000-000000000000'
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
const anew = (row: Row, version = 2): Row => ({ ...row, version, replay: REPLAY })
const seen = (): string[] => receiver.changes.map(({ id, version }) => `${id} ${version}`)
const nameOf = ({ id }: Row, version = 1): string => `${id} ${version}`
const hasWork = async (id: string): Promise<boolean> =>
  (await findLinksWithWork(pool, Date.now())).some((one) => one.id === id)
const head = async (): Promise<bigint> => {
  const { rows } = await pool.query('select max(position) as head from record_versions')
  return BigInt(rows[0].head)
}
const reach = async (id: string) => {
  const link = await readLinkReach(pool, id)
  if (!link) throw new Error('the link is gone')
  return link
}

describe('what a replay makes', () => {
  test('goes behind what sources say meanwhile, always moves, and is told apart in the deliveries', async () => {
    const link = await linkTo(pool, receiver, { limits: { batch: 1 } })
    const past = someRows(3)
    await store(pool, past)
    await deliver(link.id)
    receiver.changes.length = 0
    await store(
      pool,
      past.map((row) => anew(row)),
    )
    await store(pool, someRows(9))
    await deliver(link.id)
    const isPast = new Set(past.map(({ id }) => id))
    expect(receiver.changes.map(({ id }) => (isPast.has(id) ? 'past' : 'live'))).toEqual(
      'live live live live past live live live live past live past'.split(' '),
    )
    const lanes = (await listDeliveries(pool, { linkId: link.id, limit: 12 })).map(({ lane }) => lane)
    expect(lanes.filter((lane) => lane === 'replay')).toHaveLength(3)
    expect(await hasWork(link.id)).toBe(false)
  })

  test('lets live changes through that come while it is sent', async () => {
    const link = await linkTo(pool, receiver)
    const past = someRows(1500)
    await store(pool, past)
    await deliver(link.id)
    receiver.changes.length = 0
    await store(
      pool,
      past.map((row) => anew(row)),
    )
    const [live] = someRows(1) as [Row]
    let isStored = false
    receiver.answer = async (batch) => {
      if (!isStored) {
        isStored = true
        await store(pool, [live])
      }
      return allOk(batch)
    }
    await deliver(link.id)
    expect(seen().indexOf(nameOf(live))).toBe(500)
    expect(receiver.changes).toHaveLength(1501)
  })

  test('goes ahead of what the source said since of the same record: every version goes, and none goes back', async () => {
    const link = await linkTo(pool, receiver)
    const [first, second, other] = someRows(3) as [Row, Row, Row]
    const all = [first, second, other]
    await store(pool, all)
    await deliver(link.id)
    receiver.changes.length = 0
    await store(
      pool,
      all.map((row) => anew(row)),
    )
    await store(pool, [
      { ...first, version: 3 },
      { ...second, version: 3 },
    ])
    await store(pool, [anew(first, 4)])
    await store(pool, [{ ...first, version: 5 }])
    receiver.answer = ({ changes }) =>
      changes.map(({ event, id }) => ({ event, verdict: id === second.id ? 'retry' : 'ok' }))
    const { delivery, clock } = deliveryAt(pool)
    await delivery.deliverLink(link.id)
    receiver.answer = allOk
    clock.time += 60_000
    await delivery.deliverLink(link.id)
    expect(
      receiver.batches.slice(1).map(({ changes }) => changes.map((one) => `${one.id} ${one.version}`)),
    ).toEqual([
      [nameOf(first, 2), nameOf(second, 2)],
      [nameOf(first, 3)],
      [nameOf(first, 4)],
      [nameOf(other, 2)],
      [nameOf(first, 5)],
      [nameOf(second, 2)],
      [nameOf(second, 3)],
    ])
    expect(await hasWork(link.id)).toBe(false)
  })

  test('of thousands of records is passed over where it went ahead, and live changes have their turn between', async () => {
    const link = await linkTo(pool, receiver)
    const past = someRows(1200)
    await store(pool, past)
    await deliver(link.id)
    receiver.changes.length = 0
    await store(
      pool,
      past.map((row) => anew(row)),
    )
    await store(
      pool,
      past.slice(0, 1100).map((row) => ({ ...row, version: 3 })),
    )
    await deliver(link.id)
    expect(receiver.changes).toHaveLength(2300)
    expect(new Set(seen()).size).toBe(2300)
    expect(await linkNow(pool, link.id)).toMatchObject({ coalesced: 0, delivered: 3500 })
    expect(await hasWork(link.id)).toBe(false)
  })

  test('waits behind an earlier version that waits, and later ones wait behind it', async () => {
    const link = await linkTo(pool, receiver)
    const [row] = someRows(1) as [Row]
    await store(pool, [row])
    receiver.answer = ({ changes }) => changes.map(({ event }) => ({ event, verdict: 'retry' }))
    await deliver(link.id)
    await store(pool, [anew(row)])
    await deliver(link.id)
    await store(pool, [{ ...row, version: 3 }])
    await deliver(link.id)
    expect(seen()).toEqual([nameOf(row)])
    receiver.answer = allOk
    const { delivery, clock } = deliveryAt(pool)
    clock.time += 60_000
    await delivery.deliverLink(link.id)
    expect(seen()).toEqual([nameOf(row), nameOf(row), nameOf(row, 2), nameOf(row, 3)])
  })

  test('that was sent without its answer being stored is sent again with the same event, ahead of what is newer', async () => {
    const link = await linkTo(pool, receiver)
    const [row, other] = someRows(2) as [Row, Row]
    await store(pool, [row, other])
    await deliver(link.id)
    receiver.changes.length = 0
    await store(pool, [anew(row), anew(other)])
    receiver.answer = async (batch) => {
      await pool.query('update link_lanes set fence = fence + 1, leased_until = null where link_id = $1', [
        link.id,
      ])
      return allOk(batch)
    }
    await deliver(link.id)
    await store(pool, [{ ...row, version: 3 }])
    receiver.answer = allOk
    await deliver(link.id)
    expect(seen()).toEqual([
      nameOf(row, 2),
      nameOf(other, 2),
      nameOf(row, 2),
      nameOf(row, 3),
      nameOf(other, 2),
    ])
    expect(receiver.changes[2]?.event).toBe(receiver.changes[0]?.event)
  })

  test('is left out by the filter of the link, and gives it no work for ever', async () => {
    const link = await linkTo(pool, receiver, { filter: { regions: ['110000'] } })
    const [row] = someRows(1) as [Row]
    await store(pool, [row])
    await store(pool, [anew(row)])
    expect(await hasWork(link.id)).toBe(true)
    await deliver(link.id)
    expect([seen(), await hasWork(link.id)]).toEqual([[], false])
  })

  test('of holds keeps its order on the recall lane', async () => {
    const link = await linkTo(pool, receiver)
    const [hold] = someRows(1, { kind: 'hold' }) as [Row]
    await store(pool, [hold])
    await store(pool, [anew(hold)])
    await store(pool, [{ ...hold, version: 3 }])
    await deliver(link.id, 'recall')
    expect(seen()).toEqual([nameOf(hold), nameOf(hold, 2), nameOf(hold, 3)])
  })

  test('is sent by a link that begins in the past as everything else is', async () => {
    const rows = someRows(2) as [Row, Row]
    const from = await head()
    await store(pool, rows)
    await store(pool, [anew(rows[0])])
    const link = await linkTo(pool, receiver, { cursor: from })
    await deliver(link.id)
    expect(seen()).toEqual([nameOf(rows[0]), nameOf(rows[1]), nameOf(rows[0], 2)])
  })
})

describe('a link that has passed what a replay made and not yet sent it', () => {
  /** The receiver is away from the first batch of the replay on. */
  const behind = async (more: { coalesces?: boolean } = {}) => {
    const link = await linkTo(pool, receiver, more)
    const [row] = someRows(1) as [Row]
    await store(pool, [row])
    await deliver(link.id)
    await store(pool, [anew(row)])
    receiver.changes.length = 0
    receiver.answer = () => ({ status: 503 })
    await deliver(link.id)
    receiver.changes.length = 0
    receiver.answer = allOk
    return { link, row }
  }
  const later = async (id: string): Promise<void> => {
    const { delivery, clock } = deliveryAt(pool)
    clock.time += 60_000
    await delivery.deliverLink(id)
  }

  test('tells how many wait, has work, and is not settled', async () => {
    const { link, row } = await behind()
    const at = await head()
    const [lag] = (await readLaneLags(pool, [link.id])).filter(({ lane }) => lane === 'live')
    expect(lag).toMatchObject({ changes: 0, replayed: 1 })
    expect(await hasPassed(pool, await reach(link.id), at)).toBe(false)
    const { cursors, replayed } = await reach(link.id)
    const aside = { holds: cursors.recall, replayed }
    const one = { filter: { systems: [row.system] }, position: cursors.live, aside, beginsAfter: at - 2n }
    const day = { from: '2024-04-15T00', to: '2024-04-16T00' }
    const before = await countVersions(pool, one, day)
    await later(link.id)
    expect(seen()).toEqual([nameOf(row, 2)])
    expect(await hasPassed(pool, await reach(link.id), at)).toBe(true)
    const now = { ...one, aside: { ...aside, replayed: (await reach(link.id)).replayed } }
    const after = await countVersions(pool, now, day)
    expect([before[0]?.count, after[0]?.count]).toEqual([1, 1])
    expect(before[0]?.digest).not.toBe(after[0]?.digest)
  })

  test('sends the version before it again where that is asked for, and then the replay', async () => {
    const { link, row } = await behind()
    const again = await inTransaction(pool, (client) =>
      resendVersions(client, link.id, [
        { recordId: row.id, version: 1 },
        { recordId: row.id, version: 2 },
      ]),
    )
    expect(again).toMatchObject({ waiting: 1, ahead: 1, superseded: 0 })
    await later(link.id)
    await later(link.id)
    expect(seen()).toEqual([nameOf(row), nameOf(row, 2)])
  })

  test('sends it ahead of a backfill, which brings it like everything else of the past', async () => {
    const { link, row } = await behind()
    await createBackfill(pool, link.id, { records: [row.id] })
    await later(link.id)
    expect(seen()).toEqual([nameOf(row, 2), nameOf(row, 2)])
  })

  test('leaves it out for a correction only where the link sends the newest version alone', async () => {
    const { link, row } = await behind({ coalesces: true })
    await store(pool, [{ ...row, version: 3 }])
    await later(link.id)
    expect(seen()).toEqual([nameOf(row, 3)])
  })

  test('owes nothing of it once its receiver pulls', async () => {
    const link = await linkTo(pool, receiver)
    await pool.query('update links set url = null where id = $1', [link.id])
    const [row] = someRows(1) as [Row]
    await store(pool, [row])
    await store(pool, [anew(row)])
    await notePulled(pool, link.id, await head())
    const { replayed, cursors } = await reach(link.id)
    expect(replayed).toBe(cursors.live)
    await pool.query('update links set url = $2 where id = $1', [link.id, receiver.url])
    expect(await hasWork(link.id)).toBe(false)
  })
})

type Act =
  | { readonly act: 'stored'; readonly changes: readonly (readonly [which: number, isReplay: boolean])[] }
  | {
      readonly act: 'delivered'
      readonly word: 'ok' | 'retry' | 'lost' | 'down'
      readonly after: number
      readonly which: number
    }

const change = fc.tuple(fc.nat(2), fc.boolean())
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('stored' as const),
      changes: fc.array(change, { minLength: 1, maxLength: 8 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('delivered' as const),
      word: fc.constantFrom('ok', 'retry', 'lost', 'down'),
      after: fc.nat(4),
      which: fc.nat(2),
    }),
  },
)

test('of sources and replays in any order every version arrives, and none for the first time after a later one, whatever the receiver does and whenever a worker dies', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { minLength: 2, maxLength: 10 }),
      fc.integer({ min: 1, max: 4 }),
      async (acts, batch) => {
        const records = someRows(3)
        const versions = [0, 0, 0]
        const link = await linkTo(pool, receiver, { limits: { batch } })
        const came: string[] = []
        let mood: Extract<Act, { act: 'delivered' }> = { act: 'delivered', word: 'ok', after: 0, which: 0 }
        let batches = 0
        receiver.answer = async ({ changes }) => {
          const isNow = batches++ >= mood.after
          if (isNow && mood.word === 'down') return { status: 503 }
          if (isNow && mood.word === 'lost')
            await pool.query(
              'update link_lanes set fence = fence + 1, leased_until = null where link_id = $1',
              [link.id],
            )
          return changes.map(({ event, id, version }) => {
            const isPutOff = isNow && mood.word === 'retry' && id === records[mood.which]?.id
            if (!isPutOff) came.push(`${id} ${version}`)
            return { event, verdict: isPutOff ? 'retry' : 'ok' }
          })
        }
        const { delivery, clock } = deliveryAt(pool)
        for (const one of acts) {
          if (one.act === 'delivered') {
            mood = one
            batches = 0
            await delivery.deliverLink(link.id)
            clock.time += 20_000
            continue
          }
          for (const [which, isReplay] of one.changes) {
            const version = (versions[which] ?? 0) + 1
            versions[which] = version
            const row = { ...(records[which] as Row), version }
            await store(pool, [isReplay && version > 1 ? { ...row, replay: REPLAY } : row])
          }
        }
        mood = { act: 'delivered', word: 'ok', after: 0, which: 0 }
        for (let again = 0; again < 60; again++) {
          const { done, nextAt } = await delivery.deliverLink(link.id)
          if (nextAt === undefined && done) break
          clock.time = nextAt ?? clock.time
        }
        for (const [i, { id }] of records.entries()) {
          const mine = came.filter((one) => one.startsWith(`${id} `))
          const all = Array.from({ length: versions[i] ?? 0 }, (_, k) => `${id} ${k + 1}`)
          expect([...new Set(mine)]).toEqual(all)
          // Only behind a worker that died may a version come again after a later one, with the event that it had.
          const noneDied = acts.every((one) => one.act !== 'delivered' || one.word !== 'lost')
          if (noneDied) expect(mine).toEqual(mine.toSorted((a, b) => all.indexOf(a) - all.indexOf(b)))
        }
        expect(await hasWork(link.id)).toBe(false)
        await pool.query('delete from links')
      },
    ),
    { numRuns: 60 },
  )
}, 240_000)
