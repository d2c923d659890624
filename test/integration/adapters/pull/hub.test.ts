import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { differences } from '#core/mapping/check/contains.ts'
import type { ExpectedFile } from '#core/mapping/check/expected.ts'
import { type ChannelsParts, runChannel } from '#flow/channels/run.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { type ChannelBench, channelConformance } from '#test/adapters/channel-suite.ts'
import { withApi } from '#test/api.ts'
import { rewrite } from '#test/rewrite.ts'
import { type Agriculture, type Certificate, sampleOf, startAgriculture } from './agriculture.ts'

const NAME = { system: 'zj-agri-certificate', name: 'query' }
const PATH = '/v1/systems/zj-agri-certificate/channels/query'
const api = withApi()
let intake: Intake
let platform: Agriculture

beforeAll(() => {
  const { pool, registry } = api
  intake = createIntake({ pool, registry, clock: Date.now, onCommitted: () => {} })
})
afterAll(async () => {
  await intake.close()
})

const parts = (): ChannelsParts => ({
  pool: api.pool,
  registry: api.registry,
  intake,
  now: Date.now,
  folders: [],
  log: { info: () => {}, warn: () => {} },
})

const run = async (): Promise<void> => {
  await api.pool.query(`update channels set next_at = null`)
  const { done } = await runChannel(parts(), NAME, new AbortController().signal)
  expect(done).toBe(true)
}

interface Stored {
  readonly status: string
  readonly version: number
  readonly [field: string]: unknown
}

/** The record of a certificate as the API gives it. */
async function stored(code: string): Promise<Stored> {
  const id = `urn:cnft:document:zj-agri-certificate:certificate:${code}`
  const answer = await api.call('GET', `/v1/records/${encodeURIComponent(id)}`)
  expect(answer.statusCode, code).toBe(200)
  return answer.json()
}

/** A sample may say a certificate twice; the interface gives it as it is now. */
async function expectGolden({ records }: ExpectedFile, status = 'active'): Promise<void> {
  const last = new Map(records.map((one) => [String(one.key?.[0]), one]))
  for (const [key, { fields = {} }] of last) {
    const record = await stored(key)
    expect(record.status).toBe(status)
    for (const [name, value] of Object.entries(fields))
      expect(differences(value, record[name], `${key}.${name}`)).toEqual([])
  }
}

const channel = async () => (await api.call('GET', PATH)).json()
const setUp = async (): Promise<void> => {
  platform = await startAgriculture()
  const set = await api.call('PATCH', PATH, { body: { ...platform.given, on: true } })
  expect(set.statusCode, set.body).toBe(200)
}

describe('certificates are pulled from the query interface of the province', () => {
  beforeAll(setUp)
  afterEach(() => platform.garble(false))
  afterAll(async () => {
    await api.call('PATCH', PATH, { body: { on: false } })
    await platform.stop()
  })

  it('settings pass their check, and a wrong secret is told as such', async () => {
    const { certificates } = await sampleOf('one')
    platform.change(certificates)
    const good = (await api.call('POST', `${PATH}/check`, { body: {} })).json()
    expect(good).toMatchObject({ ok: true })
    await api.call('PATCH', PATH, { body: { secrets: { signSecret: 'another-secret' } } })
    const { ok, checks } = (await api.call('POST', `${PATH}/check`, { body: {} })).json()
    expect(ok).toBe(false)
    expect(checks.filter((one: { ok: boolean }) => !one.ok)).toMatchObject([
      { setting: '/secrets/signSecret' },
    ])
    await api.call('PATCH', PATH, { body: { secrets: platform.given.secrets } })
  })

  it('they are the golden samples, over pages of fewer rows than were asked for', async () => {
    for (const name of ['fifty', 'one', 'day', 'forms']) {
      const { certificates, expected } = await sampleOf(name)
      platform.change(certificates)
      await run()
      await expectGolden(expected)
    }
    const { received, rejected, error, messages } = await channel()
    expect({ rejected, error }).toEqual({ rejected: 0, error: null })
    expect(received).toBeGreaterThanOrEqual(60)
    expect(messages).toBeGreaterThan(3)
  })

  it('where nothing is new nothing is stored', async () => {
    const before = await channel()
    await run()
    const { messages, state } = await channel()
    expect({ messages, state }).toEqual({ messages: before.messages, state: before.state })
  })

  it('a void and a correction come with the next reading', async () => {
    const { certificates, expected } = await sampleOf('void')
    const [fresh] = (await sampleOf('one')).certificates
    platform.change([...certificates, { ...fresh, quantity: '301' }])
    await run()
    await expectGolden(expected, 'void')
    expect(await stored(String(fresh?.['certificateCode']))).toMatchObject({ version: 2, status: 'active' })
  })

  it('an error page of a proxy stops the reading where it is, and nothing is lost', async () => {
    platform.change([{ ...(await sampleOf('one')).certificates[0], certificateCode: 'HGZ20240415-LATE' }])
    const { state } = await channel()
    platform.garble(true)
    await run()
    expect(await channel()).toMatchObject({ state, error: { class: 'source', setting: '/settings/url' } })
    platform.garble(false)
    await run()
    expect(await stored('HGZ20240415-LATE')).toMatchObject({ status: 'active' })
    expect((await channel()).error).toBeNull()
  })

  it('what is gone from the platform without a word is made void by the scan of its list of codes', async () => {
    const { certificates } = await sampleOf('forms')
    const code = String(certificates[0]?.['certificateCode'])
    expect(await stored(code)).toMatchObject({ status: 'active' })
    platform.lose([code])
    expect((await api.call('POST', `${PATH}/scan`)).statusCode).toBe(202)
    await run()
    expect(await stored(code)).toMatchObject({
      status: 'void',
      void: { reason: expect.stringContaining('来源') },
    })
    const { scanError, scannedAt } = await channel()
    expect([scanError, typeof scannedAt]).toEqual([null, 'string'])
  })

  it('a platform that lists half of its codes is not believed', async () => {
    const { certificates } = await sampleOf('fifty')
    platform.lose(certificates.map(({ certificateCode }) => String(certificateCode)))
    await api.call('POST', `${PATH}/scan`)
    await run()
    expect((await channel()).scanError).toMatchObject({ class: 'source', setting: '/scan/fuse' })
    expect(await stored(String(certificates[1]?.['certificateCode']))).toMatchObject({ status: 'active' })
  })
})

const killed: ChannelBench = {
  ...{ system: NAME.system, channel: NAME.name, kind: 'document' },
  async start() {
    await rewrite(api.pool, 'truncate record_versions, messages, channels cascade')
    platform = await startAgriculture()
    const [one] = (await sampleOf('one')).certificates
    const certificates = Array.from(
      { length: 300 },
      (_, i): Certificate => ({ ...one, certificateCode: `HGZ20240415-K${String(i).padStart(3, '0')}` }),
    )
    platform.change(certificates)
    return {
      given: platform.given,
      keys: certificates.map(({ certificateCode }) => String(certificateCode)),
      stop: () => platform.stop(),
    }
  },
}
channelConformance(api, killed)
