import { createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkDatabase } from '#adapters/database/check.ts'
import { KINDS } from '#adapters/database/kinds.ts'
import { openReading } from '#adapters/database/open-reading.ts'
import { readTable } from '#adapters/database/read.ts'
import { pageStatement } from '#adapters/database/reading.ts'
import type { Settings } from '#adapters/database/settings.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import {
  hasMariadb,
  MARIADB,
  mariadbSource,
  partsOf,
  postgresSource,
  readAll,
  type Source,
  settingsOf,
} from './source.ts'

const mariadb = await hasMariadb()
const ROWS = 30_000

interface Way {
  readonly kind: 'postgres' | 'mysql'
  open(): Promise<Source & { readonly port?: number }>
  fill(table: string): string[]
  readonly sleep: string
  /** Statements of the reading account that are running now. */
  running(user: string): string
  readonly wall: string
}

let server: PostgresServer
const POSTGRES: Way = {
  kind: 'postgres',
  open: () => postgresSource(server.url),
  fill: (table) => [
    `INSERT INTO ${table} (id, at) SELECT n, timestamp '2024-01-01' + n / 3 * interval '1 second' FROM generate_series(1, ${ROWS}) n`,
    `ANALYZE ${table}`,
  ],
  sleep: 'pg_sleep(20)::text',
  running: (user) => `SELECT query FROM pg_stat_activity WHERE usename = '${user}' AND state = 'active'`,
  wall: 'BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE',
}
const MYSQL: Way = {
  kind: 'mysql',
  open: mariadbSource,
  fill: (table) => [
    `INSERT INTO ${table} (id, at) SELECT seq, '2024-01-01' + INTERVAL seq DIV 3 SECOND FROM seq_1_to_${ROWS}`,
    `ANALYZE TABLE ${table}`,
  ],
  sleep: 'CAST(SLEEP(20) AS CHAR)',
  running: (user) =>
    `SELECT info FROM information_schema.processlist WHERE user = '${user}' AND command = 'Query'`,
  wall: 'LOCK TABLES t WRITE',
}

if (!mariadb)
  it.skip('not run: start MariaDB on 127.0.0.1:3306 (root without a password) to test how the database adapter spares it', () => {})

beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

describe.each(mariadb ? [POSTGRES, MYSQL] : [POSTGRES])(
  '$kind is spared',
  ({ kind, open, fill, sleep, running, wall }) => {
    let source: Source & { readonly port?: number }
    beforeAll(async () => {
      source = await open()
      await source.run(
        'CREATE TABLE t (id int PRIMARY KEY, at timestamp NULL, note varchar(20))',
        ...fill('t'),
      )
      await source.run(
        'CREATE TABLE one (id int PRIMARY KEY, at timestamp NULL)',
        ...fill('one'),
        'CREATE INDEX one_at ON one (at)',
      )
      await source.run(
        'CREATE TABLE both_ (id int PRIMARY KEY, at timestamp NULL)',
        ...fill('both_'),
        'CREATE INDEX both_at ON both_ (at, id)',
      )
    })
    afterAll(() => source.drop())

    const cursor = { column: 'at', overlapSeconds: 0, overlapUnits: 0, lagSeconds: 0 }
    const parts = (more: Partial<Settings>, options: Parameters<typeof partsOf>[1] = {}) =>
      partsOf(settingsOf(source, { kind, ...more }), { password: source.reader.password, ...options })
    const checked = async (more: Partial<Settings>, options: Parameters<typeof partsOf>[1] = {}) =>
      (await checkDatabase(parts(more, options))).filter(({ ok }) => !ok).map(({ setting }) => setting)

    it('a large table without an index for the cursor is not read, and the check says which index to make', async () => {
      await expect(readAll(parts({ cursor }))).rejects.toMatchObject({
        class: 'config',
        setting: '/settings/cursor/column',
      })
      const found = (await checkDatabase(parts({ cursor }))).find(({ ok }) => !ok)
      expect(found?.setting).toBe('/settings/cursor/column')
      expect(found?.advice?.en).toContain('(at, id)')
      const allowed = parts({ cursor, scan: true }, { limits: { pageRows: 5000 } })
      expect((await readAll(allowed)).rows).toHaveLength(ROWS)
    })

    it('a small table needs no index', async () => {
      await source.run(
        `CREATE TABLE few (id int PRIMARY KEY, at timestamp NULL)`,
        `INSERT INTO few VALUES (1, '2024-01-01')`,
      )
      expect((await readAll(parts({ table: 'few', cursor }))).rows).toHaveLength(1)
    })

    it.each(['one', 'both_'])('every page of %s is a walk along its index', async (table) => {
      const { session, reading } = await openReading(parts({ table, cursor }))
      for (const done of [false, true]) {
        const from = { value: '2024-01-01 01:00:00', key: ['10800'], done }
        const statement = pageStatement(reading, from, from, 100)
        expect(await KINDS[kind].plan(session, statement, reading.table, []), statement.text).toMatchObject({
          served: true,
        })
        const lines = (await session.ask(`EXPLAIN ${statement.text}`))
          .map((line) => line.join(' '))
          .join('\n')
        expect(lines).toMatch(kind === 'mysql' ? /range|index_merge/ : /Index Cond/)
        expect(lines).toContain(table === 'one' ? 'one_at' : 'both_at')
      }
      await session.close()
    })

    it('a view is read along the index of its table, and not at all where there is none', async () => {
      await source.run(
        'CREATE VIEW good AS SELECT id, at FROM one',
        'CREATE VIEW bad AS SELECT id, at FROM t',
      )
      const key = ['id']
      expect(
        (await readAll(parts({ table: 'good', key, cursor }, { limits: { pageRows: 5000 } }))).rows,
      ).toHaveLength(ROWS)
      if (kind === 'mysql') {
        const found = await checkDatabase(parts({ table: 'bad', key, cursor }))
        expect(found.find(({ setting }) => setting === '/settings/cursor/column')?.reason.en).toContain(
          'SHOW VIEW',
        )
        await source.run(`GRANT SHOW VIEW ON ${source.database}.* TO '${source.reader.user}'@'%'`)
      }
      await expect(readAll(parts({ table: 'bad', key, cursor }))).rejects.toMatchObject({ class: 'config' })
    })

    it('an account that may write is refused until it is allowed, and its session writes nothing all the same', async () => {
      const { user } = source.reader
      const who = kind === 'mysql' ? `'${user}'@'%'` : user
      await source.run(`GRANT INSERT ON one TO ${who}`)
      const [, refused] = await Promise.all([
        expect(readAll(parts({ table: 'one', cursor }))).rejects.toMatchObject({
          class: 'auth',
          setting: '/settings/allowWriteAccount',
        }),
        checked({ table: 'one', cursor }),
      ])
      expect(refused).toEqual(['/settings/allowWriteAccount'])
      const session = await KINDS[kind].open(parts({ table: 'one' }))
      await expect(session.ask('INSERT INTO one (id) VALUES (-1)')).rejects.toMatchObject({ class: 'source' })
      await session.close()
      expect(await checked({ table: 'one', cursor, allowWriteAccount: true })).toEqual([])
      await source.run(`REVOKE INSERT ON one FROM ${who}`)
    })

    it('a statement that takes too long is ended at the server too', async () => {
      await source.run(`CREATE VIEW slow AS SELECT id, at, ${sleep} AS s FROM few`)
      const started = performance.now()
      await expect(
        readAll(parts({ table: 'slow', key: ['id'] }, { limits: { timeoutMs: 600 } })),
      ).rejects.toMatchObject({ class: 'retry' })
      expect(performance.now() - started).toBeLessThan(2500)
      await expect.poll(() => source.ask(running(source.reader.user)), { timeout: 2000 }).toEqual([])
    })

    it('a reading that has to end does so within a second, and leaves nothing running at the server for long', async () => {
      const ended = new AbortController()
      const reading = readAll(
        parts({ table: 'slow', key: ['id'] }, { limits: { timeoutMs: 3000 }, signal: ended.signal }),
      )
      setTimeout(() => ended.abort(), 400)
      const started = performance.now()
      await expect(reading).rejects.toMatchObject({ class: 'retry' })
      expect(performance.now() - started).toBeLessThan(1400)
      await expect.poll(() => source.ask(running(source.reader.user)), { timeout: 5000 }).toEqual([])
    })

    it('a writer that has not committed keeps nobody waiting', async () => {
      await source.run('BEGIN', `UPDATE one SET at = '2030-01-01' WHERE id < 100`)
      const { rows } = await readAll(
        parts({ table: 'one', cursor }, { limits: { pageRows: 5000, timeoutMs: 3000 } }),
      )
      expect(rows).toHaveLength(ROWS)
      await source.run('ROLLBACK')
    })

    it('a table that somebody has locked is waited for no longer than the limit', async () => {
      await source.run(...wall.split('; '))
      await expect(readAll(parts({ cursor }, { limits: { timeoutMs: 500 } }))).rejects.toMatchObject({
        class: 'retry',
      })
      await source.run(kind === 'mysql' ? 'UNLOCK TABLES' : 'ROLLBACK')
    })

    it('pages end where they are large enough, and a row that is larger than a page may be is an error', async () => {
      await source.run(
        'CREATE TABLE wide (id int PRIMARY KEY, body text)',
        `INSERT INTO wide VALUES (1, REPEAT('x', 30000)), (2, REPEAT('y', 30000)), (3, REPEAT('z', 30000))`,
      )
      const { pages } = await readAll(parts({ table: 'wide' }, { limits: { maxBytes: 65_000 } }))
      expect(pages.map((page) => page.map(({ id }) => id))).toEqual([['1', '2'], ['3']])
      await expect(readAll(parts({ table: 'wide' }, { limits: { maxBytes: 25_000 } }))).rejects.toMatchObject(
        { class: 'source', setting: '/limits/maxBytes' },
      )
      await expect(readAll(parts({ table: 'wide' }, { limits: { maxBytes: 6000 } }))).rejects.toMatchObject({
        class: 'source',
      })
    })

    it('the connection is closed at the end, after an error, and when nobody reads on', async () => {
      const count = async (): Promise<number> => {
        const text =
          kind === 'mysql'
            ? 'SELECT id FROM information_schema.processlist WHERE user'
            : 'SELECT pid FROM pg_stat_activity WHERE usename'
        return ((await source.ask(`${text} = '${source.reader.user}'`)) as unknown[]).length
      }
      await readAll(parts({ table: 'few', cursor }))
      await readAll(parts({ cursor })).catch(() => {})
      for await (const _ of readTable(parts({ table: 'one', cursor }), null)) break
      await expect.poll(count, { timeout: 2000 }).toBe(0)
    })
  },
)

describe('what is found of settings', () => {
  let source: Source & { readonly port: number }
  beforeAll(async () => {
    source = await postgresSource(server.url)
    await source.run('CREATE TABLE t (id int PRIMARY KEY, at timestamp, note text)', 'CREATE INDEX ON t (at)')
  })
  afterAll(() => source.drop())
  const check = async (more: Partial<Settings>, options: Parameters<typeof partsOf>[1] = {}) =>
    await checkDatabase(
      partsOf(settingsOf(source, { kind: 'postgres', ...more }), {
        password: source.reader.password,
        ...options,
      }),
    )
  const wrong = async (...given: Parameters<typeof check>) =>
    (await check(...given)).filter(({ ok }) => !ok).map(({ setting }) => setting)

  it('says what the server is and of which kind each column', async () => {
    const found = new Map(
      (await check({ columns: ['id', 'note'] })).map((one) => [one.setting, one.reason.en]),
    )
    expect(found.get('/settings/kind')).toMatch(/^PostgreSQL \d+/)
    expect(found.get('/settings/columns/1')).toBe('text')
    expect(found.get('/settings/tls')).toBe('not encrypted')
    expect([...found.keys()]).toContain('/settings/allowWriteAccount')
  })

  it('the certificate of the server is checked with the name of the host', async ({ skip }) => {
    const ca = server.certificate
    if (ca === null) return skip('not run: install openssl to test PostgreSQL with TLS')
    const allow = [`127.0.0.1/32:${source.port}`, `::1/128:${source.port}`]
    expect(await wrong({ host: 'localhost', tls: { mode: 'verify', ca } }, { allow })).toEqual([])
    expect(await wrong({ tls: { mode: 'verify', ca } })).toEqual(['/settings/tls/ca'])
    expect(await wrong({ host: 'localhost', tls: { mode: 'verify' } }, { allow })).toEqual([
      '/settings/tls/ca',
    ])
    const required = await check({ tls: { mode: 'require' } })
    expect(required.find(({ setting }) => setting === '/settings/tls')?.reason.en).toBe(
      'encrypted, certificate not checked',
    )
  })

  it('a server that speaks another protocol is told at the port', async () => {
    for (const [kind, says] of [
      ['postgres', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
      ['mysql', '220 ftp.example ready\r\n'],
    ] as const) {
      const other = createServer((socket) => {
        socket.on('error', () => {})
        socket.write(says)
      }).listen(0, '127.0.0.1')
      await pause(20)
      const { port } = other.address() as { port: number }
      const [first] = await wrong({ kind, port }, { limits: { timeoutMs: 800 } })
      expect(first, kind).toBe('/settings/port')
      other.close()
    }
  })

  it('rows that are never read are told', async () => {
    await source.run(`INSERT INTO t VALUES (1, NULL, 'a'), (2, '2024-01-01', 'b'), (3, '2999-01-01', 'c')`)
    const cursor = { column: 'at', overlapSeconds: 0, overlapUnits: 0, lagSeconds: 0 }
    expect(await wrong({ cursor })).toEqual(['/settings/cursor'])
  })
})

describe.skipIf(!mariadb)('what is found of settings of MariaDB', () => {
  let source: Source
  beforeAll(async () => {
    source = await mariadbSource()
    await source.run(
      'CREATE TABLE t (id int PRIMARY KEY, note varchar(40)) CHARACTER SET latin1',
      "INSERT INTO t VALUES (1, X'bbf5d6f7bbf5d6f7')",
    )
  })
  afterAll(() => source.drop())
  const wrong = async (more: Partial<Settings>) =>
    (await checkDatabase(partsOf(settingsOf(source, more), { password: source.reader.password })))
      .filter(({ ok }) => !ok)
      .map(({ setting }) => setting)

  it('text that is garbled is told, and is well with the encoding that it has', async () => {
    expect(await wrong({})).toEqual(['/settings/encoding'])
    expect(await wrong({ encoding: 'gb18030' })).toEqual([])
  })

  it('a role that may write is found, though it is not taken on', async () => {
    const role = `${source.reader.user}_r`.slice(0, 60)
    await source.run(
      `CREATE ROLE ${role}`,
      `GRANT DELETE ON ${source.database}.* TO ${role}`,
      `GRANT ${role} TO '${source.reader.user}'@'%'`,
    )
    expect(await wrong({ encoding: 'gb18030' })).toEqual(['/settings/allowWriteAccount'])
    await source.run(`DROP ROLE ${role}`)
    expect(await wrong({ encoding: 'gb18030', port: MARIADB.port })).toEqual([])
  })
})
