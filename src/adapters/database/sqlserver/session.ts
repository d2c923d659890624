import { isIP } from 'node:net'
import { AdapterError } from '#adapters/adapter.ts'
import { goodbye, openSocket, tlsOptions } from '#adapters/database/opened.ts'
import { optionalDriver } from '#adapters/database/optional.ts'
import type { DatabaseParts, RowTaker, Session, Statement } from '#adapters/database/session.ts'
import { within } from '#adapters/database/within.ts'
import type { Tedious, TediousConnection, TediousRow } from './driver.ts'
import { sqlserverFailure } from './failure.ts'

export const SQLSERVER_PORT = 1433
export const DRIVER_VERSION = '20.3.9'

/** @throws AdapterError */
export async function openSqlserver(parts: DatabaseParts): Promise<Session> {
  if (parts.settings.tls.mode === 'verify' && isIP(parts.settings.host) !== 0)
    throw new AdapterError('config', 'a certificate can be checked by a name only, not by an address', {
      setting: '/settings/tls/mode',
    })
  const driver = await optionalDriver<Tedious>('tedious', DRIVER_VERSION)
  const socket = await openSocket(parts, SQLSERVER_PORT)
  const waits = within(parts, socket, () => socket.destroy())
  let isTaken = false
  const connector = async () => {
    // Asked again, the driver wants to go where the server sends it, which is an address that nobody has looked at.
    if (isTaken)
      throw new AdapterError(
        'config',
        'the server sends its readers on to another host: name that host itself',
        {
          setting: '/settings/host',
        },
      )
    isTaken = true
    return socket
  }
  const connection = new driver.Connection(optionsOf(parts, connector))
  connection.on('error', () => {})
  const told: number[] = []
  const listen = ({ number }: { readonly number: number }): void => void told.push(number)
  connection.on('errorMessage', listen)

  const asked = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await waits.wait(work)
    } catch (error) {
      throw sqlserverFailure(error, told)
    }
  }
  const ask = async (statement: string | Statement) => {
    const rows: (string | null)[][] = []
    const { text, values } = typeof statement === 'string' ? { text: statement, values: [] } : statement
    await asked(
      each(driver, connection, { text, values }, (row) => rows.push(row.map(({ value }) => textOf(value)))),
    )
    return rows
  }

  try {
    await asked(
      new Promise<void>((resolve, reject) =>
        connection.connect((error) => (error ? reject(error) : resolve())),
      ),
    )
    connection.off('errorMessage', listen)
    told.length = 0
    const [[version = '', snapshot = '0'] = []] = await ask(
      `SELECT CONVERT(nvarchar(128), SERVERPROPERTY('ProductVersion')), CONVERT(varchar(1), snapshot_isolation_state)
       FROM sys.databases WHERE name = DB_NAME()`,
    )
    await ask(`SET LOCK_TIMEOUT ${Math.max(1, Math.floor(parts.limits.timeoutMs))}`)
    // Where versions of rows are kept, reading waits for no writer and no writer for it. Dirty reading is never an answer.
    await ask(`SET TRANSACTION ISOLATION LEVEL ${snapshot === '1' ? 'SNAPSHOT' : 'READ COMMITTED'}`)
    return {
      version: `SQL Server ${version}`,
      encrypted: parts.settings.tls.mode !== 'off',
      ask,
      rows: (statement, taker) => asked(each(driver, connection, statement, (row) => give(row, taker))),
      close: () =>
        goodbye(
          () =>
            new Promise<void>((resolve) => {
              connection.once('end', () => resolve())
              connection.close()
            }),
          socket,
        ),
    }
  } catch (error) {
    socket.destroy()
    throw error
  }
}

function optionsOf(parts: DatabaseParts, connector: () => Promise<unknown>): object {
  const { settings, secrets, limits } = parts
  const { rejectUnauthorized, ca } = tlsOptions(parts)
  return {
    server: settings.host,
    authentication: {
      type: 'default',
      options: { userName: settings.user, password: secrets['password'] ?? '' },
    },
    options: {
      connector,
      database: settings.database,
      appName: 'trace-hub',
      readOnlyIntent: true,
      encrypt: settings.tls.mode !== 'off',
      trustServerCertificate: !rejectUnauthorized,
      ...(ca === undefined ? {} : { cryptoCredentialsDetails: { ca } }),
      connectTimeout: limits.timeoutMs,
      requestTimeout: limits.timeoutMs,
      maxRetriesOnTransientErrors: 0,
      rowCollectionOnRequestCompletion: false,
    },
  }
}

function each(
  driver: Tedious,
  connection: TediousConnection,
  { text, values }: Statement,
  take: (row: TediousRow) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new driver.Request(text, (error) => (error ? reject(error) : resolve()))
    request.on('row', take)
    for (const [i, value] of values.entries()) request.addParameter(`p${i + 1}`, driver.TYPES.NVarChar, value)
    // SET lasts only where it is no procedure of its own.
    if (values.length === 0) connection.execSqlBatch(request)
    else connection.execSql(request)
  })
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return Buffer.isBuffer(value) ? value.toString('hex') : String(value)
}

function give(row: TediousRow, taker: RowTaker): void {
  for (const { value } of row) {
    const text = textOf(value)
    if (text === null) taker.none()
    else {
      const bytes = Buffer.from(text)
      taker.value(bytes, 0, bytes.length)
    }
  }
  taker.end()
}
