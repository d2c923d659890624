import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { TLSSocket } from 'node:tls'
import { optionalDriver } from '#adapters/database/optional.ts'
import type { Tedious, TediousConnection } from '#adapters/database/sqlserver/driver.ts'
import { DRIVER_VERSION } from '#adapters/database/sqlserver/session.ts'
import { PASSWORD, type Source } from './source.ts'

/** No package brings an SQL Server, so it is used where it is named. One that is named and does not answer fails the tests. */
const SERVER = process.env['HUB_TEST_SQLSERVER_URL']
export const SQLSERVER_NOT_RUN =
  'not run: install tedious and set HUB_TEST_SQLSERVER_URL=sqlserver://user:password@host:port, an account that may make databases and logins, to test the database adapter with SQL Server'

export const hasSqlserver = (): boolean => SERVER !== undefined

type Cell = string | number | boolean | bigint | Date | Buffer | null

export interface SqlserverSource extends Source {
  readonly port: number
  ask(statement: string): Promise<Cell[][]>
  /** A server that says of itself that it speaks as SQL Server does, and is none. */
  readonly isBabelfish: boolean
  /** Certificate that the server shows, in PEM; null where it encrypts nothing. */
  certificate(): Promise<string | null>
}

/** A database on the SQL Server that the environment names, with an account that may read it. */
export async function sqlserverSource(collation?: string): Promise<SqlserverSource> {
  const database = `hub_database_${randomBytes(5).toString('hex')}`
  const admin = await connected({ encrypt: false })
  const ask = (statement: string): Promise<Cell[][]> => asked(admin, statement)
  const run = async (...statements: string[]): Promise<void> => {
    for (const statement of statements) await ask(statement)
  }
  const [[babelfish] = []] = await ask("SELECT CONVERT(varchar(8), SERVERPROPERTY('babelfish'))")
  const isBabelfish = babelfish === '1'
  await run(
    `CREATE DATABASE ${database}${collation === undefined ? '' : ` COLLATE ${collation}`}`,
    ...(isBabelfish ? [] : [`ALTER DATABASE ${database} SET ALLOW_SNAPSHOT_ISOLATION ON`]),
    `CREATE LOGIN ${database} WITH PASSWORD = '${PASSWORD}'`,
    `USE ${database}`,
    `CREATE USER ${database} FOR LOGIN ${database}`,
    `GRANT SELECT ON SCHEMA::dbo TO ${database}`,
  )
  return {
    database,
    port: Number(new URL(SERVER ?? '').port),
    isBabelfish,
    run,
    ask,
    certificate: shownCertificate,
    reader: { user: database, password: PASSWORD },
    async drop() {
      await run('USE master')
      for (let i = 0; ; i++) {
        try {
          await run(`DROP DATABASE ${database}`)
          break
        } catch (error) {
          // A session of the reader that is just ending.
          if (i === 200) throw error
          await pause(100)
        }
      }
      await run(`DROP LOGIN ${database}`)
      admin.close()
    },
  }
}

async function connected(
  options: object,
  onMade?: (made: TediousConnection) => void,
): Promise<TediousConnection> {
  const { Connection } = await optionalDriver<Tedious>('tedious', DRIVER_VERSION)
  const { hostname, port, username, password } = new URL(SERVER ?? '')
  const connection = new Connection({
    server: hostname,
    authentication: {
      type: 'default',
      options: { userName: decodeURIComponent(username), password: decodeURIComponent(password) },
    },
    options: { port: Number(port), trustServerCertificate: true, requestTimeout: 60_000, ...options },
  })
  onMade?.(connection)
  connection.on('error', () => {})
  await new Promise<void>((resolve, reject) =>
    connection.connect((error) => (error ? reject(error) : resolve())),
  )
  return connection
}

async function asked(connection: TediousConnection, statement: string): Promise<Cell[][]> {
  const { Request } = await optionalDriver<Tedious>('tedious', DRIVER_VERSION)
  const rows: Cell[][] = []
  await new Promise<void>((resolve, reject) => {
    const request = new Request(statement, (error) => (error ? reject(error) : resolve()))
    request.on('row', (row: { value: Cell }[]) => rows.push(row.map(({ value }) => value)))
    connection.execSqlBatch(request)
  })
  return rows
}

async function shownCertificate(): Promise<string | null> {
  let shown: string | null = null
  const listen = (made: TediousConnection): void => {
    made.on('secure', (tls: TLSSocket) => {
      shown = tls.getPeerX509Certificate()?.toString() ?? null
    })
  }
  await connected({ encrypt: true }, listen).then(
    (connection) => connection.close(),
    () => {},
  )
  return shown
}
