import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { checkDatabase } from '#adapters/database/check.ts'
import { readTable } from '#adapters/database/read.ts'
import { countsOf, keysOf } from '#adapters/database/scan.ts'
import type { Settings } from '#adapters/database/settings.ts'
import type { ReadState } from '#adapters/database/state.ts'
import { partsOf, readAll, rowsOf, settingsOf } from './source.ts'
import { hasSqlserver, SQLSERVER_NOT_RUN, type SqlserverSource, sqlserverSource } from './sqlserver-source.ts'

// A server that is slow at its first statements, as Babelfish is.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

if (!hasSqlserver()) it.skip(SQLSERVER_NOT_RUN, () => {})
describe.skipIf(!hasSqlserver())('SQL Server', () => {
  let source: SqlserverSource
  beforeAll(async () => {
    source = await sqlserverSource()
  })
  afterAll(() => source.drop())
  const parts = (more: Partial<Settings>, options: Parameters<typeof partsOf>[1] = {}) =>
    partsOf(settingsOf(source, { kind: 'sqlserver', ...more }), {
      password: source.reader.password,
      ...options,
      limits: { timeoutMs: 20_000, ...options.limits },
    })
  const read = async (more: Partial<Settings>) => (await readAll(parts(more))).rows

  describe('values', () => {
    it('are the exact texts that the database shows', async () => {
      await source.run(
        `CREATE TABLE v (id bigint PRIMARY KEY, amount decimal(30,10), huge decimal(38,9), price money, small smallmoney, narrow real, wide float,
           yes bit, tiny tinyint, day date, clock time(3), at datetime, exact datetime2(7), rough smalldatetime, zoned datetimeoffset(3),
           own uniqueidentifier, fixed char(6), note nvarchar(max), code varchar(20), nothing nvarchar(10), blank nvarchar(10))`,
        `INSERT INTO v VALUES (9223372036854775807, 1.10, 12345678901234567890.000000001, 922337203685477.5807, -214748.3648, 0.1, 1e-7,
           1, 255, '2024-04-14', '08:00:00.123', '2024-04-14 08:00:00.123', '2024-04-14 08:00:00.123456', '2024-04-14 08:00:00',
           '2024-04-14 08:00:00.123 +08:00', '00000000-0000-0000-0000-00000000000a', 'ab', N'衢江𠮷"\\', '007', NULL, '')`,
      )
      const [{ narrow, wide, clock, exact, rough, ...row } = {}] = await read({ table: 'v' })
      expect(row).toEqual({
        ...{ id: '9223372036854775807', amount: '1.1000000000', huge: '12345678901234567890.000000001' },
        ...{ price: '922337203685477.5807', small: '-214748.3648', yes: '1', tiny: '255', day: '2024-04-14' },
        ...{ at: '2024-04-14 08:00:00.123', zoned: '2024-04-14 08:00:00.123 +08:00' },
        ...{ own: '00000000-0000-0000-0000-00000000000A', fixed: 'ab', note: '衢江𠮷"\\', code: '007' },
        ...{ nothing: null, blank: '' },
      })
      expect([Math.fround(Number(narrow)), Number(wide)]).toEqual([Math.fround(0.1), 1e-7])
      // How many noughts stand at the end is the server's business.
      expect(clock).toMatch(/^08:00:00\.1230*$/)
      expect(exact).toMatch(/^2024-04-14 08:00:00\.1234560*$/)
      expect(rough).toMatch(/^2024-04-14 08:00:00(\.0+)?$/)
    })

    it('keep every character of a text, and blanks of CHAR where they are wanted', async () => {
      await source.run(
        'CREATE TABLE texts (id int PRIMARY KEY, body nvarchar(100), fixed char(4))',
        `INSERT INTO texts VALUES (1, N'tab\t quote" back\\slash \\N newline\n\r\u0001\u{20BB7}，', 'x'), (2, N'\\N', '  y')`,
      )
      expect(await read({ table: 'texts', padding: 'keep' })).toEqual([
        { id: '1', body: 'tab\t quote" back\\slash \\N newline\n\r\u0001\u{20BB7}，', fixed: 'x   ' },
        { id: '2', body: '\\N', fixed: '  y ' },
      ])
    })

    it('are refused where they are binary, or hexadecimal digits', async () => {
      await source.run(
        'CREATE TABLE photos (id int PRIMARY KEY, photo varbinary(max), mark binary(4))',
        'INSERT INTO photos VALUES (1, 0xff00ab, 0x01)',
      )
      await expect(read({ table: 'photos' })).rejects.toMatchObject({ setting: '/settings/columns' })
      expect(await read({ table: 'photos', binary: 'hex' })).toEqual([
        { id: '1', photo: 'ff00ab', mark: '01000000' },
      ])
    })

    it.for([
      ['Chinese_PRC_CI_AS', undefined],
      ['Chinese_PRC_CI_AS', 'gb18030'],
      ['SQL_Latin1_General_CP1_CI_AS', 'gb18030'],
    ] as const)(
      'of a column of %s, read with %s, are the characters that were meant',
      async ([collation, encoding], { skip }) => {
        if (source.isBabelfish && encoding !== undefined && collation.startsWith('Chinese'))
          skip('not run: Babelfish makes bytes in the code page of its server, not in that of the column')
        const bytes = collation.startsWith('Chinese') ? `N'货主'` : `CONVERT(varchar(40), 0xbbf5d6f7)`
        await source.run(
          'DROP TABLE IF EXISTS [表]',
          `CREATE TABLE [表] ([编号] varchar(20) PRIMARY KEY, [货主] varchar(40) COLLATE ${collation}, [旧] text COLLATE ${collation}, [新] nvarchar(40))`,
          `INSERT INTO [表] VALUES ('A1', ${bytes}, ${bytes}, N'货主𠮷')`,
        )
        expect(await read({ table: '表', ...(encoding ? { encoding } : {}) })).toEqual([
          { 编号: 'A1', 货主: '货主', 旧: '货主', 新: '货主𠮷' },
        ])
      },
    )
  })

  describe('goes on', () => {
    const cursor = { column: 'c', overlapSeconds: 0, overlapUnits: 0, lagSeconds: 0 }

    /** From the state after each row exactly the rows behind it follow; after the end none does, and then a new one alone or with its equals. */
    const expectRest = async (table: string, values: readonly string[], later: string): Promise<void> => {
      for (const [i, value] of values.entries())
        await source.run(`INSERT INTO ${table} VALUES (${i}, ${value})`)
      const { rows, states } = await readAll(parts({ table, cursor }, { limits: { pageRows: 1 } }))
      const all = values.map((_, i) => String(i))
      expect(rows.map(({ id }) => id)).toEqual(all)
      for (const [i, state] of states.slice(0, values.length).entries())
        expect((await readAll(parts({ table, cursor }), state)).rows.map(({ id }) => id)).toEqual(
          all.slice(i + 1),
        )
      expect((await readAll(parts({ table, cursor }), states.at(-1))).rows).toEqual([])
      await source.run(`INSERT INTO ${table} VALUES (99, ${later})`)
      expect((await readAll(parts({ table, cursor }), states.at(-1))).rows.map(({ id }) => id)).toContain(
        '99',
      )
    }

    it.each([
      ['bigint', ['-5', '9007199254740993', '9223372036854775806'], '9223372036854775807'],
      ['decimal(20, 0)', ['99999999999999999997', '99999999999999999998'], '99999999999999999999'],
      ['datetime', ["'2024-04-14 08:00:00.003'", "'2024-04-14 08:00:00.007'"], "'2024-04-14 08:00:00.010'"],
      [
        'datetime2(6)',
        ["'2024-04-14 08:00:00.000001'", "'2024-04-14 08:00:00.000002'"],
        "'2024-04-14 08:00:01'",
      ],
      ['smalldatetime', ["'2024-04-14 08:00:00'", "'2024-04-14 08:00:00'"], "'2024-04-14 08:00:00'"],
      [
        'datetimeoffset(3)',
        ["'2024-04-14 08:00:00.001 +08:00'", "'2024-04-14 00:00:00.002 +00:00'"],
        "'2024-04-14 08:30:00 +08:00'",
      ],
      ['date', ["'2024-04-13'", "'2024-04-14'"], "'2024-04-14'"],
      ['nvarchar(20)', ["N'甲'", "N'乙'"].sort(), "N'龘'"],
    ])('behind a value of %s', async (type, values, later) => {
      await source.run(
        'DROP TABLE IF EXISTS behind',
        `CREATE TABLE behind (id int PRIMARY KEY, c ${type} NOT NULL)`,
        'CREATE INDEX behind_c ON behind (c)',
      )
      await expectRest('behind', values, later)
    })

    it('behind a key whose letters are of the code page of its column', async () => {
      await source.run(
        'CREATE TABLE lettered (no varchar(20) COLLATE Chinese_PRC_CI_AS NOT NULL PRIMARY KEY)',
        `INSERT INTO lettered VALUES (N'浙A1'), (N'浙A2'), (N'浙B1')`,
      )
      const { rows, states } = await readAll(parts({ table: 'lettered' }, { limits: { pageRows: 1 } }))
      expect(rows.map(({ no }) => no)).toEqual(['浙A1', '浙A2', '浙B1'])
      expect((await readAll(parts({ table: 'lettered' }), states[1])).rows).toEqual([{ no: '浙B1' }])
    })

    it('by a row version, which every change of a row moves, and passes no row of a transaction that is open', async ({
      skip,
    }) => {
      if (source.isBabelfish) skip('not run: Babelfish knows no MIN_ACTIVE_ROWVERSION')
      await source.run(
        'CREATE TABLE versioned (id int PRIMARY KEY, note varchar(20), c rowversion)',
        'CREATE INDEX versioned_c ON versioned (c)',
        `INSERT INTO versioned (id, note) VALUES (1, 'a')`,
        `INSERT INTO versioned (id, note) VALUES (2, 'b')`,
      )
      const first = await readAll(parts({ table: 'versioned', cursor }))
      expect(first.rows.map(({ id }) => id)).toEqual(['1', '2'])
      await source.run(`UPDATE versioned SET note = 'c' WHERE id = 1`)
      const second = await readAll(parts({ table: 'versioned', cursor }), first.states.at(-1))
      expect(second.rows.map(({ id, note }) => [id, note])).toContainEqual(['1', 'c'])
      await source.run('BEGIN TRANSACTION', `INSERT INTO versioned (id, note) VALUES (3, 'd')`)
      expect((await readAll(parts({ table: 'versioned', cursor }), second.states.at(-1))).rows).toEqual([])
      await source.run('COMMIT')
      const last = await readAll(parts({ table: 'versioned', cursor }), second.states.at(-1))
      expect(last.rows.map(({ id }) => id)).toContain('3')
    })

    it('by the overlap of a date', async () => {
      await source.run(
        'CREATE TABLE dated (id int PRIMARY KEY, c date NOT NULL)',
        'CREATE INDEX dated_c ON dated (c)',
        `INSERT INTO dated VALUES (1, '2024-04-13'), (2, '2024-04-14')`,
      )
      const overlapping = { table: 'dated', cursor: { ...cursor, overlapSeconds: 3600 } }
      const { states } = await readAll(parts(overlapping))
      await source.run(`INSERT INTO dated VALUES (3, '2024-04-13')`)
      const { rows } = await readAll(parts(overlapping), states.at(-1))
      expect(rows.map(({ id }) => id)).toContain('3')
    })
  })

  it('gives its keys, and its rows counted by the hour of the zone that was said', async () => {
    await source.run(
      'CREATE TABLE hours (id int PRIMARY KEY, plain datetime2(0) NOT NULL, zoned datetimeoffset(0) NOT NULL)',
      'CREATE INDEX hours_plain ON hours (plain)',
      'CREATE INDEX hours_zoned ON hours (zoned)',
      `INSERT INTO hours VALUES (1, '2024-04-14 08:10:00', '2024-04-14 08:10:00 +08:00'), (2, '2024-04-14 08:59:59', '2024-04-14 00:59:59 +00:00'),
         (3, '2024-04-14 09:00:00', '2024-04-14 09:00:00 +08:00')`,
    )
    const ids: string[] = []
    for await (const keys of keysOf(parts({ table: 'hours' }, { limits: { pageRows: 2 } })))
      ids.push(...keys.map(({ id = '' }) => id))
    expect(ids).toEqual(['1', '2', '3'])
    const fromMs = Date.parse('2024-04-14T00:00:00Z')
    for (const column of ['plain', 'zoned']) {
      const cursor = { column, overlapSeconds: 0, overlapUnits: 0, lagSeconds: 0 }
      const counts = await countsOf(parts({ table: 'hours', cursor, zone: '+08:00' }), {
        fromMs,
        toMs: fromMs + 7_200_000,
      })
      expect(counts, column).toEqual([
        { hourMs: fromMs, count: 2 },
        { hourMs: fromMs + 3_600_000, count: 1 },
      ])
    }
  })

  it('a connection that is killed at the server is an error that may pass, and the rest follows from the state', async () => {
    await source.run(
      'CREATE TABLE killed (id int PRIMARY KEY)',
      `INSERT INTO killed SELECT a.n + 10 * b.n FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) a (n)
         CROSS JOIN (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) b (n)`,
    )
    const ids: (string | null | undefined)[] = []
    let state: ReadState | null = null
    const reading = async (): Promise<void> => {
      for await (const page of readTable(parts({ table: 'killed' }, { limits: { pageRows: 30 } }), state)) {
        ids.push(...rowsOf(page).map(({ id }) => id))
        state = page.state
        if (ids.length === 30) {
          const [[session] = []] = await source.ask(
            `SELECT session_id FROM sys.dm_exec_sessions WHERE login_name = '${source.reader.user}'`,
          )
          await source.run(`KILL ${session}`)
        }
      }
    }
    await expect(reading()).rejects.toMatchObject({ class: 'retry' })
    await reading()
    expect(ids.map(Number)).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })

  describe('an account', () => {
    const refused = async (table: string): Promise<string | undefined> =>
      (await checkDatabase(parts({ table }))).find(
        ({ ok, setting }) => !ok && setting === '/settings/allowWriteAccount',
      )?.reason.en

    it('that may change a single column, or is of a role that writes, is one that may write', async () => {
      const { user } = source.reader
      const tables = ['deleted', 'inserted', 'owned', 'changed']
      await source.run(
        ...tables.map((table) => `CREATE TABLE ${table} (id int PRIMARY KEY, note varchar(20))`),
      )
      for (const table of tables) expect(await refused(table)).toBeUndefined()
      await source.run(`GRANT DELETE ON deleted TO ${user}`)
      expect(await refused('deleted')).toContain('DELETE ON deleted')
      await source.run(`GRANT UPDATE ON changed (note) TO ${user}`)
      expect(await refused('changed')).toContain('UPDATE of columns of changed')
      await source.run(`GRANT INSERT ON SCHEMA::dbo TO ${user}`)
      expect(await refused('inserted')).toContain('INSERT ON inserted')
      await source.run(`REVOKE INSERT ON SCHEMA::dbo FROM ${user}`)
      expect(await refused('inserted')).toBeUndefined()
      // Babelfish puts nobody into this role.
      if (source.isBabelfish) return
      await source.run(`ALTER ROLE db_owner ADD MEMBER ${user}`)
      expect(await refused('owned')).toContain('db_owner')
      await source.run(`ALTER ROLE db_owner DROP MEMBER ${user}`)
      expect(await refused('owned')).toBeUndefined()
    })
  })

  it('encrypts where it is asked to, and its certificate is checked with the name of the host', async ({
    skip,
  }) => {
    const pem = await source.certificate()
    if (pem === null) return skip('not run: the server has no certificate')
    await source.run('CREATE TABLE shown (id int PRIMARY KEY)')
    const allow = [`127.0.0.1/32:${source.port}`, `::1/128:${source.port}`]
    const found = async (host: string, tls: Settings['tls']) =>
      (await checkDatabase(parts({ table: 'shown', host, tls }, { allow }))).filter(
        ({ ok, setting }) => !ok || setting === '/settings/tls',
      )
    expect(await found('127.0.0.1', { mode: 'require' })).toMatchObject([
      { ok: true, reason: { en: 'encrypted, certificate not checked' } },
    ])
    expect(await found('localhost', { mode: 'verify' })).toMatchObject([
      { ok: false, setting: '/settings/tls/ca' },
    ])
    const isOfLocalhost = new X509Certificate(pem).checkHost('localhost') !== undefined
    expect(await found('localhost', { mode: 'verify', ca: pem })).toMatchObject([
      isOfLocalhost
        ? { ok: true, reason: { en: 'encrypted, certificate checked' } }
        : { ok: false, setting: '/settings/tls/ca' },
    ])
  })
})
