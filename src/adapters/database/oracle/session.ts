import { AdapterError } from '#adapters/adapter.ts'
import { goodbye, openSocket } from '#adapters/database/opened.ts'
import { optionalDriver } from '#adapters/database/optional.ts'
import type { DatabaseParts, RowTaker, Session, Statement } from '#adapters/database/session.ts'
import { within } from '#adapters/database/within.ts'
import type { OracleConnection, OracleDb, OracleRow } from './driver.ts'
import { oracleFailure } from './failure.ts'

export const ORACLE_PORT = 1521
const DRIVER_VERSION = '26.0.0'
const FETCH_ROWS = 1000
/** In place of the name of this machine and of the account that the hub runs as. */
const PROGRAM = 'trace-hub'

/**
 * The driver takes no socket. So the address is checked by a connection of ours, and the driver is given the very address that was connected to:
 * a name that means another one a moment later changes nothing.
 * @throws AdapterError
 */
export async function openOracle(parts: DatabaseParts): Promise<Session> {
  const driver = (await optionalDriver<{ default: OracleDb }>('oracledb', DRIVER_VERSION)).default
  const socket = await openSocket(parts, ORACLE_PORT)
  const address = socket.remoteAddress ?? ''
  socket.destroy()
  let connection: OracleConnection | null = null
  const end = (): void => void connection?.break().catch(() => {})
  const waits = within(parts, null, end)
  const asked = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await waits.wait(work)
    } catch (error) {
      throw oracleFailure(error)
    }
  }

  const connecting = driver.getConnection(optionsOf(parts, address))
  try {
    connection = await asked(connecting)
  } catch (error) {
    // It cannot be broken off: one that comes after all is closed.
    connecting.then((late) => late.close()).catch(() => {})
    throw error
  }
  const open = connection
  open.callTimeout = Math.max(1, Math.floor(parts.limits.timeoutMs))
  const each = (statement: Statement, take: (row: OracleRow) => void) =>
    asked(eachRow(driver, open, statement, take))
  const ask = async (statement: string | Statement) => {
    const rows: (string | null)[][] = []
    const whole = typeof statement === 'string' ? { text: statement, values: [] } : statement
    await each(whole, (row) => rows.push(row.map(textOf)))
    return rows
  }
  const close = () => goodbye(() => open.close(), null)
  try {
    const { zone } = parts.settings
    if (zone !== undefined) await asked(open.execute(`ALTER SESSION SET TIME_ZONE = '${zone}'`, [], {}))
    return {
      version: `Oracle ${open.oracleServerVersionString}`,
      encrypted: parts.settings.tls.mode !== 'off',
      ask,
      rows: (statement, taker) => each(statement, (row) => give(row, taker)),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

const SERVICE = /^[A-Za-z0-9_$#.-]{1,128}$/

/** @throws AdapterError where the service is no name: in a descriptor, brackets would mean something else */
export function optionsOf({ settings, secrets, limits }: DatabaseParts, address: string): object {
  if (!SERVICE.test(settings.database))
    throw new AdapterError('config', 'the service is no name of one', { setting: '/settings/database' })
  const { mode, ca } = settings.tls
  const seconds = Math.max(1, Math.ceil(limits.timeoutMs / 1000))
  const place = `(PROTOCOL=${mode === 'off' ? 'TCP' : 'TCPS'})(HOST=${address})(PORT=${settings.port ?? ORACLE_PORT})`
  return {
    program: PROGRAM,
    machine: PROGRAM,
    osUser: PROGRAM,
    user: settings.user,
    password: secrets['password'] ?? '',
    connectString:
      `(DESCRIPTION=(CONNECT_TIMEOUT=${seconds})(TRANSPORT_CONNECT_TIMEOUT=${seconds})(ADDRESS=${place})` +
      `(CONNECT_DATA=(SERVICE_NAME=${settings.database}))(SECURITY=(SSL_SERVER_DN_MATCH=${mode === 'verify' ? 'ON' : 'OFF'})))`,
    ...(ca === undefined ? {} : { walletContent: ca }),
  }
}

async function eachRow(
  driver: OracleDb,
  connection: OracleConnection,
  { text, values }: Statement,
  take: (row: OracleRow) => void,
): Promise<void> {
  await connection.execute('SET TRANSACTION READ ONLY', [], {})
  try {
    const { resultSet } = await connection.execute(text, values, {
      resultSet: true,
      outFormat: driver.OUT_FORMAT_ARRAY,
      fetchArraySize: FETCH_ROWS,
      fetchTypeHandler: () => ({ type: driver.STRING }),
    })
    if (!resultSet) return
    for (;;) {
      const rows = await resultSet.getRows(FETCH_ROWS)
      for (const row of rows) take(row)
      if (rows.length < FETCH_ROWS) break
    }
    await resultSet.close()
  } finally {
    await connection.rollback()
  }
}

const textOf = (value: unknown): string | null =>
  value === null || value === undefined ? null : String(value)

function give(row: OracleRow, taker: RowTaker): void {
  for (const cell of row) {
    const text = textOf(cell)
    if (text === null) taker.none()
    else {
      const bytes = Buffer.from(text)
      taker.value(bytes, 0, bytes.length)
    }
  }
  taker.end()
}
