import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Page } from '#adapters/adapter.ts'
import { mqtt } from '#adapters/mqtt/mqtt.ts'
import type { MqttSettings, MqttState } from '#adapters/mqtt/settings.ts'
import { adapterParts, type TestParts } from '#test/adapters/parts.ts'
import { soon } from '#test/adapters/reading.ts'
import { hasMosquitto, type MqttBroker, startBroker } from '#test/mqtt-broker.ts'
import { startInstrument } from '#test/mqtt-publish.ts'

const TLS = fileURLToPath(new URL('../../../support/files/tls/', import.meta.url))
const CLIENT = fileURLToPath(new URL('../../../support/mqtt-tls/', import.meta.url))
const done = { receipt: 'R', state: 'done', received: 1, rejected: 0 } as const
const QUIET_MS = 300
/** For what must come, however busy the machine is. */
const SLOW_MS = 10_000

type Given = Partial<MqttSettings> & { readonly port: number }

function parts(settings: Given, secrets: Readonly<Record<string, string>> = {}): TestParts<MqttSettings> {
  const made = adapterParts<MqttSettings>(mqtt, {
    settings: { host: '127.0.0.1', ...settings },
    secrets,
    limits: { timeoutMs: 3000 },
    allow: [`127.0.0.1/32:${settings.port}`],
  })
  onTestFinished(() => made.close())
  return made
}

/** Messages that come until it is quiet, behind the answer to the subscriptions and behind so many messages at the least. */
async function heard(made: TestParts<MqttSettings>, acknowledges = false, least = 0): Promise<string[]> {
  const pages = mqtt.read!(made.parts, null)[Symbol.asyncIterator]()
  const found: string[] = []
  let isSubscribed = false
  for (;;) {
    const isAll = isSubscribed && found.length >= least
    const next = await soon(pages.next(), isAll ? QUIET_MS : SLOW_MS)
    if (next === 'late' || next.done) break
    const page = next.value as Page<MqttState>
    if (page.bytes === null) {
      isSubscribed = true
      continue
    }
    found.push(String(page.bytes))
    if (acknowledges) await mqtt.acknowledge!(made.parts, page, done)
  }
  await new Promise((resolve) => setTimeout(resolve, 100))
  made.close()
  await pages.return?.()
  return found
}

/** Messages until so many different ones have come. */
async function taken(
  made: TestParts<MqttSettings>,
  count: number,
  acknowledges: boolean,
): Promise<Set<string>> {
  const found = new Set<string>()
  for await (const page of mqtt.read!(made.parts, null)) {
    if (page.bytes !== null) found.add(String(page.bytes).trim())
    if (page.bytes !== null && acknowledges) await mqtt.acknowledge!(made.parts, page, done)
    if (found.size === count) break
  }
  return found
}

const own = (): { clientId: string; topics: { topic: string }[]; topic: string } => {
  const topic = `own/${randomBytes(6).toString('hex')}`
  return { clientId: topic.replace('/', '-'), topics: [{ topic: `${topic}/#` }], topic: `${topic}/a` }
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i))

if (!hasMosquitto) it.skip('not run: install mosquitto to test MQTT against a broker', () => {})
describe.skipIf(!hasMosquitto)('with Mosquitto', () => {
  let broker: MqttBroker
  beforeAll(async () => {
    broker = await startBroker({ lines: ['max_inflight_messages 200'] })
  })
  afterAll(async () => {
    await broker.stop()
  })

  it('no more is delivered than may be under way, while nothing is stored', async () => {
    const { port } = broker
    const { topic, ...settings } = own()
    await heard(parts({ port, ...settings }))
    const scale = await startInstrument({ port })
    await scale.publish(topic, numbers(50))
    await scale.stop()
    expect(await heard(parts({ port, ...settings, window: 7 }), false, 7)).toEqual(numbers(7))
    expect(await heard(parts({ port, ...settings, window: 7 }), true, 50)).toEqual(numbers(50))
    expect(await heard(parts({ port, ...settings, window: 7 }))).toEqual([])
  })

  it('a session with more under way than is held at once is gone on with', async () => {
    const { port } = broker
    const { topic, ...settings } = own()
    await heard(parts({ port, ...settings }))
    const scale = await startInstrument({ port })
    const large = numbers(60).map((no) => no.padEnd(150_000))
    await scale.publish(topic, large)
    await scale.stop()
    // With this window the broker gives them all before it answers anything.
    expect((await taken(parts({ port, ...settings, window: 100 }), 60, false)).size).toBe(60)
    const again = await taken(parts({ port, ...settings, window: 10 }), 60, true)
    expect([...again].sort()).toEqual(numbers(60).sort())
    expect(await heard(parts({ port, ...settings }), true)).toEqual([])
  })

  it('a retained message comes once under version 5, and may come again under 3.1.1', async () => {
    const { port } = broker
    const { topic, ...settings } = own()
    const scale = await startInstrument({ port })
    await scale.session.publish(topic, Buffer.from('kept'), 'application/json', true)
    await scale.stop()
    expect(await heard(parts({ port, ...settings }), true, 1)).toEqual(['kept'])
    expect(await heard(parts({ port, ...settings }), true)).toEqual([])
    const old = { ...settings, clientId: `${settings.clientId}-old`, version: '3.1.1' as const }
    for (let i = 0; i < 2; i++) expect(await heard(parts({ port, ...old }), true, 1)).toEqual(['kept'])
  })

  describe('with TLS and certificates of clients', () => {
    let secure: MqttBroker
    let secrets: Record<string, string>
    beforeAll(async () => {
      const [ca, certificate, key] = await Promise.all(
        [`${TLS}ca.pem`, `${CLIENT}client.pem`, `${CLIENT}client.key`].map((file) => readFile(file, 'utf8')),
      )
      secrets = { ca: ca!, certificate: certificate!, key: key! }
      // Whom the broker lets in, and by what it is known itself.
      const files = [
        `cafile ${CLIENT}authorities.pem`,
        `certfile ${TLS}server.pem`,
        `keyfile ${TLS}server.key`,
      ]
      secure = await startBroker({ lines: [...files, 'require_certificate true'] })
    })
    afterAll(async () => {
      await secure.stop()
    })

    it('messages come where both sides know each other', async () => {
      const { topic, ...settings } = own()
      const given = { port: secure.port, ...settings, tls: true }
      expect((await mqtt.check(parts(given, secrets).parts)).filter(({ ok }) => !ok)).toEqual([])
      await heard(parts(given, secrets))
      const scale = await startInstrument({ port: secure.port, tls: true }, secrets)
      await scale.publish(topic, ['over TLS'])
      await scale.stop()
      expect(await heard(parts(given, secrets), true, 1)).toEqual(['over TLS'])
    })

    it.each([
      { what: 'an authority that is not known', without: ['ca'], blames: '/secrets/ca' },
      { what: 'no certificate of its own', without: ['certificate'], blames: '/secrets/certificate' },
      {
        what: 'neither certificate nor key',
        without: ['certificate', 'key'],
        blames: '/secrets/certificate',
      },
      { what: 'no key', without: ['key'], blames: '/secrets/key' },
    ])('$what is blamed as that', async ({ without, blames }) => {
      const { topic: _, ...settings } = own()
      const given = { port: secure.port, ...settings, tls: true }
      const rest = Object.fromEntries(Object.entries(secrets).filter(([name]) => !without.includes(name)))
      const found = await mqtt.check(parts(given, rest).parts)
      expect(found.filter(({ ok }) => !ok).map(({ setting }) => setting)).toEqual([blames])
    })

    it('a port of TLS that is spoken to without it is told', async () => {
      const { topic: _, ...settings } = own()
      const found = await mqtt.check(parts({ port: secure.port, ...settings }, secrets).parts)
      expect(found.filter(({ ok }) => !ok).map(({ setting }) => setting)).toEqual(['/settings/host'])
    })
  })
})
