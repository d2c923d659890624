import { randomBytes } from 'node:crypto'
import { expect, inject, it } from 'vitest'
import { createPool, inTransaction } from '#store/database.ts'
import { type InspectionRow, writeInspections } from '#store/inspections.ts'
import { migrate } from '#store/migrate.ts'
import { onceOn, onServer } from '#test/template.ts'

/** The last migration that kept the names of stalls. */
const BEFORE = 55
const STALL = '欧阳建国的摊位'
const inspection = (id: string, stall: string | null): InspectionRow => ({
  ...{ id, version: 1, system: 'trace-hub', place: '330402003', stall, region: '330402', result: 'rectify' },
  ...{ answers: [], dueAt: null, occurredAt: '2026-07-15T09:30:00+08:00' },
})

it('a stall is kept as a digest, of which the migration makes the same of what was stored before', async () => {
  const server = inject('databaseServer') ?? ''
  const name = `hub_test_${randomBytes(6).toString('hex')}`
  await onceOn(server, `create database ${name}`)
  const pool = createPool({ url: onServer(server, name), max: 2 })
  try {
    await migrate(pool, { upTo: BEFORE })
    for (const [id, stall] of [
      ['named', STALL],
      ['nowhere', ''],
    ])
      await pool.query(
        `insert into inspections (id, version, system, place, stall, region, result, answers, occurred_at) values ($1, 1, 'x', 'x', $2, '330402', 'pass', '{}', now())`,
        [id, stall],
      )
    await migrate(pool)
    await inTransaction(pool, (client) =>
      writeInspections(
        client,
        [inspection('same', STALL), inspection('other', 'A'), inspection('none', null)],
        [],
      ),
    )
    const { rows } = await pool.query('select id, stall from inspections')
    const stalls = Object.fromEntries(rows.map(({ id, stall }) => [id, stall]))
    expect(stalls['named']).toMatch(/^[0-9a-f-]{36}$/)
    expect([stalls['same'], stalls['nowhere'], stalls['none']]).toEqual([stalls['named'], null, null])
    expect(stalls['other']).not.toBe(stalls['named'])
  } finally {
    await pool.end()
    await onceOn(server, `drop database if exists ${name} with (force)`)
  }
})
