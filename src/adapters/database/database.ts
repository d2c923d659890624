import type { Adapter } from '#adapters/adapter.ts'
import { checkDatabase } from './check.ts'
import { readTable } from './read.ts'
import { countsOf, keysOf } from './scan.ts'
import { Settings } from './settings.ts'
import { ReadState } from './state.ts'

/** Reads a table or view of a source's own database, by an account that may only read, along an index. */
export const database = {
  name: 'database',
  title: { zh: '数据库', en: 'Database' },
  description: {
    zh: '用只读账号增量读取来源库的表或视图：PostgreSQL、MySQL/MariaDB、SQL Server、Oracle',
    en: 'Reads a table or view of the database of a source, by a read-only account: PostgreSQL, MySQL/MariaDB, SQL Server, Oracle',
  },
  settings: Settings,
  secrets: { password: { zh: '数据库密码', en: 'Password of the account' } },
  state: ReadState,
  reads: 'ends',
  ordered: true,
  // A statement for each page has a price; intake takes as many records at once.
  defaults: { pageRows: 2000 },
  check: checkDatabase,
  read: readTable,
  keys: keysOf,
  counts: countsOf,
} satisfies Adapter<Settings, ReadState>
