import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { type ChannelBench, channelConformance } from '#test/adapters/channel-suite.ts'
import { withApi } from '#test/api.ts'
import { hasMosquitto, type MqttBroker, startBroker } from '#test/mqtt-broker.ts'
import { startInstrument } from '#test/mqtt-publish.ts'

const TICKETS = 1500
const TOPIC = 'market/330105012/scale/A023/ticket'
const USER = { name: 'hub', password: 'broker-Pa55word' }
let broker: MqttBroker
const api = withApi()

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
    await openTheSession('hub-killed', ['market/+/scale/+/ticket'])
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

  channelConformance(api, scales)
})
