import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { allOk, type Receiver, startReceiver } from '../delivery/receiver.ts'
import { deliveryAt, linkNow, linkTo, someRows, store } from '../delivery/setting.ts'

const api = withApi()
let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(async () => await receiver.close())

/** A link over which so many sales were refused, with words that name each of them, and one test with other words. */
async function refused(count: number) {
  const link = await linkTo(api.pool, receiver)
  const sales = someRows(count)
  const tests = someRows(1, { kind: 'test' })
  await store(api.pool, [...sales, ...tests])
  receiver.answer = ({ changes }) =>
    changes.map(({ event, kind, id }) =>
      kind === 'sale'
        ? {
            event,
            verdict: 'reject',
            code: 'E12',
            detail: `单号 ${id.split(':').at(-1)} 的品类“番茄”不在目录`,
          }
        : { event, verdict: 'reject', code: 'E40', detail: 'no laboratory' },
    )
  await deliveryAt(api.pool).delivery.deliverLink(link.id)
  receiver.answer = allOk
  receiver.changes.length = 0
  return { link, sales, tests, path: `/v1/links/${link.id}` }
}
const deliver = (id: string) => deliveryAt(api.pool).delivery.deliverLink(id)

describe('changes that a receiver refused', () => {
  it('are grouped by cause, whatever differs in the words, with who must act', async () => {
    const { path } = await refused(3)
    const { groups } = (
      await api.call('GET', `${path}/held/groups`, { headers: { 'accept-language': 'en' } })
    ).json()
    expect(groups).toMatchObject([
      { cause: 'E12 单号 # 的品类“…”不在目录', code: 'E12', count: 3, kinds: ['sale'], actor: 'receiver' },
      { cause: 'E40 no laboratory', code: 'E40', count: 1, kinds: ['test'] },
    ])
    expect(groups[0].advice).toMatch(/send the group again/)
    const page = await api.call('GET', `${path}/held?cause=${encodeURIComponent(groups[1].cause)}`)
    expect(page.json().held).toHaveLength(1)
  })

  it('show the record, and what was sent', async () => {
    const { path, sales } = await refused(1)
    const id = sales[0]?.id ?? ''
    const answer = await api.call('GET', `${path}/held/change?record=${encodeURIComponent(id)}&version=1`)
    const { change, record, sent } = answer.json()
    expect(change).toMatchObject({ id, version: 1, state: 'refused', code: 'E12' })
    expect(record).toMatchObject({ id, kind: 'sale', version: 1 })
    expect(JSON.parse(sent)).toMatchObject({ id, kind: 'sale', version: 1 })
    expect(JSON.parse(sent)).toEqual(receiver.batches[0]?.changes.find((one) => one.id === id)?.record)
    expect((await api.call('GET', `${path}/held/change?record=none&version=1`)).statusCode).toBe(404)
  })

  it('go again by cause, with the events they had, and the others stay', async () => {
    const { link, path, sales } = await refused(2)
    const { groups } = (await api.call('GET', `${path}/held/groups`)).json()
    const answer = await api.call('POST', `${path}/held/resend`, { body: { cause: groups[0].cause } })
    expect(answer.json()).toEqual({ waiting: 2, superseded: 0 })
    expect(api.woken).toContain(link.id)
    await deliver(link.id)
    expect(receiver.taken.map(({ id }) => id)).toEqual(sales.map(({ id }) => id))
    const { held } = (await api.call('GET', `${path}/held`)).json()
    expect(held).toMatchObject([{ state: 'refused', code: 'E40' }])
  })

  it('are not sent after a newer version: that one goes again, and they are kept as superseded', async () => {
    const { link, path, sales } = await refused(1)
    await store(
      api.pool,
      sales.map((row) => ({ ...row, version: 2 })),
    )
    await deliver(link.id)
    expect((await api.call('POST', `${path}/held/resend`, { body: { all: true } })).json()).toEqual({
      waiting: 1,
      superseded: 1,
    })
    await deliver(link.id)
    expect(receiver.changes.filter(({ kind }) => kind === 'sale').map(({ version }) => version)).toEqual([
      2, 2,
    ])
    const { held } = (await api.call('GET', `${path}/held?state=dropped`)).json()
    expect(held).toMatchObject([
      { id: sales[0]?.id, version: 1, reason: 'superseded', endedBy: 'administrator' },
    ])
  })

  it('are given up with a reason, stay as history, and can still be sent by name', async () => {
    const { link, path, tests } = await refused(1)
    const cause = 'E40 no laboratory'
    expect((await api.call('POST', `${path}/held/drop`, { body: { cause } })).statusCode).toBe(400)
    const dropped = await api.call('POST', `${path}/held/drop`, { body: { cause, reason: '该市不接收' } })
    expect(dropped.json()).toEqual({ dropped: 1 })
    const { held } = (await api.call('GET', `${path}/held?state=dropped`)).json()
    expect(held).toMatchObject([
      { id: tests[0]?.id, code: 'E40', reason: '该市不接收', endedBy: 'administrator' },
    ])
    expect((await api.call('POST', `${path}/held/resend`, { body: { all: true } })).json().waiting).toBe(1)
    const changes = [{ id: tests[0]?.id, version: 1 }]
    expect((await api.call('POST', `${path}/held/resend`, { body: { changes } })).json().waiting).toBe(1)
    await deliver(link.id)
    expect(receiver.taken.map(({ kind }) => kind).sort()).toEqual(['sale', 'test'])
  })
})

describe('settings of a link', () => {
  it('with coalesce the newest of what waits is sent, and the count of the others is told', async () => {
    const made = await api.call('POST', '/v1/links', {
      body: { name: 'City', url: receiver.url, allowAddress: receiver.allow, coalesce: true, from: 'now' },
    })
    const { id, coalesce } = made.json()
    expect(coalesce).toBe(true)
    const [row] = someRows(1) as [ReturnType<typeof someRows>[0] & object]
    const version = (n: number) => ({ ...row, version: n })
    await store(api.pool, [version(1), version(2), version(3)])
    receiver.answer = ({ changes }) => changes.map(({ event }) => ({ event, verdict: 'retry' }))
    const { delivery, clock } = deliveryAt(api.pool)
    await delivery.deliverLink(id)
    await store(api.pool, [version(4), version(5)])
    receiver.answer = allOk
    await delivery.deliverLink(id)
    clock.time += 60_000
    await delivery.deliverLink(id)
    expect(receiver.changes.map(({ version: one }) => one)).toEqual([3, 5])
    expect(await linkNow(api.pool, id)).toMatchObject({ delivered: 1, coalesced: 4 })
    expect((await api.call('GET', `/v1/links/${id}/held`)).json().held).toEqual([])
  })

  it('begins now, or at a time, where it is told so', async () => {
    await store(api.pool, someRows(2, { receivedAtMs: Date.UTC(2031, 0, 1) }))
    await store(api.pool, someRows(1, { receivedAtMs: Date.UTC(2031, 0, 2) }))
    const behind = async (from: string): Promise<number> => {
      const body = { name: 'City', url: receiver.url, allowAddress: receiver.allow, from }
      return (await api.call('POST', '/v1/links', { body })).json().behind
    }
    expect([
      await behind('now'),
      await behind('2031-01-02T00:00:00Z'),
      await behind('2031-01-01T00:00:00Z'),
    ]).toEqual([0, 1, 3])
  })

  it('shows its breaker, and who must act', async () => {
    const link = await linkTo(api.pool, receiver)
    await store(api.pool, someRows(1))
    const shown = async () => (await api.call('GET', `/v1/links/${link.id}`)).json()
    expect((await shown()).breaker).toBe('closed')
    receiver.answer = () => ({ status: 401 })
    await deliver(link.id)
    expect(await shown()).toMatchObject({
      breaker: 'open',
      lastError: { class: 'auth', actor: 'operator' },
      recall: { breaker: 'closed' },
    })
    await api.pool.query("update link_lanes set next_at = now() - interval '1 minute' where link_id = $1", [
      link.id,
    ])
    expect((await shown()).breaker).toBe('half-open')
  })

  it('filters by the codes of places and by risk', async () => {
    const code = 'cn.mofcom.node9:330402101'
    const link = await linkTo(api.pool, receiver, { filter: { sites: [code] } })
    const risky = await linkTo(api.pool, receiver, { filter: { risks: ['failed_test', 'doubtful'] } })
    const [there] = someRows(1, { codes: [code] })
    const test = (verdict: string) =>
      someRows(1, { kind: 'test', body: Buffer.from(`{"test":{"verdict":"${verdict}"}}`) })
    const [failed] = test('fail')
    const [flagged] = someRows(1, { flags: ['W_DOC_EXPIRED'] })
    const said = someRows(1, {
      kind: 'test',
      body: Buffer.from(JSON.stringify({ note: '"verdict":"fail"' })),
    })
    await store(api.pool, [there, failed, flagged, ...test('pass'), ...said, ...someRows(2)] as never)
    await deliver(link.id)
    expect(receiver.changes.map(({ id }) => id)).toEqual([there?.id])
    receiver.changes.length = 0
    await deliver(risky.id)
    expect(receiver.changes.map(({ id }) => id)).toEqual([failed?.id, flagged?.id])
  })
})

describe('backfills', () => {
  it('are counted, made, listed, shown and ended', async () => {
    const past = someRows(3)
    await store(api.pool, past)
    const link = await linkTo(api.pool, receiver)
    const path = `/v1/links/${link.id}`
    const scope = { records: past.map(({ id }) => id) }
    expect((await api.call('POST', `${path}/backfill`, { body: { ...scope, dryRun: true } })).json()).toEqual(
      {
        records: 3,
      },
    )
    const made = await api.call('POST', `${path}/backfill`, { body: scope })
    expect([made.statusCode, made.json().state]).toEqual([202, 'open'])
    const at = made.headers['location'] as string
    expect((await api.call('GET', at)).json()).toEqual(made.json())
    expect((await api.call('GET', `${path}/backfills`)).json()).toEqual({
      backfills: [made.json()],
      next: null,
    })
    expect((await api.call('POST', `${at}/cancel`)).json()).toMatchObject({
      state: 'cancelled',
      delivered: 0,
    })
    await deliver(link.id)
    expect(receiver.batches).toHaveLength(0)
    expect((await api.call('POST', `${path}/backfill`, { body: { kind: 'sale' } })).statusCode).toBe(400)
  })
})
