import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createFolderDrop } from '#adapters/files/drop.ts'
import { createHttpDelivery } from '#adapters/http/deliver.ts'
import { verify } from '#adapters/http/signature.ts'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { compileMapping } from '#core/mapping/compile.ts'
import { backwardMappings } from '#flow/delivery/backward-mapping.ts'
import { createDelivery } from '#flow/delivery/create-delivery.ts'
import { folderProtocols } from '#flow/delivery/folder-protocol.ts'
import { ownProtocols } from '#flow/delivery/own-protocol.ts'
import { pullOf } from '#flow/delivery/pulled.ts'
import { relatedSources } from '#flow/delivery/related.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import {
  type InstalledRecord,
  type InstalledSystem,
  type Registry,
  registryOf,
} from '#flow/systems/registry.ts'
import { readLink } from '#store/links.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'
import { someRows, store } from './setting.ts'

/** A receiver in each format, beside the systems of the folder. */
function withReceivers(found: Registry): Registry {
  const formats = ['xml', 'csv', 'xlsx'] as const
  const records = formats.map((format): [string, InstalledRecord] => {
    const text = `mapping: plain/${format}\nversion: 1\ndirection: backward\nkinds: [sale]\nwrite: { format: ${format} }\nfields: { no: key.0, note: note }`
    const { mapping, mistakes } = compileMapping({ path: 'x', text })
    if (!mapping) throw new Error(JSON.stringify(mistakes))
    return [format, { name: format, title: mapping.title, accepts: [], mapping, mistakes: [] }]
  })
  const title = { zh: '纯', en: 'Plain' }
  const plain: InstalledSystem = {
    id: 'plain',
    title,
    folder: null,
    records: new Map(records),
    mistakes: [],
    doubts: [],
  }
  return registryOf(new Map<string, InstalledSystem>([...found.systems, ['plain', plain]]))
}
/** The same after somebody has mended a mapping so that it decides by the price. */
function decidingByPrice(found: Registry): Registry {
  const text = `mapping: plain/csv\nversion: 2\ndirection: backward\nkinds: [sale]\nwhen: { price.value: { not: ['0.00'] } }\nwrite: { format: csv }\nfields: { no: key.0 }`
  const { mapping, mistakes } = compileMapping({ path: 'x', text })
  if (!mapping) throw new Error(JSON.stringify(mistakes))
  const plain = found.system('plain') as InstalledSystem
  const csv = { ...(plain.records.get('csv') as InstalledRecord), mapping }
  return registryOf(
    new Map([...found.systems, ['plain', { ...plain, records: new Map([...plain.records, ['csv', csv]]) }]]),
  )
}
const registry = withReceivers(await loadRegistry('mappings'))
const root = await realpath(await mkdtemp(join(tmpdir(), 'hub-links-')))
const api = withApi(withReceivers, { dropFolders: [root] })

interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly bytes: Buffer
}
const receiver = { port: 0, received: [] as Received[], answer: (_body: string): number => 200 }
let server: Server
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const bytes = Buffer.concat(parts)
    const body = bytes.toString()
    receiver.received.push({ headers: request.headers, body, bytes })
    const { changes = [] } = body.startsWith('{') ? JSON.parse(body) : {}
    const results = changes.map(({ event }: { event: string }) => ({ event, verdict: 'ok' }))
    response
      .writeHead(receiver.answer(body), { 'content-type': 'application/json' })
      .end(JSON.stringify({ results }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  receiver.port = (server.address() as AddressInfo).port
})
afterAll(async () => {
  server.close()
  await rm(root, { recursive: true, force: true })
})
beforeEach(() => {
  receiver.received.length = 0
  receiver.answer = () => 200
})

const clock = { time: Date.now(), now: () => clock.time }
const http = createHttpDelivery({ clock: clock.now })
afterAll(() => http.close())
const drop = createFolderDrop({ roots: [root] })
function delivery(write: (typeof drop)['write'] = drop.write, mappings = registry) {
  return createDelivery({
    pool: api.pool,
    send: http.send,
    clock,
    random: () => 0.5,
    mappingOf: backwardMappings(mappings, relatedSources(api.pool)),
    protocolOf: ownProtocols({ registry, pool: api.pool, post: http.post }),
    folderOf: folderProtocols({ registry, pool: api.pool, drop: { ...drop, write } }),
  })
}

interface MadeLink {
  readonly id: string
  readonly secret: string | null
  readonly signing: readonly { scheme: string; publicKey: string | null; validUntil: string | null }[]
}
async function linkTo(more: object): Promise<MadeLink> {
  const made = await api.call('POST', '/v1/links', { body: { name: 'receiver', ...more } })
  expect([made.statusCode, made.json()]).toMatchObject([201, {}])
  const link = made.json() as MadeLink
  // Each test sees its own changes only.
  const { rows } = await api.pool.query('select coalesce(max(position), 0) as head from record_versions')
  await api.pool.query('update link_lanes set cursor = $2 where link_id = $1', [link.id, rows[0].head])
  return link
}
const toReceiver = (more: object = {}) =>
  linkTo({
    url: `http://127.0.0.1:${receiver.port}/in`,
    allowAddress: `127.0.0.1/32:${receiver.port}`,
    ...more,
  })
const push = async (...trades: readonly object[]): Promise<void> => {
  const pushed = await api.push(TRADES, JSON.stringify(trades))
  expect(pushed.json()).toMatchObject({ rejected: 0 })
}
const deliver = async (id: string, by = delivery()): Promise<void> => {
  await by.deliverLink(id)
}
let number = 0
const bill = (more: Readonly<Record<string, unknown>> = {}) => trade(`T${++number}`, more)
const proved = (secret: string, { headers, bytes }: Received) =>
  verify([secret], headers, bytes, Math.floor(clock.time / 1000))

describe('a secret that is changed', () => {
  test('signs along with the new one until its time is over, so that a receiver with either goes on', async () => {
    const link = await toReceiver()
    const old = link.secret as string
    const changed = await api.call('POST', `/v1/links/${link.id}/secrets`, {
      body: { oldValidUntil: new Date(clock.time + 3_600_000).toISOString() },
    })
    expect(changed.statusCode).toBe(201)
    const { secret, publicKey } = changed.json()
    expect([secret === old, publicKey]).toEqual([false, null])
    await push(bill())
    await deliver(link.id)
    const [both] = receiver.received as [Received]
    expect([proved(old, both), proved(secret, both)]).toEqual([null, null])
    expect(String(both.headers['webhook-signature']).split(' ')).toHaveLength(2)

    clock.time += 3_600_001
    await push(bill())
    await deliver(link.id)
    const after = receiver.received.at(-1) as Received
    expect([proved(old, after), proved(secret, after)]).toEqual(['wrong', null])
    clock.time = Date.now()
  })

  test('to Ed25519 leaves the receiver with a public key that anyone may read', async () => {
    const link = await toReceiver()
    const { secret, publicKey } = (
      await api.call('POST', `/v1/links/${link.id}/secrets`, { body: { signing: 'v1a' } })
    ).json()
    expect(secret).toBeNull()
    const shown = (await api.call('GET', `/v1/links/${link.id}`)).json()
    expect(shown.signing).toMatchObject([
      { scheme: 'v1a', publicKey, validUntil: null },
      { scheme: 'v1', publicKey: null },
    ])
    await push(bill())
    await deliver(link.id)
    const [message] = receiver.received as [Received]
    expect([proved(publicKey, message), proved(link.secret as string, message)]).toEqual([null, null])
    const made = await toReceiver({ signing: 'v1a' })
    expect([made.secret, made.signing[0]?.publicKey?.slice(0, 5)]).toEqual([null, 'whpk_'])
  })

  test('of a link from before secrets were sealed works as ever, and stands nowhere in the open after its change', async () => {
    const link = await toReceiver()
    const former = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
    await api.pool.query(`update links set signing = '[]', secret = $2 where id = $1`, [link.id, former])
    await push(bill())
    await deliver(link.id)
    expect(proved(former, receiver.received[0] as Received)).toBeNull()
    const { secret } = (await api.call('POST', `/v1/links/${link.id}/secrets`, { body: {} })).json()
    await push(bill())
    await deliver(link.id)
    const last = receiver.received.at(-1) as Received
    expect([proved(former, last), proved(secret, last)]).toEqual([null, null])
    const { rows } = await api.pool.query('select * from links where id = $1', [link.id])
    for (const one of [former, secret]) expect(JSON.stringify(rows)).not.toContain(one)
  })
})

test('a token goes with each message and is never given back', async () => {
  const token = 'hub_key_of_the_other_hub'
  const link = await toReceiver({ token })
  await push(bill())
  await deliver(link.id)
  expect(receiver.received[0]?.headers['authorization']).toBe(`Bearer ${token}`)
  expect((await api.call('GET', '/v1/links?limit=1000')).payload).not.toContain(token)
  const { rows } = await api.pool.query('select * from links where id = $1', [link.id])
  expect(JSON.stringify(rows)).not.toContain(token)
  await api.call('PATCH', `/v1/links/${link.id}`, { body: { token: null } })
  await push(bill())
  await deliver(link.id)
  expect(receiver.received.at(-1)?.headers['authorization']).toBeUndefined()
})

test('a token is sent to the host that it was given for and to no other, unless it is given for that one', async () => {
  const token = 'hub_key_of_the_other_hub'
  const link = await toReceiver({ token })
  const change = (body: object) =>
    api.call('PATCH', `/v1/links/${link.id}`, { body }).then((answer) => answer.json())
  const at = (host: string): string => `http://${host}:${receiver.port}/in`
  expect(await change({ url: `${at('127.0.0.1')}/more` })).toMatchObject({ hasToken: true })
  expect(await change({ url: at('localhost') })).toMatchObject({ hasToken: false })
  expect(await change({ token })).toMatchObject({ hasToken: true })
  expect(await change({ url: at('127.0.0.1'), token: 'another_key' })).toMatchObject({ hasToken: true })
  await push(bill())
  await deliver(link.id)
  expect(receiver.received.at(-1)?.headers['authorization']).toBe('Bearer another_key')
})

describe('what a link may not see', () => {
  const SECRETS = ['8.88', '1234.56', '王小二', '浙A00001', '上海浦东示例食品配送有限公司']
  const secretBill = () =>
    bill({
      price: '8.88',
      amount: '1234.56',
      sellerName: '王小二',
      plateNo: '浙A00001',
      buyerName: '上海浦东示例食品配送有限公司',
    })
  const found = (text: string) => SECRETS.filter((secret) => text.includes(secret))

  test('is not in what is pushed, pulled or written to a file where nobody says otherwise, and payments are not there', async () => {
    const pushed = await toReceiver()
    const pulled = await linkTo({ system: 'zj-agri-certificate' })
    const folder = join(root, 'unseen')
    const filed = await linkTo({ folder })
    const key = await api.key(`link:${pulled.id}`)
    await push(secretBill())
    await deliver(pushed.id)
    await deliver(filed.id)
    const page = await api.call('GET', '/v1/changes?limit=1000', { key })
    const [name] = await readdir(folder)
    const file = await readFile(join(folder, name as string), 'utf8')
    for (const text of [receiver.received[0]?.body ?? '', page.payload, file]) {
      expect(text).toContain(`T${number}`)
      expect(found(text)).toEqual([])
      expect(text).not.toContain('"kind":"payment"')
    }
  })

  test('is what its administrator says, and changes with him', async () => {
    const link = await toReceiver({ sees: ['restricted'] })
    await push(secretBill())
    await deliver(link.id)
    expect(found(receiver.received[0]?.body ?? '')).toEqual(['8.88', '1234.56'])
    await api.call('PATCH', `/v1/links/${link.id}`, {
      body: { sees: ['public', 'partner', 'restricted', 'personal'] },
    })
    await push(secretBill())
    await deliver(link.id)
    expect(found(receiver.received.at(-1)?.body ?? '')).toEqual(SECRETS)
  })

  test('stops the link where a mapping that was changed decides by it: nothing is passed over as if it were of no concern', async () => {
    const link = await toReceiver({ mapping: 'plain/csv' })
    await push(bill())
    const before = await readLink(api.pool, link.id)
    await deliver(link.id, delivery(drop.write, decidingByPrice(registry)))
    expect(receiver.received).toEqual([])
    expect(await readLink(api.pool, link.id)).toMatchObject({
      cursor: before?.cursor,
      lastError: {
        class: 'config',
        detail: expect.stringMatching(/plain\/csv.* needs what the link may not see/),
      },
    })
    const pull = pullOf(decidingByPrice(registry), relatedSources(api.pool), {
      id: link.id,
      mapping: 'plain/csv',
      sees: ['public', 'partner'],
    })
    expect(pull).toBeNull()
    await api.call('PATCH', `/v1/links/${link.id}`, { body: { sees: ['partner', 'restricted'] } })
    await deliver(link.id, delivery(drop.write, decidingByPrice(registry)))
    expect(receiver.received).toHaveLength(1)
  })

  test('is seen by a key that reads everything, but for what is of a person; of that it needs the scope, and says what for', async () => {
    await push(secretBill())
    const seenBy = async (scopes: readonly string[], purpose: string | null) => {
      const key = await api.key(...scopes)
      const page = await api.call('GET', '/v1/changes?limit=1000', { key, purpose })
      return found(page.payload)
    }
    const business = SECRETS.filter((secret) => !['王小二', '浙A00001'].includes(secret))
    expect(await seenBy(['read'], 'supervision')).toEqual(business)
    expect(await seenBy(['read', 'personal'], null)).toEqual(business)
    expect(await seenBy(['read', 'personal'], 'supervision')).toEqual(SECRETS)
  })
})

describe('a link to a folder', () => {
  test('writes each batch into a file of its own and is done with it', async () => {
    const folder = join(root, 'batches')
    const link = await linkTo({ folder })
    await push(bill(), bill())
    await deliver(link.id)
    const [name, ...more] = await readdir(folder)
    expect(more).toEqual([])
    expect(name).toMatch(/^changes_\d{8}_[0-9a-f]{16}\.json$/)
    const { changes } = JSON.parse(await readFile(join(folder, name as string), 'utf8'))
    expect(changes.map(({ kind }: { kind: string }) => kind)).toEqual(['sale', 'sale'])
    expect(await readLink(api.pool, link.id)).toMatchObject({ delivered: 2, lastError: null })
  })

  test('that the disk of the hub does not take is for its operators to see to, and no receiver', async () => {
    const link = await linkTo({ folder: join(root, 'full') })
    await push(bill())
    const detail = 'the file could not be written: ENOSPC'
    await delivery(async () => ({ kind: 'failed', class: 'retry', detail })).deliverLink(link.id)
    expect((await api.call('GET', `/v1/links/${link.id}`)).json()).toMatchObject({
      lastError: { class: 'retry', actor: 'operator', detail, advice: expect.stringMatching(/disk|磁盘/) },
    })
  })

  test('names it by the day in China on which its first change came', async () => {
    const folder = join(root, 'days')
    const link = await linkTo({ folder })
    // Two in the morning of the 16th.
    await store(api.pool, someRows(1, { receivedAtMs: Date.parse('2024-04-15T18:00:00Z') }))
    await deliver(link.id)
    expect(await readdir(folder)).toEqual([expect.stringMatching(/^changes_20240416_/)])
  })

  test('that died behind the file and before its verdict writes the same file again, and what has come since into another', async () => {
    const folder = join(root, 'crash')
    const link = await linkTo({ folder })
    await push(bill(), bill())
    const died = delivery(async (request) => {
      await drop.write(request)
      throw new Error('killed')
    })
    await expect(died.deliverLink(link.id)).rejects.toThrow('killed')
    const before = await readdir(folder)
    const bytes = await readFile(join(folder, before[0] as string))
    await push(bill())
    await deliver(link.id)
    const after = await readdir(folder)
    expect([before.length, after.length]).toEqual([1, 2])
    expect(await readFile(join(folder, before[0] as string))).toEqual(bytes)
    const texts = await Promise.all(after.map((name) => readFile(join(folder, name), 'utf8')))
    const events = texts.flatMap((text) =>
      JSON.parse(text).changes.map(({ event }: { event: string }) => event),
    )
    expect([events.length, new Set(events).size]).toEqual([3, 3])
    expect(await readLink(api.pool, link.id)).toMatchObject({ delivered: 3 })
  })

  test('that cannot write says who must act, and goes on when it can', async () => {
    const folder = join(root, 'full')
    const link = await linkTo({ folder })
    await push(bill())
    await deliver(
      link.id,
      delivery(async () => ({
        kind: 'failed',
        class: 'retry',
        detail: 'the file could not be written: ENOSPC',
      })),
    )
    expect((await readLink(api.pool, link.id))?.lastError).toMatchObject({
      class: 'retry',
      detail: 'the file could not be written: ENOSPC',
    })
    await api.call('POST', `/v1/links/${link.id}/resume`)
    await deliver(link.id)
    expect(await readLink(api.pool, link.id)).toMatchObject({ delivered: 1, lastError: null })
  })

  test.each([['/etc'], ['relative'], [`${root}/../elsewhere`], [`${root}x`]])(
    'is not made for %s',
    async (folder) => {
      const made = await api.call('POST', '/v1/links', { body: { name: 'x', folder } })
      expect([made.statusCode, made.json().issues?.[0]?.path]).toEqual([400, '/folder'])
    },
  )

  test('shows its folder and not an address, and can be moved', async () => {
    const link = await linkTo({ folder: join(root, 'one') })
    const patched = await api.call('PATCH', `/v1/links/${link.id}`, { body: { folder: join(root, 'two') } })
    expect(patched.json()).toMatchObject({ url: null, folder: join(root, 'two') })
    const outside = await api.call('PATCH', `/v1/links/${link.id}`, { body: { folder: '/tmp-elsewhere' } })
    expect(outside.statusCode).toBe(400)
  })
})

describe('a receiver of another format', () => {
  test.each([
    ['xml', 'application/xml; charset=utf-8'],
    ['csv', 'text/csv; charset=utf-8'],
    ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ] as const)(
    'gets %s as a signed message of its content type, and takes it by its status',
    async (format, type) => {
      const link = await toReceiver({ mapping: `plain/${format}` })
      await push(bill(), bill())
      await deliver(link.id)
      const [message, ...more] = receiver.received as [Received]
      expect([more, message.headers['content-type']]).toEqual([[], type])
      expect(proved(link.secret as string, message)).toBeNull()
      const { records } = await decodeMessage(
        message.bytes,
        format === 'xml' ? { format, xml: { roots: ['row'] } } : { format },
      )
      expect(records.map(({ value }) => (value as { no: string }).no)).toEqual([
        `T${number - 1}`,
        `T${number}`,
      ])
      expect(await readLink(api.pool, link.id)).toMatchObject({ delivered: 2, lastError: null })
    },
  )

  test('that refuses a message gets its halves until the record at fault is alone', async () => {
    const link = await toReceiver({ mapping: 'plain/xml' })
    await push(bill(), bill(), bill())
    const bad = `T${number - 1}`
    receiver.answer = (body) => (body.includes(bad) ? 422 : 200)
    await deliver(link.id)
    expect(await readLink(api.pool, link.id)).toMatchObject({ delivered: 2, refused: 1 })
    receiver.answer = () => 503
    await push(bill())
    await deliver(link.id)
    expect((await readLink(api.pool, link.id))?.lastError).toMatchObject({ class: 'retry', status: 503 })
    receiver.answer = () => 200
  })
})

describe('the city platform', () => {
  const RETAIL = 'mappings/mofcom-city/samples/outbound'
  const records = JSON.parse(readFileSync(`${RETAIL}/retail-entry-out.records.json`, 'utf8')) as Sent[]
  const golden = readFileSync(`${RETAIL}/retail_market_in_info_330105012_20240415.xml`, 'utf8')
  const FILE = 'retail_market_in_info_330105012_20240415.xml'
  interface Sent {
    readonly [name: string]: unknown
    readonly key: readonly string[]
  }
  /** As a system of the city would send them, by the canonical door. */
  const pushRecords = async (...sent: readonly Sent[]): Promise<void> => {
    const around = ['id', 'version', 'schema', 'receivedAt', 'message', 'mapping', 'record']
    const bodies = sent.map((one) => ({
      ...Object.fromEntries(Object.entries(one).filter(([name]) => !around.includes(name))),
      system: 'stall-ledger',
    }))
    const pushed = await api.call('POST', '/v1/records', { body: bodies })
    expect([pushed.statusCode, pushed.json().rejected, pushed.json().results?.[0]?.issues]).toEqual([
      200,
      0,
      undefined,
    ])
  }
  const sees = ['public', 'partner', 'restricted']
  const cityLink = (folder: string, more: readonly string[] = []) =>
    linkTo({ folder, mapping: 'mofcom-city/retail-entry-out', sees: [...sees, ...more] })

  test('gets one file for its dataset, node and day, completed as entries come, and never half of one', async () => {
    const folder = join(root, 'city')
    // One of the retailers trades under a name that may be a person's.
    const link = await cityLink(folder, ['personal'])
    await pushRecords(...records.slice(0, 2))
    await deliver(link.id)
    expect(await readdir(folder)).toEqual([FILE])
    expect(await readFile(join(folder, FILE), 'utf8')).toContain('count="2"')
    await rm(join(folder, FILE))
    await pushRecords(...records.slice(2))
    const died = delivery(async (request) => {
      await drop.write(request)
      throw new Error('killed')
    })
    await expect(died.deliverLink(link.id)).rejects.toThrow('killed')
    await deliver(link.id)
    expect(await readdir(folder)).toEqual([FILE])
    expect(await readFile(join(folder, FILE), 'utf8')).toBe(golden)
    expect(await readLink(api.pool, link.id)).toMatchObject({ delivered: 5, refused: 0, lastError: null })
  })

  test('gets a correction in its place, a record of another day in another file, and no void in silence', async () => {
    const folder = join(root, 'city-corrected')
    const link = await cityLink(folder)
    const own = records.slice(0, 2).map((one, i) => ({ ...one, key: [`own${i}`] }))
    await pushRecords(...own)
    await deliver(link.id)
    const quantity = { value: '99', unit: 'KGM' }
    const other = { at: '2024-04-16T00:00:00+08:00', precision: 'day' }
    await pushRecords({ ...(own[0] as Sent), quantity }, { ...(own[1] as Sent), occurredAt: other })
    await deliver(link.id)
    expect((await readdir(folder)).sort()).toEqual([FILE, FILE.replace('0415', '0416')])
    const first = await readFile(join(folder, FILE), 'utf8')
    expect([first.includes('count="1"'), first.includes('<weight>99</weight>')]).toEqual([true, true])
    await pushRecords({ ...(own[0] as Sent), quantity, status: 'void' })
    await deliver(link.id)
    const held = (await api.call('GET', `/v1/links/${link.id}/held`)).json().held
    expect(held.map(({ state, code }: { state: string; code: string }) => [state, code])).toEqual([
      ['refused', 'void_not_expressible'],
    ])
  })

  test('gets the same over HTTP, and a record that lacks what it requires is held and says what', async () => {
    const link = await toReceiver({ mapping: 'mofcom-city/retail-entry-out', sees })
    const [first, second] = records.map((one, i) => ({ ...one, key: [`http${i}`] })) as unknown as [
      Sent,
      Sent,
    ]
    await pushRecords(first, { ...second, product: { class: 'vegetable' } })
    await deliver(link.id)
    const [message, ...more] = receiver.received as [Received]
    expect([more, message.headers['content-type']]).toEqual([[], 'application/xml; charset=utf-8'])
    expect(message.body).toContain(
      '<data dataset="retail_market_in_info" node_id="330105012" report_date="2024-04-15" count="1">',
    )
    const held = (await api.call('GET', `/v1/links/${link.id}/held`)).json().held
    expect(held).toMatchObject([
      {
        code: 'required_missing',
        detail: expect.stringContaining('retail_market_in_info_detail.goods_name'),
      },
    ])
  })
})
