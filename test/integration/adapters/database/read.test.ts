import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
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
import { hasSqlserver, SQLSERVER_NOT_RUN, sqlserverSource } from './sqlserver-source.ts'

const mariadb = await hasMariadb()
let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

interface Case {
  readonly kind: 'mysql' | 'postgres' | 'sqlserver'
  open(): Promise<Source & { readonly port?: number }>
  /** Quotes a name. */
  q(name: string): string
  /** A name made to break out of its quotes. */
  readonly breaking: string
  /** A time of whole seconds. */
  readonly time: string
  readonly now: string
  /** A text of any language. */
  readonly text: string
  t(value: string): string
}

const cases: Case[] = [
  {
    kind: 'postgres',
    open: () => postgresSource(server.url),
    q: (name) => `"${name.replaceAll('"', '""')}"`,
    breaking: `a"; DROP TABLE x; -- '`,
    time: 'timestamp',
    now: 'LOCALTIMESTAMP',
    text: 'varchar(80)',
    t: (value) => `'${value}'`,
  },
  ...(mariadb
    ? [
        {
          kind: 'mysql',
          open: mariadbSource,
          q: (name: string) => `\`${name.replaceAll('`', '``')}\``,
          breaking: "a`; DROP TABLE x; -- '",
          time: 'datetime',
          now: 'NOW()',
          text: 'varchar(80)',
          t: (value: string) => `'${value}'`,
        } as const,
      ]
    : []),
  ...(hasSqlserver()
    ? [
        {
          kind: 'sqlserver',
          open: sqlserverSource,
          q: (name: string) => `[${name.replaceAll(']', ']]')}]`,
          breaking: "a]; DROP TABLE x; -- '",
          time: 'datetime2(0)',
          now: 'SYSDATETIME()',
          text: 'nvarchar(80)',
          t: (value: string) => `N'${value}'`,
        } as const,
      ]
    : []),
]

if (!mariadb)
  test.skip('not run: start MariaDB on 127.0.0.1:3306 (root without a password) to test the database adapter with it', () => {})
if (!hasSqlserver()) test.skip(SQLSERVER_NOT_RUN, () => {})

describe.each(cases)(
  'reading a table of $kind',
  { timeout: 120_000 },
  ({ kind, open, q, breaking, time, now, text, t }) => {
    let source: Source & { readonly port?: number }
    const settings = (more: Partial<Settings> = {}): Settings =>
      settingsOf(source, { kind, table: '检疫证明', ...more })
    const cursor = (more: object = {}) => ({
      column: '更新时间',
      overlapSeconds: 0,
      overlapUnits: 0,
      lagSeconds: 5,
      ...more,
    })
    const parts = (more: Partial<Settings> = {}, options: Parameters<typeof partsOf>[1] = {}) =>
      partsOf(settings(more), { password: source.reader.password, ...options })

    const at = (second: number): string => `2024-04-14 08:00:${String(second).padStart(2, '0')}`
    const add = (number: number, second: number): string =>
      `INSERT INTO ${q('检疫证明')} (${q('编号')}, ${q('货主名')}, ${q('更新时间')}) VALUES ('${String(number).padStart(6, '0')}', ${t(`衢江示例"场"\n${number}`)}, '${at(second)}')`

    beforeAll(async () => {
      source = await open()
    })
    afterAll(() => source.drop())

    const makeTable = async (rows: readonly (readonly [number, number])[], index = true): Promise<void> => {
      await source.run(
        `DROP TABLE IF EXISTS ${q('检疫证明')}`,
        `CREATE TABLE ${q('检疫证明')} (${q('编号')} varchar(20) PRIMARY KEY, ${q('货主名')} ${text}, ${q('更新时间')} ${time})`,
        ...(index ? [`CREATE INDEX by_time ON ${q('检疫证明')} (${q('更新时间')})`] : []),
        ...rows.map(([number, second]) => add(number, second)),
      )
    }

    // Ten rows, four of one second.
    const TEN = Array.from({ length: 10 }, (_, i) => [i + 1, i < 3 ? i : i < 7 ? 5 : i] as const)
    const numbers = (rows: readonly Record<string, unknown>[]): number[] =>
      rows.map((row) => Number(row['编号']))

    it('gives every row once, in the order of cursor and key, with names and values as they are in the source', async () => {
      await makeTable(TEN)
      const { rows, pages } = await readAll(parts({ cursor: cursor() }, { limits: { pageRows: 3 } }))
      expect(numbers(rows)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
      expect(pages.map((page) => page.length)).toEqual([3, 3, 3, 1])
      expect(rows[0]).toEqual({ 编号: '000001', 货主名: '衢江示例"场"\n1', 更新时间: '2024-04-14 08:00:00' })
    })

    it('gives from each state exactly the rest, also inside of rows of one time', async () => {
      await makeTable(TEN)
      const { states } = await readAll(parts({ cursor: cursor() }, { limits: { pageRows: 1 } }))
      for (const [i, state] of states.slice(0, 10).entries()) {
        const { rows } = await readAll(parts({ cursor: cursor() }), state)
        expect(numbers(rows)).toEqual(TEN.map(([number]) => number).slice(i + 1))
      }
    })

    it('gives nothing, and no page, when nothing has changed since the end', async () => {
      await makeTable(TEN)
      const { states } = await readAll(parts({ cursor: cursor() }, { limits: { pageRows: 4 } }))
      expect(await readAll(parts({ cursor: cursor() }), states.at(-1))).toEqual({
        rows: [],
        pages: [],
        states: [],
      })
    })

    it('finds a row of the same time as the last one and with a smaller key that was written after', async () => {
      await makeTable([[5, 9]])
      const { states } = await readAll(parts({ cursor: cursor() }))
      await source.run(add(2, 9))
      const { rows } = await readAll(parts({ cursor: cursor() }), states.at(-1))
      expect(numbers(rows)).toEqual([2, 5])
    })

    it('finds a row inside of the overlap whose transaction ended late, and then is still', async () => {
      await makeTable(TEN)
      const overlapping = { cursor: cursor({ overlapSeconds: 5 }) }
      const first = await readAll(parts(overlapping))
      await source.run(add(99, 6))
      const second = await readAll(parts(overlapping), first.states.at(-1))
      expect(numbers(second.rows)).toContain(99)
      expect(second.states.at(-1)).toMatchObject({ value: '2024-04-14 08:00:09', key: ['000010'] })
      expect((await readAll(parts(overlapping), second.states.at(-1))).pages).toEqual([])
    })

    it('stands still in a state that is further than the source', async () => {
      await makeTable(TEN)
      const future = { value: '2038-01-01 00:00:00', key: ['000001'], done: true }
      expect((await readAll(parts({ cursor: cursor({ overlapSeconds: 60 }) }), future)).pages).toEqual([])
    })

    it('leaves rows that are younger than the lag, by the clock of the database, for the next reading', async () => {
      await makeTable(TEN)
      await source.run(`UPDATE ${q('检疫证明')} SET ${q('更新时间')} = ${now} WHERE ${q('编号')} = '000003'`)
      const { rows } = await readAll(parts({ cursor: cursor({ lagSeconds: 3600 }) }))
      expect(numbers(rows)).not.toContain(3)
      expect(numbers((await readAll(parts({ cursor: cursor({ lagSeconds: 0 }) }))).rows)).toContain(3)
    })

    it('tells how many rows have no time and how many lie in the future', async () => {
      await makeTable(TEN)
      await source.run(
        `UPDATE ${q('检疫证明')} SET ${q('更新时间')} = NULL WHERE ${q('编号')} < '000003'`,
        `UPDATE ${q('检疫证明')} SET ${q('更新时间')} = '2037-12-31 00:00:00' WHERE ${q('编号')} = '000009'`,
      )
      const one = parts({ cursor: cursor() })
      const { rows } = await readAll(one)
      expect(numbers(rows)).toEqual([3, 4, 5, 6, 7, 8, 10])
      expect(one.told.map(({ facts }) => facts)).toMatchObject([{ rows: 2 }, { rows: 1 }])
      expect(one.doubts).toMatchObject([
        {
          zh: expect.stringContaining('2 行的游标列为空'),
          en: expect.stringContaining('2 rows have no value'),
        },
        {
          zh: expect.stringContaining('1 行'),
          en: expect.stringContaining('1 row lies more than an hour in the future'),
        },
      ])
    })

    it('tells of rows that lie hours ahead, as those of a clock of another zone do, reads what comes behind them, and takes them once their time has come', async () => {
      await makeTable(TEN)
      const inMinutes = (minutes: number): string =>
        ({
          postgres: `${now} + INTERVAL '${minutes} minutes'`,
          mysql: `${now} + INTERVAL ${minutes} MINUTE`,
          sqlserver: `DATEADD(minute, ${minutes}, ${now})`,
        })[kind]
      const ahead = (number: string, minutes: number) =>
        source.run(
          `UPDATE ${q('检疫证明')} SET ${q('更新时间')} = ${inMinutes(minutes)} WHERE ${q('编号')} = '${number}'`,
        )
      await ahead('000009', 8 * 60)
      const one = parts({ cursor: cursor() })
      const first = await readAll(one)
      expect(numbers(first.rows)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 10])
      expect(one.doubts).toHaveLength(1)
      await source.run(add(11, 1))
      await ahead('000011', -2)
      const two = parts({ cursor: cursor() })
      const second = await readAll(two, first.states.at(-1))
      expect(numbers(second.rows)).toContain(11)
      expect([numbers(second.rows).includes(9), two.doubts.length]).toEqual([false, 1])
      await ahead('000009', -1)
      const three = parts({ cursor: cursor() })
      expect(numbers((await readAll(three, second.states.at(-1))).rows)).toContain(9)
      expect(three.doubts).toEqual([])
    })

    it('goes by a number alone', async () => {
      await makeTable(TEN)
      const id = { column: '编号', overlapSeconds: 0, overlapUnits: 0, lagSeconds: 0 }
      const { rows, states } = await readAll(parts({ cursor: id }, { limits: { pageRows: 4 } }))
      expect(numbers(rows)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
      await source.run(add(11, 1))
      expect(numbers((await readAll(parts({ cursor: id }), states.at(-1))).rows)).toEqual([11])
    })

    it('reads a table without a cursor as a whole each time, in pieces, and goes on inside of it', async () => {
      await makeTable(TEN, false)
      const { pages, states } = await readAll(parts({}, { limits: { pageRows: 4 } }))
      expect(pages.map(numbers)).toEqual([
        [1, 2, 3, 4],
        [5, 6, 7, 8],
        [9, 10],
      ])
      expect(numbers((await readAll(parts({}), states[0])).rows)).toEqual([5, 6, 7, 8, 9, 10])
      expect((await readAll(parts({}), states.at(-1))).rows).toHaveLength(10)
    })

    it('reads only the columns that are named', async () => {
      await makeTable([[1, 1]])
      const { rows } = await readAll(parts({ cursor: cursor(), columns: ['货主名'] }))
      expect(rows).toEqual([{ 货主名: '衢江示例"场"\n1' }])
    })

    it('refuses a state of another form', async () => {
      await makeTable([[1, 1]])
      for (const state of [{ page: 3 }, { value: 'x', done: false }, { key: ['1', '2'], done: true }])
        await expect(readAll(parts({ cursor: cursor() }), state as never)).rejects.toMatchObject({
          class: 'config',
          setting: '/state',
        })
    })

    it('quotes names that are made to break out of the statement', async ({ skip }) => {
      if ('isBabelfish' in source && source.isBabelfish === true)
        skip('not run: Babelfish takes no name with a bracket in it')
      const name = breaking
      await source.run(
        `DROP TABLE IF EXISTS ${q(name)}`,
        `CREATE TABLE ${q(name)} (${q(name)} varchar(20) PRIMARY KEY)`,
        `INSERT INTO ${q(name)} VALUES ('a''b'), ('a\\\\b')`,
      )
      const { rows } = await readAll(parts({ table: name }, { limits: { pageRows: 1 } }))
      expect(rows).toHaveLength(2)
      expect(Object.keys(rows[0] ?? {})).toEqual([name])
      await source.run(`DROP TABLE ${q(name)}`)
    })
  },
)
