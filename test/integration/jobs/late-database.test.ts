import { setImmediate as turn } from 'node:timers/promises'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { openJobBackend } from '#jobs/backend.ts'
import { withDatabase } from '#test/database.ts'

const database = withDatabase()

const TURNS_MS = 2000

test('a database that takes no connections when queues and workers open costs them time, and nobody else a turn', async () => {
  const url = new URL(database.url)
  const name = url.pathname.slice(1)
  url.pathname = '/postgres'
  const admin = new pg.Client({ connectionString: String(url) })
  await admin.connect()
  const takes = (allowed: boolean) => admin.query(`alter database "${name}" allow_connections ${allowed}`)
  const errors: string[] = []
  const backend = await openJobBackend({
    databaseUrl: database.url,
    onError: ({ message }) => void errors.push(message),
  })
  await takes(false)
  await admin.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name = 'trace-hub-jobs'`,
    [name],
  )
  const done: unknown[] = []
  const queue = backend.queue('late')
  const worker = backend.worker('late', async ({ data }) => void done.push(data), { concurrency: 2 })
  onTestFinished(async () => {
    await worker.close(true)
    await queue.close()
    await backend.close()
    await admin.end()
  })
  // Where an error is met by the same call at once, no other turn of the loop comes.
  const until = performance.now() + TURNS_MS
  while (performance.now() < until) await turn()
  expect(errors.length).toBeGreaterThan(0)
  expect(errors.length).toBeLessThan(50)
  await takes(true)
  await queue.add('say', { schedule: 'one' })
  await expect.poll(() => done, { timeout: 45_000 }).toEqual([{ schedule: 'one' }])
})
