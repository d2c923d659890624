import { epochToLocal } from '#core/calendar.ts'
import { counted, inNumber } from '#core/in-number.ts'
import type { AlertFacts } from '#store/alerts.ts'

/** What an operator can be told of. */
export const TOPICS = [
  'link_stopped',
  'link_lags',
  'link_holds',
  'system_silent',
  'channel_stopped',
  'replay_failed',
  'message_failed',
  'jobs_failed',
  'mapping_broken',
  'sides_differ',
  'case_overdue',
  'recall_unacknowledged',
  'recall_unreported',
  'hold_refused',
  'evidence_stopped',
  'inspection_overdue',
  'report_ready',
] as const
export type Topic = (typeof TOPICS)[number]

interface Sentences {
  readonly zh: string
  readonly en: string
}

/** What is wrong, in plain words, and what to do. */
export interface Spoken {
  readonly title: Sentences
  readonly advice: Sentences
}

type Say = (subject: string, facts: AlertFacts) => Spoken

const both = (en: string, zh: string): Sentences => ({ en, zh })

/** How long, in the largest unit that fits. */
function lasting(value: string | number | null | undefined): Sentences {
  const seconds = Number(value ?? 0)
  if (seconds < 120) return both(`${Math.round(seconds)} s`, `${Math.round(seconds)} 秒`)
  if (seconds < 7200) return both(`${Math.round(seconds / 60)} min`, `${Math.round(seconds / 60)} 分钟`)
  if (seconds < 172_800) return both(`${Math.round(seconds / 3600)} h`, `${Math.round(seconds / 3600)} 小时`)
  return both(`${Math.round(seconds / 86_400)} days`, `${Math.round(seconds / 86_400)} 天`)
}

/** A link, and whether it is its recalls that wait. */
const named = (name: unknown, lane: unknown): Sentences =>
  lane === 'recall'
    ? both(`Link "${name}" (recalls)`, `链路“${name}”（召回）`)
    : both(`Link "${name}"`, `链路“${name}”`)

/** As a clock in China shows it, to the minute; null for no time. */
function chinaTime(time: string | number | null | undefined): string | null {
  if (typeof time !== 'string') return null
  const { year, month, day, hour, minute } = epochToLocal(Date.parse(time))
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}`
}

const WHY: Readonly<Record<string, Sentences>> = {
  auth: both('the receiver does not know us', '接收方不认可签名或凭证'),
  config: both('its address, mapping or contract is wrong', '地址、映射或接口约定有误'),
  retry: both('the receiver does not answer as it should', '接收方未正常应答'),
}

const WHY_NOT_READ: Readonly<Record<string, Sentences>> = {
  auth: both('the source does not let us in', '来源拒绝登录'),
  config: both('a setting is wrong', '设置有误'),
  source: both('the source answers what its interface does not allow', '来源应答不合接口约定'),
  hub: both('the hub is busy', '平台繁忙'),
  retry: both('the source does not answer', '来源无应答'),
}

const DUE_IN_CASE: Readonly<Record<string, Sentences>> = {
  retest: both('a sample to the laboratory', '送检'),
  decision: both('a decision', '处理决定'),
  laboratory: both('the laboratory', '实验室结果'),
  disposal: both('the disposal of the goods', '货物处置'),
  notice: both('notices up and down the path', '上下游通报'),
  closing: both('its closing', '结案'),
}

const ORDER_WORDS: Readonly<Record<string, Sentences>> = {
  stop_sale: both('stop of sale', '停止销售通知'),
  recall: both('recall', '召回通知'),
  release: both('release', '解除通知'),
}

/** What receivers of a hold have not done in time. */
function urged(
  { hold, receivers, level, order, seconds }: AlertFacts,
  left: Sentences,
  of: Sentences,
): Sentences {
  const time = lasting(seconds)
  const what = ORDER_WORDS[String(order)] ?? both('order', '通知')
  return both(
    `Level ${level}: ${counted(Number(receivers), 'receiver')} ${left.en} ${what.en}, ${time.en} past the deadline: ${hold}`,
    `第 ${level} 级：${receivers} 个接收方逾期 ${time.zh}${left.zh}${what.zh}${of.zh}：${hold}`,
  )
}

const SAY: Readonly<Record<Topic, Say>> = {
  link_stopped: (_, { name: of, lane, class: kind, seconds }) => {
    const name = named(of, lane)
    const why = WHY[String(kind)] ?? (WHY['retry'] as Sentences)
    const time = lasting(seconds)
    return {
      title: both(
        `${name.en} stands still: ${why.en}; its oldest change waits for ${time.en}`,
        `${name.zh}已停止：${why.zh}；最早的变更已等待 ${time.zh}`,
      ),
      advice:
        kind === 'retry'
          ? both(
              'Tell the receiver; the hub goes on by itself when it answers.',
              '请通知接收方；恢复应答后将自动继续。',
            )
          : both(
              'See "lastError" of the link, mend it, then resume the link.',
              '请查看链路的 lastError，修正后恢复该链路。',
            ),
    }
  },
  link_lags: (_, { name: of, lane, changes, seconds }) => {
    const name = named(of, lane)
    const time = lasting(seconds)
    return {
      title: both(
        `${name.en} is behind: its oldest change waits for ${time.en}, ${counted(Number(changes), 'position')} of the log ${inNumber(Number(changes), 'is', 'are')} ahead of it`,
        `${name.zh}落后：最早的变更已等待 ${time.zh}，尚有 ${changes} 个变更位点未处理`,
      ),
      advice: both(
        'Look at its deliveries: a receiver that is slow, asks for patience, or a worker that is missing.',
        '请查看其投递记录：接收方缓慢、要求等待，或没有工作进程。',
      ),
    }
  },
  link_holds: (_, { name, waiting, refused }) => ({
    title: both(
      `Link "${name}" holds many changes: ${waiting} ${inNumber(Number(waiting), 'waits', 'wait')} for another try, ${refused} ${inNumber(Number(refused), 'was', 'were')} refused`,
      `链路“${name}”搁置变更过多：待重试 ${waiting} 条，被拒绝 ${refused} 条`,
    ),
    advice: both(
      'The held changes of the link name the receiver’s reasons.',
      '链路的搁置变更中列有接收方给出的原因。',
    ),
  }),
  system_silent: (system, { titleZh, titleEn, record, lastAt, overdueAt }) => {
    const of = record === null || record === undefined ? '' : ` (${record})`
    const name = both(`${titleEn ?? system}${of}`, `${titleZh ?? system}${of}`)
    const [last, due] = [chinaTime(lastAt), chinaTime(overdueAt)]
    return {
      title:
        last === null
          ? both(
              `${name.en} is silent: nothing ever came, and it was due at ${due}`,
              `${name.zh}无数据：从未收到，应于 ${due} 前收到`,
            )
          : both(
              `${name.en} is silent: nothing came since ${last}, the next was due at ${due}`,
              `${name.zh}无数据：自 ${last} 起未收到，应于 ${due} 前收到`,
            ),
      advice: both(
        'Ask the source; where it rests, name the days as "closed" in what is expected of it.',
        '请联系数据来源；如属休市，请在 expect.closed 中列明日期。',
      ),
    }
  },
  channel_stopped: (channel, { class: kind, setting, seconds }) => {
    const why = WHY_NOT_READ[String(kind)] ?? (WHY_NOT_READ['retry'] as Sentences)
    const time = lasting(seconds)
    const at = typeof setting === 'string' ? ` (${setting})` : ''
    return {
      title: both(
        `Channel ${channel} cannot be read for ${time.en}: ${why.en}${at}`,
        `通道 ${channel} 已 ${time.zh}无法读取：${why.zh}${at}`,
      ),
      advice: both(
        '"hub channel check" tries every setting; what is missing is read when it answers again.',
        '请用 hub channel check 逐项检查；恢复后将自动补读。',
      ),
    }
  },
  replay_failed: (replay, { problem }) => ({
    title: both(`Replay ${replay} failed: ${problem}`, `重放 ${replay} 失败：${problem}`),
    advice: both(
      'What it wrote stays; mend the cause and ask for it again, nothing is written twice.',
      '已写入的内容保留；排除原因后重新提交即可，不会重复写入。',
    ),
  }),
  message_failed: (receipt) => ({
    title: both(`A large message was given up: receipt ${receipt}`, `大报文处理失败：回执 ${receipt}`),
    advice: both(
      'Its receipt says how far it came; the log has the reason. Send it again when that is mended.',
      '回执中列有进度，日志中有原因；排除后请重新发送。',
    ),
  }),
  jobs_failed: (queue, { count }) => ({
    title: both(
      `Jobs of the queue "${queue}" fail: ${count} so far`,
      `队列“${queue}”有任务失败：累计 ${count} 次`,
    ),
    advice: both(
      'Nothing is lost, the sweep does their work; the log has the reason.',
      '数据不会丢失，由巡检完成其工作；原因见日志。',
    ),
  }),
  mapping_broken: (mapping, { mistakes }) => ({
    title: both(
      `The mapping ${mapping} is broken: ${counted(Number(mistakes), 'mistake')}`,
      `映射 ${mapping} 有误：共 ${mistakes} 处`,
    ),
    advice: both('/readyz and "hub system check" name the lines.', '/readyz 与 hub system check 列有行号。'),
  }),
  recall_unacknowledged: (_, facts) => ({
    title: urged(facts, both('have not acknowledged a', '未确认'), both('', '')),
    advice: both(
      'GET /v1/recalls/{hold}/notices names them; tell them by telephone and put their answer down.',
      '请用 GET /v1/recalls/{hold}/notices 查看名单，电话通知并登记其答复。',
    ),
  }),
  recall_unreported: (_, facts) => ({
    title: urged(facts, both('have not told the quantities of a', '未上报'), both('', '的数量')),
    advice: both(
      'GET /v1/recalls/{hold}/notices names them; ask what they found, sold and disposed of, and put it down.',
      '请用 GET /v1/recalls/{hold}/notices 查看名单，核实找到、已售与已处置的数量并登记。',
    ),
  }),
  hold_refused: (_, { hold, version, name, code }) => ({
    title: both(
      `The receiver of link "${name}" refused a hold${code === null ? '' : ` (${code})`}: ${hold} v${version}`,
      `链路“${name}”的接收方拒收一条停售或召回${code === null ? '' : `（${code}）`}：${hold} v${version}`,
    ),
    advice: both(
      'Tell the receiver by telephone. The held changes of the link name its reason; mend it and send the hold again, or compare with the receiver (docs/reconciliation.md).',
      '请先电话通知接收方；链路的搁置变更中列有原因，排除后重新发送，或与接收方对账（docs/reconciliation.md）。',
    ),
  }),
  sides_differ: (_, { name, reconciliation, from, missing, outdated, different, surplus }) => ({
    title: both(
      `The receiver of link "${name}" has other records than this hub (from ${from}): ${missing} missing, ${outdated} outdated, ${different} different, ${surplus} too many`,
      `链路“${name}”的接收方与本平台不一致（自 ${from}）：缺失 ${missing}、较旧 ${outdated}、不同 ${different}、多出 ${surplus}`,
    ),
    advice: both(
      `POST /v1/reconciliations/${reconciliation}/resend sends again what it lacks, and, asked by an administrator, makes new versions of what it has in versions that this hub does not know; then compare once more.`,
      `请用 POST /v1/reconciliations/${reconciliation}/resend 补送（由管理员调用时，对方持有而本平台没有的更高版本将以本平台内容生成新版本），然后重新对账。`,
    ),
  }),
  case_overdue: (id, { state, due, dueAt }) => {
    const what = DUE_IN_CASE[String(due)] ?? both(String(due), String(due))
    const at = chinaTime(dueAt) ?? ''
    return {
      title: both(
        `A case (${state}) waits for ${what.en}, which was due ${at}: ${id}`,
        `案件（${state}）${what.zh}已超期（应于 ${at} 前）：${id}`,
      ),
      advice: both(
        `GET /v1/cases/${id} shows what happened and what is possible; POST /v1/cases/${id}/events says it (docs/cases.md).`,
        `GET /v1/cases/${id} 查看经过与可用事件，POST /v1/cases/${id}/events 登记（docs/cases.md）。`,
      ),
    }
  },
  evidence_stopped: (_, { sealedSeconds, anchoredSeconds }) => {
    const [sealed, anchored] = [lasting(sealedSeconds), lasting(anchoredSeconds)]
    return {
      title: both(
        `The log of evidence stands still: sealed ${sealed.en} ago, anchored ${anchored.en} ago`,
        `存证日志停滞：${sealed.zh}前封存，${anchored.zh}前锚定`,
      ),
      advice: both(
        'See the log of the workers, the file of anchors and GET /v1/audit/anchors; intake stops after HUB_EVIDENCE_LIMIT.',
        '请查看工作进程日志、锚定文件与 GET /v1/audit/anchors；超过 HUB_EVIDENCE_LIMIT 将停止接收。',
      ),
    }
  },
  inspection_overdue: (_, { place, dueAt }) => ({
    title: both(
      `What an inspection of ${place} wanted put right by ${chinaTime(dueAt)} is not known to be right`,
      `对 ${place} 的检查要求于 ${chinaTime(dueAt)} 前整改，尚无复查通过记录`,
    ),
    advice: both(
      'Inspect again; the alert ends with an inspection that passes.',
      '请复查；复查通过后告警自动结束。',
    ),
  }),
  report_ready: (_, { day, edition, reports }) => ({
    title: both(
      `Supervision reports of ${day} (${edition}) are ready: ${reports}`,
      `${day} 监管日报（${edition === 'final' ? '终报' : '早报'}）已发布：${reports} 份`,
    ),
    advice: both(
      `GET /v1/supervision/reports?day=${day}&edition=${edition}`,
      `GET /v1/supervision/reports?day=${day}&edition=${edition}`,
    ),
  }),
}

/** What is wrong and what to do, in both languages. */
export const speakOf = (topic: string, subject: string, facts: AlertFacts): Spoken =>
  SAY[topic as Topic](subject, facts)
