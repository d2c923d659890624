import Type from 'typebox'
import { listOf } from '#api/page.ts'
import { field } from '#core/model/field.ts'
import { TOPICS } from '#flow/alerts/topics.ts'
import { component, count, nullable, text, time, words } from './fields.ts'

const instant = Type.String({ format: 'date-time' })
const topic = field(Type.Enum([...TOPICS]), ['Topic', '类别'])
const day = '\\d{4}-\\d{2}-\\d{2}'
const spans = Type.Array(Type.String({ pattern: `^${day}(/${day})?$` }), { maxItems: 400 })

const rhythm = {
  every: field(
    Type.String({ pattern: '^\\d{1,4}[mhd]$' }),
    ['How often', '间隔'],
    [
      '30m or 2h of open time, or 1d: once on each open day, by its end',
      '30m、2h 为开市时长；1d 为每个开市日至少一次，至当日收市',
    ],
  ),
  hours: Type.Optional(
    field(
      Type.String({ minLength: 11, maxLength: 200 }),
      ['Hours', '开市时段'],
      [
        'Time of China, such as 03:00-11:00, or 22:00-06:00 into the next day; several with commas',
        '北京时间，如 03:00-11:00；22:00-06:00 跨至次日；多个时段用逗号分隔',
      ],
    ),
  ),
  days: Type.Optional(
    field(
      Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { maxItems: 7, uniqueItems: true }),
      ['Days', '开市日'],
      ['1 Monday to 7 Sunday', '1 为星期一，7 为星期日'],
    ),
  ),
}

export const Rhythm = field(
  Type.Object(rhythm, { additionalProperties: false }),
  ['Rhythm', '报送规律'],
  ['How often something is to come', '应多久收到一次'],
)

/** What is expected of a system; also the body of a request, therefore closed. */
export const Expectation = field(
  Type.Object(
    {
      ...rhythm,
      every: Type.Optional(rhythm.every),
      closed: Type.Optional(
        field(spans, ['Closed', '休市'], ['Days or spans, such as 2026-02-17/2026-02-23', '日期或区间']),
      ),
      open: Type.Optional(
        field(
          spans,
          ['Open', '加开'],
          [
            'Days that are open whatever their weekday, such as worked Saturdays',
            '不论星期均开市的日期，如调休上班日',
          ],
        ),
      ),
      records: Type.Optional(
        field(
          Type.Record(Type.String({ maxLength: 100 }), Rhythm, { maxProperties: 100 }),
          ['Records', '各来源记录'],
          ['By record, each with a rhythm of its own', '按来源记录分别设定'],
        ),
      ),
    },
    { additionalProperties: false },
  ),
  ['Expectation', '报送预期'],
  [
    'When something is to come; where nothing does, an alert `system_silent` opens. Closed time does not count',
    '应收到数据的时间；逾期未收到即产生 system_silent 告警，休市时间不计',
  ],
)

export const SystemRhythm = field(
  Type.Object({
    system: text(['System', '对接系统']),
    record: nullable(Type.String(), ['Record', '来源记录'], ['null: whichever', 'null 表示不限']),
    proposal: nullable(
      component('Rhythm'),
      ['Proposal', '建议'],
      [
        'For `expect`; null where two weeks are not there, or no rhythm is',
        '可用于 expect；不足两周或无规律时为 null',
      ],
    ),
    days: count(['Days looked at', '统计天数']),
    daysWithArrivals: count(['Days on which something came', '有数据的天数']),
    longestGapSeconds: nullable(
      Type.Integer(),
      ['Longest silence', '最长间隔'],
      ['Open time by the proposal, in seconds', '按建议时段计，秒'],
    ),
  }),
  ['Rhythm of a system', '对接系统报送规律'],
)

export const Alert = field(
  Type.Object({
    id: field(Type.String({ format: 'uuid' }), ['Identifier', '标识']),
    topic,
    subject: text(
      ['What it is about', '对象'],
      ['A link, system, receipt, replay, queue or mapping', '链路、系统、回执、重放、队列或映射'],
    ),
    title: field(words, ['What is wrong', '问题']),
    advice: field(words, ['What to do', '建议']),
    facts: field(Type.Record(Type.String(), Type.Unknown()), ['Facts', '详情']),
    openedAt: time(['Opened', '开始时间']),
    toldAt: time(['Last told', '最近通知']),
    endedAt: nullable(instant, ['Over', '结束时间'], ['null while it lasts', '持续中为 null']),
  }),
  ['Alert', '告警'],
)

export const AlertPage = field(listOf('alerts', 'Alert'), ['Alerts', '告警列表'])

const target = {
  id: field(Type.String({ format: 'uuid' }), ['Identifier', '标识']),
  name: text(['Name', '名称']),
  url: text(['Address', '地址']),
  allowAddress: field(Type.Array(Type.String()), ['Private networks allowed', '允许的内网地址']),
  topics: field(Type.Array(topic), ['Topics', '类别'], ['Empty: all', '为空表示全部']),
  createdAt: time(['Made', '创建时间']),
  lastOkAt: nullable(instant, ['Last success', '最近成功']),
  lastError: nullable(
    Type.String(),
    ['Last error', '最近错误'],
    ['null where the last was taken', '最近一次成功则为 null'],
  ),
  waiting: count(['Notices that it has not taken yet', '待送达通知']),
}

export const AlertTarget = field(Type.Object(target), ['Target of alerts', '告警接收方'])

export const NewAlertTarget = field(
  Type.Object({
    ...target,
    secret: text(
      ['Signing secret', '签名密钥'],
      ['Standard Webhooks; shown only now', 'Standard Webhooks 签名密钥，仅此一次显示'],
    ),
  }),
  ['New target of alerts', '新告警接收方'],
)

export const AlertTargetPage = field(listOf('targets', 'AlertTarget'), [
  'Targets of alerts',
  '告警接收方列表',
])

const seconds = Type.Integer({ minimum: 10, maximum: 31_536_000 })
const rules = {
  lagSeconds: field(
    seconds,
    ['Lag', '落后时限'],
    ['`link_lags`: the oldest change waits for longer', '最早的变更等待超过此秒数'],
  ),
  stoppedSeconds: field(
    seconds,
    ['Standstill', '停滞时限'],
    [
      '`link_stopped`: the receiver fails and the oldest change waits for longer; `channel_stopped`: a source fails for longer',
      '接收方失败且等待超过此秒数；来源持续失败超过此秒数',
    ],
  ),
  held: field(
    Type.Integer({ minimum: 0, maximum: 10_000 }),
    ['Held changes', '搁置数'],
    ['`link_holds`: more changes are held', '搁置变更超过此数'],
  ),
  repeatHours: field(
    Type.Integer({ minimum: 0, maximum: 8760 }),
    ['Repeat', '重复通知'],
    [
      'Hours after which an open alert is told again; 0: never',
      '持续中的告警每隔此小时数再次通知，0 表示不重复',
    ],
  ),
}

export const AlertRules = field(Type.Object(rules), ['Rules of alerts', '告警规则'])
