import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, inject, it, onTestFinished } from 'vitest'
import { judgeDatabase } from '#cli/doctor/database.ts'
import { judgeAuthority, judgeOperators } from '#cli/doctor/people.ts'
import { checkWork } from '#cli/doctor/work.ts'
import { examine } from '#cli/doctor.ts'
import { lockFolder } from '#cli/embedded/lock.ts'
import { readSettings, type Settings } from '#cli/settings.ts'
import { createPool } from '#store/database.ts'
import type { Deployment } from '#store/deployment.ts'
import { ensurePartitions } from '#store/partitions.ts'
import { holdDataKeys } from '#store/personal/data-keys.ts'
import { withDatabase } from '#test/database.ts'
import { onceOn, onServer } from '#test/template.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'

const database = withDatabase()
const empty = `hub_test_${randomBytes(6).toString('hex')}`
let data = ''

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'hub-doctor-'))
  await chmod(data, 0o700)
  // As every start of a hub does.
  const pool = createPool({ url: database.url, max: 1 })
  await ensurePartitions(pool, Date.now())
  await pool.end()
  await onceOn(inject('databaseServer'), `CREATE DATABASE ${empty} ENCODING 'UTF8' TEMPLATE template0`)
})
afterAll(async () => {
  await rm(data, { recursive: true, force: true })
  await onceOn(inject('databaseServer'), `DROP DATABASE ${empty} WITH (FORCE)`)
})

function settings(env: Record<string, string>): Settings {
  const reading = readSettings({ HUB_DATA: data, HUB_ADMIN_KEY: 'a-key-of-the-tests-only', ...env })
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes))
  return reading.settings
}

const states = async (env: Record<string, string>): Promise<Record<string, string>> =>
  Object.fromEntries((await examine(settings(env))).map(({ check, state }) => [check, state]))

it('makes no database where none was: it says that there is none, and so do a backup and a check of the log', async () => {
  const nothing = join(data, 'nothing')
  const database = (await examine(settings({ HUB_DATA: nothing }))).find(({ check }) => check === 'database')
  expect(database).toMatchObject({ state: 'warn', said: { en: expect.stringContaining(nothing) } })
  const hub = (...argv: string[]) =>
    promisify(execFile)(process.execPath, ['bin/hub', ...argv], {
      env: { PATH: process.env['PATH'], HUB_DATA: nothing, HUB_LANG: 'zh' },
    }).then(
      ({ stdout }) => ({ code: 0, said: stdout }),
      ({ code, stderr }) => ({ code, said: String(stderr) }),
    )
  for (const argv of [
    ['audit', 'verify'],
    ['backup', 'make', join(data, 'backup')],
  ])
    expect(await hub(...argv)).toEqual({
      code: 1,
      said: `${nothing}（HUB_DATA）中没有平台的数据库，也未设置 DATABASE_URL。 请使用启动平台时的设置。\n`,
    })
  expect(existsSync(nothing)).toBe(false)
})

it('says of a hub that runs while its PostgreSQL takes no connections where to look, and not that the hub should be stopped', async () => {
  const away = join(data, 'away')
  await mkdir(join(away, 'postgres'), { recursive: true })
  const lock = lockFolder(away)
  onTestFinished(() => lock.release())
  const found = (await examine(settings({ HUB_DATA: away }))).find(({ check }) => check === 'database')
  expect(found).toMatchObject({
    state: 'fail',
    said: { en: expect.stringContaining('takes no connections') },
    fix: { en: expect.stringContaining(join(away, 'postgres.log')), zh: expect.stringContaining('磁盘已满') },
  })
})

it('a hub that is set up as it should be has nothing that fails, and every check is made', async () => {
  const sealed = { HUB_DATA_KEY: '0f'.repeat(32) }
  expect(await states({ DATABASE_URL: database.url, ...sealed })).toMatchObject({
    'api.address': 'ok',
    'api.adminKey': 'ok',
    'data.key': 'ok',
    'data.folder': 'ok',
    mappings: 'ok',
    jobs: 'ok',
    'database.role': 'ok',
    'database.reader': 'ok',
    'database.encryption': 'ok',
    'database.checksums': 'ok',
    'database.clock': 'ok',
    'database.transactions': 'ok',
    'database.indexes': 'ok',
    'database.schema': 'ok',
    'database.months': 'ok',
    'work.followers': 'ok',
    'work.targets': 'warn',
    operators: 'warn',
    egress: 'warn',
    'signing.keys': 'ok',
  })
})

it('says that the log is caught up with only where it is, and else how far behind it the last one is', async () => {
  const pool = createPool({ url: database.url, max: 1 })
  onTestFinished(() => pool.end())
  const followers = async () => (await checkWork(pool)).find(({ check }) => check === 'work.followers')
  expect(await followers()).toMatchObject({
    state: 'ok',
    said: { en: 'What follows the log has caught up.' },
  })
  const receivedAt = (secondsAgo: number) => new Date(Date.now() - secondsAgo * 1000).toISOString()
  const sale = (key: string, secondsAgo: number): Written => ({
    ...{ kind: 'sale', system: 'one', key, body: {}, receivedAt: receivedAt(secondsAgo) },
  })
  await pool.query(`insert into followers (name, position) values ('far', 0)`)
  await storeRecords(pool, [sale('a', 250)])
  await pool.query(
    `update followers set position = (select max(position) from record_versions) where name <> 'far'`,
  )
  await storeRecords(pool, [sale('b', 20)])
  const some = await followers()
  expect(some?.state).toBe('ok')
  expect(some?.said.en).toMatch(
    /more than 5 minutes behind; the furthest is far by 2 changes, the oldest 25\d s old/,
  )
  expect(some?.said.zh).toMatch(/均不超过 5 分钟；落后最多的是 far：2 条变更，其中最早的已等待 25\d 秒/)
  await storeRecords(pool, [sale('c', 400)])
  await pool.query(
    `update followers set position = (select max(position) - 1 from record_versions) where name = 'far'`,
  )
  expect(await followers()).toMatchObject({ state: 'warn' })
})

it('a key that does not open what is sealed in the database is told of, and so is none', async () => {
  const right = 'a1'.repeat(32)
  const pool = createPool({ url: database.url, max: 1 })
  await holdDataKeys(pool, { key: Buffer.from(right, 'hex'), suite: 'aes-256-gcm' })
  await pool.end()
  const sealed = async (env: Record<string, string>) =>
    (await examine(settings({ DATABASE_URL: database.url, ...env }))).find(
      ({ check }) => check === 'data.sealed',
    )
  expect(await sealed({ HUB_DATA_KEY: right })).toMatchObject({ state: 'ok' })
  for (const env of [{}, { HUB_DATA_KEY: 'b2'.repeat(32) }]) {
    const reading = await sealed(env as Record<string, string>)
    expect(reading).toMatchObject({ state: 'fail' })
    expect(reading?.fix?.en).toContain('HUB_DATA_KEY')
  }
})

it('what is wrong is found: an open address, no key, a folder for all, rows of no month, an open alert, a database of a newer hub', async () => {
  const pool = createPool({ url: database.url, max: 1 })
  await pool.query(
    `insert into deliveries (id, started_at, link_id, from_position, to_position, attempt, changes, ok, duplicate, retry, reject, outcome, ms)
     values (gen_random_uuid(), '2001-01-01', gen_random_uuid(), 0, 0, 1, 0, 0, 0, 0, 0, 'ok', 1)`,
  )
  await pool.query(
    `insert into alerts (id, topic, subject, facts, opened_at, told_at) values (gen_random_uuid(), 'jobs_failed', 'links', '{"count": 3}', now(), now())`,
  )
  await chmod(data, 0o755)
  const found = await states({
    DATABASE_URL: database.url,
    HUB_HOST: '0.0.0.0',
    HUB_INSECURE_HOST: 'on',
    HUB_ADMIN_KEY: '',
  })
  expect(found).toMatchObject({
    'api.address': 'warn',
    'api.adminKey': 'warn',
    'data.key': 'warn',
    'data.folder': 'warn',
    'database.months': 'warn',
    'alert.jobs_failed': 'warn',
  })
  await pool.query(`insert into migrations (number, name, sha256) values (9999, '9999-of-tomorrow.sql', 'x')`)
  const newer = await states({ DATABASE_URL: database.url })
  expect(newer['database.schema']).toBe('fail')
  expect(newer['work.followers']).toBeUndefined()
  await pool.end()
})

it('a database that is empty, or not there, and a folder of mappings or a Redis that is missing are readings, and no error', async () => {
  expect(await states({ DATABASE_URL: onServer(inject('databaseServer'), empty) })).toMatchObject({
    'database.schema': 'warn',
  })
  const gone = await examine(
    settings({
      DATABASE_URL: 'postgresql://nobody:a-secret@127.0.0.1:1/none',
      REDIS_URL: 'redis://127.0.0.1:1',
      HUB_MAPPINGS: join(data, 'none'),
    }),
  )
  expect(gone.filter(({ state }) => state === 'fail').map(({ check }) => check)).toEqual([
    'mappings',
    'jobs',
    'database',
  ])
  expect(JSON.stringify(gone)).not.toContain('a-secret')
})

it('every fact of the database has a bound', () => {
  const well: Deployment = {
    version: '18.4',
    isSuperuser: false,
    hasChecksums: true,
    isRemote: false,
    isEncrypted: false,
    freeConnections: 80,
    clockMs: 3,
    oldestTransactionSeconds: 0,
    brokenIndexes: [],
    size: 1,
    limiting: { can: true, statements: '' },
    missingMigrations: [],
    unknownMigrations: [],
    strayed: [],
  }
  const stateOf = (change: Partial<Deployment>): string[] =>
    judgeDatabase({ ...well, ...change }).flatMap(({ check, state }) =>
      state === 'ok' ? [] : [`${check} ${state}`],
    )
  expect(stateOf({})).toEqual([])
  expect(stateOf({ isSuperuser: true })).toEqual(['database.role warn'])
  expect(stateOf({ limiting: { can: false, statements: 'CREATE ROLE x;' } })).toEqual([
    'database.reader warn',
  ])
  expect(stateOf({ isRemote: true })).toEqual(['database.encryption fail'])
  expect(stateOf({ isRemote: true, isEncrypted: true })).toEqual([])
  expect(stateOf({ hasChecksums: false })).toEqual(['database.checksums warn'])
  expect(stateOf({ clockMs: -2001 })).toEqual(['database.clock warn'])
  expect(stateOf({ clockMs: 60_001 })).toEqual(['database.clock fail'])
  expect(stateOf({ freeConnections: 29 })).toEqual(['database.connections warn'])
  expect(stateOf({ oldestTransactionSeconds: 601 })).toEqual(['database.transactions warn'])
  expect(stateOf({ brokenIndexes: ['i'] })).toEqual(['database.indexes fail'])
  expect(stateOf({ missingMigrations: ['0099-x.sql'] })).toEqual(['database.schema warn'])
})

it('an operator without authenticator, a role that nobody has and an authority that ends are named', () => {
  const now = Date.UTC(2026, 0, 1)
  const all = (['system', 'security', 'audit'] as const).map((role) => ({
    name: role,
    role,
    isEnrolled: true,
    passwordAt: '2025-12-01T00:00:00Z',
  }))
  expect(judgeOperators(all, now + 91 * 86_400_000)).toMatchObject({
    said: { en: expect.stringContaining('90 days') },
  })
  expect(judgeOperators(all, now).state).toBe('ok')
  expect(judgeOperators([], now).state).toBe('warn')
  expect(judgeOperators(all.slice(1), now)).toMatchObject({
    state: 'warn',
    said: { en: expect.stringContaining('system') },
  })
  const open = [...all, { name: 'zhang.wei', role: 'audit' as const, isEnrolled: false, passwordAt: null }]
  expect(judgeOperators(open, now)).toMatchObject({
    state: 'warn',
    said: { en: expect.stringContaining('zhang.wei') },
  })
  const day = 86_400_000
  expect([401, 399, -1].map((days) => judgeAuthority(now + days * day, now).state)).toEqual([
    'ok',
    'warn',
    'fail',
  ])
})
