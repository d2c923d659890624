import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'

/** What is used of the package `tedious`, which is installed only where it is needed. */
export interface Tedious {
  readonly Connection: new (options: object) => TediousConnection
  readonly Request: new (sql: string, done: (error?: Error | null) => void) => TediousRequest
  readonly TYPES: { readonly NVarChar: unknown }
}

export interface TediousConnection extends EventEmitter {
  connect(done: (error?: Error) => void): void
  execSql(request: TediousRequest): void
  execSqlBatch(request: TediousRequest): void
  close(): void
}

export interface TediousRequest extends EventEmitter {
  addParameter(name: string, type: unknown, value: string): void
}

export type TediousRow = readonly { readonly value: unknown }[]

export interface TediousOptions {
  readonly connector: () => Promise<Socket>
}
