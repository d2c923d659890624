import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ChannelBench, channelConformance } from '#test/adapters/channel-suite.ts'
import { runningChannel } from '#test/adapters/running-channel.ts'
import { withApi } from '#test/api.ts'
import { hasMosquitto, type MqttBroker, startBroker } from '#test/mqtt-broker.ts'
import { startInstrument } from '#test/mqtt-publish.ts'

const TICKETS = 3000
const TOPIC = 'trace/330105012/SC-330105012-A023-01/ticket'
const USER = { name: 'hub', password: 'broker-Pa55word' }
let broker: MqttBroker
const api = withApi()
/** The same records by HTTP, in the very bytes of the samples. */
const pushed = withApi()
const burst = withApi()

/** The session of the channel, as it is once the channel was on: what comes from now on waits for it. */
async function openTheSession(clientId: string, topics: readonly string[]): Promise<void> {
  const known = { port: broker.port, username: USER.name, clientId }
  const first = await startInstrument(known, { password: USER.password }, true)
  await first.session.subscribe(topics)
  await first.stop()
}

const given = (clientId: string) => ({
  settings: { host: '127.0.0.1', port: broker.port, clientId, username: USER.name },
  secrets: { password: USER.password },
  allowAddress: [`127.0.0.1/32:${broker.port}`],
})

const publish = async (topic: string, payloads: readonly (string | Uint8Array)[]): Promise<void> => {
  const scale = await startInstrument({ port: broker.port, username: USER.name }, { password: USER.password })
  await scale.publish(topic, payloads)
  await scale.stop()
}

const scales: ChannelBench = {
  system: 'market-scales',
  channel: 'scales',
  kind: 'sale',
  async start() {
    await openTheSession('hub-killed', ['trace/+/+/ticket'])
    const one = JSON.parse(await readFile('mappings/market-scales/samples/valid/one.ndjson', 'utf8'))
    const tickets = Array.from({ length: TICKETS }, (_, i) => ({ ...one, tk: String(2_024_041_500_000 + i) }))
    await publish(
      TOPIC,
      tickets.map((ticket) => `${JSON.stringify(ticket)}\n`),
    )
    return {
      given: given('hub-killed'),
      keys: tickets.map(({ mkt, tk }) => `${mkt}/${tk}`),
      stop: async () => {},
    }
  },
}

if (!hasMosquitto) it.skip('not run: install mosquitto to test channels of MQTT', () => {})
describe.skipIf(!hasMosquitto)('with Mosquitto', () => {
  beforeAll(async () => {
    broker = await startBroker({ user: USER })
  })
  afterAll(async () => {
    await broker.stop()
  })

  channelConformance(burst, scales)

  it.each([
    {
      system: 'market-scales',
      channel: 'scales',
      record: 'ticket',
      type: 'application/x-ndjson',
      filter: 'trace/+/+/ticket',
      topic: TOPIC,
      files: [
        'valid/one.ndjson',
        'valid/fifty.ndjson',
        'valid/odd.ndjson',
        'valid/resend-refund.ndjson',
        'invalid/mixed.ndjson',
      ],
    },
    {
      system: 'rapid-test',
      channel: 'instruments',
      record: 'result',
      type: 'application/json',
      filter: 'market/+/rapid-test/+/result',
      topic: 'market/330105012/rapid-test/DY6600/result',
      files: [
        'valid/one.json',
        'valid/day.json',
        'valid/corrected.json',
        'valid/fifty.json',
        'invalid/mixed.json',
      ],
    },
  ])('samples of $system become over MQTT what they become when they are pushed', async (one) => {
    const { system, channel, record, type, filter, topic } = one
    const clientId = `hub-golden-${system}`
    await openTheSession(clientId, [filter])
    const set = await api.call('PATCH', `/v1/systems/${system}/channels/${channel}`, {
      body: { ...given(clientId), limits: {}, on: true },
    })
    expect(set.json()).toMatchObject({ on: true })
    const before = (await messagesOf(system)).messages
    runningChannel(api, { system, name: channel })
    for (const [i, file] of one.files.entries()) {
      const bytes = await readFile(`mappings/${system}/samples/${file}`)
      await publish(topic, [bytes])
      await expect
        .poll(async () => (await messagesOf(system)).messages, { timeout: 60_000, interval: 100 })
        .toBe(before + i + 1)
      await pushed.push(`${system}/${record}`, bytes, { type })
      const { received, accepted, unchanged, rejected } = await newestReceipt(pushed, system)
      const golden = JSON.parse(
        await readFile(`mappings/${system}/samples/${file.replace(/\.\w+$/, '.expected.json')}`, 'utf8'),
      )
      expect([file, received, rejected]).toEqual([file, golden.received, golden.rejected])
      expect(await newestReceipt(api, system), file).toMatchObject({
        received,
        accepted,
        unchanged,
        rejected,
      })
    }
    const records = await recordsOf(pushed, system)
    expect(records.length).toBeGreaterThan(50)
    expect(await recordsOf(api, system)).toEqual(records)
  })

  it('a message that cannot be read is kept with its bytes and not delivered again, and others go on', async () => {
    const clientId = 'hub-poison'
    await openTheSession(clientId, ['market/+/rapid-test/+/result'])
    const path = '/v1/systems/rapid-test/channels/instruments'
    await api.call('PATCH', path, { body: { ...given(clientId), on: true } })
    const before = await messagesOf('rapid-test')
    const channel = runningChannel(api, { system: 'rapid-test', name: 'instruments' })
    const topic = 'market/330105012/rapid-test/DY6600/result'
    const good = await readFile('mappings/rapid-test/samples/valid/one.json')
    const poison = Buffer.from('<html>502 Bad Gateway</html>')
    await publish(topic, [poison, good, Buffer.of(0, 0xff, 0xfe), good])
    const figures = async () => {
      const { messages, refused } = await messagesOf('rapid-test')
      return { messages: messages - before.messages, refused: refused - before.refused }
    }
    await expect.poll(figures, { timeout: 60_000, interval: 100 }).toEqual({ messages: 4, refused: 2 })
    await channel.stop()
    const { rows } = await api.pool.query(
      `select 1 from messages where system = 'rapid-test' and state = 'refused' and bytes = $1`,
      [poison],
    )
    expect(rows).toHaveLength(1)
    runningChannel(api, { system: 'rapid-test', name: 'instruments' })
    await publish(topic, [good])
    await expect.poll(figures, { timeout: 60_000, interval: 100 }).toEqual({ messages: 5, refused: 2 })
  })

  it('a broker that is started anew is found again, and what it had kept comes', async () => {
    const clientId = 'hub-restart'
    await openTheSession(clientId, ['trace/+/+/ticket'])
    const path = '/v1/systems/market-scales/channels/scales'
    await api.call('PATCH', path, { body: { ...given(clientId), on: true } })
    const ticket = await readFile('mappings/market-scales/samples/valid/one.ndjson')
    const before = (await messagesOf('market-scales')).messages
    const messages = async () => (await messagesOf('market-scales')).messages - before
    const channel = runningChannel(api, { system: 'market-scales', name: 'scales' })
    await publish(TOPIC, [ticket])
    await expect.poll(messages, { timeout: 60_000, interval: 100 }).toBe(1)
    await channel.stop()
    await publish(TOPIC, [ticket, ticket, ticket])
    await broker.restart()
    runningChannel(api, { system: 'market-scales', name: 'scales' })
    await expect.poll(messages, { timeout: 60_000, interval: 100 }).toBe(4)
    expect((await channelOf('market-scales', 'scales')).error).toBeNull()
  })
})

/** Messages of a system that are stored, and those of them that could not be read. */
async function messagesOf(system: string): Promise<{ messages: number; refused: number }> {
  const { rows } = await api.pool.query(
    `select count(*)::int as messages, count(*) filter (where state = 'refused')::int as refused from messages where system = $1`,
    [system],
  )
  return rows[0]
}

const channelOf = async (system: string, name: string) =>
  (await api.call('GET', `/v1/systems/${system}/channels/${name}`)).json()

async function newestReceipt({ pool, call }: typeof api, system: string): Promise<Record<string, unknown>> {
  const { rows } = await pool.query(
    'select id from messages where system = $1 order by received_at desc limit 1',
    [system],
  )
  return (await call('GET', `/v1/receipts/${rows[0].id}`)).json()
}

/** What the records of a system say, without when and how they came. */
async function recordsOf({ pool }: typeof api, system: string): Promise<object[]> {
  const { rows } = await pool.query(
    `select record_id, version, status, flags, encode(content_hash, 'hex') as content
       from record_versions where system = $1 order by record_id, version`,
    [system],
  )
  return rows
}
