import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AdapterError } from '#adapters/adapter.ts'
import type { DeclaredScan } from '#core/channels/declared.ts'
import { type ChannelsParts, runChannel } from '#flow/channels/run.ts'
import { hastenScan, readScanAt } from '#store/channel-scans.ts'
import { readChannel, setChannel, setChannelState } from '#store/channels.ts'
import { registerSystems } from '#store/systems.ts'
import { withPlainIntake } from '#test/intake.ts'
import { type NumberedSource, numberedSource, withChannel } from '#test/numbered-source.ts'
import { rewrite } from '#test/rewrite.ts'

const hub = withPlainIntake()
const NAME = { system: 'plain', name: 'numbers' }
const NIGHT = '30 2 * * *'
let source: NumberedSource
/** The list of keys that the source gives, in pieces; called once a scan. */
let keys: () => AsyncIterable<readonly { readonly no?: string }[]>

const numbers = (from: number, to: number): { no: string }[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({ no: `n${from + i}` }))
async function* pieces(...lists: readonly { readonly no?: string }[][]) {
  yield* lists
}

const parts = (scan: DeclaredScan, more: Partial<ChannelsParts> = {}): ChannelsParts => ({
  pool: hub.pool,
  registry: withChannel({ every: '5m', scan }),
  intake: hub.intake,
  now: Date.now,
  folders: [],
  log: { info: () => {}, warn: () => {} },
  adapterOf: () => ({ ...source.adapter, keys: () => keys() }) as never,
  ...more,
})

async function run(fusePercent = 30, more?: Partial<ChannelsParts>) {
  await hub.pool.query('update channels set next_at = null')
  return await runChannel(parts({ cron: NIGHT, fusePercent }, more), NAME, new AbortController().signal)
}
const scanned = async (fusePercent?: number, more?: Partial<ChannelsParts>) => {
  await hastenScan(hub.pool, NAME)
  return await run(fusePercent, more)
}
const row = async () =>
  (await readChannel(hub.pool, NAME)) as NonNullable<Awaited<ReturnType<typeof readChannel>>>
const voids = async (): Promise<string[]> => {
  const { rows } = await hub.pool.query(
    `select record_id from record_versions where status = 'void' order by record_id`,
  )
  return rows.map(({ record_id }) => record_id.split(':').at(-1))
}

beforeEach(async () => {
  source = numberedSource()
  source.count = 10
  keys = () => pieces(numbers(1, 4), numbers(5, 10))
  await registerSystems(hub.pool, [{ id: 'plain', title: { zh: '测试系统', en: 'Plain' } }])
  await setChannel(hub.pool, NAME, { isOn: true })
})
afterEach(async () => {
  await rewrite(hub.pool, 'truncate record_versions, messages, rejections, channels, system_secrets cascade')
})

describe('what was deleted at the source', () => {
  it('is made void by a message of the hub, with the reason, and only that', async () => {
    keys = () => pieces(numbers(1, 3), [], numbers(6, 10))
    await scanned()
    expect(await voids()).toEqual(['n4', 'n5'])
    const { scannedAt, scanError, state } = await row()
    expect({ scanError, state }).toEqual({ scanError: null, state: { at: 10 } })
    expect(scannedAt).not.toBeNull()
    const { rows } = await hub.pool.query(
      `select v.record, v.version, v.body::jsonb -> 'void' ->> 'reason' as reason, m.record as message from record_versions v
         join messages m on m.id = v.message_id where v.status = 'void'`,
    )
    for (const one of rows)
      expect(one).toMatchObject({
        record: 'sale',
        version: 2,
        message: 'key-scan',
        reason: /来源.*Source|source/,
      })
  })

  it('is found again for nothing: a second scan voids nothing more', async () => {
    keys = () => pieces(numbers(1, 8))
    await scanned()
    await scanned()
    expect(await voids()).toEqual(['n10', 'n9'])
    const { rows } = await hub.pool.query(`select count(*)::int as n from messages where record = 'key-scan'`)
    expect(rows[0].n).toBe(1)
  })

  it('is looked for when its time has come, and not before', async () => {
    keys = () => pieces(numbers(1, 8))
    const { nextAtMs } = await run()
    expect(await voids()).toEqual([])
    const plannedMs = (await readScanAt(hub.pool, NAME)) as number
    // Half past two in China.
    expect(new Date(plannedMs).toISOString()).toMatch(/T18:30:00/)
    expect(nextAtMs as number).toBeLessThanOrEqual(plannedMs)
    await hub.pool.query(`update channels set scan_next_at = now() - interval '1 minute'`)
    await run()
    expect(await voids()).toEqual(['n10', 'n9'])
    expect((await readScanAt(hub.pool, NAME)) as number).toBeGreaterThan(Date.now())
  })
})

describe('nothing is made void', () => {
  const expectNothing = async (error: object): Promise<void> => {
    expect(await voids()).toEqual([])
    const { scanError, scannedAt, lastError } = await row()
    expect(scanError).toMatchObject(error)
    expect([scannedAt, lastError]).toEqual([null, null])
  }

  it('where more are missing than the fuse lets pass', async () => {
    keys = () => pieces(numbers(1, 6))
    await scanned(30)
    await expectNothing({
      class: 'source',
      setting: '/scan/fuse',
      detail: expect.stringContaining('4 of 10'),
    })
    await scanned(40)
    expect((await voids()).length).toBe(4)
    expect((await row()).scanError).toBeNull()
  })

  it('where more are missing than the number that an operator set, whatever the share is', async () => {
    keys = () => pieces(numbers(1, 7))
    await setChannel(hub.pool, NAME, { limits: { fuseRecords: 2 } })
    await scanned(100)
    await expectNothing({ setting: '/scan/fuse', detail: expect.stringContaining('100 % or 2 records') })
    await setChannel(hub.pool, NAME, { limits: { fuseRecords: 3, fusePercent: 10 } })
    await scanned(100)
    await expectNothing({ setting: '/scan/fuse', detail: expect.stringContaining('10 % or 3 records') })
    await setChannel(hub.pool, NAME, { limits: { fuseRecords: 3 } })
    await scanned(100)
    expect((await voids()).length).toBe(3)
  })

  it('where the list of keys is empty, however wide the fuse', async () => {
    keys = () => pieces([])
    await scanned(100)
    await expectNothing({ setting: '/scan/fuse' })
  })

  it('where the fuse is 0, and one where it is small', async () => {
    keys = () => pieces(numbers(2, 10))
    await scanned(0)
    await expectNothing({ setting: '/scan/fuse' })
    await scanned(5)
    expect(await voids()).toEqual(['n1'])
  })

  it.each([
    ['breaks off', new AdapterError('retry', 'the source hung up'), { class: 'retry' }],
    ['is refused', new AdapterError('auth', 'status 401', { setting: '/secrets/token' }), { class: 'auth' }],
    ['fails in a way that nobody foresaw', new TypeError('王五 13800000000'), { class: 'retry' }],
  ])('where the list of keys %s', async (_, thrown, error) => {
    keys = async function* () {
      yield numbers(1, 9)
      throw thrown
    }
    await scanned()
    await expectNothing(error)
    expect(JSON.stringify((await row()).scanError)).not.toContain('王五')
  })

  it('where a key cannot be read by the mapping: its record would be taken for deleted', async () => {
    keys = () => pieces([...numbers(1, 9), {}])
    await scanned()
    await expectNothing({ class: 'source' })
  })

  it('of what came after the list of keys was asked for', async () => {
    keys = async function* () {
      yield numbers(1, 10)
      await hub.push([{ no: 'n11' }])
    }
    await scanned()
    expect(await voids()).toEqual([])
  })

  it('of what changed since it was found missing', async () => {
    keys = () => pieces(numbers(1, 9))
    const { intake } = hub
    await scanned(30, {
      intake: {
        push: intake.push.bind(intake),
        pushLarge: intake.pushLarge.bind(intake),
        async voidMissing(request) {
          await hub.push([{ no: 'n10', kg: '2' }])
          return await intake.voidMissing(request)
        },
      },
    })
    expect(await voids()).toEqual([])
  })

  it('of other systems and records', async () => {
    await run()
    await rewrite(
      hub.pool,
      `update record_versions set record = 'other' where record_id = 'urn:cnft:sale:plain:sale:n10'`,
    )
    keys = () => pieces(numbers(1, 9))
    await scanned()
    expect(await voids()).toEqual([])
  })

  it('by a worker that lost its lease meanwhile', async () => {
    keys = async function* () {
      yield numbers(1, 9)
      await setChannelState(hub.pool, NAME, { at: 10 })
    }
    await scanned()
    expect(await voids()).toEqual([])
    expect((await row()).scannedAt).toBeNull()
  })
})

it('a large list of keys goes through in pieces, and all that is missing is found', async () => {
  source.count = 0
  for (const from of [1, 3001]) await hub.push(numbers(from, from + 2999))
  keys = async function* () {
    for (let from = 1; from <= 4800; from += 500) yield numbers(from, Math.min(from + 499, 4800))
  }
  await scanned(20)
  expect((await voids()).length).toBe(1200)
})
