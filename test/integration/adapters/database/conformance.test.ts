import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, it } from 'vitest'
import type { Adapter } from '#adapters/adapter.ts'
import { database } from '#adapters/database/database.ts'
import type { At, Bench, SourceRow } from '#test/adapters/bench.ts'
import { adapterConformance } from '#test/adapters/suite.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { hasMariadb, MARIADB, mariadbSource, PASSWORD, postgresSource, type Source } from './source.ts'
import { hasSqlserver, SQLSERVER_NOT_RUN, sqlserverSource } from './sqlserver-source.ts'

const secrets = { password: PASSWORD }
const TABLE = '检疫证明'
const TIMEOUT_MS = 1500
/** Babelfish, which speaks as SQL Server does, takes seconds for the first statements of a connection. */
const SQLSERVER_TIMEOUT_MS = 8000

let server: PostgresServer

interface Way {
  readonly kind: 'mysql' | 'postgres' | 'sqlserver'
  open(): Promise<Source & { readonly port?: number }>
  timeoutMs: number
  q(name: string): string
  at(ms: number): string
  time: string
  /** A text of any language. */
  t(value: string): string
  text: string
  /** Lets the reading account have no more connections, or again as many as it likes; null where the kind cannot. */
  full: ((source: Source, isFull: boolean) => Promise<void>) | null
}

const POSTGRES: Way = {
  kind: 'postgres',
  open: () => postgresSource(server.url),
  q: (name) => `"${name}"`,
  timeoutMs: TIMEOUT_MS,
  at: (ms) => `to_timestamp(${ms / 1000})`,
  time: 'timestamp',
  t: (value) => `'${value}'`,
  text: 'varchar',
  full: ({ reader, run }, isFull) => run(`ALTER ROLE ${reader.user} CONNECTION LIMIT ${isFull ? 0 : -1}`),
}

const MYSQL: Way = {
  kind: 'mysql',
  open: mariadbSource,
  q: (name) => `\`${name}\``,
  timeoutMs: TIMEOUT_MS,
  at: (ms) => `FROM_UNIXTIME(${ms / 1000})`,
  time: 'datetime',
  t: (value) => `'${value}'`,
  text: 'varchar',
  async full({ reader, run }, isFull) {
    await run(`ALTER USER '${reader.user}'@'%' WITH MAX_CONNECTIONS_PER_HOUR ${isFull ? 1 : 0}`)
    // The one connection of this hour; it may have been had before.
    if (isFull)
      await createConnection({ ...MARIADB, ...reader }).then(
        (connection) => connection.end(),
        () => {},
      )
  },
}

const SQLSERVER: Way = {
  kind: 'sqlserver',
  open: sqlserverSource,
  q: (name) => `[${name}]`,
  at: (ms) => `DATEADD(second, ${ms / 1000}, '1970-01-01')`,
  time: 'datetime2(0)',
  t: (value) => `N'${value}'`,
  text: 'nvarchar',
  full: null,
  timeoutMs: SQLSERVER_TIMEOUT_MS,
}

const bench = ({ kind, open, q, at, time, t, text, full, timeoutMs }: Way): Bench => ({
  adapter: database as unknown as Adapter<never, never>,
  async start(rows) {
    const source = await open()
    const table = q(TABLE)
    const add = async (more: readonly SourceRow[]): Promise<void> => {
      const values = more.map((row) => `('${row.id}', ${t(row.holder)}, '${row.phone}', ${at(row.atMs)})`)
      await source.run(`INSERT INTO ${table} VALUES ${values.join(', ')}`)
    }
    await source.run(
      `CREATE TABLE ${table} (${q('编号')} varchar(20) PRIMARY KEY, ${q('持有人')} ${text}(40), ${q('电话')} varchar(20), ${q('更新时间')} ${time} NOT NULL)`,
      `CREATE INDEX by_time ON ${table} (${q('更新时间')})`,
    )
    await add(rows)
    const good = (where: At) => ({
      kind,
      ...where,
      database: source.database,
      user: source.reader.user,
      tls: { mode: 'off' },
      table: TABLE,
      cursor: { column: '更新时间', overlapSeconds: 0, lagSeconds: 0 },
    })
    return {
      endpoint: { host: '127.0.0.1', port: source.port ?? MARIADB.port },
      good: (where) => ({ settings: good(where), secrets }),
      bad: (where) => {
        const settings = good(where)
        const wrong = (what: string, change: object, ...blames: string[]) => ({
          what,
          settings: { ...settings, ...change },
          secrets,
          blames,
        })
        return [
          { what: 'another password', settings, secrets: { password: 'another-Pa55word' }, blames: LOGIN },
          wrong('no such user', { user: 'nobody_here' }, ...LOGIN),
          wrong('no such database', { database: 'nothing_here' }, '/settings/database'),
          wrong('no such table', { table: '没有' }, '/settings/table'),
          wrong('TLS where there is none', { tls: { mode: 'verify' } }, TLS[kind]),
          wrong('another kind', { kind: 'access' }, '/settings/kind'),
          wrong('a port that is none', { port: 0 }, '/settings/port'),
          wrong(
            'columns, key and cursor that are not there',
            { columns: ['编号', '没有', '也没有'], key: ['无'], cursor: { column: '无' } },
            '/settings/columns/1',
            '/settings/columns/2',
            '/settings/key/0',
            '/settings/cursor/column',
          ),
          wrong('a key that is not unique', { key: ['持有人'] }, '/settings/key'),
        ]
      },
      idsOf: (bytes) =>
        Buffer.from(bytes)
          .toString()
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => (JSON.parse(line) as Record<string, string>)['编号'] ?? ''),
      add,
      remove: (ids) =>
        source.run(`DELETE FROM ${table} WHERE ${q('编号')} IN (${ids.map((id) => `'${id}'`).join(', ')})`),
      ...(full ? { misbehave: (what) => full(source, what === 'busy') } : {}),
      future: (state) => ({ ...state, value: '2037-12-31 23:59:59' }),
      idOfKey: (key) => key['编号'] ?? '',
      fingerprint: async () => JSON.stringify(await source.ask(`SELECT * FROM ${table} ORDER BY 1`)),
      stop: () => source.drop(),
    }
  },
  limits: { timeoutMs },
  skips: {
    ...(full ? {} : { busy: 'SQL Server bounds the connections of the whole server, and of no account' }),
    caps: 'a database gives as many rows as the statement asks for, never fewer',
    unavailable: 'no protocol of a database has a time to wait in its refusals',
    garbage: 'a server that speaks another protocol, or none, has a test of its own',
    enormous: 'rows larger than a page may be have a test of their own',
  },
})

const LOGIN = ['/settings/user', '/secrets/password']
/** The PostgreSQL of the test has a certificate that nobody knows; the MariaDB has none; that of an SQL Server is looked at by a name only. */
const TLS = { postgres: '/settings/tls/ca', mysql: '/settings/tls/mode', sqlserver: '/settings/tls/mode' }

describe('with PostgreSQL', () => {
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.stop())
  adapterConformance(bench(POSTGRES))
})

const mariadb = await hasMariadb()
if (!mariadb)
  it.skip('not run: start MariaDB on 127.0.0.1:3306 (root without a password) to test the database adapter with it', () => {})
describe.skipIf(!mariadb)('with MariaDB', () => adapterConformance(bench(MYSQL)))

if (!hasSqlserver()) it.skip(SQLSERVER_NOT_RUN, () => {})
describe.skipIf(!hasSqlserver())('with SQL Server', { timeout: 240_000 }, () =>
  adapterConformance(bench(SQLSERVER)),
)
