import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Settings } from '#adapters/database/settings.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import {
  hasMariadb,
  mariadbSource,
  partsOf,
  postgresSource,
  readAll,
  type Source,
  settingsOf,
} from './source.ts'

const mariadb = await hasMariadb()

describe('values of PostgreSQL', () => {
  let server: PostgresServer
  let source: Source & { readonly port: number }
  beforeAll(async () => {
    server = await startPostgres()
    source = await postgresSource(server.url)
  })
  afterAll(async () => {
    await source.drop()
    await server.stop()
  })
  const read = async (more: Partial<Settings>, from = source) =>
    await readAll(
      partsOf(settingsOf(from, { kind: 'postgres', ...more }), { password: from.reader.password }),
    )

  it('are the exact texts that the database shows', async () => {
    await source.run(
      `CREATE TABLE v (id bigint PRIMARY KEY, amount numeric(30,10), huge numeric, small real, wide double precision, yes boolean, day date,
         at timestamp(6), zoned timestamptz, long interval, fixed char(6), doc jsonb, list int[], own uuid, nothing text, blank text)`,
      `INSERT INTO v VALUES (9223372036854775807, 1.10, 12345678901234567890.000000001, 0.1, 1e-7, true, '2024-04-14', '2024-04-14 08:00:00.123456',
         '2024-04-14 08:00:00+08', '1 day 2 hours', 'ab', '{"a": 1}', '{1,2}', '00000000-0000-0000-0000-00000000000a', NULL, '')`,
    )
    expect((await read({ table: 'v' })).rows).toEqual([
      {
        ...{ id: '9223372036854775807', amount: '1.1000000000', huge: '12345678901234567890.000000001' },
        ...{ small: '0.1', wide: '1e-07', yes: 'true', day: '2024-04-14', at: '2024-04-14 08:00:00.123456' },
        ...{ zoned: '2024-04-14 08:00:00+08', long: '1 day 02:00:00', fixed: 'ab', doc: '{"a": 1}' },
        ...{ list: '{1,2}', own: '00000000-0000-0000-0000-00000000000a', nothing: null, blank: '' },
      },
    ])
  })

  it('keep every character of a text, and blanks of CHAR where they are wanted', async () => {
    const text = `${String.raw`tab	 quote" back\slash \N newline`}\n\r\u0001\u{20BB7}，`
    await source.run(
      `CREATE TABLE t (id int PRIMARY KEY, body text, fixed char(4))`,
      `INSERT INTO t VALUES (1, '${text}', 'x'), (2, '\\N', '  y')`,
    )
    const { rows } = await read({ table: 't', padding: 'keep' })
    expect(rows).toEqual([
      { id: '1', body: text, fixed: 'x   ' },
      { id: '2', body: '\\N', fixed: '  y ' },
    ])
  })

  it('are refused where they are binary, or hexadecimal digits', async () => {
    await source.run(
      `CREATE TABLE b (id int PRIMARY KEY, photo bytea)`,
      `INSERT INTO b VALUES (1, '\\xff00ab')`,
    )
    await expect(read({ table: 'b' })).rejects.toMatchObject({
      class: 'config',
      setting: '/settings/columns',
    })
    expect((await read({ table: 'b', binary: 'hex' })).rows).toEqual([{ id: '1', photo: 'ff00ab' }])
    expect((await read({ table: 'b', columns: ['id'] })).rows).toEqual([{ id: '1' }])
  })

  it('in the time zone that was asked for', async () => {
    await source.run(
      `CREATE TABLE z (id int PRIMARY KEY, zoned timestamptz, plain timestamp)`,
      `INSERT INTO z VALUES (1, '2024-04-14 00:00:00Z', '2024-04-14 08:00:00')`,
    )
    const [row] = (await read({ table: 'z', zone: '-03:30' })).rows
    expect(row).toEqual({ id: '1', zoned: '2024-04-13 20:30:00-03:30', plain: '2024-04-14 08:00:00' })
  })

  it.each(['SQL_ASCII', 'LATIN1'])(
    'that are bytes of GB 18030 in a database of %s are read as such',
    async (encoding) => {
      const legacy = await postgresSource(server.url, `ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`)
      try {
        // 货主 and 㛃, whose second byte 0x30 is a digit.
        const bytes = Buffer.from([0xbb, 0xf5, 0xd6, 0xf7, 0x82, 0x30, 0xc2, 0x30, 0x5c, 0x22])
        await legacy.run(
          `CREATE TABLE g (id int PRIMARY KEY, owner text, tag varchar(20))`,
          encoding === 'SQL_ASCII'
            ? `INSERT INTO g SELECT 1, convert_from('\\x${bytes.toString('hex')}', 'SQL_ASCII'), 'A1'`
            : `INSERT INTO g SELECT 1, convert_from('\\x${bytes.toString('hex')}', 'LATIN1'), 'A1'`,
        )
        const expected = { id: '1', owner: new TextDecoder('gb18030').decode(bytes), tag: 'A1' }
        expect((await read({ table: 'g', encoding: 'gb18030' }, legacy)).rows).toEqual([expected])
        if (encoding === 'SQL_ASCII')
          await expect(read({ table: 'g' }, legacy)).rejects.toMatchObject({ setting: '/settings/encoding' })
      } finally {
        await legacy.drop()
      }
    },
  )

  it('that are no text in their encoding are marked, and do not stop the rows around them', async () => {
    const legacy = await postgresSource(server.url, `ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'`)
    try {
      await legacy.run(
        `CREATE TABLE g (id int PRIMARY KEY, owner text)`,
        `INSERT INTO g SELECT 1, convert_from('\\xbbf5ff', 'SQL_ASCII')`,
        `INSERT INTO g VALUES (2, 'well')`,
      )
      const parts = partsOf(settingsOf(legacy, { kind: 'postgres', table: 'g', encoding: 'gb18030' }), {
        password: legacy.reader.password,
      })
      const { rows } = await readAll(parts)
      expect(rows.map(({ owner }) => owner)).toEqual(['货\ufffd', 'well'])
      expect(parts.told).toMatchObject([{ facts: { values: 1 } }])
    } finally {
      await legacy.drop()
    }
  })
})

if (!mariadb)
  it.skip('not run: start MariaDB on 127.0.0.1:3306 (root without a password) to test values of MySQL', () => {})
describe.skipIf(!mariadb)('values of MySQL', () => {
  let source: Source
  beforeAll(async () => {
    source = await mariadbSource()
  })
  afterAll(() => source.drop())
  const read = async (more: Partial<Settings>) =>
    await readAll(
      partsOf(settingsOf(source, { kind: 'mysql', ...more }), { password: source.reader.password }),
    )

  it('are the exact texts that the database shows', async () => {
    await source.run(
      `CREATE TABLE v (id bigint unsigned PRIMARY KEY, amount decimal(30,10), price float(7,2), wide double, yes tinyint(1), bits bit(10), day date,
         at datetime(6), stamp timestamp NULL, clock time, y year, padded int(8) zerofill, fixed char(6), doc json, kind enum('有效','作废'), many set('a','b'),
         nothing text, blank text)`,
      `INSERT INTO v VALUES (18446744073709551615, 1.10, 1.1, 1e-7, 1, b'1000000001', '2024-04-14', '2024-04-14 08:00:00.123456', '2024-04-14 08:00:00',
         '-12:00:00', 2024, 7, 'ab', '{"a": 1}', '作废', 'a,b', NULL, '')`,
    )
    expect((await read({ table: 'v' })).rows).toEqual([
      {
        ...{ id: '18446744073709551615', amount: '1.1000000000', price: '1.10', wide: '0.0000001' },
        ...{ yes: '1', bits: '513', day: '2024-04-14', at: '2024-04-14 08:00:00.123456' },
        ...{ stamp: '2024-04-14 08:00:00', clock: '-12:00:00', y: '2024', padded: '00000007', fixed: 'ab' },
        ...{ doc: '{"a": 1}', kind: '作废', many: 'a,b', nothing: null, blank: '' },
      },
    ])
  })

  it('goes on behind a number of twenty digits', async () => {
    await source.run(
      `CREATE TABLE n (id decimal(20,0) PRIMARY KEY, big bigint unsigned NOT NULL, KEY (big))`,
      `INSERT INTO n VALUES (99999999999999999998, 18446744073709551613), (99999999999999999999, 18446744073709551614), (10000000000000000001, 18446744073709551612)`,
    )
    const cursor = { column: 'big', overlapSeconds: 0, overlapUnits: 0, lagSeconds: 0 }
    const { states } = await readAll(
      partsOf(settingsOf(source, { kind: 'mysql', table: 'n', cursor }), {
        password: source.reader.password,
        limits: { pageRows: 1 },
      }),
    )
    expect(states.slice(0, 3).map(({ value }) => value)).toEqual([
      '18446744073709551612',
      '18446744073709551613',
      '18446744073709551614',
    ])
  })

  it('of a zero date and of bytes are as they are, and refused', async () => {
    await source.run(
      `SET sql_mode = ''`,
      `CREATE TABLE z (id int PRIMARY KEY, day date, photo blob, place point)`,
      `INSERT INTO z VALUES (1, '0000-00-00', X'ff00ab', NULL)`,
    )
    await expect(read({ table: 'z' })).rejects.toMatchObject({
      class: 'config',
      setting: '/settings/columns',
    })
    expect((await read({ table: 'z', binary: 'hex' })).rows).toEqual([
      { id: '1', day: '0000-00-00', photo: 'ff00ab', place: null },
    ])
  })

  it.each([
    ['gbk', undefined],
    ['gb2312', undefined],
    ['gbk', 'gb18030'],
    ['latin1', 'gb18030'],
    ['utf8mb4', undefined],
  ] as const)(
    'of a table of %s, read with %s, are the characters that were meant',
    async (charset, encoding) => {
      const owner = charset === 'utf8mb4' ? `X'${Buffer.from('货主𠮷').toString('hex')}'` : `X'bbf5d6f7'`
      await source.run(
        'DROP TABLE IF EXISTS `表`',
        `CREATE TABLE \`表\` (\`编号\` varchar(20) PRIMARY KEY, \`货主\` varchar(40)) CHARACTER SET ${charset}`,
        `INSERT INTO \`表\` VALUES ('A1', ${owner})`,
      )
      const { rows } = await read({ table: '表', ...(encoding ? { encoding } : {}) })
      expect(rows).toEqual([{ 编号: 'A1', 货主: charset === 'utf8mb4' ? '货主𠮷' : '货主' }])
    },
  )
})
