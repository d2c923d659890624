import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import { inject } from 'vitest'
import type { CanonicalRecord } from '#core/model/record.ts'
import { advance } from '#core/supervision/advance.ts'
import { type CountRules, linesOf } from '#core/supervision/lines.ts'
import { createPool, inTransaction } from '#store/database.ts'
import { migrate } from '#store/migrate.ts'
import { moveFigures, SUPERVISION_FOLLOWER } from '#store/supervision.ts'
import { onceOn, onServer } from '#test/template.ts'
import { idOf, type Written } from '#test/trace/store-records.ts'

/** A hub of its own with its schema up to a migration. */
export async function withHub(upTo: number | undefined, use: (pool: Pool) => Promise<void>): Promise<void> {
  const server = inject('databaseServer') ?? ''
  const name = `hub_test_${randomBytes(6).toString('hex')}`
  await onceOn(server, `create database ${name}`)
  const pool = createPool({ url: onServer(server, name), max: 4 })
  try {
    await migrate(pool, upTo === undefined ? {} : { upTo })
    await use(pool)
  } finally {
    await pool.end()
    await onceOn(server, `drop database if exists ${name} with (force)`)
  }
}

const LINE = 'place, day, family, unit, class, region, said, system, detail, records, mass, amount'

/** Counts versions as the hub did before, by some rules and in the columns that there were. */
export async function countFormerly(
  pool: Pool,
  written: readonly Written[],
  rules: CountRules,
): Promise<void> {
  const lines = written.flatMap((one) =>
    linesOf(
      { status: 'active', flags: [], ...one, ...one.body, id: idOf(one) } as unknown as CanonicalRecord,
      rules,
    ),
  )
  await inTransaction(pool, async (client) => {
    const { lines: stored, moves } = advance([], lines, (line) => line)
    await client.query(
      `insert into supervision_lines (${LINE}) select ${LINE} from jsonb_populate_recordset(null::supervision_lines, $1)`,
      [JSON.stringify(stored)],
    )
    await moveFigures(client, moves)
    await client.query(
      'insert into followers (name, position) select $1, max(position) from record_versions',
      [SUPERVISION_FOLLOWER],
    )
  })
}
