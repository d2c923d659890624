/** What is used of the package `oracledb`, which is installed only where it is needed. */
export interface OracleDb {
  readonly OUT_FORMAT_ARRAY: number
  readonly STRING: unknown
  getConnection(options: object): Promise<OracleConnection>
}

export interface OracleConnection {
  callTimeout: number
  readonly oracleServerVersionString: string
  execute(
    sql: string,
    binds: readonly string[],
    options: object,
  ): Promise<{ readonly resultSet?: OracleResultSet; readonly rows?: readonly OracleRow[] }>
  rollback(): Promise<void>
  break(): Promise<void>
  close(options?: object): Promise<void>
}

export interface OracleResultSet {
  getRows(count: number): Promise<readonly OracleRow[]>
  close(): Promise<void>
}

export type OracleRow = readonly unknown[]
