import Type from 'typebox'
import { listOf } from '#api/page.ts'
import { FLAGS, type Flag } from '#core/flags.ts'
import { field } from '#core/model/field.ts'
import { component, count, nullable, text, time } from './fields.ts'

const OUTCOMES = ['same', 'changed', 'newlyOk', 'newlyFailing', 'stillFailing', 'keptOut']
const slug = Type.String({ minLength: 1, maxLength: 100 })
const moment = Type.String({ format: 'date-time' })

export const ReplayScope = field(
  Type.Object(
    {
      system: field(slug, ['System', '对接系统']),
      record: Type.Optional(
        field(
          slug,
          ['Record of the system', '来源记录名'],
          ['`canonical`: what came as canonical records', 'canonical 为以规范记录接收的报文'],
        ),
      ),
      from: Type.Optional(field(moment, ['Received at or after', '接收起始时间'])),
      to: Type.Optional(field(moment, ['Received before', '接收截止时间'])),
      receipts: Type.Optional(
        field(Type.Array(Type.String({ maxLength: 36 }), { minItems: 1, maxItems: 1000 }), [
          'Receipts',
          '回执号',
        ]),
      ),
      rejectionGroup: Type.Optional(
        field(
          Type.String({ minLength: 1, maxLength: 1000 }),
          ['Group of rejections', '待处理分组'],
          ['Messages with an open rejection of it', '含该分组待处理记录的报文'],
        ),
      ),
      flag: Type.Optional(
        field(
          Type.Enum(Object.keys(FLAGS) as Flag[]),
          ['Quality flag', '质量标记'],
          ['Messages that made the newest version of a record with it', '最新版本带此标记的记录所来自的报文'],
        ),
      ),
      mapping: Type.Optional(
        field(
          Type.String({ maxLength: 250, pattern: '^[a-z0-9-]+/[a-z0-9-]+@\\d{1,9}$' }),
          ['Mapping at receipt', '接收时的映射'],
          ['Such as jiaxing-wholesale/trade@1', '例如 jiaxing-wholesale/trade@1'],
        ),
      ),
      newest: Type.Optional(
        field(Type.Integer({ minimum: 1, maximum: 1000 }), ['The newest so many messages', '最近的报文数']),
      ),
    },
    { additionalProperties: false },
  ),
  ['Scope of a replay', '重放范围'],
  [
    'All that is given must hold; one of receipts, rejectionGroup, flag, newest',
    '各条件同时满足；receipts、rejectionGroup、flag、newest 至多一项',
  ],
)

const ReplaySample = Type.Object({
  outcome: Type.Enum(OUTCOMES),
  message: text(['Message', '原始报文']),
  index: field(Type.Integer(), ['Place in the message', '报文中的序号']),
  records: Type.Optional(
    Type.Array(
      Type.Object({
        id: Type.String(),
        differences: Type.Array(
          Type.Object({
            at: text(['Field', '字段']),
            before: Type.Optional(Type.Unknown()),
            after: Type.Optional(Type.Unknown()),
          }),
        ),
      }),
    ),
  ),
  issues: Type.Optional(Type.Array(component('Issue'))),
})

export const Replay = field(
  Type.Object({
    id: text(['Number', '编号']),
    mode: field(
      Type.Enum(['dry-run', 'apply', 'compare']),
      ['Mode', '方式'],
      ['Only `apply` writes', '仅 apply 写入'],
    ),
    scope: component('ReplayScope'),
    mappings: field(
      Type.Record(
        Type.String(),
        Type.Object({ version: Type.Integer(), against: Type.Optional(Type.Integer()) }),
      ),
      ['Versions', '版本'],
      [
        'Of each record, as they were when it was asked for (of `canonical` that of the model); `against`: what it is compared with',
        '各记录在提交时的版本（canonical 为规范模型的版本）；against 为对比版本',
      ],
    ),
    state: field(Type.Enum(['waiting', 'running', 'done', 'failed']), ['State', '状态']),
    who: text(['Who asked for it', '提交者']),
    createdAt: time(['Asked for', '提交时间']),
    startedAt: nullable(moment, ['Begun', '开始时间']),
    finishedAt: nullable(moment, ['Ended', '结束时间']),
    reachedAt: nullable(
      moment,
      ['How far it is', '进度'],
      [
        'When the last message that it took was received; null before the first step, and at the end',
        '最近处理的报文的接收时间；未开始或已结束为 null',
      ],
    ),
    inside: nullable(
      Type.Object({
        receipt: text(['Receipt', '回执号']),
        records: count(['Source records done', '已处理来源记录数']),
        total: nullable(
          Type.Integer(),
          ['Source records', '来源记录数'],
          ['Null while it is read for the first time', '首次通读期间为 null'],
        ),
      }),
      ['Large message that it is in the middle of', '正在处理的大报文'],
    ),
    targets: field(
      Type.Union([Type.Literal('all'), Type.Array(Type.String({ format: 'uuid' }))]),
      ['Links that get what it changes', '变更投递的链路'],
      ['`all`, or some; empty: none', 'all 为全部，空列表为不投递'],
    ),
    counts: field(
      Type.Object({
        messages: count(['Messages read', '已读报文数']),
        received: count(['Source records', '来源记录数'], ['The sum of the outcomes', '各结果之和']),
        same: count(['Same', '相同']),
        changed: count(['Changed', '有变化']),
        newlyOk: count(['Newly ok', '新通过']),
        newlyFailing: count(['Newly failing', '新失败']),
        stillFailing: count(['Still failing', '仍失败']),
        keptOut: count(['Kept out', '未采用'], ['Something newer was said since', '之后已有更新的内容']),
        versions: count(['Versions written', '写入版本数']),
        mended: count(['Rejections mended', '已修复的待处理记录']),
      }),
      ['Counts', '计数'],
      ['So far; apart from what receipts count', '截至目前；与回执计数无关'],
    ),
    samples: field(
      Type.Array(ReplaySample),
      ['Samples', '样例'],
      ['Up to 10 of each outcome; what may be of a person is hidden', '每种结果至多 10 条，个人信息已隐去'],
    ),
    problem: nullable(Type.String(), ['What stopped it', '失败原因']),
  }),
  ['Replay', '重放'],
)

export const ReplayPage = field(listOf('replays', 'Replay'), ['Replays', '重放列表'])
