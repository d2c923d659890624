import { mysql } from './mysql/mysql.ts'
import { oracle } from './oracle/oracle.ts'
import { postgres } from './postgres/postgres.ts'
import type { Kind } from './session.ts'
import type { Settings } from './settings.ts'
import { sqlserver } from './sqlserver/sqlserver.ts'

/** Every kind of database that a channel may name, one line each. */
export const KINDS: Readonly<Record<Settings['kind'], Kind>> = { postgres, mysql, sqlserver, oracle }
