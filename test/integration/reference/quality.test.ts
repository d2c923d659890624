import fc from 'fast-check'
import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Body } from '#core/model/body.ts'
import { createFollow } from '#flow/follow/create-follow.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import { messageId } from '#flow/intake/message-id.ts'
import { qualityMessagesFollower } from '#flow/quality/follow-messages.ts'
import { qualityRecordsReader } from '#flow/quality/follow-records.ts'
import { systemQuality } from '#flow/quality/read-quality.ts'
import { createPool, inTransaction } from '#store/database.ts'
import { insertMessages, type MessageRow, setMessageProblem } from '#store/intake.ts'
import { withDatabase } from '#test/database.ts'
import { rewrite } from '#test/rewrite.ts'
import { follow, type Told, tell } from './setting.ts'

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 6 })
})
afterAll(async () => await pool.end())
beforeEach(async () => {
  await rewrite(
    pool,
    'truncate record_versions, messages, followers, quality_counts, quality_reasons, quality_codes, quality_messages',
  )
})

const DAYS = ['2024-04-15', '2024-04-16', '2024-04-17'] as const
const BEGIN = Date.parse('2024-04-15T00:00:00+08:00')
const DAY = 86_400_000
const range = { from: DAYS[0], to: DAYS[2] }

/** A version in few words, from which both the store and the plain model are told. */
interface Plain {
  readonly key: number
  readonly system: 'one' | 'two'
  readonly kind: 'sale' | 'payment'
  readonly isVoid: boolean
  readonly receivedMs: number
  readonly delayMs: number
  readonly hasRegion: boolean
  readonly hasClass: boolean
  readonly flags: Body['flags']
  readonly numbers: readonly number[]
}

const bodyOf = (one: Plain): Body => ({
  flags: one.flags,
  occurredAt: { at: new Date(one.receivedMs - one.delayMs).toISOString(), precision: 'second' },
  ...(one.hasRegion ? { region: { code: '330402', year: 2024 } } : {}),
  product: one.hasClass ? { name: '番茄', class: 'vegetable' } : { name: '番茄' },
  documents: one.numbers.map((number) => ({ role: 'upstream', type: 'promise_cert', number: `C${number}` })),
})

const plainVersion: fc.Arbitrary<Plain> = fc.record({
  key: fc.integer({ min: 0, max: 4 }),
  system: fc.constantFrom('one', 'two'),
  kind: fc.constantFrom('sale', 'payment'),
  isVoid: fc.boolean(),
  receivedMs: fc.integer({ min: 0, max: 3 * DAY - 1 }).map((ms) => BEGIN + ms),
  delayMs: fc.integer({ min: -DAY, max: 40 * DAY }),
  hasRegion: fc.boolean(),
  hasClass: fc.boolean(),
  flags: fc.subarray(['W_AREA_UNKNOWN', 'W_ID_UNKNOWN'] as Body['flags']),
  numbers: fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }),
})

/** What a person would count, with the versions on paper. */
function byHand(versions: readonly (Plain & { version: number })[], system: string) {
  const own = versions.filter((one) => one.system === system && !one.isVoid)
  const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0)
  const share = (count: number, of: number) => ({
    count,
    of,
    share: of === 0 ? null : Math.round((count / of) * 10_000) / 10_000,
  })
  const sales = own.filter(({ kind }) => kind === 'sale')
  const delays = own
    .filter(({ version }) => version === 1)
    .map(({ delayMs }) => {
      const minutes = Math.max(0, Math.ceil(delayMs / 60_000))
      if (minutes <= 1440) return minutes
      return minutes <= 43_200 ? Math.ceil(minutes / 60) * 60 : Math.ceil(minutes / 1440) * 1440
    })
    .sort((a, b) => a - b)
  const percentile = (part: number) => delays[Math.max(0, Math.ceil(delays.length * part) - 1)] ?? null
  const named = new Set<string>()
  versions.forEach((one) => {
    if (one.isVoid || one.system !== system) return
    const before = versions.find(
      (other) => other.version === one.version - 1 && sameRecord(other, one) && !other.isVoid,
    )
    const day = Math.floor((one.receivedMs - BEGIN) / DAY)
    for (const number of one.numbers) if (!before?.numbers.includes(number)) named.add(`${day} ${number}`)
  })
  const sourcesOf = (number: number) =>
    new Set(
      versions
        .filter(({ isVoid, numbers }) => !isVoid && numbers.includes(number))
        .map((one) => `${one.system} ${one.key}`),
    )
  const matched = [...named].filter((text) => sourcesOf(Number(text.split(' ')[1])).size > 1)
  return {
    records: own.length,
    region: share(own.filter(({ hasRegion }) => hasRegion).length, own.length),
    productClass: share(sales.filter(({ hasClass }) => hasClass).length, sales.length),
    documents: share(sales.filter(({ numbers }) => numbers.length > 0).length, sales.length),
    flagged: share(own.filter(({ flags }) => flags.length > 0).length, own.length),
    flagsPerRecord:
      own.length === 0
        ? null
        : Math.round((sum(own.map(({ flags }) => flags.length)) / own.length) * 10_000) / 10_000,
    corrected: share(own.filter(({ version }) => version > 1).length, own.length),
    timeliness: {
      within24h: share(delays.filter((minutes) => minutes <= 1440).length, delays.length),
      p50Minutes: percentile(0.5),
      p95Minutes: percentile(0.95),
    },
    document: share(matched.length, named.size),
  }
}

const sameRecord = (a: Plain, b: Plain): boolean =>
  a.key === b.key && a.system === b.system && a.kind === b.kind

describe('the quality of a system', () => {
  it('is what a person counts by hand from the versions, in whatever steps the log is followed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plainVersion, { minLength: 1, maxLength: 16 }),
        fc.integer({ min: 1, max: 7 }),
        async (all, atOnce) => {
          await rewrite(pool, 'truncate record_versions, followers, quality_counts, quality_codes')
          const follower = logFollower('quality-records', atOnce, [qualityRecordsReader])
          const versions: (Plain & { version: number })[] = []
          for (const [i, one] of all.entries()) {
            const version = versions.filter((other) => sameRecord(other, one)).length + 1
            versions.push({ ...one, version })
            await tell(pool, toldOf(one, version, i))
            if (i % 4 === 0) await follow(pool, follower)
          }
          await follow(pool, follower)
          for (const system of ['one', 'two']) {
            const { total } = await systemQuality(pool, { system, ...range })
            const { completeness, validity, uniqueness, timeliness, match, records } = total
            expect({
              records,
              region: completeness.region,
              productClass: completeness.productClass,
              documents: completeness.documents,
              flagged: validity.flagged,
              flagsPerRecord: validity.flagsPerRecord,
              corrected: uniqueness.corrected,
              timeliness,
              document: match.document,
            }).toEqual(byHand(versions, system))
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  const toldOf = (one: Plain, version: number, i: number): Told => ({
    key: String(one.key),
    kind: one.kind,
    system: one.system,
    version,
    status: one.isVoid ? 'void' : 'active',
    receivedAtMs: one.receivedMs,
    body: bodyOf(one),
    messageId: messageId(one.receivedMs),
    messageIndex: i,
  })

  it('a number is matched when another source record names it later, too, and never by the payment of its own bill', async () => {
    const follower = logFollower('quality-records', 100, [qualityRecordsReader])
    const told = (key: string, more: Partial<Told>): Told => ({
      key,
      receivedAtMs: BEGIN,
      messageId: messageId(BEGIN),
      messageIndex: Number(key),
      body: { documents: [{ role: 'voucher', type: 'sales_voucher', number: 'V1' }] },
      ...more,
    })
    const share = async () => (await systemQuality(pool, { system: 'one', ...range })).total.match.voucher
    await tell(pool, told('1', {}), told('1', { kind: 'payment' }))
    await follow(pool, follower)
    expect(await share()).toEqual({ count: 0, of: 1, share: 0 })
    await tell(pool, told('7', { system: 'two', receivedAtMs: BEGIN + DAY }))
    await follow(pool, follower)
    expect(await share()).toEqual({ count: 1, of: 1, share: 1 })
  })

  it('looks at a sample of many numbers, the same whatever comes first', async () => {
    const follower = logFollower('quality-records', 250, [qualityRecordsReader])
    const told = Array.from({ length: 700 }, (_, i) => ({
      key: String(i),
      receivedAtMs: BEGIN,
      messageIndex: i,
      body: { documents: [{ role: 'upstream' as const, type: 'promise_cert', number: `N${i}` }] },
    }))
    await tell(pool, ...told)
    await follow(pool, follower)
    const sample = async () =>
      (await pool.query('select code from quality_codes order by code')).rows.map(({ code }) => code)
    const first = await sample()
    expect(first).toHaveLength(500)
    await rewrite(pool, 'truncate record_versions, followers, quality_codes')
    await tell(pool, ...told.reverse())
    await follow(pool, follower)
    expect(await sample()).toEqual(first)
  })
})

describe('messages', () => {
  const row = (receivedAtMs: number, more: Partial<MessageRow>): MessageRow => ({
    id: messageId(receivedAtMs),
    receivedAtMs,
    system: 'one',
    record: 'trade',
    mapping: 'one/trade@1',
    keyId: null,
    contentType: 'application/json',
    encoding: 'utf-8',
    sha256: Buffer.alloc(32),
    bytes: Buffer.from('x'),
    state: 'done',
    received: 0,
    accepted: 0,
    unchanged: 0,
    rejected: 0,
    results: '[]',
    problem: null,
    ...more,
  })
  const put = (...rows: MessageRow[]) => inTransaction(pool, (client) => insertMessages(client, rows))
  const noKey = { path: '/1/billNo', code: 'E_NO_KEY', reason: 'the key is missing' }
  const area = (i: number) => ({ path: `/${i}/originCode`, code: 'W_AREA_UNKNOWN', reason: 'never' })

  it('count results by the day of receipt, once each, with the worst reasons and a receipt that has them', async () => {
    const results = JSON.stringify([
      ['c', ['1'], [['sale', 1]], [area(0)]],
      ['r', null, [], [noKey]],
      ['n', ['3'], [['sale', 1]], [area(2)]],
    ])
    const counted = { received: 3, accepted: 1, unchanged: 1, rejected: 1, results }
    const first = row(BEGIN, counted)
    const refused = row(BEGIN + DAY, { state: 'refused' })
    await put(first, refused)
    await inTransaction(pool, (client) =>
      setMessageProblem(
        client,
        refused.id,
        BEGIN + DAY,
        JSON.stringify({ ...noKey, path: '', code: 'E_SCHEMA' }),
      ),
    )
    for (let i = 0; i < 3; i++) await follow(pool, qualityMessagesFollower)
    const { total, days } = await systemQuality(pool, { system: 'one', ...range })
    expect(days.map(({ day, messages }) => [day, messages])).toEqual([
      [DAYS[0], { received: 1, refused: 0 }],
      [DAYS[1], { received: 1, refused: 1 }],
    ])
    expect(total.sourceRecords).toEqual({ received: 3, accepted: 1, unchanged: 1, rejected: 1 })
    expect(total.validity.valid).toEqual({ count: 2, of: 3, share: 0.6667 })
    expect(total.uniqueness.resent).toEqual({ count: 1, of: 3, share: 0.3333 })
    expect(total.reasons).toEqual([
      { code: 'W_AREA_UNKNOWN', field: 'originCode', count: 2, receipt: first.id },
      { code: 'E_NO_KEY', field: 'billNo', count: 1, receipt: first.id },
      { code: 'E_SCHEMA', field: '', count: 1, receipt: refused.id },
    ])
  })

  it('that are committed late, or done late, are counted all the same', async () => {
    const now = Date.now()
    const old = row(now - 7_200_000, { received: 5, accepted: 5 })
    await put(old, row(now, { received: 1, accepted: 1 }))
    await pool.query(`update messages set state = 'running' where id = $1`, [old.id])
    const received = async () => {
      await follow(pool, qualityMessagesFollower)
      const { rows } = await pool.query(
        `select sum(count)::int as sum from quality_counts where name = 'received'`,
      )
      return rows[0].sum
    }
    expect(await received()).toBe(1)
    expect(await received()).toBe(1)
    await put(row(now - 60_000, { received: 2, accepted: 2 }))
    expect(await received()).toBe(3)
    await pool.query(`update messages set state = 'done' where id = $1`, [old.id])
    expect(await received()).toBe(8)
    expect(await received()).toBe(8)
    const { rows } = await pool.query('select count(*)::int as count from quality_messages')
    expect(rows[0].count).toBeLessThanOrEqual(3)
  })

  it('are looked at once in half a minute, whatever the change log does', async () => {
    let now = Date.now()
    const all = createFollow({ pool, followers: [qualityMessagesFollower], now: () => now })
    const due = async () => (await all.find()).map(({ name }) => name)
    expect(await due()).toEqual(['quality-messages'])
    expect(await all.run('quality-messages', new AbortController().signal)).toBe(true)
    expect(await due()).toEqual([])
    now += 31_000
    expect(await due()).toEqual(['quality-messages'])
  })
})
