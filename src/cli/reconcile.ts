import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { cliLanguage } from './language.ts'
import { type Call, callsTo, HubProblem, NoAnswer } from './running-hub.ts'
import { missing, WrongUsage, wrongOptions } from './wrong-usage.ts'

const TIMEOUT_MS = 30_000
const ASK_EVERY_MS = 500
const KEYS_SHOWN = 50
/** A hub that does not answer for so long is no longer waited for. */
const AWAY_MAX_MS = 60_000

interface Side {
  readonly count: number
  readonly mass: string | null
}

/** As much of the answer as is shown. */
export interface Report {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly state: 'waiting' | 'running' | 'done' | 'failed'
  readonly outcome: string | null
  readonly problem: string | null
  readonly detail: string | null
  readonly advice: string | null
  readonly counts: Readonly<Record<string, number | string>>
  readonly buckets: readonly {
    readonly kind: string
    readonly region: string
    readonly hour: string
    readonly own: Side | null
    readonly theirs: Side | null
  }[]
  readonly keys: readonly {
    readonly id: string
    readonly state: string
    readonly ownVersion: number | null
    readonly theirVersion: number | null
  }[]
  /** Cursor of the next records; null where these are all. */
  readonly next: string | null
}

/**
 * `hub reconcile`: asks a running hub for a reconciliation, waits for its end and prints what differs. The exit code is 0 where the sides
 * are equal, or nobody said what the other side has, and 1 otherwise.
 */
export async function reconcileCommand(argv: readonly string[]): Promise<void> {
  const { hub, key, file, json, ...wish } = parsed(argv)
  const call = callsTo(hub, key, { timeoutMs: TIMEOUT_MS })
  try {
    const { id } = file
      ? await call('POST', `/v1/reconciliations?${new URLSearchParams(texts(wish))}`, await readFile(file))
      : await call('POST', '/v1/reconciliations', wish)
    const report = await reportOf(call, String(id))
    console.log(json ? JSON.stringify(report, null, 2) : reportText(report, cliLanguage() === 'zh'))
    if (report.outcome !== 'equal' && report.outcome !== 'one-sided') process.exitCode = 1
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}

/** Waits for the end. The hub goes on by itself, so one that is started anew or has no time now is asked again. */
async function reportOf(call: Call, id: string): Promise<Report> {
  for (let askedAt = Date.now(); ; await pause(ASK_EVERY_MS)) {
    try {
      const report = (await call('GET', `/v1/reconciliations/${id}?limit=${KEYS_SHOWN}`)) as unknown as Report
      if (report.state !== 'waiting' && report.state !== 'running') return report
      askedAt = Date.now()
    } catch (error) {
      const status = error instanceof HubProblem ? error.problem['status'] : null
      const mayPass = error instanceof NoAnswer || status === 429 || status === 503
      if (!mayPass || Date.now() - askedAt > AWAY_MAX_MS) throw error
    }
  }
}

/** The report as lines for a person. */
export function reportText(report: Report, zh: boolean): string {
  const { counts } = report
  const word = WORDS[report.outcome ?? report.problem ?? ''] ?? [report.outcome ?? '', report.outcome ?? '']
  const lines = [
    `${report.from} – ${report.to}: ${word[zh ? 1 : 0]}${report.detail ? ` (${report.detail})` : ''}`,
    `${zh ? '本平台' : 'here '} ${counts['records'] ?? 0}  ${counts['mass'] ?? '0'} kg`,
    `${zh ? '对方　' : 'there'} ${counts['theirRecords'] ?? 0}  ${counts['theirMass'] ?? '0'} kg`,
  ]
  if (report.buckets.length > 0) {
    const head = zh
      ? ['类型', '区划', '小时', '本平台', '对方', '本平台 kg', '对方 kg']
      : ['kind', 'region', 'hour', 'here', 'there', 'here kg', 'there kg']
    const rows = report.buckets.map(({ kind, region, hour, own, theirs }) => [
      kind,
      region,
      hour,
      String(own?.count ?? 0),
      String(theirs?.count ?? 0),
      own?.mass ?? '',
      theirs?.mass ?? '',
    ])
    lines.push('', ...table([head, ...rows]))
  }
  if (report.keys.length > 0)
    lines.push(
      '',
      ...report.keys.map(
        ({ id, state, ownVersion, theirVersion }) =>
          `${STATES[state]?.[zh ? 1 : 0] ?? state}  ${id}  ${ownVersion ?? '-'} / ${theirVersion ?? '-'}`,
      ),
      ...moreLines(report, zh),
    )
  if (report.advice) lines.push('', report.advice)
  return lines.join('\n')
}

/** What is not shown is told: nobody must take the first records for all of them. */
function moreLines({ id, counts, keys, next }: Report, zh: boolean): string[] {
  if (next === null) return []
  const all = Object.keys(STATES).reduce((sum, state) => sum + Number(counts[state] ?? 0), 0)
  const left = all - keys.length
  const where = `GET /v1/reconciliations/${id}?after=${next}`
  return [zh ? `另有 ${left} 条：${where}` : `${left} more: ${where}`]
}

type Both = readonly [en: string, zh: string]
const WORDS: Readonly<Record<string, Both>> = {
  equal: ['equal', '一致'],
  different: ['different', '不一致'],
  unsupported: ['the receiver does not answer these calls', '接收方未实现对账接口'],
  'one-sided': ['only this side is known', '仅有本平台数字'],
  receiver_unavailable: ['the receiver did not answer', '接收方未应答'],
  receiver_refused: ['the receiver refused', '接收方拒绝'],
}
const STATES: Readonly<Record<string, Both>> = {
  missing: ['missing  ', '缺失'],
  outdated: ['outdated ', '较旧'],
  different: ['different', '不同'],
  surplus: ['surplus  ', '多出'],
}

/** Columns as wide as their longest cell; a Chinese character takes two places. */
function table(rows: readonly (readonly string[])[]): string[] {
  const width = (text: string): number => [...text].reduce((sum, c) => sum + (c > '\u2e7f' ? 2 : 1), 0)
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => width(row[i] ?? '')))) ?? []
  return rows.map((row) =>
    row
      .map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - width(cell)))
      .join('  ')
      .trimEnd(),
  )
}

const texts = (wish: Readonly<Record<string, string | boolean | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(wish).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  )

function parsed(argv: readonly string[]) {
  try {
    const text = { type: 'string' } as const
    const flag = { type: 'boolean' } as const
    const { hub, key, day, ...rest } = parseArgs({
      args: [...argv],
      options: {
        hub: text,
        key: text,
        link: text,
        system: text,
        day: text,
        from: text,
        to: text,
        file: text,
        untimed: flag,
        resend: flag,
        json: flag,
      },
    }).values
    const from = day ?? rest.from
    if (hub === undefined || key === undefined) throw missing('--hub', '--key')
    if ((rest.link === undefined) === (rest.system === undefined))
      throw new WrongUsage({
        en: 'Name a link with --link, or a system with --system.',
        zh: '请用 --link 指定链路，或用 --system 指定系统，二者选一。',
      })
    if (day !== undefined && rest.from !== undefined)
      throw new WrongUsage({ en: '--day or --from, not both.', zh: '--day 与 --from 只能选一。' })
    return { ...rest, hub, key, ...(from === undefined ? {} : { from }) }
  } catch (error) {
    throw wrongOptions(error)
  }
}
