import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { createMetrics } from '#api/metrics.ts'
import { reconciliationView } from '#api/reconciliation-view.ts'
import { joinDigests, NO_DIGEST, versionDigest } from '#core/reconcile/digest.ts'
import type { BackwardMapping } from '#flow/delivery/ports.ts'
import { createReconciliation, type ReconciliationWish } from '#flow/reconcile/create-reconciliation.ts'
import type { ReconcileParts } from '#flow/reconcile/ports.ts'
import type { Given } from '#flow/reconcile/read-given.ts'
import { createBackfill } from '#store/backfills.ts'
import { headPosition } from '#store/changes.ts'
import { createPool } from '#store/database.ts'
import { createLink, type Link, type NewLink } from '#store/links.ts'
import { listFindings, readDifferences } from '#store/reconciliation-findings.ts'
import { readReconciliation } from '#store/reconciliations.ts'
import { withDatabase } from '#test/database.ts'
import { rewrite } from '#test/rewrite.ts'
import { deliveryAt, store } from '../delivery/setting.ts'
import { type CountingReceiver, startCountingReceiver } from './counting-receiver.ts'
import { follow, reconcile, saleRow, storeAndFollow } from './setting.ts'

const database = withDatabase()
let pool: Pool
let receiver: CountingReceiver
let link: Link

const linkTo = async (more: Partial<NewLink> = {}): Promise<Link> => {
  const made = await createLink(pool, {
    name: 'city',
    url: receiver.url,
    allowAddress: [receiver.allow],
    ...more,
  })
  receiver.secret = made.secret ?? ''
  return made.link
}
const deliver = async (): Promise<void> => {
  const { delivery } = deliveryAt(pool)
  while (!(await delivery.deliverLink(link.id)).done);
}
const compare = async (
  wish: Partial<ReconciliationWish> = {},
  parts: Partial<ReconcileParts> = {},
  given: Given | null = null,
) => {
  const { id } = await createReconciliation(
    { pool, clock: Date.now, isSystem: () => true },
    { link: link.id, from: '2024-04-15', ...wish },
    given,
    'test',
  )
  const { finished, resent } = await reconcile(pool, id, parts)
  const one = await readReconciliation(pool, id)
  if (!one) throw new Error('it is gone')
  const keys = (await listFindings(pool, id, { limit: 9999 })).map(
    ({ recordId, state, ownVersion, theirVersion }) =>
      `${recordId.split(':').at(-1)} ${state} ${ownVersion}/${theirVersion}`,
  )
  return { one, finished, resent, keys, buckets: await readDifferences(pool, id, { limit: 999 }) }
}

beforeAll(() => {
  pool = createPool({ url: database.url })
})
afterAll(() => pool.end())
beforeEach(async () => {
  await rewrite(
    pool,
    'truncate record_versions, record_buckets, links cascade; update followers set position = 0',
  )
  receiver = await startCountingReceiver()
  link = await linkTo()
})
afterEach(() => receiver.close())

const id = (key: string): string => `urn:cnft:sale:jiaxing-wholesale:trade:${key}`
const hours = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    saleRow(`S${i}`, { at: `2024-04-15T${String(i % 24).padStart(2, '0')}:10:00+08:00`, kg: `${i}.25` }),
  )

it('a receiver that has everything is equal, by one call for the day', async () => {
  await storeAndFollow(pool, [...hours(60), saleRow('V', {}), saleRow('V', { version: 2, status: 'void' })])
  await deliver()
  const { one, keys } = await compare()
  expect(one).toMatchObject({ state: 'done', outcome: 'equal', problem: null })
  expect(one.counts).toMatchObject({
    records: 61,
    theirRecords: 61,
    mass: '1785',
    theirMass: '1785',
    differing: 0,
    calls: 1,
  })
  expect(keys).toEqual([])
})

it('a loss, a surplus and an old version at a receiver are named exactly, resent, and then it is equal', async () => {
  await storeAndFollow(pool, hours(60))
  await store(pool, [saleRow('S7', { version: 2, at: '2024-04-15T07:10:00+08:00', kg: '9' })])
  await follow(pool)
  await deliver()
  const old = receiver.kept.get(id('S7'))
  receiver.kept.delete(id('S3'))
  receiver.kept.delete(id('S4'))
  receiver.kept.set(id('S7'), { ...(old as NonNullable<typeof old>), version: 1, mass: '7.25' })
  receiver.kept.set(id('X1'), { ...(old as NonNullable<typeof old>), id: id('X1'), version: 1 })
  const first = await compare({ resend: true })
  expect(first.one).toMatchObject({ state: 'done', outcome: 'different' })
  expect(first.keys).toEqual([
    'S3 missing 1/null',
    'S4 missing 1/null',
    'S7 outdated 2/1',
    'X1 surplus null/1',
  ])
  expect(first.buckets.map(({ hour, state }) => `${hour} ${state}`)).toEqual([
    '2024-04-15T03 narrowed',
    '2024-04-15T04 narrowed',
    '2024-04-15T07 narrowed',
  ])
  expect(first.resent).toEqual([link.id])
  await deliver()
  receiver.kept.delete(id('X1'))
  const second = await compare()
  expect(second.one).toMatchObject({ outcome: 'equal', counts: { records: 60, theirRecords: 60 } })
})

it('a receiver that keeps a record under an older hour is told of as outdated, once', async () => {
  await storeAndFollow(pool, hours(30))
  await deliver()
  const before = receiver.kept.get(id('S5')) as NonNullable<ReturnType<typeof receiver.kept.get>>
  await storeAndFollow(pool, [saleRow('S5', { version: 2, at: '2024-04-15T20:00:00+08:00' })])
  await deliver()
  receiver.kept.set(id('S5'), before)
  const { keys } = await compare()
  expect(keys).toEqual(['S5 outdated 2/1'])
})

it('a large bucket is divided until its keys are few, and three losses in 5,000 are found in few calls', async () => {
  const rows = Array.from({ length: 5000 }, (_, i) => saleRow(`L${i}`))
  await storeAndFollow(pool, rows)
  await deliver()
  for (const key of ['L17', 'L2500', 'L4999']) receiver.kept.delete(id(key))
  const { one, keys } = await compare()
  expect(keys).toEqual(['L17 missing 1/null', 'L2500 missing 1/null', 'L4999 missing 1/null'])
  // The day, sixteen parts, and the keys of three of them.
  expect(one.counts['calls']).toBeLessThanOrEqual(5)
})

it('changes that are under way are not taken for lost', async () => {
  await storeAndFollow(pool, hours(10))
  await deliver()
  await pool.query(`update links set state = 'paused'`)
  await storeAndFollow(pool, [
    ...Array.from({ length: 5 }, (_, i) => saleRow(`N${i}`)),
    saleRow('S1', { version: 2 }),
  ])
  const { one, keys } = await compare()
  expect(keys).toEqual([])
  expect(one).toMatchObject({ outcome: 'equal', counts: { inFlight: 6, missing: 0 } })
})

it('what a replay made and the link has not sent yet is not taken for lost', async () => {
  await storeAndFollow(pool, hours(4))
  await deliver()
  const place = await headPosition(pool)
  await storeAndFollow(pool, [
    { ...saleRow('S1', { version: 2 }), replay: '018f0000-0000-7000-8000-000000000000' },
  ])
  await deliver()
  // As it stands where the receiver was away from the replay on.
  const kept = receiver.kept.get(id('S1'))
  if (kept) receiver.kept.set(kept.id, { ...kept, version: 1 })
  await pool.query('update link_lanes set replay_cursor = $1', [place])
  expect((await compare()).one).toMatchObject({ outcome: 'equal', counts: { inFlight: 1 } })
  await pool.query('update link_lanes set replay_cursor = cursor')
  expect((await compare()).keys).toEqual(['S1 outdated 2/1'])
})

it('a change that the receiver refused for good is counted as refused and not sent again', async () => {
  await storeAndFollow(pool, hours(4))
  await deliver()
  receiver.kept.delete(id('S2'))
  await pool.query(
    `insert into held_changes (link_id, record_id, version, position, state)
     select $1, record_id, version, position, 'refused' from record_versions where record_id = $2`,
    [link.id, id('S2')],
  )
  const { one, resent } = await compare({ resend: true })
  expect(one).toMatchObject({ outcome: 'equal', counts: { refused: 1, missing: 0 } })
  expect(resent).toEqual([])
})

it('a filter that the kept figures do not know is counted from the versions, with the same answer', async () => {
  await pool.query('delete from links')
  link = await linkTo({ filter: { productClasses: ['pork'], regions: ['330400'] } })
  await storeAndFollow(pool, [...hours(10), saleRow('far', { region: '320100' })])
  await deliver()
  receiver.kept.delete(id('S6'))
  const { one, keys } = await compare()
  expect(keys).toEqual(['S6 missing 1/null'])
  expect(one.counts).toMatchObject({ records: 10, theirRecords: 9 })
})

it('a record whose region was corrected is compared by its newest version, also where the filter knows regions alone', async () => {
  await pool.query('delete from links')
  link = await linkTo({ filter: { regions: ['330400'] } })
  await storeAndFollow(pool, hours(10))
  await storeAndFollow(pool, [saleRow('S3', { region: '320100', version: 2 })])
  await deliver()
  expect((await compare()).one).toMatchObject({ outcome: 'equal' })
  receiver.kept.delete(id('S3'))
  const { keys } = await compare()
  expect(keys).toEqual(['S3 missing 2/null'])
})

it('records without a time of the event are compared where they are asked for', async () => {
  await storeAndFollow(pool, [saleRow('T1', { at: null }), saleRow('T2', { at: null })])
  await deliver()
  receiver.kept.delete(id('T2'))
  expect((await compare()).one).toMatchObject({ outcome: 'equal', counts: { records: 0 } })
  expect((await compare({ untimed: true })).keys).toEqual(['T2 missing 1/null'])
})

it('a mapping that leaves records out is asked for each, and what it leaves out is not missing', async () => {
  await pool.query('delete from links')
  link = await linkTo({ mapping: 'city/sale' })
  await storeAndFollow(pool, hours(40))
  const evens: BackwardMapping = {
    prepare: async () => ({
      one: ({ recordId, text }) => ({
        ok: true,
        text: Number(recordId.split('S').at(-1)) % 2 === 0 ? text : null,
      }),
      writesMessages: false,
      messages: () => [],
    }),
  }
  const { delivery } = deliveryAt(pool, { mappingOf: () => evens })
  while (!(await delivery.deliverLink(link.id)).done);
  expect(receiver.kept.size).toBe(20)
  receiver.kept.delete(id('S8'))
  const { one, keys } = await compare({}, { mappingOf: () => evens })
  expect(keys).toEqual(['S8 missing 1/null'])
  expect(one.counts).toMatchObject({ records: 20, theirRecords: 19 })
})

it('what a link may not see is not missing: hidden kinds, and masses', async () => {
  await pool.query('delete from links')
  link = await linkTo({ sees: ['public'] })
  await storeAndFollow(pool, [...hours(5), saleRow('pay', { kind: 'payment' })])
  await deliver()
  expect([...receiver.kept.values()].map(({ mass }) => mass)).toEqual(['0', '0', '0', '0', '0'])
  const { one } = await compare()
  expect(one).toMatchObject({ outcome: 'equal', counts: { records: 5, theirRecords: 5, mass: '0' } })
})

it('what lies before the beginning of a link is not owed, until a backfill has sent it', async () => {
  await storeAndFollow(pool, hours(6))
  await pool.query('delete from links')
  link = await linkTo({ cursor: await headPosition(pool) })
  await storeAndFollow(pool, [saleRow('S20', { at: '2024-04-15T03:30:00+08:00' })])
  await deliver()
  expect((await compare()).one).toMatchObject({ outcome: 'equal', counts: { theirRecords: 1, missing: 0 } })
  await createBackfill(pool, link.id, {})
  await deliver()
  await deliveryAt(pool).delivery.deliverLink(link.id, { lane: 'recall' })
  expect(receiver.kept.size).toBe(7)
  receiver.kept.delete(id('S2'))
  expect((await compare()).keys).toEqual(['S2 missing 1/null'])
})

it.each([404, 501])(
  'a receiver that answers %s does not implement the calls, and that is told',
  async (status) => {
    receiver.status = status
    await storeAndFollow(pool, hours(3))
    await deliver()
    const { one } = await compare()
    expect(one).toMatchObject({ state: 'done', outcome: 'unsupported', detail: `status ${status}` })
  },
)

it('a receiver that does not answer now is asked again later, and one that refuses the signature is told of', async () => {
  await storeAndFollow(pool, hours(3))
  await deliver()
  receiver.status = 503
  const first = await compare()
  expect(first).toMatchObject({
    finished: false,
    one: { state: 'running', attempts: 1, detail: 'status 503' },
  })
  receiver.status = null
  await pool.query('update reconciliations set next_at = now()')
  await reconcile(pool, first.one.id)
  expect(await readReconciliation(pool, first.one.id)).toMatchObject({ state: 'done', outcome: 'equal' })
  receiver.secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  expect((await compare()).one).toMatchObject({ state: 'failed', problem: 'receiver_refused' })
})

it('the metrics tell of the last comparison of each link: runs, differences, missing keys, age', async () => {
  const text = async (): Promise<string> => await createMetrics(pool, Date.now).text()
  await storeAndFollow(pool, hours(4))
  await deliver()
  receiver.kept.delete(id('S1'))
  receiver.kept.delete(id('S2'))
  await compare({ resend: false })
  const of = `link="${link.id}",system="none"`
  const told = await text()
  expect(told).toContain(`hub_reconciliation_keys{${of},state="missing"} 2`)
  expect(told).toContain(`hub_reconciliation_keys{${of},state="surplus"} 0`)
  expect(told).toContain(`hub_reconciliation_differing{${of}} 2`)
  expect(told).toMatch(/hub_reconciliation_runs\{outcome="different"\} 1/)
  await pool.query("update reconciliations set finished_at = finished_at - interval '2 days'")
  const later = await text()
  expect(later).not.toContain('hub_reconciliation_runs{')
  const age = later.split('\n').find((line) => line.startsWith(`hub_reconciliation_age_seconds{${of}} `))
  expect(Number(age?.split(' ').at(-1)) - 172_800).toBeGreaterThanOrEqual(0)
  await compare({ resend: true })
  await deliver()
  await compare()
  expect(await text()).toContain(`hub_reconciliation_keys{${of},state="missing"} 0`)
})

it('figures alone name what they can beyond doubt: it is resent, and of the other hours it is said that they are not named', async () => {
  await storeAndFollow(pool, [
    ...hours(72),
    saleRow('S3', { version: 2, at: '2024-04-15T03:10:00+08:00', kg: '3.25' }),
  ])
  await deliver()
  // Three records an hour. At 1 one is gone, at 3 one is of an older version, at 5 all are gone, at 7 two; at 9 one is gone and an unknown one is there.
  for (const name of ['S1', 'S5', 'S29', 'S53', 'S7', 'S31', 'S9']) receiver.kept.delete(id(name))
  const old = receiver.kept.get(id('S3')) as NonNullable<ReturnType<typeof receiver.kept.get>>
  receiver.kept.set(id('S3'), { ...old, version: 1 })
  receiver.kept.set(id('X'), { ...old, id: id('X'), hour: '2024-04-15T09' })
  const rows = new Map<string, { count: number; digest: string }>()
  for (const { hour, id: record, version } of receiver.kept.values()) {
    const known = rows.get(hour) ?? { count: 0, digest: NO_DIGEST }
    rows.set(hour, {
      count: known.count + 1,
      digest: joinDigests(known.digest, versionDigest(record, version)),
    })
  }
  const figures = [...rows].map(([hour, { count, digest }]) => ({
    ...{ kind: 'sale', region: '*', hour, count, mass: null, digest },
  }))
  const given = { side: 'figures', grain: ['kind', 'hour'], figures } as const
  const { one, keys, buckets, resent } = await compare({ resend: true }, {}, given)
  expect(one).toMatchObject({
    outcome: 'different',
    counts: { missing: 6, outdated: 1, differing: 5, unnamed: 1 },
  })
  expect(keys.sort()).toEqual(
    ['S1', 'S29', 'S31', 'S5', 'S53', 'S7']
      .map((name) => `${name} missing 1/null`)
      .concat('S3 outdated 2/1')
      .sort(),
  )
  expect(buckets.filter(({ state }) => state === 'differs').map(({ hour }) => hour)).toEqual([
    '2024-04-15T09',
  ])
  expect(reconciliationView(one, 'en')['advice']).toContain('give the keys')
  expect(resent).toEqual([link.id])
  await deliver()
  expect(receiver.kept.has(id('S29'))).toBe(true)
  expect(receiver.kept.get(id('S3'))?.version).toBe(2)
  expect(receiver.kept.has(id('S9'))).toBe(false)
})
