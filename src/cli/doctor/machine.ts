import { stat, statfs } from 'node:fs/promises'
import { isIP } from 'node:net'
import type { Settings } from '#cli/settings.ts'
import { isLoopback } from '#cli/settings-listening.ts'
import { ok, type Reading, wrong } from './reading.ts'

const FREE_WARN = 5 * 1024 ** 3
const FREE_FAIL = 1024 ** 3
/** May be read or entered by others. */
const OTHERS_READ = 0o004

/** What can be said of this machine and of the settings without any other service. */
export async function checkMachine(settings: Settings): Promise<Reading[]> {
  return [listening(settings), adminKey(settings), dataKey(settings), ...(await dataFolder(settings))]
}

function listening({ host, port, tlsCert }: Settings): Reading {
  if (isLoopback(host))
    return ok('api.address', `The API listens on ${host}:${port} alone.`, `接口仅在 ${host}:${port} 监听。`)
  const where = isIP(host) === 6 ? `[${host}]` : host
  if (tlsCert)
    return ok(
      'api.address',
      `The API listens on ${where}:${port} with TLS.`,
      `接口在 ${where}:${port} 以 TLS 监听。`,
    )
  return wrong(
    'warn',
    'api.address',
    [
      `The API listens on ${where}:${port} in plain HTTP, for other machines too.`,
      `接口在 ${where}:${port} 以明文 HTTP 监听，其他机器也可访问。`,
    ],
    [
      'Set HUB_TLS_CERT and HUB_TLS_KEY, or let a proxy on this machine end TLS and keep HUB_HOST=127.0.0.1, or close the port for everyone but that proxy.',
      '请设置 HUB_TLS_CERT 和 HUB_TLS_KEY，或由本机的代理终止 TLS 并保持 HUB_HOST=127.0.0.1，或仅向该代理开放端口。',
    ],
  )
}

const adminKey = ({ adminKey: key, role }: Settings): Reading =>
  key !== undefined || role === 'worker'
    ? ok(
        'api.adminKey',
        'HUB_ADMIN_KEY is set, or not needed by this role.',
        'HUB_ADMIN_KEY 已设置，或本角色不需要。',
      )
    : wrong(
        'warn',
        'api.adminKey',
        [
          'HUB_ADMIN_KEY is not set: each start makes another one.',
          '未设置 HUB_ADMIN_KEY：每次启动都会生成新的管理密钥。',
        ],
        [
          'Make an administrator key (hub key create --scope admin) and keep HUB_ADMIN_KEY for emergencies.',
          '请创建管理密钥（hub key create --scope admin），并妥善保管 HUB_ADMIN_KEY 备急用。',
        ],
      )

const dataKey = ({ dataKey: key }: Settings): Reading =>
  key !== undefined
    ? ok(
        'data.key',
        'Messages, and what records say of persons, are sealed before they are stored (HUB_DATA_KEY).',
        '报文及记录中的个人信息加密后存储（HUB_DATA_KEY）。',
      )
    : wrong(
        'warn',
        'data.key',
        [
          'HUB_DATA_KEY is not set: messages and records are stored as they came, with what they say of persons.',
          '未设置 HUB_DATA_KEY：报文与记录按原样存储，其中的个人信息未加密。',
        ],
        [
          'Set it to 32 random bytes as 64 hexadecimal digits (openssl rand -hex 32), and keep them apart from backups.',
          '请设为 32 字节随机数的 64 位十六进制（openssl rand -hex 32），并与备份分开保管。',
        ],
      )

async function dataFolder({ data, databaseUrl }: Settings): Promise<Reading[]> {
  const found = await stat(data).catch(() => null)
  if (!found)
    return databaseUrl
      ? []
      : [
          wrong(
            'warn',
            'data.folder',
            [
              `There is no folder ${data}: the hub has not run here yet.`,
              `没有文件夹 ${data}：平台尚未在此运行。`,
            ],
            ['Check HUB_DATA, or start the hub.', '请核对 HUB_DATA，或启动平台。'],
          ),
        ]
  const { bavail, bsize } = await statfs(data)
  return [folderMode(data, found.mode), space(data, bavail * bsize)]
}

const folderMode = (data: string, mode: number): Reading =>
  (mode & OTHERS_READ) === 0
    ? ok('data.folder', `Others on this machine cannot read ${data}.`, `本机其他用户不能读取 ${data}。`)
    : wrong(
        'warn',
        'data.folder',
        [`Everyone on this machine can list ${data}.`, `本机任何用户都能列出 ${data}。`],
        [`chmod o-r ${data}`, `chmod o-r ${data}`],
      )

function space(data: string, free: number): Reading {
  const gigabytes = (free / 1024 ** 3).toFixed(1)
  const said = [`${gigabytes} GB are free at ${data}.`, `${data} 所在磁盘剩余 ${gigabytes} GB。`] as const
  if (free >= FREE_WARN) return ok('data.space', ...said)
  return wrong(free < FREE_FAIL ? 'fail' : 'warn', 'data.space', said, [
    'Make room: PostgreSQL stops when the disk is full.',
    '请清理或扩容：磁盘写满后 PostgreSQL 会停止。',
  ])
}
