import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { PoolClient } from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import type { Settings } from '#cli/settings.ts'
import { WORKBOOK_TYPE, workbookParts } from '#core/mapping/backward/workbook.ts'
import type { Receipt } from '#core/receipt.ts'
import { emptyTables } from '#store/empty-tables.ts'
import type { Figure } from './figures.ts'
import { fileMappings } from './file-mappings.ts'
import { packedArchive } from './packed-archive.ts'
import { openStage, type Stage } from './stage.ts'
import { type Trade, tradeMaker } from './trades.ts'

const FORMATS = [
  { name: 'CSV', record: 'trade-csv', type: 'text/csv', content: csvLines, rows: 1_000_000, quick: 40_000 },
  {
    name: 'NDJSON',
    record: 'trade-ndjson',
    type: 'application/x-ndjson',
    content: ndjsonLines,
    rows: 1_000_000,
    quick: 40_000,
  },
  // Fewer than 5,000 would be answered at once.
  {
    name: 'XLSX',
    record: 'trade-xlsx',
    type: WORKBOOK_TYPE,
    content: workbook,
    rows: 100_000,
    quick: 10_000,
  },
] as const
type Format = (typeof FORMATS)[number]
const WARM_MS = 2000
/** Single trades that others push while a file is worked on, one every so often. */
const OTHERS_EVERY_MS = 25

/** Large files over HTTP, against COPY of the very rows that they became, with the pushes of others meanwhile. */
export async function benchFiles(settings: Settings, quick: boolean): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-files-'))
  const stage = await openStage({ ...settings, mappings: await fileMappings(settings.mappings, folder) })
  const client = await stage.pool.connect()
  try {
    const figures: Figure[] = []
    for (const format of FORMATS) {
      figures.push(...(await benchFormat(stage, client, folder, format, quick ? format.quick : format.rows)))
      const peak = await stage.peakBytes()
      figures.push({
        name: `resident memory of the hub, peak since it started, after ${format.name}`,
        value: peak / 1e6,
        unit: 'MB',
        baseline: 'limit of 300',
        ratio: peak / 300e6,
      })
    }
    return figures
  } finally {
    client.release()
    await stage.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function benchFormat(
  stage: Stage,
  client: PoolClient,
  folder: string,
  { name, record, type, content }: Format,
  rows: number,
): Promise<Figure[]> {
  await emptyTables(client)
  const file = join(folder, record)
  await pipeline(Readable.from(content(rows)), createWriteStream(file))
  // The first pushes open connections and are not measured.
  const first = pushOthers(stage)
  await pause(WARM_MS)
  await first.stop()
  const { receipt, afterMs, seconds, latencies } = await measured(stage, file, { record, type }, rows)
  const copySeconds = await copyBack(client, folder, receipt)
  await rm(file)
  const figure = (name: string, value: number, unit: string, baseline = '', to: number | null = null) => ({
    ...{ name, value, unit, baseline },
    ratio: to === null ? null : value / to,
  })
  return [
    figure(
      `${name} of ${rows.toLocaleString('en-US')} trades, from the first byte to done`,
      rows / seconds,
      'trades/s',
      'COPY of the same rows',
      rows / copySeconds,
    ),
    figure(`COPY of the same rows`, rows / copySeconds, 'trades/s'),
    figure(`${name}: 202 after the last byte`, afterMs, 'ms'),
    figure(
      `${name}: pushes of others meanwhile, 99th percentile of ${latencies.length}`,
      percentile(latencies, 0.99),
      'ms',
      'limit of 300',
      300,
    ),
  ]
}

/** Sends the file and waits for its end, while others push. */
async function measured(
  stage: Stage,
  file: string,
  { record, type }: Pick<Format, 'record' | 'type'>,
  rows: number,
): Promise<{ receipt: string; afterMs: number; seconds: number; latencies: number[] }> {
  const others = pushOthers(stage)
  try {
    const started = performance.now()
    const { receipt, afterMs } = await upload(stage, file, record, type)
    await done(stage, receipt, rows)
    const seconds = (performance.now() - started) / 1000
    return { receipt, afterMs, seconds, latencies: await others.stop() }
  } finally {
    // Whatever failed: what goes on pushing would keep the bench alive.
    others.cease()
  }
}

const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(Math.floor(values.length * share), values.length - 1)] ?? 0

function* csvLines(rows: number): Generator<string> {
  const make = tradeMaker('C')
  for (let i = 0; i < rows; i += 500) {
    const trades: Trade[] = Array.from({ length: Math.min(500, rows - i) }, make)
    const head = i === 0 ? `${Object.keys(trades[0] as Trade).join(',')}\n` : ''
    yield `${head}${trades.map((trade) => Object.values(trade).join(',')).join('\n')}\n`
  }
}

function* ndjsonLines(rows: number): Generator<string> {
  const make = tradeMaker('N')
  for (let i = 0; i < rows; i += 500) {
    const trades = Array.from({ length: Math.min(500, rows - i) }, make)
    yield `${trades.map((trade) => JSON.stringify(trade)).join('\n')}\n`
  }
}

/** A workbook is packed as a whole; it is made before anything is measured. */
function* workbook(rows: number): Generator<Buffer> {
  const make = tradeMaker('X')
  const trades = Array.from({ length: rows }, make)
  const texts = trades.map((trade) => Object.values(trade).map(String))
  yield packedArchive(workbookParts(Object.keys(trades[0] as Trade), texts))
}

/** Sends the file and gives its receipt, and the milliseconds from its last byte to the answer. */
async function upload(
  stage: Stage,
  file: string,
  record: string,
  type: string,
): Promise<{ receipt: string; afterMs: number }> {
  const { size } = await stat(file)
  const headers = { authorization: `Bearer ${stage.pushKey}`, 'content-type': type, 'content-length': size }
  const out = request(stage.pushUrl.replace(/trade$/, record), { method: 'POST', headers })
  let sentMs = 0
  out.on('finish', () => {
    sentMs = performance.now()
  })
  const answer = new Promise<{ receipt: string; afterMs: number }>((resolve, reject) => {
    out.on('error', reject)
    out.on('response', (response) => {
      const afterMs = performance.now() - sentMs
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        if (response.statusCode !== 202) reject(new Error(text.slice(0, 300)))
        else resolve({ receipt: (JSON.parse(text) as Receipt).receipt, afterMs })
      })
    })
  })
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), out)
  return await answer
}

async function done(stage: Stage, receipt: string, rows: number): Promise<void> {
  for (;;) {
    await pause(200)
    const { state, accepted } = await stage.calls.get<Receipt>(`/v1/receipts/${receipt}?limit=1`)
    if (state === 'waiting' || state === 'running') continue
    if (state !== 'done' || accepted !== rows) throw new Error(`${state}: ${accepted} of ${rows} accepted`)
    return
  }
}

/** Pushes single trades at a steady pace, whether the one before is answered or not, until it is told to stop. */
function pushOthers(stage: Stage): { stop(): Promise<number[]>; cease(): void } {
  const make = tradeMaker('O')
  const latencies: number[] = []
  const underWay = new Set<Promise<void>>()
  const push = async (): Promise<void> => {
    const started = performance.now()
    const answer = await fetch(stage.pushUrl, {
      method: 'POST',
      headers: { authorization: `Bearer ${stage.pushKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(make()),
    })
    if (answer.status !== 200) throw new Error(await answer.text())
    await answer.arrayBuffer()
    latencies.push(performance.now() - started)
  }
  let failure: unknown
  const timer = setInterval(() => {
    const one = push()
      .catch((error: unknown) => {
        failure = error
      })
      .finally(() => underWay.delete(one))
    underWay.add(one)
  }, OTHERS_EVERY_MS)
  return {
    cease: () => clearInterval(timer),
    async stop() {
      clearInterval(timer)
      await Promise.all(underWay)
      if (failure) throw failure
      return latencies
    },
  }
}

/** COPY of the rows that a message became into the same, empty tables. Gives seconds. */
async function copyBack(client: PoolClient, folder: string, message: string): Promise<number> {
  const tables = {
    messages: `select * from messages where id = '${message}'`,
    message_parts: `select * from message_parts where message_id = '${message}'`,
    message_results: `select * from message_results where message_id = '${message}'`,
    record_versions: `select * from record_versions where message_id = '${message}' order by position`,
    lot_edges: `select e.* from lot_edges e join record_versions v using (record_id, version)
                 where v.message_id = '${message}' order by v.position`,
  }
  for (const [table, query] of Object.entries(tables))
    await pipeline(
      client.query(copyTo(`copy (${query}) to stdout (format binary)`)),
      createWriteStream(join(folder, table)),
    )
  await emptyTables(client)
  const started = performance.now()
  for (const table of Object.keys(tables))
    await pipeline(
      createReadStream(join(folder, table), { highWaterMark: 1 << 20 }),
      client.query(copyFrom(`copy ${table} from stdin (format binary)`)),
    )
  const seconds = (performance.now() - started) / 1000
  for (const table of Object.keys(tables)) await rm(join(folder, table))
  return seconds
}
