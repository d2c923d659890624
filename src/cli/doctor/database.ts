import type { Deployment } from '#store/deployment.ts'
import { ok, type Reading, wrong } from './reading.ts'

const CLOCK_WARN_MS = 2000
const CLOCK_FAIL_MS = 60_000
const CONNECTIONS = 30
const LONG_SECONDS = 600

/** What is to be said of the database of a hub. */
export function judgeDatabase(facts: Deployment): Reading[] {
  return [
    role(facts),
    ...reader(facts),
    encryption(facts),
    checksums(facts),
    clock(facts),
    connections(facts),
    longest(facts),
    indexes(facts),
    ...schema(facts),
  ]
}

const role = ({ isSuperuser }: Deployment): Reading =>
  isSuperuser
    ? wrong(
        'warn',
        'database.role',
        ['The hub connects as a superuser, which it does not need.', '平台以超级用户连接，而它并不需要。'],
        [
          'Give it a role of its own that owns its database and nothing else.',
          '请为其建立仅拥有自身数据库的角色。',
        ],
      )
    : ok('database.role', 'The role of the hub is no superuser.', '平台的角色不是超级用户。')

function reader({ limiting }: Deployment): Reading[] {
  if (limiting === null) return []
  if (limiting.can)
    return [
      ok(
        'database.reader',
        'Keys can be limited to systems and regions.',
        '密钥可限定于对接系统与行政区划。',
      ),
    ]
  return [
    wrong(
      'warn',
      'database.reader',
      [
        'Keys for single systems or regions are refused: PostgreSQL has no role that limits what they read.',
        '限定对接系统或区划的密钥会被拒绝：PostgreSQL 中没有限定其读取范围的角色。',
      ],
      [
        `As an administrator of the server run: ${limiting.statements} Then run hub migrate.`,
        `请由数据库管理员执行：${limiting.statements} 然后执行 hub migrate。`,
      ],
    ),
  ]
}

const encryption = ({ isRemote, isEncrypted }: Deployment): Reading =>
  isRemote && !isEncrypted
    ? wrong(
        'fail',
        'database.encryption',
        [
          'The connection to the database leaves this machine in clear text.',
          '与数据库的连接以明文离开本机。',
        ],
        ['Add ?sslmode=verify-full to DATABASE_URL.', '请在 DATABASE_URL 中加入 ?sslmode=verify-full。'],
      )
    : ok(
        'database.encryption',
        'The connection is encrypted or stays on this machine.',
        '连接已加密或不离开本机。',
      )

const checksums = ({ hasChecksums }: Deployment): Reading =>
  hasChecksums
    ? ok('database.checksums', 'Pages have checksums.', '数据页带校验和。')
    : wrong(
        'warn',
        'database.checksums',
        [
          'Pages have no checksums: a disk that changes bytes is not noticed.',
          '数据页没有校验和：磁盘损坏不会被发现。',
        ],
        [
          'Stop PostgreSQL and run pg_checksums --enable.',
          '请停止 PostgreSQL 并执行 pg_checksums --enable。',
        ],
      )

function clock({ clockMs }: Deployment): Reading {
  const off = Math.abs(clockMs)
  const said = [
    `The clocks of database and hub differ by ${off} ms.`,
    `数据库与平台的时钟相差 ${off} 毫秒。`,
  ] as const
  if (off <= CLOCK_WARN_MS) return ok('database.clock', ...said)
  return wrong(off > CLOCK_FAIL_MS ? 'fail' : 'warn', 'database.clock', said, [
    'Let both machines take the time from the same server (chrony, ntpd).',
    '请让两台机器使用同一时间服务器（chrony、ntpd）。',
  ])
}

const connections = ({ freeConnections }: Deployment): Reading =>
  freeConnections >= CONNECTIONS
    ? ok(
        'database.connections',
        `${freeConnections} connections are free.`,
        `尚有 ${freeConnections} 个空闲连接。`,
      )
    : wrong(
        'warn',
        'database.connections',
        [`Only ${freeConnections} connections are free.`, `仅剩 ${freeConnections} 个空闲连接。`],
        [
          `Each process of the hub takes up to 32: raise max_connections.`,
          '每个平台进程最多使用 32 个连接：请调大 max_connections。',
        ],
      )

const longest = ({ oldestTransactionSeconds: seconds }: Deployment): Reading =>
  seconds <= LONG_SECONDS
    ? ok('database.transactions', 'No transaction is open for long.', '没有长时间未结束的事务。')
    : wrong(
        'warn',
        'database.transactions',
        [
          `A transaction is open for ${Math.round(seconds / 60)} minutes: nothing that it may see is cleaned up.`,
          `有事务已打开 ${Math.round(seconds / 60)} 分钟：期间的旧数据无法清理。`,
        ],
        [
          'Look for it in pg_stat_activity; a backup that runs is one.',
          '请在 pg_stat_activity 中查找；正在进行的备份也算。',
        ],
      )

const indexes = ({ brokenIndexes }: Deployment): Reading =>
  brokenIndexes.length === 0
    ? ok('database.indexes', 'All indexes are in use.', '索引全部有效。')
    : wrong(
        'fail',
        'database.indexes',
        [
          `Indexes that are not used: ${brokenIndexes.join(', ')}.`,
          `失效的索引：${brokenIndexes.join('、')}。`,
        ],
        ['REINDEX INDEX CONCURRENTLY each of them.', '请逐一执行 REINDEX INDEX CONCURRENTLY。'],
      )

function schema({ missingMigrations, unknownMigrations, strayed }: Deployment): Reading[] {
  if (missingMigrations === null)
    return [
      wrong(
        'warn',
        'database.schema',
        ['The database is empty: the hub has not run on it yet.', '数据库为空：平台尚未使用过它。'],
        ['Start the hub, or run hub migrate.', '请启动平台，或执行 hub migrate。'],
      ),
    ]
  if (unknownMigrations.length > 0)
    return [
      wrong(
        'fail',
        'database.schema',
        [
          `The database is newer than this program: ${unknownMigrations.join(', ')}.`,
          `数据库比本程序新：${unknownMigrations.join('、')}。`,
        ],
        ['Use the newer program.', '请使用更新的程序。'],
      ),
    ]
  const pending =
    missingMigrations.length === 0
      ? ok('database.schema', 'The schema is that of this program.', '数据库结构与本程序一致。')
      : wrong(
          'warn',
          'database.schema',
          [
            `Not applied yet: ${missingMigrations.join(', ')}.`,
            `尚未执行：${missingMigrations.join('、')}。`,
          ],
          [
            'Make a backup, then start the new program or run hub migrate.',
            '请先备份，再启动新程序或执行 hub migrate。',
          ],
        )
  const parts =
    strayed.length === 0
      ? ok('database.months', 'Every row lies in its month.', '数据均在对应月份的分区中。')
      : wrong(
          'warn',
          'database.months',
          [
            `Rows lie outside of the months: ${strayed.join(', ')}.`,
            `有数据不在月份分区中：${strayed.join('、')}。`,
          ],
          ['A start of the hub makes the months and moves them.', '启动平台时会建立分区并移动这些数据。'],
        )
  return [pending, parts]
}
