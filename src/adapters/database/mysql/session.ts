import { type Connection, createConnection } from 'mysql2'
import { goodbye, openSocket, tlsOptions } from '#adapters/database/opened.ts'
import type { DatabaseParts, RowTaker, Session, Statement } from '#adapters/database/session.ts'
import { within } from '#adapters/database/within.ts'
import { mysqlFailure } from './failure.ts'
import { MYSQL_PORT } from './port.ts'

type Cell = Buffer | null

/** @throws AdapterError */
export async function openMysql(parts: DatabaseParts): Promise<Session> {
  const { settings, secrets } = parts
  const socket = await openSocket(parts, MYSQL_PORT)
  const waits = within(parts, socket, () => socket.destroy())
  const connection = createConnection({
    host: settings.host,
    user: settings.user,
    password: secrets['password'] ?? '',
    database: settings.database,
    charset: 'utf8mb4',
    stream: socket,
    ...(settings.tls.mode === 'off' ? {} : { ssl: sslOf(parts) }),
    // Values as the bytes that the server shows; rows without names, so that no name of a column becomes code of a row parser.
    typeCast: false,
    rowsAsArray: true,
    // A server may ask its client for any file.
    flags: ['-LOCAL_FILES'],
    multipleStatements: false,
  })
  connection.on('error', () => {})

  const asked = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await waits.wait(work)
    } catch (error) {
      throw mysqlFailure(error)
    }
  }
  const ask = async (statement: string | Statement) => {
    const rows: (string | null)[][] = []
    const text = typeof statement === 'string' ? statement : statement.text
    await asked(each(connection, text, (row) => rows.push(row.map((cell) => cell?.toString('utf8') ?? null))))
    return rows
  }

  try {
    await asked(connected(connection))
    const [[version = ''] = []] = await ask('SELECT VERSION()')
    for (const statement of sessionSettings(parts, version ?? '')) await ask(statement)
    return {
      version: /mariadb/i.test(version ?? '') ? `MariaDB ${version}` : `MySQL ${version}`,
      encrypted: settings.tls.mode !== 'off',
      ask,
      rows: (statement, taker) => asked(each(connection, statement.text, (row) => give(row, taker))),
      close: () => goodbye(() => new Promise<void>((resolve) => connection.end(() => resolve())), socket),
    }
  } catch (error) {
    socket.destroy()
    throw error
  }
}

function sslOf(parts: DatabaseParts): { rejectUnauthorized: boolean; verifyIdentity: boolean; ca?: string } {
  const { servername: _byHost, ...options } = tlsOptions(parts)
  return { ...options, verifyIdentity: options.rejectUnauthorized }
}

function sessionSettings({ settings, limits }: DatabaseParts, version: string): string[] {
  const seconds = Math.max(1, Math.ceil(limits.timeoutMs / 1000))
  return [
    // Nothing but a quote, a backslash and NUL has a meaning in a text, and CHAR comes without its blanks.
    `SET SESSION sql_mode = ''`,
    'SET SESSION TRANSACTION READ ONLY',
    // Each statement sees what is committed as it begins, and locks nothing.
    'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
    `SET SESSION lock_wait_timeout = ${seconds}`,
    /mariadb/i.test(version)
      ? `SET SESSION max_statement_time = ${limits.timeoutMs / 1000}`
      : `SET SESSION max_execution_time = ${Math.max(1, Math.floor(limits.timeoutMs))}`,
    ...(settings.zone === undefined ? [] : [`SET SESSION time_zone = '${settings.zone}'`]),
    // Bytes as they are stored, whatever the table believes of them.
    ...(settings.encoding === undefined ? [] : ['SET SESSION character_set_results = NULL']),
  ]
}

const connected = (connection: Connection): Promise<void> =>
  new Promise((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())))

function each(connection: Connection, sql: string, take: (row: readonly Cell[]) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const query = connection.query(sql)
    query.on('result', (row) => {
      // The answer to SET is no row.
      if (Array.isArray(row)) take(row as readonly Cell[])
    })
    query.once('end', () => resolve())
    query.once('error', reject)
  })
}

function give(row: readonly Cell[], taker: RowTaker): void {
  for (const cell of row) {
    if (cell === null) taker.none()
    else taker.value(cell, 0, cell.length)
  }
  taker.end()
}
