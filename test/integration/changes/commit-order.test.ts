import { setTimeout as pause } from 'node:timers/promises'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readChanges } from '#store/changes.ts'
import { createPool, inTransaction } from '#store/database.ts'
import { insertVersions, lockPositions } from '#store/intake.ts'
import { withDatabase } from '#test/database.ts'
import { versionRow } from './rows.ts'

const WRITERS = 8
const ROWS = 5
const FOR_MS = 1500

const database = withDatabase()
let pool: Pool

beforeAll(() => {
  pool = createPool({ url: database.url, max: WRITERS + 2 })
})
afterAll(async () => await pool.end())

async function write(writer: string, untilMs: number, locked: boolean, written: Set<string>): Promise<void> {
  for (let round = 0; Date.now() < untilMs; round++) {
    const rows = Array.from({ length: ROWS }, (_, i) => versionRow(`${writer}-${round}-${i}`))
    await inTransaction(pool, async (client) => {
      if (locked) await lockPositions(client)
      await insertVersions(client, rows)
      await pause(Math.random() * 12)
    })
    for (const row of rows) written.add(row.id)
  }
}

/** Reads on from its last position again and again, as a link does, and once more when the writers are done. */
async function follow(after: bigint, isDone: () => boolean, seen: Map<string, number>): Promise<void> {
  for (let last = false; !last; ) {
    last = isDone()
    for (;;) {
      const page = await readChanges(pool, { after, limit: 200 })
      for (const { recordId } of page.rows) seen.set(recordId, (seen.get(recordId) ?? 0) + 1)
      if (page.next === after) break
      after = page.next
    }
    await pause(1)
  }
}

async function race(
  name: string,
  locked: boolean,
): Promise<{ written: number; missed: number; twice: number }> {
  const { rows } = await pool.query('select coalesce(max(position), 0) as head from record_versions')
  const written = new Set<string>()
  const seen = new Map<string, number>()
  let done = false
  const reader = follow(BigInt(rows[0].head), () => done, seen)
  const until = Date.now() + FOR_MS
  await Promise.all(Array.from({ length: WRITERS }, (_, i) => write(`${name}${i}`, until, locked, written)))
  done = true
  await reader
  const missed = [...written].filter((id) => !seen.has(id)).length
  return { written: written.size, missed, twice: [...seen.values()].filter((times) => times > 1).length }
}

test('a reader sees every change once, whatever 8 writers do before they commit', async () => {
  const { written, missed, twice } = await race('locked', true)
  expect(written).toBeGreaterThan(200)
  expect({ missed, twice }).toEqual({ missed: 0, twice: 0 })
})

test('the same race without the lock loses changes, so the test above can fail', async () => {
  const { written, missed } = await race('plain', false)
  expect(written).toBeGreaterThan(200)
  expect(missed).toBeGreaterThan(0)
})
