import type { Socket } from 'node:net'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { goodbye, openSocket, tlsOptions } from '#adapters/database/opened.ts'
import type { DatabaseParts, RowTaker, Session, Statement } from '#adapters/database/session.ts'
import { within } from '#adapters/database/within.ts'
import { createCopyReader } from './copy-rows.ts'
import { postgresFailure } from './failure.ts'

export const POSTGRES_PORT = 5432

const AS_TEXT = { getTypeParser: () => (text: string) => text } as unknown as pg.CustomTypesConfig

/** @throws AdapterError */
export async function openPostgres(parts: DatabaseParts): Promise<Session> {
  const { settings, secrets } = parts
  const socket = await openSocket(parts, POSTGRES_PORT)
  const waits = within(parts, socket, () => socket.destroy())
  const client = new pg.Client({
    host: settings.host,
    user: settings.user,
    password: secrets['password'] ?? '',
    database: settings.database,
    application_name: 'trace-hub',
    stream: () => connected(socket),
    ssl: settings.tls.mode === 'off' ? false : sslOf(parts),
  })
  client.on('error', () => {})

  const ask = async (statement: string | Statement) => {
    const text = typeof statement === 'string' ? statement : statement.text
    return (await asked(client.query({ text, rowMode: 'array', types: AS_TEXT }))).rows as (string | null)[][]
  }
  const asked = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await waits.wait(work)
    } catch (error) {
      throw postgresFailure(error)
    }
  }

  try {
    await asked(client.connect())
    const [[version = '', number = '0'] = []] = await ask(
      `SELECT current_setting('server_version'), current_setting('server_version_num')`,
    )
    for (const statement of sessionSettings(parts, Number(number))) await ask(statement)
    return {
      version: `PostgreSQL ${version}`,
      encrypted: settings.tls.mode !== 'off',
      ask,
      rows: (statement, taker) =>
        asked(copied(client, `COPY (${statement.text}) TO STDOUT${bytesOf(parts)}`, taker)),
      close: () => goodbye(() => client.end(), socket),
    }
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** With a declared encoding the bytes come as they are stored, whatever the database believes of them. */
const bytesOf = ({ settings }: DatabaseParts): string =>
  settings.encoding === undefined ? '' : ` (ENCODING 'SQL_ASCII')`

/** The driver wants to connect by itself; the socket that it is given is connected already. */
function connected(socket: Socket): Socket {
  socket.connect = () => {
    process.nextTick(() => socket.emit('connect'))
    return socket
  }
  return socket
}

function sslOf(parts: DatabaseParts): pg.ClientConfig['ssl'] {
  const { servername: _byHost, ...options } = tlsOptions(parts)
  return options
}

function sessionSettings({ settings, limits }: DatabaseParts, version: number): string[] {
  const ms = Math.max(1, Math.floor(limits.timeoutMs))
  return [
    'SET default_transaction_read_only = on',
    `SET statement_timeout = ${ms}`,
    `SET lock_timeout = ${ms}`,
    `SET idle_in_transaction_session_timeout = ${ms}`,
    `SET DateStyle = 'ISO, YMD'`,
    `SET IntervalStyle = 'postgres'`,
    'SET extra_float_digits = 3',
    'SET standard_conforming_strings = on',
    // A query whose client is gone ends by itself.
    ...(version >= 140_000 && process.platform === 'linux'
      ? ['SET client_connection_check_interval = 1000']
      : []),
    ...(settings.zone === undefined ? [] : [`SET TIME ZONE INTERVAL '${settings.zone}' HOUR TO MINUTE`]),
    // A page is a walk along an index. Where there is none, the plan says so because nothing else was left.
    ...(settings.scan
      ? []
      : [
          'SET enable_seqscan = off',
          'SET enable_bitmapscan = off',
          'SET enable_sort = off',
          'SET jit = off',
        ]),
  ]
}

function copied(client: pg.Client, text: string, taker: RowTaker): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = client.query(copyTo(text))
    const read = createCopyReader(taker)
    stream.on('data', read)
    stream.once('end', () => resolve())
    stream.on('error', reject)
  })
}
