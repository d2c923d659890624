/**
 * The usual way to sync: one BullMQ job for each record. Jobs carry record and version, a worker reads the record and posts it to the
 * receiver alone, signed, over the same HTTP client as the hub's. Gets `JobPerRecord` as JSON in its first argument; tells its seconds.
 */
import { createPostgresBackend, Queue, Worker } from 'bullmq'
import pg from 'pg'
import { createHttpDelivery } from '#adapters/http/deliver.ts'
import { readVersions } from '#store/changes.ts'
import { createPool } from '#store/database.ts'
import { newSecret } from '#store/link-secrets.ts'

export interface JobPerRecord {
  readonly databaseUrl: string
  /** Absent: BullMQ's PostgreSQL backend, in the hub's own schema for jobs. */
  readonly redisUrl?: string
  readonly receiver: { readonly url: string; readonly allow: string }
  readonly records: number
}

interface Job {
  readonly recordId: string
  readonly version: number
}

const AT_ONCE = 64
const ADDED_AT_ONCE = 1000
const start = JSON.parse(process.argv[2] ?? '') as JobPerRecord
const name = 'bench-records'
const pool = createPool({ url: start.databaseUrl, max: 8 })
const http = createHttpDelivery()
const secret = newSecret()
const { signal } = new AbortController()

const { rows } = await pool.query<{ record_id: string; version: number }>(
  'select record_id, version from record_versions order by position limit $1',
  [start.records],
)
const jobs = rows.map((row) => ({
  name: 'deliver',
  data: { recordId: row.record_id, version: row.version } satisfies Job,
  opts: { removeOnComplete: true, attempts: 10 },
}))
const { queue, worker } = open()
const all = Promise.withResolvers<void>()
let done = 0

async function deliver({ data: { recordId, version } }: { readonly data: Job }): Promise<void> {
  const [change] = await readVersions(pool, [{ recordId, version }])
  if (!change) throw new Error(`${recordId} ${version} is not there`)
  const event = `${recordId}-${version}`
  const answer = await http.send({
    url: start.receiver.url,
    allow: [start.receiver.allow],
    secret,
    token: null,
    batch: `{"link":"bench","changes":[{"event":${JSON.stringify(event)},"operation":"upsert","kind":"${change.kind}","id":${JSON.stringify(recordId)},"version":${version},"record":${change.text}}]}`,
    messageId: `msg_${Buffer.from(event).toString('base64url')}`,
    timestamp: Math.floor(Date.now() / 1000),
    signal,
  })
  if (answer.kind === 'failed') throw new Error(answer.detail)
  if (++done === jobs.length) all.resolve()
}

worker.on('error', (error) => console.error(error.message))
queue.on('error', (error) => console.error(error.message))

const started = performance.now()
for (let i = 0; i < jobs.length; i += ADDED_AT_ONCE) await queue.addBulk(jobs.slice(i, i + ADDED_AT_ONCE))
await all.promise
process.send?.({ seconds: (performance.now() - started) / 1000, records: jobs.length })
process.on('disconnect', () => process.exit(0))

function open() {
  if (start.redisUrl) {
    const connection = { url: start.redisUrl, maxRetriesPerRequest: null }
    return {
      queue: new Queue(name, { connection }),
      worker: new Worker(name, deliver, { connection, concurrency: AT_ONCE }),
    }
  }
  const connection = new pg.Pool({
    connectionString: start.databaseUrl,
    max: 12,
    options: '-c search_path=bullmq -c synchronous_commit=off',
  }) as never
  return {
    queue: new Queue(name, { connection }, createPostgresBackend),
    worker: new Worker(name, deliver, { connection, concurrency: AT_ONCE }, createPostgresBackend),
  }
}
