import type { Pool } from 'pg'
import { mappingsMustExist } from '#cli/mappings-folder.ts'
import { counted } from '#core/in-number.ts'
import { speakOf } from '#flow/alerts/topics.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { brokenMappings } from '#flow/systems/mistakes.ts'
import { checkRedis } from '#jobs/check-redis.ts'
import { listAlertTargets } from '#store/alert-targets.ts'
import { readOpenAlerts } from '#store/alerts.ts'
import { type FollowerLag, readFollowerLags } from '#store/followers.ts'
import { StartRefusal } from '#store/refusal.ts'
import { ok, type Reading, wrong } from './reading.ts'

const LAG_SECONDS = 300
const ALERTS_SHOWN = 10

/** Whether Redis, where there is one, can hold jobs. */
export async function checkJobs(redisUrl: string | undefined): Promise<Reading> {
  if (redisUrl === undefined) return ok('jobs', 'Jobs are kept in the database.', '任务队列位于数据库。')
  try {
    await checkRedis(redisUrl)
    return ok('jobs', 'Redis takes jobs and throws none away.', 'Redis 可用且不会淘汰任务。')
  } catch (error) {
    if (!(error instanceof StartRefusal)) throw error
    return wrong('fail', 'jobs', [error.reason.en, error.reason.zh], [error.fix.en, error.fix.zh])
  }
}

/** Whether every mapping of the folder can be used. */
export async function checkMappings(folder: string): Promise<Reading[]> {
  await mappingsMustExist(folder)
  const registry = await loadRegistry(folder)
  const broken = brokenMappings(registry)
  if (broken.length === 0)
    return [
      ok(
        'mappings',
        `${counted(registry.systems.size, 'system')} can be used.`,
        `${registry.systems.size} 个系统的映射可用。`,
      ),
    ]
  return broken.map(({ system, record, mistakes }) => {
    const name = `${system}/${record ?? 'system.yaml'}`
    return wrong(
      'warn',
      'mappings',
      [`${name} has ${mistakes.length} mistakes.`, `${name} 有 ${mistakes.length} 处错误。`],
      [`hub system check ${system} names the lines.`, `hub system check ${system} 列出行号。`],
    )
  })
}

/** What a hub on this database has to say: how far it is behind, what is wrong, and who is told. */
export async function checkWork(pool: Pool): Promise<Reading[]> {
  const alerts = await readOpenAlerts(pool)
  const targets = await listAlertTargets(pool)
  return [
    followersReading(await readFollowerLags(pool)),
    targets.length > 0
      ? ok(
          'work.targets',
          `${targets.length} targets are told of alerts.`,
          `告警通知 ${targets.length} 个目标。`,
        )
      : wrong(
          'warn',
          'work.targets',
          ['Nobody is told of alerts.', '告警没有通知对象。'],
          ['Name a target: POST /v1/alert-targets.', '请设置目标：POST /v1/alert-targets。'],
        ),
    ...alerts.slice(0, ALERTS_SHOWN).map(({ topic, subject, facts }) => {
      const { title, advice } = speakOf(topic, subject, facts)
      return wrong('warn', `alert.${topic}`, [title.en, title.zh], [advice.en, advice.zh])
    }),
  ]
}

const enLag = ({ changes, seconds }: FollowerLag): string =>
  `${changes} changes, the oldest ${Math.round(seconds)} s old`
const zhLag = ({ changes, seconds }: FollowerLag): string =>
  `${changes} 条变更，其中最早的已等待 ${Math.round(seconds)} 秒`

/** How far what follows the log is behind it: well is what no change waits for longer than some minutes, which is not to have caught up. */
function followersReading(lags: readonly FollowerLag[]): Reading {
  const behind = lags.filter(({ seconds }) => seconds > LAG_SECONDS)
  if (behind.length > 0)
    return wrong(
      'warn',
      'work.followers',
      [
        `Behind the log: ${behind.map((lag) => `${lag.follower} by ${enLag(lag)}`).join('; ')}.`,
        `落后于变更日志：${behind.map((lag) => `${lag.follower} 落后 ${zhLag(lag)}`).join('；')}。`,
      ],
      ['Is a worker running? Its log names what fails.', '请确认工作进程在运行；其日志列有失败原因。'],
    )
  const [most] = lags.filter(({ changes }) => changes > 0).sort((a, b) => b.changes - a.changes)
  if (!most) return ok('work.followers', 'What follows the log has caught up.', '后台处理均已跟上变更日志。')
  const minutes = LAG_SECONDS / 60
  return ok(
    'work.followers',
    `Nothing that follows the log is more than ${minutes} minutes behind; the furthest is ${most.follower} by ${enLag(most)}.`,
    `后台处理落后变更日志均不超过 ${minutes} 分钟；落后最多的是 ${most.follower}：${zhLag(most)}。`,
  )
}
