import { Redis } from 'ioredis'
import { type Sentence, StartRefusal } from '#store/refusal.ts'

const CONNECT_MS = 3000
const POLICY = 'noeviction'

/**
 * Makes sure that a Redis can hold jobs: reachable, open to us, and never throwing keys away (`maxmemory-policy noeviction`: with any
 * other policy jobs vanish while their counters still count them).
 * @throws StartRefusal with one sentence that says what to change; no password is in it
 */
export async function checkRedis(url: string): Promise<void> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    commandTimeout: CONNECT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  let cause: Error | undefined
  client.on('error', (error: Error) => {
    cause = error
  })
  try {
    await client.connect()
    const policy = /^maxmemory_policy:(\S+)/m.exec(await client.info('memory'))?.[1]
    if (policy !== POLICY) throw wrongPolicy(url, policy ?? '?')
  } catch (error) {
    if (error instanceof StartRefusal) throw error
    throw unreachable(url, cause ?? error)
  } finally {
    client.disconnect()
  }
}

const addressOf = (url: string): string => new URL(url).host

const wrongPolicy = (url: string, policy: string): StartRefusal =>
  refuse(
    'redis-policy',
    {
      zh: `Redis（${addressOf(url)}）的 maxmemory-policy 是 ${policy}，内存不足时会丢弃任务。`,
      en: `The Redis at ${addressOf(url)} has maxmemory-policy ${policy}: it would throw jobs away when memory runs short.`,
    },
    {
      zh: '请执行 CONFIG SET maxmemory-policy noeviction，并写入 Redis 的配置文件。',
      en: 'Run CONFIG SET maxmemory-policy noeviction, and write it into the configuration of that Redis.',
    },
  )

function unreachable(url: string, error: unknown): StartRefusal {
  const words = error instanceof Error ? error.message : String(error)
  if (/^(WRONGPASS|NOAUTH|NOPERM|ERR (AUTH|invalid password))/.test(words)) {
    return refuse(
      'redis-password',
      {
        zh: `Redis（${addressOf(url)}）不接受 REDIS_URL 中的用户名或密码。`,
        en: `The Redis at ${addressOf(url)} does not accept the user or password of REDIS_URL.`,
      },
      {
        zh: '请核对 REDIS_URL：redis://用户:密码@主机:6379。',
        en: 'Check REDIS_URL: redis://user:password@host:6379.',
      },
    )
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer'
  return refuse(
    'redis-unreachable',
    {
      zh: `无法连接 Redis（${addressOf(url)}，${code}）。`,
      en: `The Redis at ${addressOf(url)} cannot be reached (${code}).`,
    },
    {
      zh: '请启动 Redis 并核对 REDIS_URL；不设置 REDIS_URL 时任务保存在 PostgreSQL 中。',
      en: 'Start it and check REDIS_URL; without REDIS_URL the jobs are kept in PostgreSQL.',
    },
  )
}

const refuse = (code: string, reason: Sentence, fix: Sentence): StartRefusal =>
  new StartRefusal(code, reason, fix)
