import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ExpectedFile } from '#core/mapping/check/expected.ts'
import { runChannel } from '#flow/channels/run.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import { emptyTables } from '#store/empty-tables.ts'
import { type ChannelBench, channelConformance } from '#test/adapters/channel-suite.ts'
import { withApi } from '#test/api.ts'
import { PASSWORD, USER } from '#test/files/places.ts'
import { type SftpServer, startSftpServer } from '#test/files/sftp-server.ts'
import { archive } from '#test/zip-archive.ts'

const SYSTEM = 'mofcom-city'
const CHANNEL = `/v1/systems/${SYSTEM}/channels/city-files`
const SAMPLES = `mappings/${SYSTEM}/samples/valid`
const RECORDS: Readonly<Record<string, string>> = {
  market_in_info: 'market-entry',
  market_tran_info: 'market-trade',
  market_detection_info: 'market-test',
  retail_market_in_info: 'retail-entry',
  retail_market_tran_info_summ: 'retail-summary',
}
const api = withApi()

let disk: string
let server: SftpServer
beforeEach(async () => {
  disk = await mkdtemp(join(tmpdir(), 'hub-city-'))
  await mkdir(join(disk, 'out'))
  server = await startSftpServer(disk, { user: USER, password: PASSWORD })
})
afterEach(async () => {
  await server.close()
  await rm(disk, { recursive: true, force: true })
})

const put = (name: string, bytes: string | Uint8Array): Promise<void> =>
  writeFile(join(disk, 'out', name), bytes)

const givenFor = ({ port, hostKey }: SftpServer) => ({
  settings: {
    protocol: 'sftp',
    host: '127.0.0.1',
    port,
    user: USER,
    hostKey,
    folder: '/out',
    after: 'archive',
    stableSeconds: 1,
  },
  secrets: { password: PASSWORD },
  allowAddress: [`127.0.0.1/32:${port}`],
})

/** Reads the channel once, from what it knows. */
async function run(): Promise<void> {
  const intake = createIntake({
    pool: api.pool,
    registry: api.registry,
    clock: Date.now,
    onCommitted: () => {},
  })
  await api.call('POST', `${CHANNEL}/run`)
  const log = { info: () => {}, warn: () => {} }
  const parts = { pool: api.pool, registry: api.registry, intake, now: Date.now, folders: [], log }
  await runChannel(parts, { system: SYSTEM, name: 'city-files' }, new AbortController().signal)
  await intake.close()
}

async function switchedOn(): Promise<void> {
  await emptyTables(api.pool)
  const set = await api.call('PATCH', CHANNEL, { body: { ...givenFor(server), on: true } })
  expect(set.json()).toMatchObject({ on: true })
  const reset = await api.call('POST', `${CHANNEL}/reset`, { body: { state: null } })
  expect(reset.json()).toMatchObject({ state: null })
  counted = figuresOf(await channel())
}

interface Figures {
  readonly messages: number
  readonly received: number
  readonly refused: number
}
const figuresOf = ({ messages, received, refused }: Figures): Figures => ({ messages, received, refused })
/** Figures of a channel are never set back: what was counted before. */
let counted: Figures = { messages: 0, received: 0, refused: 0 }

/** What was counted since the channel was switched on. */
async function counts(): Promise<Figures & { readonly error: unknown }> {
  const now = await channel()
  return {
    messages: now.messages - counted.messages,
    received: now.received - counted.received,
    refused: now.refused - counted.refused,
    error: now.error,
  }
}

const channel = async () => (await api.call('GET', CHANNEL)).json()

/** Every version that is stored, by record, without what differs from one arrival to the next. */
async function storedRecords(): Promise<string[]> {
  const { rows } = await api.pool.query<{ line: string }>(
    `select record_id || '@' || version || ' ' || status || ' ' || encode(content_hash, 'hex') as line from record_versions order by 1`,
  )
  return rows.map(({ line }) => line)
}

interface Sample {
  readonly name: string
  readonly record: string
  readonly bytes: Buffer
  readonly expected: ExpectedFile
}

/** The samples of the system, each under a name of the platform, in the order in which they are sent. */
async function citySamples(): Promise<Sample[]> {
  const names = (await readdir(SAMPLES)).filter((name) => name.endsWith('.xml'))
  const samples = await Promise.all(
    names.map(async (name) => ({
      name: name.replace('_one.', '_20240101.'),
      record: RECORDS[name.replace(/_\d.*/, '')] ?? '',
      bytes: await readFile(join(SAMPLES, name)),
      expected: JSON.parse(
        await readFile(join(SAMPLES, name.replace('.xml', '.expected.json')), 'utf8'),
      ) as ExpectedFile,
    })),
  )
  const dayOf = (name: string): string => /_(\d{8})\./.exec(name)?.[1] ?? ''
  return samples.sort((a, b) => (dayOf(a.name) + a.name < dayOf(b.name) + b.name ? -1 : 1))
}

describe('files of the city platform by SFTP', () => {
  it('become the records that the golden samples say, each file as one of its dataset', async () => {
    await switchedOn()
    const samples = await citySamples()
    expect(new Set(samples.map(({ record }) => record)).size).toBe(5)
    for (const { name, bytes } of samples) await put(name, bytes)
    await run()
    expect(await counts()).toMatchObject({ error: null, messages: samples.length, refused: 0 })
    const { rows } = await api.pool.query<{ id: string; record: string }>(
      'select id::text, record from messages order by received_at, id',
    )
    for (const [index, { name, record, expected }] of samples.entries()) {
      const message = rows[index]
      expect(message?.record, name).toBe(record)
      const receipt = (await api.call('GET', `/v1/receipts/${message?.id}`)).json()
      const { received, accepted, unchanged, rejected } = expected
      expect(receipt, name).toMatchObject({ received, accepted, unchanged, rejected })
      const results = (receipt.results as { key: unknown; result: string }[]).map(({ key, result }) => ({
        key,
        result,
      }))
      expect(results, name).toEqual(expected.records.map(({ key, result }) => ({ key, result })))
    }
    expect((await readdir(join(disk, 'out'))).sort()).toEqual(['archive'])
  })

  it('are what the same files are when they are pushed', async () => {
    await switchedOn()
    const samples = await citySamples()
    for (const { name, bytes } of samples) await put(name, bytes)
    await run()
    const fetched = await storedRecords()
    expect(fetched.length).toBeGreaterThan(20)
    await emptyTables(api.pool)
    for (const { record, bytes } of samples) {
      const pushed = await api.push(`${SYSTEM}/${record}`, bytes, {
        type: 'application/xml',
      })
      expect(pushed.statusCode).toBe(200)
    }
    expect(await storedRecords()).toEqual(fetched)
  })

  it('come together where base and detail are in two files, in either order, and in a zip', async () => {
    const whole = await readFile(join(SAMPLES, 'market_in_info_330109004_20240415.xml'), 'utf8')
    const only = (part: string): string =>
      whole.replaceAll(new RegExp(`<market_in_info_${part}>.*?</market_in_info_${part}>\\s*`, 'gs'), '')
    const [base, detail] = [only('detail'), only('base')]
    await switchedOn()
    await put('market_in_info_330109004_20240415.xml', whole)
    await run()
    const expected = await storedRecords()
    expect(expected.length).toBeGreaterThan(3)
    const ways: (() => Promise<void>)[] = [
      async () => {
        await put('market_in_info_330109004_20240415_1.xml', base)
        await put('market_in_info_330109004_20240415_2.xml', detail)
      },
      async () => {
        await put('market_in_info_330109004_20240415_1.xml', detail)
        await put('market_in_info_330109004_20240415_2.xml', base)
      },
      () =>
        put(
          '20240415.zip',
          archive([
            ['market_in_info_330109004_20240415_d.xml', detail],
            ['market_in_info_330109004_20240415_b.xml', base],
          ]),
        ),
    ]
    for (const way of ways) {
      await switchedOn()
      await way()
      await run()
      expect(await counts()).toMatchObject({ error: null, messages: 2 })
      expect(await storedRecords()).toEqual(expected)
    }
  })

  it('that cannot be read are kept as refused messages, and do not hold up the others', async () => {
    await switchedOn()
    await put('market_in_info_330109004_20240101.xml', '<data dataset="market_in_info"><cut')
    await put(
      'market_in_info_330109004_20240102.xml',
      await readFile(join(SAMPLES, 'market_in_info_330109004_one.xml')),
    )
    await put('broken.zip', 'PK no more')
    await run()
    expect(await counts()).toMatchObject({ messages: 3, refused: 2, received: 1, error: null })
  })

  it('are tried setting by setting', async () => {
    await switchedOn()
    await put('market_in_info_330109004_20240415.xml', 'x')
    const checked = (await api.call('POST', `${CHANNEL}/check`, { body: {} })).json()
    expect(checked.ok).toBe(true)
    const settings = { ...givenFor(server).settings, folder: '/nowhere' }
    await api.call('PATCH', CHANNEL, { body: { settings } })
    const wrong = (await api.call('POST', `${CHANNEL}/check`, { body: {} })).json()
    expect(wrong.ok).toBe(false)
    expect(JSON.stringify(wrong)).toContain('/settings/folder')
    expect(JSON.stringify(wrong)).not.toContain(PASSWORD)
  })
})

const ROWS_A_FILE = 10
const FILES = 40

const bench: ChannelBench = {
  system: SYSTEM,
  channel: 'city-files',
  kind: 'sale',
  async start() {
    const text = await readFile(join(SAMPLES, 'retail_market_tran_info_summ_330105012_20240415.xml'), 'utf8')
    const row = /<retail_market_tran_info_summ>.*?<\/retail_market_tran_info_summ>/s.exec(text)?.[0] ?? ''
    const keys: string[] = []
    for (let file = 0; file < FILES; file++) {
      const rows = Array.from({ length: ROWS_A_FILE }, (_, i) => {
        const key = `${33_010_501_200_230}${String(1 + file * ROWS_A_FILE + i).padStart(6, '0')}`
        keys.push(key)
        return row.replace(/<sale_tran_id>.*?<\/sale_tran_id>/, `<sale_tran_id>${key}</sale_tran_id>`)
      })
      const head = /^.*?<data[^>]*>/s.exec(text)?.[0] ?? ''
      await put(
        `retail_market_tran_info_summ_330105012_20240415_${String(file).padStart(2, '0')}.xml`,
        `${head}${rows.join('\n')}</data>`,
      )
    }
    return { given: { ...givenFor(server), limits: { rowsPerSecond: 100 } }, keys, stop: async () => {} }
  },
}

describe('files of the city platform, and a reader that dies', () => {
  it('begins with nothing stored', async () => {
    await switchedOn()
    expect(await storedRecords()).toEqual([])
  })
  channelConformance(api, bench)
})
