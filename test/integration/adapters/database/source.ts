import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import type { ChannelLimits, Page, Words } from '#adapters/adapter.ts'
import { readTable } from '#adapters/database/read.ts'
import type { DatabaseParts } from '#adapters/database/session.ts'
import type { Settings } from '#adapters/database/settings.ts'
import type { ReadState } from '#adapters/database/state.ts'
import { createConnectPort } from '#adapters/ports/connect.ts'
import { createHttpPort } from '#adapters/ports/http.ts'

export const PASSWORD = 'r1ght-Pa55word'
export const MARIADB = { host: '127.0.0.1', port: 3306 } as const

export const LIMITS: ChannelLimits = {
  requestsPerSecond: null,
  rowsPerSecond: null,
  pageRows: 1000,
  maxBytes: 8 << 20,
  timeoutMs: 5000,
}

export interface Told {
  readonly facts: object
  readonly sentence: string
}

/** Everything that the adapter is handed, with the real ports. What it logs is kept in `told`, what it leaves at the source in `doubts`. */
export function partsOf(
  settings: Settings,
  options: {
    limits?: Partial<ChannelLimits>
    signal?: AbortSignal
    password?: string
    allow?: string[]
  } = {},
): DatabaseParts & { readonly told: Told[]; readonly doubts: Words[] } {
  const told: Told[] = []
  const doubts: Words[] = []
  const clock = { now: () => Date.now(), pause: (ms: number) => pause(ms) }
  const limits = { ...LIMITS, ...options.limits }
  const signal = options.signal ?? new AbortController().signal
  const allow = options.allow ?? [`127.0.0.1/32:${settings.port ?? 3306}`]
  const tell = (facts: object, sentence: string): void => void told.push({ facts, sentence })
  return {
    told,
    doubts,
    settings,
    secrets: options.password === undefined ? {} : { password: options.password },
    limits,
    folders: [],
    log: { info: tell, warn: tell },
    tell: (found) => void doubts.push(...found),
    clock,
    signal,
    http: createHttpPort({ allow, limits, clock, signal }),
    connect: createConnectPort({ allow, limits, clock, signal }),
  }
}

export type Row = Record<string, string | null>

export const rowsOf = (page: Page<ReadState>): Row[] =>
  Buffer.from((page.bytes as Uint8Array | null) ?? [])
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)

/** All pages from a state on, as rows and the states after each. */
export async function readAll(
  parts: DatabaseParts,
  state: ReadState | null = null,
): Promise<{ rows: Row[]; pages: Row[][]; states: ReadState[] }> {
  const pages: Row[][] = []
  const states: ReadState[] = []
  for await (const page of readTable(parts, state)) {
    pages.push(rowsOf(page))
    states.push(page.state)
  }
  return { rows: pages.flat(), pages, states }
}

export interface Source {
  readonly database: string
  /** Runs statements as one who may everything. */
  run(...statements: string[]): Promise<void>
  ask(statement: string): Promise<unknown>
  /** The account that may only read. */
  readonly reader: { readonly user: string; readonly password: string }
  drop(): Promise<void>
}

/** Good settings of a table `t`, for the account that may only read. */
export const settingsOf = (
  source: Source & { readonly port?: number },
  more: Partial<Settings>,
): Settings => ({
  kind: 'mysql',
  host: '127.0.0.1',
  port: source.port ?? MARIADB.port,
  database: source.database,
  user: source.reader.user,
  tls: { mode: 'off' },
  table: 't',
  scan: false,
  allowWriteAccount: false,
  padding: 'trim',
  binary: 'refuse',
  ...more,
})

const named = (): string => `hub_database_${randomBytes(5).toString('hex')}`

/** Whether a MariaDB runs where the tests look for one. */
export async function hasMariadb(): Promise<boolean> {
  try {
    const connection = await createConnection({ ...MARIADB, user: 'root', connectTimeout: 1000 })
    await connection.end()
    return true
  } catch {
    return false
  }
}

/** A database on the running MariaDB, with an account that may read it. */
export async function mariadbSource(): Promise<Source> {
  const database = named()
  const user = database.slice(0, 30)
  const root = await createConnection({ ...MARIADB, user: 'root', charset: 'utf8mb4' })
  const run = async (...statements: string[]): Promise<void> => {
    for (const statement of statements) await root.query(statement)
  }
  await run(
    `CREATE DATABASE ${database} CHARACTER SET utf8mb4`,
    `USE ${database}`,
    `CREATE USER '${user}'@'%' IDENTIFIED BY '${PASSWORD}'`,
    `GRANT SELECT ON ${database}.* TO '${user}'@'%'`,
  )
  return {
    database,
    run,
    ask: async (statement) => (await root.query(statement))[0],
    reader: { user, password: PASSWORD },
    drop: async () => {
      await run(`DROP DATABASE ${database}`, `DROP USER '${user}'@'%'`)
      await root.end()
    },
  }
}

/** A database on the PostgreSQL of the tests, with an account that may read it. */
export async function postgresSource(
  server: string,
  options = '',
): Promise<Source & { readonly port: number }> {
  const database = named()
  const url = new URL(server)
  const admin = new pg.Client({ connectionString: server })
  await admin.connect()
  await admin.query(`CREATE DATABASE ${database} TEMPLATE template0 ${options}`)
  await admin.query(`CREATE ROLE ${database} LOGIN PASSWORD '${PASSWORD}'`)
  url.pathname = `/${database}`
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  const run = async (...statements: string[]): Promise<void> => {
    for (const statement of statements) await client.query(statement)
  }
  // What each table is granted goes with its database.
  await run(`ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${database}`)
  return {
    database,
    port: Number(url.port),
    run,
    ask: async (statement) => (await client.query(statement)).rows,
    reader: { user: database, password: PASSWORD },
    drop: async () => {
      await client.end()
      await admin.query(`DROP DATABASE ${database} WITH (FORCE)`)
      await admin.query(`DROP ROLE ${database}`)
      await admin.end()
    },
  }
}
