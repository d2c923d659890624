import type { Packet } from 'mqtt-packet'
import { afterEach, describe, expect, it } from 'vitest'
import type { AdapterError, Page } from '#adapters/adapter.ts'
import { mqtt } from '#adapters/mqtt/mqtt.ts'
import type { MqttSettings, MqttState } from '#adapters/mqtt/settings.ts'
import { adapterParts, type TestParts } from '#test/adapters/parts.ts'
import { type Answers, type FakeBroker, startFakeBroker, wellAnswers } from '#test/mqtt-fake-broker.ts'

const TOPICS = [{ topic: 'market/+/ticket', record: 'ticket' }]
const done = { receipt: 'R', state: 'done', received: 1, rejected: 0 } as const
const stops: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function broker(answers?: Answers, version: 4 | 5 = 5): Promise<FakeBroker> {
  const made = await startFakeBroker(answers, version)
  stops.push(() => made.stop())
  return made
}

function parts(
  { port }: FakeBroker,
  settings: Partial<MqttSettings> = {},
  limits: object = {},
  secrets: Readonly<Record<string, string>> = {},
): TestParts<MqttSettings> {
  const made = adapterParts<MqttSettings>(mqtt, {
    settings: { host: '127.0.0.1', port, clientId: 'hub-test', topics: TOPICS, ...settings },
    limits,
    secrets,
    allow: [`127.0.0.1/32:${port}`],
  })
  stops.push(() => made.close())
  return made
}

/** Pages of a reading, behind the first one that says that it is connected. */
async function connected(
  made: TestParts<MqttSettings>,
  state: MqttState | null = null,
): Promise<AsyncIterator<Page<MqttState>>> {
  const pages = mqtt.read!(made.parts, state)[Symbol.asyncIterator]()
  expect((await pages.next()).value?.bytes).toBeNull()
  return pages
}

const failure = (made: TestParts<MqttSettings>): Promise<AdapterError> =>
  connected(made)
    .then((pages) => pages.next())
    .then(
      () => Promise.reject(new Error('it did not fail')),
      (error: AdapterError) => error,
    )

const message = (messageId: number, payload: string | Buffer = `{"no":${messageId}}`): Packet => ({
  cmd: 'publish',
  topic: 'market/1/ticket',
  payload,
  qos: 1,
  dup: false,
  retain: false,
  messageId,
})

const acknowledged = ({ came }: FakeBroker): (number | undefined)[] =>
  came.filter(({ cmd }) => cmd === 'puback').map(({ messageId }) => messageId)

describe('a session', () => {
  it('is kept by the broker, under a client id that does not change, with as much under way as the settings say', async () => {
    const one = await broker()
    await connected(
      parts(one, { window: 17, sessionExpiryS: 7200, username: 'hub' }, {}, { password: 'the-Pa55word' }),
    )
    expect(one.came[0]).toMatchObject({
      cmd: 'connect',
      protocolVersion: 5,
      clientId: 'hub-test',
      clean: false,
      username: 'hub',
      password: Buffer.from('the-Pa55word'),
      properties: { receiveMaximum: 17, sessionExpiryInterval: 7200 },
    })
    expect(one.came[1]).toMatchObject({ subscriptions: [{ topic: 'market/+/ticket', qos: 1, rh: 1 }] })
  })

  it('acknowledges nothing before it is told to, and then in the order in which the messages came', async () => {
    const one = await broker()
    const made = parts(one)
    const pages = await connected(made)
    for (const id of [1, 2, 3, 4]) one.send(message(id))
    const taken: Page<MqttState>[] = []
    while (taken.length < 4) taken.push((await pages.next()).value as Page<MqttState>)
    expect(taken.map(({ bytes, record, name }) => [String(bytes), record, name])).toEqual(
      [1, 2, 3, 4].map((no) => [`{"no":${no}}`, 'ticket', 'market/1/ticket']),
    )
    expect(acknowledged(one)).toEqual([])
    for (const at of [1, 3]) await mqtt.acknowledge!(made.parts, taken[at]!, done)
    await pages.return?.()
    expect(acknowledged(one), 'the first is not stored').toEqual([])

    const again = await connected(made)
    one.send(message(7))
    one.send(message(8))
    const [first, second] = [(await again.next()).value, (await again.next()).value] as Page<MqttState>[]
    await mqtt.acknowledge!(made.parts, second!, done)
    await mqtt.acknowledge!(made.parts, first!, done)
    await mqtt.acknowledge!(made.parts, first!, done)
    await again.return?.()
    expect(acknowledged(one)).toEqual([7, 8])
  })

  it('leaves at the broker what is over the limit or what the hub could not keep, and goes on', async () => {
    const one = await broker()
    const made = parts(one, { window: 10 }, { maxBytes: 1000 })
    const pages = await connected(made)
    one.send(message(1, Buffer.alloc(5000)))
    one.send(message(2, Buffer.alloc(300_000)))
    one.send(message(3))
    one.send(message(4))
    const third = (await pages.next()).value as Page<MqttState>
    await mqtt.acknowledge!(made.parts, third, { receipt: null, state: 'refused', received: 0, rejected: 0 })
    await mqtt.acknowledge!(made.parts, (await pages.next()).value as Page<MqttState>, done)
    await pages.return?.()
    expect(acknowledged(one)).toEqual([4])
    expect(made.lines.filter((line) => line.includes('left at the broker'))).toHaveLength(3)
  })

  it('ends with an error when messages over the limit take more than half of what may be under way', async () => {
    const one = await broker()
    const pages = await connected(parts(one, { window: 4 }, { maxBytes: 100 }))
    for (const id of [1, 2, 3]) one.send(message(id, Buffer.alloc(500)))
    await expect(pages.next()).rejects.toMatchObject({ class: 'source', setting: '/limits/maxBytes' })
  })

  it('gives up what the settings no longer name, and passes over what still comes of it', async () => {
    const one = await broker()
    const made = parts(one)
    const pages = await connected(made, { topics: ['old/#', 'market/+/ticket'] })
    expect(one.came.find(({ cmd }) => cmd === 'unsubscribe')).toMatchObject({ unsubscriptions: ['old/#'] })
    one.send({ ...message(1), topic: 'old/1' } as Packet)
    one.send(message(2))
    expect((await pages.next()).value?.name).toBe('market/1/ticket')
    await pages.return?.()
    expect(acknowledged(one)).toEqual([1])
    expect(made.lines.some((line) => line.includes('forgotten'))).toBe(true)
  })

  it('messages that a broker gives again before it answers the subscription are taken, more of them than are held at once', async () => {
    const LARGE = 12
    const behind: Answers = (packet) => {
      if (packet.cmd === 'subscribe')
        for (let id = 1; id <= LARGE; id++) one.send(message(id, Buffer.alloc(1_000_000, `${id % 10}`)))
      const answer = wellAnswers(packet)
      return answer?.cmd === 'connack' ? { ...answer, sessionPresent: true } : answer
    }
    const one = await broker(behind)
    const made = parts(one, { keepAliveS: 3 }, { timeoutMs: 2000 })
    const before: MqttState = { topics: ['old/#'] }
    const pages = mqtt.read!(made.parts, before)[Symbol.asyncIterator]()
    const taken: Page<MqttState>[] = [(await pages.next()).value as Page<MqttState>]
    // While the hub is busy nothing is read, and no answer is late by that.
    await expect.poll(() => one.came.some(({ cmd }) => cmd === 'pingreq'), { timeout: 10_000 }).toBe(true)
    while (taken.length < LARGE + 1) {
      const page = (await pages.next()).value as Page<MqttState>
      taken.push(page)
      await mqtt.acknowledge!(made.parts, page, done)
    }
    await mqtt.acknowledge!(made.parts, taken[0]!, done)
    const messages = taken.filter(({ bytes }) => bytes !== null)
    expect(messages.map(({ bytes }) => String((bytes as Uint8Array)[0]! - 48))).toEqual(
      Array.from({ length: LARGE }, (_, i) => String((i + 1) % 10)),
    )
    expect(messages[0]?.state.topics, 'what is still to be given up').toEqual(['old/#', 'market/+/ticket'])
    const at = taken.findIndex(({ bytes }) => bytes === null)
    expect(at, 'the answer comes behind what is held').toBeGreaterThan(4)
    expect(taken[at]?.state).toEqual({ topics: ['market/+/ticket'] })
    await pages.return?.()
    expect(acknowledged(one)).toEqual(Array.from({ length: LARGE }, (_, i) => i + 1))
  })

  it('takes the content type of the topic, else that of the message, else JSON', async () => {
    const topics = [{ topic: 'csv', contentType: 'text/csv' }, { topic: 'any' }]
    const one = await broker()
    const pages = await connected(parts(one, { topics }))
    const typed = (topic: string, contentType: string) =>
      one.send({ ...message(1), topic, properties: { contentType } } as Packet)
    typed('csv', 'text/plain')
    typed('any', 'application/xml; charset=gbk')
    typed('any', 'no media type\r\n')
    const found: (string | undefined)[] = []
    for (let i = 0; i < 3; i++) found.push((await pages.next()).value?.contentType)
    expect(found).toEqual(['text/csv', 'application/xml; charset=gbk', 'application/json'])
  })

  it('a quiet connection is tried, and one that does not answer is given up', async () => {
    const mute: Answers = (packet) => (packet.cmd === 'pingreq' ? undefined : wellAnswers(packet))
    const living = await connected(parts(await broker(), { keepAliveS: 1 }, { timeoutMs: 300 }))
    const dead = await connected(parts(await broker(mute), { keepAliveS: 1 }, { timeoutMs: 300 }))
    let isOver = false
    const waiting = living
      .next()
      .catch(() => {})
      .then(() => {
        isOver = true
      })
    await expect(dead.next()).rejects.toMatchObject({ class: 'retry' })
    expect(isOver).toBe(false)
    stops.splice(0).forEach((stop) => void stop())
    await waiting
  })

  it.each([
    [5, 134, 'auth', '/secrets/password'],
    [5, 135, 'auth', '/secrets/password'],
    [5, 133, 'config', '/settings/clientId'],
    [5, 132, 'config', '/settings/version'],
    [5, 136, 'retry', undefined],
    [5, 137, 'retry', undefined],
    [5, 151, 'retry', undefined],
    [5, 156, 'config', '/settings/host'],
    [5, 200, 'retry', undefined],
    [4, 1, 'config', '/settings/version'],
    [4, 2, 'config', '/settings/clientId'],
    [4, 3, 'retry', undefined],
    [4, 4, 'auth', '/secrets/password'],
    [4, 5, 'auth', '/secrets/password'],
  ] as const)('version %i refused with code %i: %s, %s', async (version, code, what, setting) => {
    const refusing: Answers = ({ cmd }) =>
      cmd === 'connect'
        ? { cmd: 'connack', reasonCode: code, returnCode: code, sessionPresent: false }
        : undefined
    const one = await broker(refusing, version)
    const settings = { version: version === 5 ? '5' : '3.1.1', username: 'hub' } as const
    const error = await failure(parts(one, settings, {}, { password: 'the-Pa55word' }))
    expect([error.class, error.setting]).toEqual([what, setting])
    expect(error.message).not.toContain('the-Pa55word')
  })

  it.each([
    [0, 'config'],
    [128, 'config'],
    [135, 'auth'],
    [151, 'retry'],
  ] as const)('a topic that is granted with code %i: %s, at that topic', async (code, what) => {
    const topics = [...TOPICS, { topic: 'b' }]
    const granting: Answers = (packet) =>
      packet.cmd === 'subscribe'
        ? {
            cmd: 'suback',
            messageId: packet.messageId ?? 0,
            granted: packet.subscriptions.map(({ topic }) => (topic === 'b' ? code : 1)),
          }
        : wellAnswers(packet)
    const one = await broker(granting)
    const error = await failure(parts(one, { topics }))
    expect([error.class, error.setting]).toEqual([what, '/settings/topics/1/topic'])
    const found = await mqtt.check(parts(one, { topics }).parts)
    expect(found.filter(({ ok }) => !ok).map(({ setting }) => setting)).toEqual(['/settings/topics/1/topic'])
  })

  it('another connection with the client id is told as that', async () => {
    const one = await broker()
    const pages = await connected(parts(one))
    one.send({ cmd: 'disconnect', reasonCode: 142 })
    await expect(pages.next()).rejects.toMatchObject({ class: 'retry', setting: '/settings/clientId' })
  })

  it.each([
    ['text', Buffer.from(`HTTP/1.1 400 Bad Request\r\n\r\n${'<p>'.repeat(100)}`)],
    ['a packet of a kind that does not exist', Buffer.of(0x00, 0x00)],
    ['a length that never ends', Buffer.of(0x30, 0xff, 0xff, 0xff, 0xff, 0xff)],
    ['a message with QoS 2', Buffer.of(0x34, 0x06, 0x00, 0x01, 0x61, 0x00, 0x01, 0x00)],
  ])('%s in place of MQTT is an error of the source', async (_, bytes) => {
    const one = await broker()
    const pages = await connected(parts(one, {}, { timeoutMs: 400 }))
    one.write(bytes)
    await expect(pages.next()).rejects.toMatchObject({ class: 'source' })
  })
})
