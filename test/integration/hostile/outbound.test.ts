import http from 'node:http'
import { type AddressInfo, createServer, type LookupFunction } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Adapter, AdapterError } from '#adapters/adapter.ts'
import { createRemoteDrop } from '#adapters/files/remote-drop.ts'
import { createGuardedAgents, pinnedLookup } from '#adapters/http/agents.ts'
import { createHttpDelivery } from '#adapters/http/deliver.ts'
import { checkHost, type Resolve } from '#adapters/http/guard.ts'
import { reach } from '#adapters/http/reach.ts'
import { createConnectPort } from '#adapters/ports/connect.ts'
import { createHttpPort } from '#adapters/ports/http.ts'
import { ADAPTERS } from '#adapters/registry.ts'
import { adapterParts, LIMITS } from '#test/adapters/parts.ts'

/** Listens where nobody may connect, and counts who does. */
const trap = createServer((socket) => {
  visits++
  socket.destroy()
})
let visits = 0
let port = 0
beforeAll(async () => {
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve))
  port = (trap.address() as AddressInfo).port
})
afterAll(() => {
  trap.close()
  expect(visits).toBe(0)
})

const HOSTS = [
  '127.0.0.1',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '10.0.0.7',
  '172.20.1.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.100.100.200',
  '[fd00:ec2::254]',
  '[fe80::1]',
  '0.0.0.0',
] as const
/** Other spellings of this machine, for what takes URLs. */
const SPELLINGS = [
  '2130706433',
  '017700000001',
  '0x7f.1',
  '127.1',
  '0177.0.0.1',
  '127.0.0.1.',
  '①②⑦.0.0.1',
  'LOCALHOST',
]
const bare = (host: string): string => host.replace(/^\[|\]$/g, '')
const signal = new AbortController().signal

/** What each adapter is told to reach. One without an entry fails the test, so that none is forgotten. */
const SETTINGS: Record<
  string,
  (host: string) => readonly { settings: object; secrets?: Record<string, string> }[]
> = {
  pull: (host) => [
    { settings: { url: `http://${host}:${port}/x`, paging: { none: {} } } },
    { settings: { url: `https://${host}:${port}/x`, paging: { none: {} } } },
  ],
  soap: (host) => [
    { settings: { wsdl: `http://${host}:${port}/x?wsdl`, operation: 'queryRecords', row: 'row' } },
  ],
  mqtt: (host) => [
    {
      settings: {
        host: bare(host),
        port,
        clientId: 'hub',
        topics: [{ topic: 'scales/+', record: 'weighing' }],
      },
    },
  ],
  files: (host) =>
    ['sftp', 'ftp', 'ftps'].map((protocol) => ({
      settings: {
        protocol,
        host: bare(host),
        port,
        user: 'hub',
        folder: '/out',
        files: [{ name: '*' }],
        after: 'archive',
        stableSeconds: 1,
        hostKey: `SHA256:${'A'.repeat(43)}`,
      },
      secrets: { password: 'secret-of-twelve' },
    })),
  database: (host) =>
    ['mysql', 'postgres'].map((kind) => ({
      settings: {
        kind,
        host: bare(host),
        port,
        database: 'd',
        user: 'u',
        key: ['id'],
        tls: { mode: 'off' },
        table: 't',
      },
      secrets: { password: 'secret-of-twelve' },
    })),
}

async function read(
  adapter: Adapter<never>,
  given: { settings: object; secrets?: Record<string, string>; allow?: readonly string[] },
): Promise<unknown> {
  const { parts, close } = adapterParts(adapter as never, given)
  try {
    for await (const page of adapter.read(parts as never, null)) return page
    return 'came to an end'
  } catch (error) {
    return error
  } finally {
    close()
  }
}

describe('a private, special or local address that nobody allowed is refused before anything is sent', () => {
  it.each(ADAPTERS.map((adapter) => [adapter.name, adapter] as const))(
    'by the adapter %s',
    async (name, adapter) => {
      const wishes = SETTINGS[name]
      if (!wishes) throw new Error(`say in SETTINGS how ${name} reaches a host`)
      for (const host of HOSTS)
        for (const given of wishes(host)) {
          const said = await read(adapter, given)
          expect(said, `${name} ${JSON.stringify(given)}`).toBeInstanceOf(AdapterError)
          expect((said as AdapterError).class, `${name} ${host} ${String(said)}`).toBe('config')
          expect(String(said), name).toMatch(/private or special address/)
        }
    },
  )

  it.each([...HOSTS, ...SPELLINGS])(
    'by deliveries, notices and anchors, by their check, and by both ports: %s',
    async (host) => {
      const url = `http://${host}:${port}/`
      const delivery = createHttpDelivery()
      const proof = {
        secret: `whsec_${Buffer.alloc(32).toString('base64')}`,
        token: null,
        messageId: 'm',
        timestamp: 1,
      }
      const sent = await delivery.send({ ...proof, url, allow: [], batch: '{}', signal })
      const posted = await delivery.post({
        url,
        allow: [],
        signal,
        body: '{}',
        contentType: 'application/json',
      })
      delivery.close()
      for (const outcome of [sent, posted]) expect(outcome).toMatchObject({ kind: 'failed', class: 'config' })
      expect(await reach(url, [])).toMatchObject({
        reached: false,
        detail: expect.stringMatching(/private or special/),
      })
      const clock = { now: Date.now, pause: async () => {} }
      const ports = { allow: [], limits: LIMITS, clock, signal }
      await expect(createHttpPort(ports).request({ method: 'GET', url })).rejects.toThrow(
        /private or special/,
      )
      const { hostname } = new URL(url)
      await expect(createConnectPort(ports).open({ host: bare(hostname), port })).rejects.toThrow(
        /private or special/,
      )
    },
  )

  it.each(HOSTS)('by drops into folders: %s', async (host) => {
    for (const protocol of ['sftp', 'ftp', 'ftps']) {
      const target = {
        url: `${protocol}://hub@${host}:${port}/in`,
        allow: [],
        secrets: { password: 'p' } as never,
        signal,
      }
      expect(await createRemoteDrop().open(target)).toMatchObject({ kind: 'failed', class: 'config' })
    }
  })
})

describe('what is beyond the egress list of its partner is not connected to, although its address is allowed', () => {
  const rules = () => [`127.0.0.1/32:${port}`, 'only:-', 'only:api.example.cn', `only:127.0.0.1:${port + 1}`]

  it.each(ADAPTERS.map((adapter) => [adapter.name, adapter] as const))(
    'by the adapter %s',
    async (name, adapter) => {
      for (const given of SETTINGS[name]?.('127.0.0.1') ?? []) {
        const said = await read(adapter, { ...given, allow: rules() })
        expect(String(said), `${name} ${JSON.stringify(given)}`).toMatch(/egress list/)
      }
    },
  )

  it('by deliveries, notices, checks and drops', async () => {
    const url = `http://127.0.0.1:${port}/`
    const delivery = createHttpDelivery()
    const posted = { url, allow: rules(), signal, body: '{}', contentType: 'application/json' }
    expect(await delivery.post(posted)).toMatchObject({ kind: 'failed', class: 'config' })
    delivery.close()
    expect(await reach(url, rules())).toMatchObject({ detail: expect.stringMatching(/egress list/) })
    for (const protocol of ['sftp', 'ftp', 'ftps']) {
      const drop = {
        url: `${protocol}://hub@127.0.0.1:${port}/in`,
        secrets: { password: 'p' } as never,
        signal,
      }
      expect(await createRemoteDrop().open({ ...drop, allow: rules() })).toMatchObject({ class: 'config' })
    }
  })
})

describe('a name that changes its address between the check and the connection', () => {
  /** Public for who checks, this machine for who asks again. */
  const rebinding = (): Resolve => {
    let asked = 0
    return async () => [{ address: asked++ === 0 ? '93.184.216.34' : '127.0.0.1', family: 4 }]
  }

  it('is connected to as it was checked', async () => {
    const checked = await checkHost('rebinding.example', port, [], rebinding())
    const asked = await new Promise((resolve) =>
      pinnedLookup(checked)('rebinding.example', { all: true }, (_error, addresses) => resolve(addresses)),
    )
    expect(asked).toEqual([{ address: '93.184.216.34', family: 4 }])
  })

  it('is cut off where the connection went there all the same, with nothing written', async () => {
    const bytes: Buffer[] = []
    const listener = createServer((socket) =>
      socket.on('error', () => {}).on('data', (more) => bytes.push(more)),
    )
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    const lookup: LookupFunction = (_name, options, done) =>
      options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)
    const agent = createGuardedAgents([]).http
    const target = {
      host: 'rebinding.example',
      port: (listener.address() as AddressInfo).port,
      agent,
      lookup,
    }
    const failed = new Promise((_, reject) =>
      http
        .request({ ...target, method: 'POST' })
        .on('error', reject)
        .end('secret'),
    )
    await expect(failed).rejects.toThrow('connected to an address that is not allowed')
    await new Promise((resolve) => listener.close(resolve))
    expect(bytes).toEqual([])
    agent.destroy()
  })
})
