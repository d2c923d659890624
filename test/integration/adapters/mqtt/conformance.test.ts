import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, it } from 'vitest'
import type { Adapter } from '#adapters/adapter.ts'
import { mqtt } from '#adapters/mqtt/mqtt.ts'
import type { Bench, SourceRow } from '#test/adapters/bench.ts'
import { adapterConformance } from '#test/adapters/suite.ts'
import { hasMosquitto, type MqttBroker, startBroker } from '#test/mqtt-broker.ts'
import { startInstrument } from '#test/mqtt-publish.ts'

const USER = { name: 'hub', password: 'broker-Pa55word' }
const secrets = { password: USER.password }
const KEEP_ALIVE_S = 1

let broker: MqttBroker

const bench = (version: '5' | '3.1.1'): Bench => ({
  adapter: mqtt as Adapter<never, never>,
  async start(rows) {
    const own = randomBytes(6).toString('hex')
    const topic = `market/${own}/scale/+/ticket`
    const known = { port: broker.port, username: USER.name, version, keepAliveS: KEEP_ALIVE_S }
    const clientId = `hub-${own}`
    // What is published before the session of the channel is there goes to nobody.
    const first = await startInstrument({ ...known, clientId }, secrets, true)
    await first.session.subscribe([topic])
    await first.stop()
    const scale = await startInstrument(known, secrets)
    const add = (more: readonly SourceRow[]) =>
      scale.publish(
        `market/${own}/scale/7/ticket`,
        more.map((row) => JSON.stringify(row)),
      )
    await add(rows)
    return {
      endpoint: { host: '127.0.0.1', port: broker.port },
      good: (at) => ({
        settings: { ...known, ...at, clientId, topics: [{ topic, record: 'ticket' }] },
        secrets,
      }),
      bad: (at) => {
        const good = { ...known, ...at, clientId, topics: [{ topic }] }
        const wrong = { password: 'another-Pa55word' }
        const topics = [{ topic }, { topic: 'market/#/ticket' }, { topic: '#' }]
        return [
          { what: 'another password', settings: good, secrets: wrong, blames: ['/secrets/password'] },
          {
            what: 'no user',
            settings: { ...good, username: 'nobody' },
            secrets: {},
            blames: ['/settings/username'],
          },
          {
            what: 'TLS where there is none',
            settings: { ...good, tls: true },
            secrets,
            blames: ['/settings/tls'],
          },
          { what: 'no topic', settings: { ...good, topics: [] }, secrets, blames: ['/settings/topics'] },
          {
            what: 'a client id with a blank',
            settings: { ...good, clientId: 'a b' },
            secrets,
            blames: ['/settings/clientId'],
          },
          {
            what: 'two topics and the password',
            settings: { ...good, topics },
            secrets: wrong,
            blames: ['/settings/topics/1/topic', '/settings/topics/2/topic', '/secrets/password'],
          },
          {
            what: 'a broken certificate and key',
            settings: { ...good, tls: true },
            secrets: { ...secrets, certificate: 'no certificate', key: 'no key of anything' },
            blames: ['/secrets/certificate', '/secrets/key'],
          },
        ]
      },
      idsOf: (bytes) => {
        const text = Buffer.from(bytes).toString()
        return text.startsWith('{') ? [(JSON.parse(text) as SourceRow).id] : []
      },
      add,
      async misbehave(what) {
        if (what === 'garbage')
          await scale.publish(`market/${own}/scale/7/ticket`, ['<html>no ticket</html>'])
      },
      // The queue of the session is what a check could take from.
      fingerprint: async () => '',
      stop: () => scale.stop(),
    }
  },
  limits: { timeoutMs: 700 },
  garbage: 'page',
  noticeMs: KEEP_ALIVE_S * 1000,
  skips: {
    future: 'the broker knows what was taken: there is no state that could be further on',
    caps: 'a broker gives one message at a time, as many as may be under way',
    keys: 'a broker has no rows that could be counted or listed',
    counts: 'a broker has no rows that could be counted or listed',
    busy: 'MQTT has no answer to a subscriber for this; refused connections are tested by their codes',
    unavailable: 'MQTT has no answer with a time to wait; refused connections are tested by their codes',
    enormous: 'a message of MQTT has at most 256 MB; that one has a test of its own',
  },
})

if (!hasMosquitto) it.skip('not run: install mosquitto to test the adapter of MQTT', () => {})
describe.skipIf(!hasMosquitto)('with Mosquitto', () => {
  beforeAll(async () => {
    broker = await startBroker({ user: USER, lines: ['max_inflight_messages 100'] })
  })
  afterAll(async () => {
    await broker.stop()
  })
  describe('MQTT 5', () => adapterConformance(bench('5')))
  describe('MQTT 3.1.1', () => adapterConformance(bench('3.1.1')))
})
