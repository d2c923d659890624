import { createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { checkDatabase } from '#adapters/database/check.ts'
import { KINDS } from '#adapters/database/kinds.ts'
import { openReading } from '#adapters/database/open-reading.ts'
import { readTable } from '#adapters/database/read.ts'
import { orderOf, pageStatement } from '#adapters/database/reading.ts'
import type { Session, Statement } from '#adapters/database/session.ts'
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
import { hasSqlserver, SQLSERVER_NOT_RUN, sqlserverSource } from './sqlserver-source.ts'

const mariadb = await hasMariadb()
const ROWS = 30_000

interface Way {
  readonly kind: 'postgres' | 'mysql' | 'sqlserver'
  open(): Promise<Source & { readonly port?: number }>
  readonly time: string
  readonly text: string
  fill(table: string): string[]
  readonly sleep: string
  /** Statements of the reading account that are running now. */
  running(user: string): string
  /** Connections of the reading account. */
  connections(user: string): string
  /** Begins a transaction. */
  readonly begin: string
  /** Keeps everyone out of `t`, until `unwall`. */
  readonly wall: readonly string[]
  readonly unwall: string
  /** How the database would read a page, in its own words. */
  explain(source: Source, session: Session, statement: Statement): Promise<string>
  /** In those words: along an index. */
  readonly along: RegExp
  account(user: string): string
  repeat(letter: string, times: number): string
  /** In which time a reading has come to its slow statement. */
  readonly beginsMs: number
}

let server: PostgresServer
const explained = async (_: Source, session: Session, { text }: Statement): Promise<string> =>
  (await session.ask(`EXPLAIN ${text}`)).map((line) => line.join(' ')).join('\n')

const POSTGRES: Way = {
  kind: 'postgres',
  open: () => postgresSource(server.url),
  time: 'timestamp NULL',
  text: 'text',
  fill: (table) => [
    `INSERT INTO ${table} (id, at) SELECT n, timestamp '2024-01-01' + n / 3 * interval '1 second' FROM generate_series(1, ${ROWS}) n`,
    `ANALYZE ${table}`,
  ],
  sleep: 'pg_sleep(20)::text',
  running: (user) => `SELECT query FROM pg_stat_activity WHERE usename = '${user}' AND state = 'active'`,
  connections: (user) => `SELECT pid FROM pg_stat_activity WHERE usename = '${user}'`,
  begin: 'BEGIN',
  wall: ['BEGIN', 'LOCK TABLE t IN ACCESS EXCLUSIVE MODE'],
  unwall: 'ROLLBACK',
  explain: explained,
  along: /Index Cond/,
  account: (user) => user,
  repeat: (letter, times) => `REPEAT('${letter}', ${times})`,
  beginsMs: 400,
}
const MYSQL: Way = {
  kind: 'mysql',
  open: mariadbSource,
  time: 'timestamp NULL',
  text: 'text',
  fill: (table) => [
    `INSERT INTO ${table} (id, at) SELECT seq, '2024-01-01' + INTERVAL seq DIV 3 SECOND FROM seq_1_to_${ROWS}`,
    `ANALYZE TABLE ${table}`,
  ],
  sleep: 'CAST(SLEEP(20) AS CHAR)',
  running: (user) =>
    `SELECT info FROM information_schema.processlist WHERE user = '${user}' AND command = 'Query'`,
  connections: (user) => `SELECT id FROM information_schema.processlist WHERE user = '${user}'`,
  begin: 'BEGIN',
  wall: ['LOCK TABLES t WRITE'],
  unwall: 'UNLOCK TABLES',
  explain: explained,
  along: /range|index_merge/,
  account: (user) => `'${user}'@'%'`,
  repeat: (letter, times) => `REPEAT('${letter}', ${times})`,
  beginsMs: 400,
}
const isBabelfish = (source: Source): boolean => 'isBabelfish' in source && source.isBabelfish === true
const SQLSERVER: Way = {
  kind: 'sqlserver',
  open: sqlserverSource,
  time: 'datetime2(0) NULL',
  text: 'varchar(max)',
  fill: (table) => [
    `WITH d AS (SELECT n FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) v (n)),
       numbers AS (SELECT a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n + 1 AS n
         FROM d a CROSS JOIN d b CROSS JOIN d c CROSS JOIN d d CROSS JOIN (VALUES (0), (1), (2)) e (n))
     INSERT INTO ${table} (id, at) SELECT n, DATEADD(second, n / 3, CAST('2024-01-01' AS datetime2(0))) FROM numbers`,
  ],
  sleep: '(SELECT COUNT_BIG(*) FROM t a CROSS JOIN t b CROSS JOIN t c)',
  running: (user) =>
    `SELECT session_id FROM sys.dm_exec_sessions WHERE login_name = '${user}' AND status = 'running'`,
  connections: (user) => `SELECT session_id FROM sys.dm_exec_sessions WHERE login_name = '${user}'`,
  begin: 'BEGIN TRANSACTION',
  wall: ['BEGIN TRANSACTION', 'ALTER TABLE t ADD walled int NULL'],
  unwall: 'ROLLBACK',
  async explain(source, _, { text, values }) {
    const show = isBabelfish(source) ? 'BABELFISH_SHOWPLAN_ALL' : 'SHOWPLAN_TEXT'
    // What is declared has no value while a plan is only shown.
    const told = text.replaceAll(/@p(\d+)/g, (_, number) => `N'${values[Number(number) - 1]}'`)
    await source.run(`SET ${show} ON`)
    const lines = (await source.ask(told)) as unknown[][]
    await source.run(`SET ${show} OFF`)
    return lines.map((line) => line.join(' ')).join('\n')
  },
  along: /Index Cond|SEEK:/,
  account: (user) => user,
  repeat: (letter, times) => `REPLICATE(CAST('${letter}' AS varchar(max)), ${times})`,
  // Babelfish takes seconds for the first statements of a connection.
  beginsMs: 12_000,
}

if (!mariadb)
  it.skip('not run: start MariaDB on 127.0.0.1:3306 (root without a password) to test how the database adapter spares it', () => {})

beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

if (!hasSqlserver()) it.skip(SQLSERVER_NOT_RUN, () => {})

describe.each([POSTGRES, ...(mariadb ? [MYSQL] : []), ...(hasSqlserver() ? [SQLSERVER] : [])])(
  '$kind is spared',
  { timeout: 240_000 },
  ({ kind, open, time, text, fill, sleep, running, connections, repeat, ...way }) => {
    let source: Source & { readonly port?: number }
    beforeAll(async () => {
      source = await open()
      await source.run(`CREATE TABLE t (id int PRIMARY KEY, at ${time}, note varchar(20))`, ...fill('t'))
      await source.run(
        `CREATE TABLE one (id int PRIMARY KEY, at ${time})`,
        ...fill('one'),
        'CREATE INDEX one_at ON one (at)',
      )
      await source.run(
        `CREATE TABLE both_ (id int PRIMARY KEY, at ${time})`,
        ...fill('both_'),
        'CREATE INDEX both_at ON both_ (at, id)',
      )
      // Babelfish counts rows when it looks for the next time.
      if (kind === 'sqlserver')
        await vi.waitFor(
          async () =>
            expect(
              await source.ask("SELECT MAX(rows) FROM sys.partitions WHERE object_id = OBJECT_ID('t')"),
            ).toEqual([[String(ROWS)]]),
          { timeout: 100_000, interval: 500 },
        )
    })
    afterAll(() => source.drop())

    const cursor = { column: 'at', overlapSeconds: 0, overlapUnits: 0, lagSeconds: 0 }
    const parts = (more: Partial<Settings>, options: Parameters<typeof partsOf>[1] = {}) =>
      partsOf(settingsOf(source, { kind, ...more }), { password: source.reader.password, ...options })
    const checked = async (more: Partial<Settings>, options: Parameters<typeof partsOf>[1] = {}) =>
      (await checkDatabase(parts(more, options))).filter(({ ok }) => !ok).map(({ setting }) => setting)

    const expectEnded = async (timeout: number): Promise<void> => {
      if (!isBabelfish(source))
        return await expect.poll(() => source.ask(running(source.reader.user)), { timeout }).toEqual([])
      // Babelfish goes on with what it was told to stop, and with what nobody waits for.
      for (const [session] of (await source.ask(connections(source.reader.user))) as [number][])
        await source.run(`KILL ${session}`)
    }

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
        `CREATE TABLE few (id int PRIMARY KEY, at ${time})`,
        `INSERT INTO few VALUES (1, '2024-01-01')`,
      )
      expect((await readAll(parts({ table: 'few', cursor }))).rows).toHaveLength(1)
    })

    it.each(['one', 'both_'])('every page of %s is a walk along its index', async (table) => {
      const { session, reading } = await openReading(parts({ table, cursor }))
      for (const done of [false, true]) {
        const from = { value: '2024-01-01 01:00:00', key: ['10800'], done }
        const statement = pageStatement(reading, from, from, 100)
        expect(
          await KINDS[kind].plan(session, statement, reading.table, orderOf(reading)),
          statement.text,
        ).toMatchObject({
          served: true,
        })
        const lines = await way.explain(source, session, statement)
        expect(lines).toMatch(way.along)
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
      if (kind !== 'sqlserver')
        return await expect(readAll(parts({ table: 'bad', key, cursor }))).rejects.toMatchObject({
          class: 'config',
        })
      // Explaining needs a right there that a reading account has not, so of a view nothing is known, and that is said.
      const [told] = (await checkDatabase(parts({ table: 'bad', key, cursor }))).filter(
        ({ setting }) => setting === '/settings/cursor/column',
      )
      expect(told?.reason.en).toContain('whether an index serves cannot be told: a view')
    })

    it('an account that may write is refused until it is allowed, and its session writes nothing all the same', async () => {
      const { user } = source.reader
      const who = way.account(user)
      await source.run(
        `CREATE TABLE granted (id int PRIMARY KEY, at ${time})`,
        `GRANT INSERT ON granted TO ${who}`,
      )
      const [, refused] = await Promise.all([
        expect(readAll(parts({ table: 'granted', cursor }))).rejects.toMatchObject({
          class: 'auth',
          setting: '/settings/allowWriteAccount',
        }),
        checked({ table: 'granted', cursor }),
      ])
      expect(refused).toEqual(['/settings/allowWriteAccount'])
      // SQL Server knows no session that only reads.
      if (kind !== 'sqlserver') {
        const session = await KINDS[kind].open(parts({ table: 'granted' }))
        await expect(session.ask('INSERT INTO granted (id) VALUES (-1)')).rejects.toMatchObject({
          class: 'source',
        })
        await session.close()
      }
      expect(await checked({ table: 'granted', cursor, allowWriteAccount: true })).toEqual([])
      await source.run(`REVOKE INSERT ON granted FROM ${who}`)
    })

    it('a statement that takes too long is ended at the server too', async () => {
      await source.run(`CREATE VIEW slow AS SELECT id, at, ${sleep} AS s FROM few`)
      const started = performance.now()
      await expect(
        readAll(parts({ table: 'slow', key: ['id'] }, { limits: { timeoutMs: way.beginsMs + 200 } })),
      ).rejects.toMatchObject({ class: 'retry' })
      expect(performance.now() - started).toBeLessThan(2 * way.beginsMs + 1700)
      await expectEnded(2000)
    })

    it('a reading that has to end does so within a second, and leaves nothing running at the server for long', async () => {
      const ended = new AbortController()
      const reading = readAll(
        parts(
          { table: 'slow', key: ['id'] },
          { limits: { timeoutMs: way.beginsMs + 2600 }, signal: ended.signal },
        ),
      )
      setTimeout(() => ended.abort(), way.beginsMs)
      const started = performance.now()
      await expect(reading).rejects.toMatchObject({ class: 'retry' })
      expect(performance.now() - started).toBeLessThan(way.beginsMs + 1000)
      await expectEnded(5000)
    })

    it('a writer that has not committed keeps nobody waiting', async () => {
      await source.run(way.begin, `UPDATE one SET at = '2030-01-01' WHERE id < 100`)
      const { rows } = await readAll(
        parts({ table: 'one', cursor }, { limits: { pageRows: 5000, timeoutMs: 3000 } }),
      )
      expect(rows).toHaveLength(ROWS)
      await source.run('ROLLBACK')
    })

    it('a table that somebody has locked is waited for no longer than the limit', async () => {
      await source.run(...way.wall)
      await expect(readAll(parts({}, { limits: { timeoutMs: way.beginsMs + 100 } }))).rejects.toMatchObject({
        class: 'retry',
      })
      await source.run(way.unwall)
    })

    it('pages end where they are large enough, and a row that is larger than a page may be is an error', async () => {
      await source.run(
        `CREATE TABLE wide (id int PRIMARY KEY, body ${text})`,
        `INSERT INTO wide VALUES (1, ${repeat('x', 30000)}), (2, ${repeat('y', 30000)}), (3, ${repeat('z', 30000)})`,
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
      const count = async (): Promise<number> =>
        ((await source.ask(connections(source.reader.user))) as unknown[]).length
      await readAll(parts({ table: 'few', cursor }))
      await readAll(parts({ cursor })).catch(() => {})
      for await (const _ of readTable(parts({ table: 'one', cursor }), null)) break
      await expect.poll(count, { timeout: kind === 'sqlserver' ? 20_000 : 2000 }).toBe(0)
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
