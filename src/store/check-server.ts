import type { Pool } from 'pg'
import { type Sentence, StartRefusal } from './refusal.ts'

const oldestVersion = 150_000

interface ServerFacts {
  readonly version: string
  readonly version_num: string
  readonly fsync: string
  readonly full_page_writes: string
  readonly synchronous_commit: string
  readonly server_encoding: string
  readonly read_only: boolean
}

/**
 * Makes sure that this PostgreSQL can keep what the hub promises: 15 or newer, UTF-8, writable, and a COMMIT that
 * reaches the disk. Returns the version (`18.4`). Throws a `StartRefusal` with one sentence otherwise.
 */
export async function checkServer(pool: Pool): Promise<{ readonly version: string }> {
  const answer = await pool.query<ServerFacts>(`
    SELECT current_setting('server_version') AS version, current_setting('server_version_num') AS version_num,
           current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
           current_setting('synchronous_commit') AS synchronous_commit,
           current_setting('server_encoding') AS server_encoding,
           pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on' AS read_only`)
  const facts = answer.rows[0]
  if (!facts) throw new Error('PostgreSQL gave no answer about its settings.')
  const refusal = refusalOf(facts)
  if (refusal) throw refusal
  return { version: facts.version }
}

function refusalOf(facts: ServerFacts): StartRefusal | undefined {
  if (Number(facts.version_num) < oldestVersion) {
    return refuse(
      'database-too-old',
      { zh: `PostgreSQL ${facts.version} 版本过低。`, en: `PostgreSQL ${facts.version} is too old.` },
      { zh: '请使用 15 或更高版本。', en: 'Use version 15 or newer.' },
    )
  }
  if (facts.server_encoding !== 'UTF8') {
    return refuse(
      'database-encoding',
      {
        zh: `数据库编码是 ${facts.server_encoding}。`,
        en: `The database has encoding ${facts.server_encoding}.`,
      },
      {
        zh: '请用 ENCODING UTF8 重新建库。',
        en: "Create it anew with ENCODING 'UTF8'.",
      },
    )
  }
  if (facts.read_only) {
    return refuse(
      'database-read-only',
      {
        zh: '数据库是只读的（备库或默认只读）。',
        en: 'The database is read-only (a standby, or read-only by default).',
      },
      { zh: '请把 DATABASE_URL 指向主库。', en: 'Let DATABASE_URL name the primary.' },
    )
  }
  const off = (['fsync', 'full_page_writes', 'synchronous_commit'] as const).find(
    (name) => facts[name] === 'off',
  )
  if (!off) return undefined
  return refuse(
    'database-not-durable',
    {
      zh: `PostgreSQL 的 ${off} 已关闭，断电会丢失已确认的数据。`,
      en: `PostgreSQL runs with ${off} off: a power cut would lose what the hub has acknowledged.`,
    },
    { zh: `请设置 ${off} = on。`, en: `Set ${off} = on.` },
  )
}

function refuse(code: string, reason: Sentence, fix: Sentence): StartRefusal {
  return new StartRefusal(code, reason, fix)
}
