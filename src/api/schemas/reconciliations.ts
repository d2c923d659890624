import Type from 'typebox'
import { listOf } from '#api/page.ts'
import { field } from '#core/model/field.ts'
import { component, count, nullable, text, time } from './fields.ts'

const mass = Type.String({ pattern: '^-?\\d+(\\.\\d+)?$' })
const digest = Type.String({ pattern: '^[0-9a-f]{32}$' })

const figures = {
  count: count(
    ['Records', '记录数'],
    ['Of each the newest version, void ones too', '每条记录取最新版本，含已作废'],
  ),
  mass: nullable(
    mass,
    ['Mass', '重量'],
    [
      'Kilograms, exact decimal text; void records and other units count without',
      '公斤，精确十进制文本；作废及非重量单位不计',
    ],
  ),
  digest: nullable(
    digest,
    ['Digest', '摘要'],
    ['XOR of the first 16 bytes of SHA-256(id LF version)', 'SHA-256(标识 LF 版本) 前 16 字节的异或'],
  ),
}

export const ReconciliationFigures = field(Type.Object(figures), ['Figures', '数字'])

const bucket = {
  kind: text(['Kind', '类型'], ['`*`: not told apart', '* 表示不区分']),
  region: text(['Region', '行政区划'], ['Empty: none; `*`: not told apart', '空为无，* 为不区分']),
  hour: text(
    ['Hour', '小时'],
    [
      'Of the event, in China; empty: no time; a day or `*` where figures were given so',
      '事件发生的小时（北京时间）；空为无时间；按日或不区分时为日期或 *',
    ],
  ),
}

export const ReconciliationBucket = field(
  Type.Object({
    ...bucket,
    own: nullable(component('ReconciliationFigures'), ['This hub', '本平台']),
    theirs: nullable(component('ReconciliationFigures'), ['The other side', '对方']),
    narrowed: field(
      Type.Boolean(),
      ['Its records are known', '已定位到记录'],
      ['They are among "keys"', '见 keys'],
    ),
    wantedAt: nullable(Type.String({ format: 'date-time' }), ['Asked for again', '要求补送时间']),
  }),
  ['Bucket in which the sides differ', '不一致的分组'],
)

export const ReconciliationKey = field(
  Type.Object({
    id: text(['Record', '记录标识']),
    state: field(
      Type.Enum(['missing', 'outdated', 'different', 'surplus']),
      ['How it differs', '差异'],
      [
        'At the receiving side: missing; an older version; another version or mass; one that it should not have',
        '接收一侧：缺失；版本较旧；版本或重量不同；多出',
      ],
    ),
    ownVersion: nullable(Type.Integer(), ['Version here', '本平台版本']),
    theirVersion: nullable(Type.Integer(), ['Version there', '对方版本']),
    resentAt: nullable(Type.String({ format: 'date-time' }), [
      'Sent again, or asked for again',
      '补送或要求补送时间',
    ]),
  }),
  ['Record in which the sides differ', '不一致的记录'],
)

const counted = Type.Record(Type.String(), Type.Union([Type.Integer(), Type.String()]))

const reconciliation = {
  id: Type.String({ format: 'uuid' }),
  link: nullable(Type.String({ format: 'uuid' }), ['Link', '同步链路']),
  system: nullable(Type.String(), ['System', '对接系统']),
  daily: nullable(Type.String({ format: 'date' }), ['Day of the daily report', '日报日期']),
  from: text(['First hour', '起始小时'], ['By the clock of China', '北京时间']),
  to: text(['Hour of the end', '结束小时'], ['Not included', '不含']),
  untimed: field(Type.Boolean(), ['Records without a time too', '含无时间的记录']),
  side: field(
    Type.Enum(['receiver', 'figures', 'keys', 'none']),
    ['Who says what the other side has', '对方数据来源'],
    ['The receiver itself; given figures; given keys; nobody', '接收方应答；给定数字；给定主键；无'],
  ),
  state: field(Type.Enum(['waiting', 'running', 'done', 'failed']), ['State', '状态']),
  outcome: nullable(
    Type.Enum(['equal', 'different', 'unsupported', 'one-sided']),
    ['Outcome', '结果'],
    [
      'unsupported: the receiver does not answer these calls; one-sided: nobody said what the other side has',
      'unsupported 接收方未实现；one-sided 仅有本平台数字',
    ],
  ),
  problem: nullable(Type.String(), ['What stopped it', '失败原因']),
  detail: nullable(Type.String(), ['Detail', '详情']),
  advice: nullable(Type.String(), ['What to do', '建议']),
  resend: field(Type.Boolean(), ['What is missing is sent again', '自动补送']),
  who: text(['Asked for by', '发起者']),
  createdAt: time(['Asked for', '创建时间']),
  finishedAt: nullable(Type.String({ format: 'date-time' }), ['Finished', '完成时间']),
  nextAt: nullable(Type.String({ format: 'date-time' }), ['Next try', '下次尝试']),
  counts: field(
    counted,
    ['Counts', '计数'],
    [
      'records, mass, theirRecords, theirMass; buckets compared, differing, and those of them whose records are unnamed; records missing, outdated, different, surplus; inFlight and refused are known to the link; calls to the receiver; of a system also received = accepted + unchanged + rejected by its receipts',
      '双方记录数与重量；比较与不一致的分组数；缺失、较旧、不同、多出；在途与被拒由链路处理；调用次数；来源系统另有回执计数',
    ],
  ),
}

export const Reconciliation = field(Type.Object(reconciliation), ['Reconciliation', '对账'])
export const ReconciliationPage = field(listOf('reconciliations', 'Reconciliation'), [
  'Reconciliations',
  '对账列表',
])
export const ReconciliationReport = field(
  Type.Object({
    ...reconciliation,
    buckets: field(
      Type.Array(component('ReconciliationBucket')),
      ['Buckets in which the sides differ', '不一致的分组'],
      ['The first thousand', '至多一千个'],
    ),
    keys: Type.Array(component('ReconciliationKey')),
    next: Type.Union([Type.String(), Type.Null()], {
      description: 'Cursor of the next page of keys · keys 的下一页游标',
    }),
  }),
  ['Reconciliation with what differs', '对账详情'],
)
export const ReconciliationResent = field(
  Type.Object({
    records: count(['Records', '记录数']),
    buckets: count(['Buckets of which no records are known', '仅知数量的分组']),
  }),
  ['What is sent again', '补送'],
)

export const Wanted = field(
  Type.Object({
    records: field(
      Type.Array(
        Type.Object({
          id: text(['Record', '记录标识']),
          reason: field(Type.Enum(['missing', 'outdated', 'different']), ['Why', '原因']),
          reconciliation: Type.String({ format: 'uuid' }),
          since: time(['Since', '起始时间']),
        }),
      ),
      ['Records to be sent again', '待补送的记录'],
    ),
    buckets: field(
      Type.Array(
        Type.Object({
          ...bucket,
          lacks: count(['Records that are not here', '缺少的记录数']),
          reconciliation: Type.String({ format: 'uuid' }),
          since: time(['Since', '起始时间']),
        }),
      ),
      ['Hours to be sent again', '待补送的时段'],
      ['Where only counts are known', '仅知数量时'],
    ),
    next: Type.Union([Type.String(), Type.Null()]),
  }),
  ['What the hub wants from a system again', '平台要求来源系统补送的内容'],
)

export const PeerCounts = field(
  Type.Object({
    buckets: Type.Optional(Type.Array(Type.Object({ ...bucket, ...figures }))),
    parts: Type.Optional(Type.Array(Type.Object({ place: text(['Place', '位置']), ...figures }))),
    next: Type.Union([Type.String(), Type.Null()]),
  }),
  ['Figures of what is here of a peer', '对端平台数据的数字'],
)
export const PeerKeys = field(
  Type.Object({
    keys: Type.Array(
      Type.Object({
        id: text(['Record', '记录标识']),
        version: Type.Integer(),
        mass: nullable(mass, ['Mass', '重量']),
      }),
    ),
    next: Type.Union([Type.String(), Type.Null()]),
  }),
  ['Keys of what is here of a peer', '对端平台数据的主键'],
)
