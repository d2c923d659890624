import { randomBytes } from 'node:crypto'
import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { checkBackup, restoreBackup } from '#cli/backup/restore.ts'
import { writeBackup } from '#cli/backup/write.ts'
import { sealBatch } from '#flow/evidence/seal.ts'
import { verifyLog } from '#flow/evidence/verify.ts'
import { addOperator } from '#flow/operators/enrol.ts'
import { listAnchors, readDueAnchors } from '#store/audit-anchors.ts'
import { createPool } from '#store/database.ts'
import { migrate } from '#store/migrate.ts'
import { insertSession } from '#store/operator-sessions.ts'
import { restorationOf } from '#store/restorations.ts'
import { copyRowsOut, inSnapshot, readFrame } from '#store/snapshot.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'
import { onceOn, onServer } from '#test/template.ts'

const api = withApi()
const key = randomBytes(32)
const made: string[] = []
let folder = ''
let backup = ''

/** An empty database on the server of the tests. */
async function emptyDatabase(): Promise<Pool> {
  const name = `hub_test_${randomBytes(6).toString('hex')}`
  await onceOn(inject('databaseServer'), `CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`)
  made.push(name)
  return createPool({ url: onServer(inject('databaseServer'), name), max: 3 })
}

/** Every row of every table as PostgreSQL writes it, in an order of its own. */
async function contents(pool: Pool): Promise<Record<string, string[]>> {
  return await inSnapshot(pool, async (client) => {
    const found: Record<string, string[]> = {}
    for (const table of (await readFrame(client)).tables) {
      const chunks: Buffer[] = []
      for await (const chunk of copyRowsOut(client, table)) chunks.push(chunk)
      found[table.name] = Buffer.concat(chunks).toString().split('\n').sort()
    }
    return found
  })
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-backup-'))
  backup = join(folder, 'first')
  await api.push(TRADES, JSON.stringify([trade('B1'), trade('B2', { netWeight: 'much' }), trade('B3')]))
  await api.push(TRADES, JSON.stringify([trade('B1', { netWeight: '90.0', amount: '432.00' })]))
  const link = { name: 'receiver', url: 'https://receiver.example/changes' }
  expect((await api.call('POST', '/v1/links', { body: link })).statusCode).toBe(201)
  const anchor = { name: 'notary', url: 'https://notary.example/heads' }
  expect((await api.call('POST', '/v1/audit/anchors', { body: anchor })).statusCode).toBe(201)
  const nowMs = Date.now()
  const { id: operator } = await addOperator(api.pool, { name: 'zhang.wei', role: 'system', nowMs })
  await insertSession(api.pool, { digest: randomBytes(32), operator, password: null, nowMs })
  // Habits of senders are counted a little later; nothing may change beside the backup here.
  await api.intake.writeCounts()
  expect(await sealBatch(api.pool)).toBe('sealed')
  await writeBackup(api.pool, backup, key)
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  for (const name of made) await onceOn(inject('databaseServer'), `DROP DATABASE ${name} WITH (FORCE)`)
})

it('a restored database has every row of every table, and goes on behind every position that was ever given out', async () => {
  const before = await contents(api.pool)
  const pool = await emptyDatabase()
  const { tables } = await restoreBackup(pool, backup, { key, goesOn: true })
  expect(tables.reduce((sum, { rows }) => sum + rows, 0)).toBeGreaterThan(10)
  const after = await contents(pool)
  const told = after['audit_log']?.filter((row) => !before['audit_log']?.includes(row)) ?? []
  expect(told.map((row) => row.split('\t').slice(2, 6))).toEqual([
    ['administration', 'hub backup', 'restore', 'database'],
  ])
  const kept = (all: Record<string, string[]>) => ({
    ...all,
    audit_log: all['audit_log']?.filter((row) => !told.includes(row)),
    operator_sessions: [],
    restorations: [],
  })
  expect(kept(after)).toEqual(kept(before))
  const { rows } = await pool.query(
    `select nextval('change_positions') - (select max(position) from record_versions) as apart`,
  )
  expect(Number(rows[0].apart)).toBeGreaterThan(900_000_000)
  expect((await restorationOf(pool))?.versionsAfter).toBeGreaterThan(1000)
  const parts = (on: Pool) =>
    on
      .query(`select relname from pg_class where relispartition and relkind = 'r' order by 1`)
      .then(({ rows: found }) => found)
  expect(await parts(pool)).toEqual(await parts(api.pool))
  await pool.end()
})

it('what was restored from a backup of an older version, which knew nothing of restorations, is noted too', async () => {
  const old = await emptyDatabase()
  await migrate(old, { upTo: 81 })
  await writeBackup(old, join(folder, 'old'), key)
  await old.end()
  const pool = await emptyDatabase()
  await restoreBackup(pool, join(folder, 'old'), { key, goesOn: false })
  expect((await restorationOf(pool))?.versionsAfter).toBeGreaterThan(1000)
  await pool.end()
})

it('the log of evidence of a restored copy is whole, what the restore changed is in it, and it is sealed on', async () => {
  const pool = await emptyDatabase()
  await restoreBackup(pool, backup, { key, goesOn: false })
  expect(await sealBatch(pool)).toBe('sealed')
  const verified = await verifyLog(pool)
  expect(verified.findings).toEqual([])
  expect(verified.heads).toBe(2)
  await pool.end()
})

it('a restored copy sends nothing and fetches nothing until a person says so', async () => {
  const pool = await emptyDatabase()
  await restoreBackup(pool, backup, { key, goesOn: false })
  expect((await pool.query('select distinct state from links')).rows).toEqual([{ state: 'paused' }])
  expect((await pool.query('select count(*) as on from channels where is_on')).rows).toEqual([{ on: '0' }])
  const farMs = Date.now() + 10 * 365 * 86_400_000
  expect(await readDueAnchors(api.pool, 1, farMs)).toHaveLength(1)
  expect(await readDueAnchors(pool, 1, farMs)).toEqual([])
  expect((await listAnchors(pool))[0]?.lastError).toMatch(/restored/)
  await pool.end()
})

it('who was signed in when the backup was made is not in what is restored of it', async () => {
  for (const goesOn of [false, true]) {
    const pool = await emptyDatabase()
    await restoreBackup(pool, backup, { key, goesOn })
    expect((await pool.query('select count(*)::int as n from operators')).rows).toEqual([{ n: 1 }])
    expect((await pool.query('select count(*)::int as n from operator_sessions')).rows).toEqual([{ n: 0 }])
    await pool.end()
  }
})

it('nothing of a sealed backup can be read or changed without its key: bytes, order, length, or one table for another', async () => {
  const text = await readFile(join(backup, 'record_versions.copy.zst'))
  expect(text.includes('秀英')).toBe(false)
  await expect(checkBackup(backup, randomBytes(32))).rejects.toThrow('another key')
  await expect(checkBackup(backup, null)).rejects.toMatchObject({
    reason: { en: 'The backup is sealed.', zh: '备份已加密。' },
    fix: { en: 'Give its key: --key FILE.', zh: expect.stringContaining('--key') },
  })
  const changes: [string, (path: string) => Promise<void>][] = [
    [
      'manifest.json',
      async (path) => writeFile(path, (await readFile(path, 'utf8')).replace('"rows": ', '"rows": 1')),
    ],
    ['record_versions.copy.zst', async (path) => truncate(path, text.length - 1)],
    [
      'record_versions.copy.zst',
      async (path) => writeFile(path, Buffer.from(text).fill((text[40] as number) ^ 1, 40, 41)),
    ],
    ['lot_edges.copy.zst', async (path) => copyFile(join(backup, 'messages.copy.zst'), path)],
    ['keys.copy.zst', async (path) => rm(path)],
  ]
  for (const [name, change] of changes) {
    const copy = await mkdtemp(join(folder, 'changed-'))
    for (const file of [
      ...(await checkBackup(backup, key)).tables.map((table) => `${table.name}.copy.zst`),
      'manifest.json',
    ])
      await copyFile(join(backup, file), join(copy, file))
    await change(join(copy, name))
    await expect(checkBackup(copy, key), name).rejects.toThrow(name.replace('.copy.zst', ''))
  }
})

it('a restore that fails in the middle leaves an empty database, and one that is in use is never touched', async () => {
  await expect(restoreBackup(api.pool, backup, { key, goesOn: false })).rejects.toThrow('not empty')
  const pool = await emptyDatabase()
  // The rows are compared with the manifest behind the seal of the files: a wrong count is found when the table is filled.
  const manifest = await checkBackup(backup, key)
  const { restoreSnapshot } = await import('#store/snapshot.ts')
  await expect(
    restoreSnapshot(pool, manifest, {
      goesOn: false,
      madeAt: manifest.createdAt,
      told: {},
      fill: async (client) => {
        await client.query(`insert into secrets values ('half', 'x')`)
        throw new Error('the disk is gone')
      },
    }),
  ).rejects.toThrow('the disk is gone')
  expect((await pool.query('select count(*) as n from record_versions')).rows).toEqual([{ n: '0' }])
  expect((await pool.query(`select name from secrets where name = 'half'`)).rows).toEqual([])
  await pool.end()
})

it('a backup that is not finished is none, and none is written over another', async () => {
  await expect(writeBackup(api.pool, backup, key)).rejects.toThrow('not empty')
  const copy = await mkdtemp(join(folder, 'unfinished-'))
  await copyFile(join(backup, 'keys.copy.zst'), join(copy, 'keys.copy.zst'))
  await expect(checkBackup(copy, key)).rejects.toThrow('manifest.json')
})
