import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Happening } from '#core/cases/happening.ts'
import type { Body } from '#core/model/body.ts'
import { applyEvent } from '#flow/cases/apply.ts'
import { casesFollower } from '#flow/cases/follow-cases.ts'
import { settleAll } from '#flow/cases/settle.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { traceLot } from '#flow/trace/trace-lot.ts'
import { readCaseEvents } from '#store/case-events.ts'
import { readCaseHolds, readCaseLots } from '#store/case-lots.ts'
import { isOurs } from '#store/case-turns.ts'
import { listCases } from '#store/cases.ts'
import { createPool, inTransaction } from '#store/database.ts'
import { findLinksWithWork } from '#store/link-lease.ts'
import { listNotices } from '#store/recall-evidence.ts'
import { withDatabase } from '#test/database.ts'
import { followToTheEnd } from '#test/follow.ts'
import { pushSamples } from '#test/sample-day.ts'
import { startReceiver } from '../delivery/receiver.ts'
import { deliveryAt, linkTo } from '../delivery/setting.ts'

const registry = await loadRegistry('mappings')
const systems = [...registry.systems.keys()]
const database = withDatabase()
let pool: Pool
let intake: Intake

const follow = () => followToTheEnd(pool, casesFollower({ pool, intake }))

beforeAll(async () => {
  pool = createPool({ url: database.url })
  intake = createIntake({ pool, registry, clock: Date.now, onCommitted: () => {} })
  await pushSamples(intake, registry)
  await follow()
}, 180_000)
afterAll(async () => {
  await intake.close()
  await pool.end()
})

const caseOf = async (product: string) => {
  const [found, ...more] = await listCases(pool, { product }, { limit: 10 })
  expect(more).toEqual([])
  return found as NonNullable<typeof found>
}

const holds = async (id: string) => {
  const rows = await readCaseHolds(pool, id)
  const { rows: versions } = await pool.query<{
    record_id: string
    version: number
    body: string
    region: string
  }>(
    'select record_id, version, body, region from record_versions where record_id = any($1) order by record_id, version',
    [rows.map(({ recordId }) => recordId)],
  )
  return rows.map(({ place, recordId, holdKind, version }) => {
    const newest = versions.filter((one) => one.record_id === recordId).at(-1)
    const body = JSON.parse(newest?.body ?? '{}') as Body
    expect(newest?.version).toBe(version)
    expect(body.holdKind).toBe(holdKind)
    return { place, holdKind, region: newest?.region, lots: body.lots?.map(({ value }) => value), body }
  })
}

const B045 = '33010501224041500003'
const C = '33011002124041500002'
const OUT = '33082500724041500002'
const PAPER = 'HGZ20240415-QW8E'
const state = async (code: string) => {
  const { nodes } = await traceLot(pool, { code: `lot:${code}`, depth: 1, systems })
  return nodes[0]?.state
}
/** Lets an official or a laboratory speak, and makes the case anew. */
const happens = async (id: string, more: Pick<Happening, 'event'> & Partial<Happening>) => {
  const nowMs = Date.now()
  const happening = { atMs: nowMs, nowMs, by: 'official' as const, ...more }
  const refusals = await inTransaction(pool, (client) =>
    applyEvent(client, id, happening, { actor: 'administrator' }),
  )
  await settleAll({ pool, intake })
  return refusals
}

describe('the failed 小白菜 at the stall B-045', () => {
  test('is held with what it was dispatched as and what else came of that, and nothing else is', async () => {
    const found = await caseOf('小白菜')
    expect(found).toMatchObject({
      state: 'held',
      stall: 'B-045',
      region: '330105',
      heldMass: '90',
      due: 'decision',
    })
    const lots = await readCaseLots(pool, found.id)
    const held = lots.filter(({ holdRecord }) => holdRecord !== null).map(({ code, role }) => [code, role])
    expect(held).toEqual([
      [`lot:${B045}`, 'tested'],
      // The wholesale market tells of its sales alone, under the paper of the dispatch.
      [`doc:${PAPER}`, 'upstream'],
      [`lot:${OUT}`, 'upstream'],
      [`lot:${C}`, 'downstream'],
    ])
    expect(lots.filter(({ role }) => role === 'origin').map(({ code }) => code)).toEqual([
      'lot:33082500724010800004',
      'lot:33082500724041400003',
    ])
    expect(lots.filter(({ role }) => role === 'sold').length).toBeGreaterThan(5)
    expect(
      (await holds(found.id)).map(({ place, holdKind, region, lots: named }) => [
        place,
        holdKind,
        region,
        named,
      ]),
    ).toEqual([
      ['cn.mofcom.node9:330105012', 'stop_sale', '330105', [B045]],
      ['cn.mofcom.node9:330110021', 'stop_sale', '330110', [C]],
      ['cn.mofcom.node9:330402003', 'stop_sale', '330402', undefined],
      ['cn.mofcom.node9:330825007', 'stop_sale', '330825', [OUT]],
    ])
    const [here] = await holds(found.id)
    expect(here?.body.sites?.map(({ role, name }) => [role, name])).toEqual([
      ['market', '大关湾示例农贸市场'],
      ['stall', 'B-045'],
    ])
    expect(await Promise.all([B045, C, OUT, '33010501224041500002'].map(state))).toEqual([
      ...['held', 'held', 'held', 'active'],
    ])
  })

  test('comes to a link for its region alone, ahead of everything, by the recall lane', async () => {
    const receiver = await startReceiver()
    try {
      const link = await linkTo(pool, receiver, {
        cursor: 0n,
        filter: { regions: ['330110'], kinds: ['hold'] },
      })
      expect(
        (await findLinksWithWork(pool, Date.now())).find(
          ({ id, lane }) => id === link.id && lane === 'recall',
        ),
      ).toBeDefined()
      await deliveryAt(pool).delivery.deliverLink(link.id, { lane: 'recall' })
      const { id } = await caseOf('小白菜')
      const own = receiver.changes.filter((change) => change.id.includes(id))
      expect(own).toHaveLength(1)
      expect(receiver.changes.every((change) => change.id.endsWith('330110021'))).toBe(true)
      expect(await happens(id, { event: 'clear', method: '气相色谱 GB 23200.113' })).toBeNull()
      receiver.changes.length = 0
      await deliveryAt(pool).delivery.deliverLink(link.id, { lane: 'recall' })
      expect(receiver.changes).toMatchObject([
        { version: 2, operation: 'upsert', record: { holdKind: 'release' } },
      ])
    } finally {
      await receiver.close()
    }
  })

  test('once cleared it is released everywhere, and its trace says so', async () => {
    const found = await caseOf('小白菜')
    expect(found).toMatchObject({ state: 'cleared', due: null })
    expect((await holds(found.id)).map(({ holdKind }) => holdKind)).toEqual(
      Array.from({ length: 4 }, () => 'release'),
    )
    expect(await Promise.all([B045, C, OUT].map(state))).toEqual(['active', 'active', 'active'])
  })

  test('who is told of the stop and of the release: the link of the region, and each market, farm and stall of the lots, once for each version', async () => {
    await follow()
    const { id } = await caseOf('小白菜')
    const told = await listNotices(pool, { of: id, limit: 100, nowMs: Date.now() })
    const of = (version: number) => told.filter((one) => one.version === version)
    expect(new Set(of(1).map(({ order }) => order))).toEqual(new Set(['stop_sale']))
    expect(new Set(of(2).map(({ order }) => order))).toEqual(new Set(['release']))
    for (const version of [1, 2]) {
      const receivers = of(version).map(({ receiver }) => receiver.replace(/^link:.*/, 'link'))
      expect(receivers.toSorted()).toEqual([
        'link',
        ...['place:330105012', 'place:330105012#B-045', 'place:330110021'],
        ...['place:330402003', 'place:330825007'],
      ])
    }
    expect(told.find(({ link }) => link)?.deliveredAt).not.toBeNull()
    expect(told.every(({ dueAt }) => dueAt !== null)).toBe(true)
  })

  test('a case whose goods take long to find may be touched and moved meanwhile, holds up no other, and is made anew once more', async () => {
    const [slow, other] = (await listCases(pool, {}, { limit: 100 })).filter(
      ({ state, narrow }) => state === 'held' && !narrow,
    )
    expect([slow, other]).not.toContain(undefined)
    const unsettled = async () =>
      (await pool.query('select id from cases where wanted > settled order by id')).rows.map(({ id }) => id)
    const want = (id: string | undefined) =>
      pool.query('update cases set wanted = wanted + 1 where id = $1', [id])
    const graph = await pool.connect()
    await graph.query('begin')
    await graph.query('lock table lot_edges in access exclusive mode')
    await want(slow?.id)
    const ends = settleAll({ pool, intake })
    await vi.waitFor(async () => {
      const { rows } = await pool.query(
        `select 1 from pg_locks where relation = 'lot_edges'::regclass and not granted`,
      )
      expect(rows).toHaveLength(1)
    })
    // It is in hand: who looks for work passes it over, and whoever touches it need not wait.
    await want(slow?.id)
    expect(await settleAll({ pool, intake })).toBe(0)
    await graph.query('rollback')
    graph.release()
    await ends
    expect(await unsettled()).toEqual([])

    const worker = await pool.connect()
    await worker.query('begin')
    expect(await isOurs(worker, slow?.id ?? '')).toBe(true)
    await want(slow?.id)
    await want(other?.id)
    await settleAll({ pool, intake })
    expect(await unsettled()).toEqual([slow?.id])
    await worker.query('rollback')
    worker.release()
    await settleAll({ pool, intake })
    expect(await unsettled()).toEqual([])
  })

  test('what was stopped over nothing is written once: settling again and following again change nothing', async () => {
    const count = async () =>
      Number(
        (await pool.query('select count(*) from record_versions where kind = $1', ['hold'])).rows[0].count,
      )
    const before = await count()
    await pool.query('update cases set wanted = wanted + 1')
    await Promise.all([settleAll({ pool, intake }), settleAll({ pool, intake })])
    await pool.query("update followers set position = 0 where name = 'cases'")
    await follow()
    expect(await count()).toBe(before)
    expect(await listCases(pool, {}, { limit: 100 })).toHaveLength(7)
  })
})

describe('韭菜, of which the enzyme method is known to mislead', () => {
  test('is a suspect: a stop at its stall alone, nothing spreads, and nothing but a laboratory confirms it', async () => {
    const { id, ...found } = await caseOf('韭菜')
    expect(found).toMatchObject({ state: 'suspect', narrow: true, due: 'retest' })
    expect(await holds(id)).toMatchObject([
      { holdKind: 'stop_sale', region: '330105', body: { sites: [{ role: 'market' }, { name: 'B-045' }] } },
    ])
    expect(await readCaseLots(pool, id)).toEqual([])
    expect(await happens(id, { event: 'confirm', atMs: Date.now() })).toMatchObject([
      { code: 'needs_laboratory' },
    ])
    expect(await happens(id, { event: 'confirm', method: '胶体金' })).toMatchObject([
      { code: 'needs_laboratory' },
    ])
    expect((await caseOf('韭菜')).state).toBe('suspect')
  })
})

describe('黄瓜 of a batch number that holds 辣椒 too', () => {
  test('is followed alone, and a confirmed case is a recall that stays when it is closed', async () => {
    const { id } = await caseOf('黄瓜')
    const lots = await readCaseLots(pool, id)
    expect(lots.every(({ productName }) => productName === null || productName === '黄瓜')).toBe(true)
    expect(lots.filter(({ holdRecord }) => holdRecord !== null).length).toBeGreaterThan(0)
    expect(await happens(id, { event: 'confirm', method: 'GC-MS' })).toBeNull()
    expect((await holds(id)).every(({ holdKind }) => holdKind === 'recall')).toBe(true)
    expect(await state('33010900424041500004')).toBe('recalled')
    expect(await happens(id, { event: 'close' })).toMatchObject([{ code: 'wrong_state' }])
    expect(await happens(id, { event: 'dispose', quantity: '30.5', method: 'destroyed' })).toBeNull()
    expect(await happens(id, { event: 'dispose', quantity: '14.5', method: 'returned' })).toBeNull()
    expect(await happens(id, { event: 'notify' })).toBeNull()
    expect(await happens(id, { event: 'close' })).toBeNull()
    expect(await caseOf('黄瓜')).toMatchObject({ state: 'closed', disposedMass: '45' })
    expect((await holds(id)).every(({ holdKind }) => holdKind === 'recall')).toBe(true)
    const events = await readCaseEvents(pool, id)
    expect(events.map(({ event, toState }) => `${event} ${toState}`)).toEqual([
      'opened held',
      'confirm confirmed',
      'dispose disposal',
      'dispose disposal',
      'notify notified',
      'close closed',
    ])
    await expect(pool.query('delete from case_events')).rejects.toThrow(/never changed/)
  })
})
