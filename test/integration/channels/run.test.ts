import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AdapterError } from '#adapters/adapter.ts'
import { HubError } from '#core/errors.ts'
import { type ChannelsParts, runChannel } from '#flow/channels/run.ts'
import { readChannel, setChannel, setChannelState } from '#store/channels.ts'
import { setSystemSecrets } from '#store/system-secrets.ts'
import { registerSystems } from '#store/systems.ts'
import { withPlainIntake } from '#test/intake.ts'
import { type NumberedSource, numberedSource, withChannel } from '#test/numbered-source.ts'
import { rewrite } from '#test/rewrite.ts'

const hub = withPlainIntake()
const NAME = { system: 'plain', name: 'numbers' }
const never = new AbortController().signal
const warnings: object[] = []
let source: NumberedSource

const parts = (more: Partial<ChannelsParts> = {}): ChannelsParts => ({
  pool: hub.pool,
  registry: withChannel({ every: '5m' }),
  intake: hub.intake,
  now: Date.now,
  folders: [],
  log: { info: () => {}, warn: (facts) => void warnings.push(facts) },
  adapterOf: () => source.adapter as never,
  ...more,
})
const run = (more?: Partial<ChannelsParts>, signal = never) => runChannel(parts(more), NAME, signal)
const row = async () =>
  (await readChannel(hub.pool, NAME)) as NonNullable<Awaited<ReturnType<typeof readChannel>>>
const stored = async (): Promise<number> => {
  const { rows } = await hub.pool.query(
    `select count(distinct record_id)::int as n from record_versions where record_id like 'urn:cnft:sale:plain:sale:n%'`,
  )
  return rows[0].n
}

beforeEach(async () => {
  source = numberedSource()
  warnings.length = 0
  await registerSystems(hub.pool, [{ id: 'plain', title: { zh: '测试系统', en: 'Plain' } }])
  await setChannel(hub.pool, NAME, { isOn: true })
})
afterEach(async () => {
  await rewrite(hub.pool, 'truncate record_versions, messages, rejections, channels, system_secrets cascade')
})

describe('a channel', () => {
  it('reads to the end, keeps its state with the last page, and is due again by its rhythm', async () => {
    source.count = 5
    const { done, nextAtMs } = await run()
    expect(done).toBe(true)
    expect((nextAtMs as number) - Date.now()).toBeGreaterThan(290_000)
    const { state, messages, received, rejected, attempts, lastError, doneAt } = await row()
    expect({ state, messages, received, rejected, attempts, lastError }).toEqual({
      ...{ state: { at: 5 }, messages: 3, received: 5, rejected: 0, attempts: 0, lastError: null },
    })
    expect(doneAt).not.toBeNull()
    expect(await stored()).toBe(5)
    expect(source.acknowledged).toEqual(['1-2 done', '3-4 done', '5-5 done'])
  })

  it('goes on from its state with exactly the rest', async () => {
    source.count = 3
    await run()
    source.count = 6
    await setChannel(hub.pool, NAME, {})
    source.acknowledged.length = 0
    await run()
    expect(source.acknowledged).toEqual(['4-5 done', '6-6 done'])
    expect(await stored()).toBe(6)
  })

  it('goes on, and tells what its last reading left at the source until a reading leaves nothing', async () => {
    const doubt = { zh: '3 行时间未到。', en: '3 rows lie ahead.' }
    source.count = 2
    source.doubts = [doubt]
    await run()
    expect(await row()).toMatchObject({ doubts: [doubt], lastError: null, attempts: 0, state: { at: 2 } })
    // What cannot be asked changes nothing of it.
    source.doubts = undefined
    await setChannel(hub.pool, NAME, {})
    await run()
    expect((await row()).doubts).toEqual([doubt])
    source.doubts = []
    await setChannel(hub.pool, NAME, {})
    await run()
    expect((await row()).doubts).toEqual([])
  })

  it('that is off, or not due, is not read', async () => {
    source.count = 2
    await run()
    source.count = 4
    await run()
    expect(await stored()).toBe(2)
    await setChannel(hub.pool, NAME, { isOn: false })
    await run()
    expect(await stored()).toBe(2)
  })

  it('stores a page and its state together or not at all: a worker that lost its lease stores nothing more', async () => {
    source.count = 6
    source.onPage = async (from) => {
      if (from === 2) await setChannelState(hub.pool, NAME, { at: 1 })
    }
    await run()
    expect((await row()).state).toEqual({ at: 1 })
    expect(await stored()).toBe(2)
    source.onPage = () => {}
    await run()
    expect((await row()).state).toEqual({ at: 6 })
    expect(await stored()).toBe(6)
  })

  it('is read by one worker at a time', async () => {
    source.count = 4
    const second: unknown[] = []
    source.onPage = async () => void second.push((await run()).done)
    await run()
    expect(second).toEqual([true, true])
    expect(source.acknowledged).toHaveLength(2)
  })

  it('keeps what cannot be read as a refused message, and goes on behind it', async () => {
    source.count = 6
    source.instead.set(2, '<html>no</html>')
    await run()
    const { state, refused, messages } = await row()
    expect({ state, refused, messages }).toEqual({ state: { at: 6 }, refused: 1, messages: 3 })
    expect(await stored()).toBe(4)
    expect(source.acknowledged[1]).toBe('3-4 refused')
    const { rows } = await hub.pool.query(`select state from messages where state = 'refused'`)
    expect(rows).toHaveLength(1)
  })

  it('passes over a page that is larger than the hub takes, counts it and tells of it', async () => {
    source.count = 4
    const push = (request: Parameters<typeof hub.intake.push>[0]) =>
      source.acknowledged.length === 0 ? Promise.reject(new HubError('too_large')) : hub.intake.push(request)
    await run({ intake: { ...hub.intake, push } })
    expect(await row()).toMatchObject({ state: { at: 4 }, refused: 1, messages: 1, lastError: null })
    expect(warnings).toContainEqual({ channel: 'plain/numbers', page: '1-2' })
  })

  it('that fails keeps what it has, says why, and waits longer each time; a person is waited for longest', async () => {
    source.count = 4
    source.onPage = (from) => {
      if (from === 2) throw new AdapterError('retry', 'the source hung up')
    }
    const first = await run({ random: () => 0.5 })
    expect((first.nextAtMs as number) - Date.now()).toBeLessThan(6000)
    let { lastError, attempts, state } = await row()
    expect({ attempts, state }).toEqual({ attempts: 1, state: { at: 2 } })
    expect(lastError).toMatchObject({ class: 'retry', detail: 'the source hung up' })
    source.onPage = () => {
      throw new AdapterError('auth', 'the password is not taken', { setting: '/secrets/password' })
    }
    await hub.pool.query('update channels set next_at = null')
    const second = await run({ random: () => 0.5 })
    expect((second.nextAtMs as number) - Date.now()).toBeGreaterThan(9 * 60_000)
    ;({ lastError, attempts, state } = await row())
    expect(attempts).toBe(2)
    expect(lastError).toMatchObject({ class: 'auth', setting: '/secrets/password' })
    source.onPage = () => {}
    await hub.pool.query('update channels set next_at = null')
    await run()
    expect(await row()).toMatchObject({ attempts: 0, lastError: null, state: { at: 4 } })
  })

  it('does not tell in its error what an unexpected error says, which may hold anything', async () => {
    source.count = 1
    source.onPage = () => {
      throw new TypeError('王五 13800000000')
    }
    await run()
    expect(JSON.stringify([(await row()).lastError, warnings])).not.toContain('13800000000')
  })

  it('with settings that do not fit, or a state that is none of its adapter, is not read and says which', async () => {
    source.count = 2
    await setChannel(hub.pool, NAME, { settings: { pageSize: 0 } })
    await run()
    expect((await row()).lastError).toMatchObject({ class: 'config', setting: '/settings/pageSize' })
    await setChannel(hub.pool, NAME, { settings: {} })
    await setChannelState(hub.pool, NAME, { at: 'far' })
    await run()
    expect((await row()).lastError).toMatchObject({ class: 'config', setting: '/state' })
    expect(await stored()).toBe(0)
  })

  it('is handed its secrets and the settings of system.yaml under those of the operator', async () => {
    await setSystemSecrets(hub.pool, 'plain', { 'numbers/password': 'open sesame', 'other/password': 'no' })
    await setChannel(hub.pool, NAME, { settings: { pageSize: 3 } })
    source.count = 3
    let handed: unknown
    const { read } = source.adapter
    Object.assign(source.adapter, {
      read: (given: never, state: never) => {
        const { settings, secrets } = given as { settings: unknown; secrets: unknown }
        handed = { settings, secrets }
        return read?.(given, state)
      },
    })
    await run({ registry: withChannel({ settings: { pageSize: '1' } }) })
    expect(handed).toEqual({ settings: { pageSize: 3 }, secrets: { password: 'open sesame' } })
  })

  it('ends within a second when it has to, and nothing is read twice or lost after', async () => {
    source.count = 40
    const stop = new AbortController()
    source.onPage = async (from) => {
      if (from === 10) setTimeout(() => stop.abort(), 5)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    const began = performance.now()
    const { done } = await run({}, stop.signal)
    expect(done).toBe(false)
    expect(performance.now() - began).toBeLessThan(1500)
    source.onPage = () => {}
    await run()
    expect(await stored()).toBe(40)
    const { rows } = await hub.pool.query('select max(version) as most from record_versions')
    expect(rows[0].most).toBe(1)
  })
})

describe('a channel that listens', () => {
  it('takes what comes, many at once, until it has to end; each is acknowledged after its COMMIT', async () => {
    source = numberedSource({ listens: true })
    const stop = new AbortController()
    const running = run({ registry: withChannel() }, stop.signal)
    source.count = 31
    await expect.poll(() => source.acknowledged.length).toBe(16)
    expect(await stored()).toBe(31)
    source.count = 33
    await expect.poll(() => source.acknowledged.length).toBe(17)
    stop.abort()
    expect((await running).done).toBe(false)
    expect(await row()).toMatchObject({ messages: 17, received: 33, state: null })
  })

  it('begins anew when its settings change', async () => {
    source = numberedSource({ listens: true })
    const running = run({ registry: withChannel(), leaseMs: 300 })
    source.count = 2
    await expect.poll(() => source.acknowledged.length).toBe(1)
    await setChannel(hub.pool, NAME, { settings: { pageSize: 5 } })
    expect((await running).done).toBe(false)
  })

  it('does not wait for the next message to say that one could not be stored', async () => {
    source = numberedSource({ listens: true })
    source.count = 2
    expect((await run({ registry: withChannel({ record: 'unknown' }) })).done).toBe(true)
    expect(source.acknowledged).toEqual([])
    expect((await row()).lastError).toMatchObject({ class: 'config' })
  })

  it('comes back within minutes of an outage, however long that was', async () => {
    source = numberedSource({ listens: true })
    source.count = 1
    source.onPage = () => {
      throw new AdapterError('retry', 'nobody answers')
    }
    await hub.pool.query('update channels set attempts = 11')
    const { nextAtMs } = await run({ registry: withChannel() })
    expect((nextAtMs as number) - Date.now()).toBeLessThanOrEqual(300_000)
    expect((nextAtMs as number) - Date.now()).toBeGreaterThan(200_000)
  })

  it('keeps its state, and is taken for well again, when its source answers without a message', async () => {
    source = numberedSource({ listens: true })
    source.onPage = () => {
      throw new AdapterError('retry', 'the source hung up')
    }
    source.count = 2
    await run({ registry: withChannel() })
    expect((await row()).attempts).toBe(1)
    await hub.pool.query('update channels set next_at = null')
    source.count = 0
    const stop = new AbortController()
    const { read } = source.adapter
    const answering = {
      ...source.adapter,
      async *read(...parts: Parameters<NonNullable<typeof read>>) {
        yield { contentType: 'application/json', bytes: null, state: { at: 0 }, name: 'connected' }
        yield* read!(...parts)
      },
    }
    const running = run({ registry: withChannel(), adapterOf: () => answering as never }, stop.signal)
    await expect.poll(async () => (await row()).attempts).toBe(0)
    expect(await row()).toMatchObject({ state: { at: 0 }, lastError: null })
    stop.abort()
    await running
  })
})
