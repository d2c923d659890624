import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createHttpDelivery } from '#adapters/http/deliver.ts'
import { backwardMappings } from '#flow/delivery/backward-mapping.ts'
import { createDelivery } from '#flow/delivery/create-delivery.ts'
import { ownProtocols } from '#flow/delivery/own-protocol.ts'
import { relatedSources } from '#flow/delivery/related.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { listDeliveries } from '#store/deliveries.ts'
import { listHeldChanges } from '#store/held-changes.ts'
import { readLink } from '#store/links.ts'
import { withApi } from '#test/api.ts'
import { trade } from '#test/jiaxing.ts'
import { answers, expectedOut, SAMPLE_SECRET } from '#test/shanghai.ts'

const registry = await loadRegistry('mappings')
const api = withApi(() => registry)

interface Received {
  readonly text: string
  readonly type: string | undefined
  readonly head: Readonly<Record<string, string>>
  readonly batchNos: readonly string[]
}
type Reply = { readonly status: number; readonly body: unknown }

const TAKEN = (message: Received): Reply => ({
  status: 200,
  body: {
    code: '0',
    message: 'ok',
    msgId: message.head['msgId'],
    results: message.batchNos.map((_, index) => ({ index, code: '0' })),
  },
})

/** The platform: it checks each signature as its interface document says and then does what the test says. */
const platform = { port: 0, received: [] as Received[], reply: TAKEN }
let server: Server

function isSigned(text: string, head: Readonly<Record<string, string>>): boolean {
  const body = text.slice(text.indexOf(',"body":') + 8, -1)
  const digest = createHash('sha256').update(body).digest('hex')
  const sign = createHmac('sha256', SAMPLE_SECRET)
    .update(`${head['appId']}${head['timestamp']}${head['nonce']}${head['msgId']}${digest}`)
    .digest('hex')
  return sign === head['sign']
}

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const text = Buffer.concat(parts).toString()
    const { head, body } = JSON.parse(text)
    const message: Received = {
      text,
      type: request.headers['content-type'],
      head,
      batchNos: body.items.map(({ batchNo }: { batchNo: string }) => batchNo),
    }
    platform.received.push(message)
    const wrong: Reply = { status: 200, body: { code: '9', message: '签名错误' } }
    const { status, body: answer } = isSigned(text, head) ? platform.reply(message) : wrong
    response.writeHead(status).end(typeof answer === 'string' ? answer : JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  platform.port = (server.address() as AddressInfo).port
})
afterAll(() => server.close())
beforeEach(() => {
  platform.received.length = 0
  platform.reply = TAKEN
})

const clock = { time: Date.UTC(2024, 3, 14, 20), now: () => clock.time }
function delivery() {
  const http = createHttpDelivery({ clock: clock.now })
  return createDelivery({
    pool: api.pool,
    send: http.send,
    clock,
    random: () => 0.5,
    mappingOf: backwardMappings(registry, relatedSources(api.pool)),
    protocolOf: ownProtocols({ registry, pool: api.pool, post: http.post, nonce: () => 'a1b2c3' }),
  })
}

async function linkToPlatform(): Promise<string> {
  const { port } = platform
  const made = await api.call('POST', '/v1/links', {
    body: {
      name: 'Shanghai',
      system: 'shanghai-platform',
      url: `http://127.0.0.1:${port}/in`,
      allowAddress: `127.0.0.1/32:${port}`,
      mapping: 'shanghai-platform/outbound',
      sees: ['public', 'partner', 'restricted'],
    },
  })
  expect(made.statusCode).toBe(201)
  const { id } = made.json()
  // Each test sees its own changes only.
  const { rows } = await api.pool.query('select coalesce(max(position), 0) as head from record_versions')
  await api.pool.query('update link_lanes set cursor = $2 where link_id = $1', [id, rows[0].head])
  return id
}
const setSecret = (sign: string | null) =>
  api.call('PATCH', '/v1/systems/shanghai-platform', { body: { secrets: { sign } } })

const SHANGHAI = '91310115MA9SH6016K'
const push = async (...trades: readonly object[]): Promise<void> => {
  const pushed = await api.push('jiaxing-wholesale/trade', JSON.stringify(trades))
  expect(pushed.json()).toMatchObject({ rejected: 0 })
}
const toShanghai = (no: string, more: object = {}) =>
  trade(no, { buyerCode: SHANGHAI, buyerName: '上海浦东示例食品配送有限公司', ...more })
const heldBy = async (link: string) =>
  (await listHeldChanges(api.pool, { linkId: link, limit: 50 })).map(({ state, code }) => [state, code])

describe('a link to a receiver with a protocol of its own', () => {
  test('sends the sale as its interface document says, with what other systems know of it', async () => {
    await setSecret(SAMPLE_SECRET)
    const link = await linkToPlatform()
    const day = JSON.parse(readFileSync('mappings/jiaxing-wholesale/samples/valid/day.json', 'utf8'))
    const certificate = readFileSync('mappings/zj-agri-certificate/samples/valid/one.json')
    expect((await api.push('zj-agri-certificate/certificate', certificate)).statusCode).toBe(200)
    for (const record of [
      {
        kind: 'party',
        system: 'jiaxing-wholesale',
        key: ['3304020030107'],
        occurredAt: { at: '2024-01-01T00:00:00+08:00', precision: 'day' },
        name: '嘉禾示例果蔬商行',
        ids: [
          { scheme: 'cn.mofcom.operator13', value: '3304020030107' },
          { scheme: 'cn.uscc', value: '92330402MA9TE51069' },
        ],
        flags: [],
      },
      {
        kind: 'production',
        system: 'zj-agri-certificate',
        key: ['33082500724041400001'],
        occurredAt: { at: '2024-04-14T15:30:00+08:00', precision: 'second' },
        sites: [{ role: 'farm', ids: [{ scheme: 'cn.mofcom.node9', value: '330825007' }] }],
        lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: '33082500724041400001' }],
        product: { name: '番茄' },
        flags: [],
      },
    ]) {
      const pushed = await api.call('POST', '/v1/records', { body: record })
      expect([pushed.statusCode, pushed.json().rejected]).toEqual([200, 0])
    }
    await push(...day)
    await api.pool.query('alter sequence sent_messages restart')
    expect(await delivery().deliverLink(link)).toEqual({ done: true })

    const [message, ...more] = platform.received
    expect(more).toEqual([])
    expect(message?.text).toBe(expectedOut())
    expect(message?.type).toBe('application/json; charset=utf-8')
    expect(await readLink(api.pool, link)).toMatchObject({ delivered: 1, refused: 0, lastError: null })
    expect(await delivery().deliverLink(link)).toEqual({ done: true })
    expect(platform.received).toHaveLength(1)
  })

  test('takes each of its answers as its interface document says', async () => {
    const outcomes: unknown[] = []
    for (const [i, { status, body, verdict }] of answers().entries()) {
      const link = await linkToPlatform()
      platform.reply = () => ({ status, body })
      await push(toShanghai(`V${i}`))
      await delivery().deliverLink(link)
      const { delivered, refused, lastError } = (await readLink(api.pool, link)) ?? {}
      outcomes.push([verdict, delivered, refused, lastError?.class ?? null, await heldBy(link)])
      await api.call('DELETE', `/v1/links/${link}`)
    }
    expect(outcomes).toEqual([
      ['ok', 1, 0, null, []],
      ['duplicate', 1, 0, null, []],
      ['reject', 0, 1, null, [['refused', '3']]],
      ['auth', 0, 0, 'auth', []],
      ['retry', 0, 0, 'retry', []],
    ])
  })

  test('sends what was put off again under a new number, and the others go on', async () => {
    const link = await linkToPlatform()
    platform.reply = (message) => ({
      status: 200,
      body: {
        code: '0',
        results: message.batchNos.map((no, index) => ({ index, code: no === 'P1' ? '5' : '0' })),
      },
    })
    await push(toShanghai('P1'), toShanghai('P2'))
    const { nextAt } = await delivery().deliverLink(link)
    expect(await heldBy(link)).toEqual([['waiting', '5']])
    platform.reply = TAKEN
    clock.time = nextAt ?? 0
    await delivery().deliverLink(link)
    expect(platform.received.map(({ batchNos }) => batchNos)).toEqual([['P1', 'P2'], ['P1']])
    expect(new Set(platform.received.map(({ head }) => head['msgId'])).size).toBe(2)
    expect(await readLink(api.pool, link)).toMatchObject({ delivered: 2 })
  })

  test('sends one message for each enterprise; one that fails takes nothing back from the others', async () => {
    const link = await linkToPlatform()
    const other = { buyerCode: '91310112MA9SH60179', buyerName: '上海闵行示例食品有限公司' }
    platform.reply = (message) =>
      message.batchNos.includes('G2') ? { status: 503, body: '<html>busy</html>' } : TAKEN(message)
    await push(toShanghai('G1'), toShanghai('G2', other), toShanghai('G3'), trade('G4'))
    const { nextAt } = await delivery().deliverLink(link)
    expect(platform.received.map(({ batchNos }) => batchNos)).toEqual([['G1', 'G3'], ['G2']])
    expect(await heldBy(link)).toEqual([['waiting', 'not_sent']])
    platform.reply = TAKEN
    clock.time = nextAt ?? 0
    await delivery().deliverLink(link)
    expect(await readLink(api.pool, link)).toMatchObject({ delivered: 3, refused: 0 })
  })

  test('never sends more than 200 records in one message, and finds the one for which a message is refused', async () => {
    const link = await linkToPlatform()
    platform.reply = (message) =>
      message.batchNos.includes('N150')
        ? { status: 200, body: { code: '1', message: 'format' } }
        : TAKEN(message)
    await push(...Array.from({ length: 450 }, (_, i) => toShanghai(`N${i}`)))
    await delivery().deliverLink(link)
    expect(Math.max(...platform.received.map(({ batchNos }) => batchNos.length))).toBe(200)
    expect(await readLink(api.pool, link)).toMatchObject({ delivered: 449, refused: 1 })
    expect(await heldBy(link)).toEqual([['refused', '1']])
  })

  test('says of a void that the protocol has no word for it, and nothing of one that does not concern it', async () => {
    const link = await linkToPlatform()
    await push(toShanghai('W1'), trade('W2'))
    await delivery().deliverLink(link)
    platform.received.length = 0
    await push(
      ...['W1', 'W2'].map((no) => ({
        billNo: `${no}V`,
        refBillNo: no,
        status: '2',
        tradeTime: '2024/4/15 4:00:00',
      })),
    )
    await delivery().deliverLink(link)
    expect(platform.received).toEqual([])
    expect(await heldBy(link)).toEqual([['refused', 'void_not_expressible']])
  })

  test('without its secret sends nothing and says what to set; with another one the platform does not believe it', async () => {
    const link = await linkToPlatform()
    await setSecret(null)
    await push(toShanghai('K1'))
    await delivery().deliverLink(link)
    expect(platform.received).toEqual([])
    expect((await readLink(api.pool, link))?.lastError).toMatchObject({
      class: 'auth',
      detail: 'the secret "sign" of shanghai-platform is not set: PATCH /v1/systems/shanghai-platform',
    })
    await setSecret('another')
    await api.call('POST', `/v1/links/${link}/resume`)
    await delivery().deliverLink(link)
    expect((await readLink(api.pool, link))?.lastError).toMatchObject({
      class: 'auth',
      detail: 'code 9: 签名错误',
    })
    const [last] = await listDeliveries(api.pool, { linkId: link, limit: 1 })
    expect(last).toMatchObject({ outcome: 'failed', ok: 0 })
    await setSecret(SAMPLE_SECRET)
    await api.call('POST', `/v1/links/${link}/resume`)
    await delivery().deliverLink(link)
    expect(await readLink(api.pool, link)).toMatchObject({ delivered: 1, lastError: null })
  })

  test('its mapping takes no pushes', async () => {
    const pushed = await api.push('shanghai-platform/outbound', '[]')
    expect([pushed.statusCode, pushed.json()]).toEqual([200, { code: '1', message: expect.any(String) }])
  })
})
