import Type from 'typebox'
import { field } from '#core/model/field.ts'
import { KINDS } from '#core/model/kinds.ts'
import { component, count, nullable, text, time } from './fields.ts'

const result = field(Type.Enum(['created', 'updated', 'voided', 'unchanged', 'rejected']), ['Result', '结果'])
const records = field(
  Type.Array(
    Type.Object({
      kind: Type.Enum([...KINDS]),
      id: Type.String(),
      version: Type.Integer({ minimum: 1 }),
    }),
  ),
  ['Records', '规范记录'],
  ['One source record may become several', '一条来源记录可生成多条规范记录'],
)
const ofSource = {
  index: field(Type.Integer(), ['Place in the message', '报文中的序号'], ['From 0', '从 0 起']),
  key: nullable(Type.Array(Type.String()), ['Key of the source', '来源主键']),
  result,
  records,
  issues: Type.Optional(Type.Array(component('Issue'))),
  ended: Type.Optional(
    field(
      Type.Integer({ minimum: 1 }),
      ['Lines that ended', '作废的明细数'],
      [
        'Records of other lines that ended because their order, or their sheet, tells them no more (`whole` of the mapping), the last of `records`; said at the last line',
        '因整单或工作表不再含有而作废的其他明细的规范记录数（映射的 whole），列于 records 末尾；见于最后一条明细',
      ],
    ),
  ),
}

export const SourceResult = field(
  Type.Object({
    ...ofSource,
    mended: Type.Optional(
      field(
        Type.Object({
          receipt: text(['Receipt that brought what was missing', '补齐所缺部分的回执']),
          result,
          records,
        }),
        ['Mended later', '后续补齐'],
        [
          'A rejected one that became a record when its missing part came; the counts stay as they were',
          '被退回的记录在所缺部分到达后已生成规范记录；计数不变',
        ],
      ),
    ),
  }),
  ['Result of a source record', '来源记录结果'],
)

export const Completed = field(
  Type.Object({ receipt: text(['Receipt of its own message', '其所属报文的回执']), ...ofSource }),
  ['Completed source record', '补齐的来源记录'],
  [
    'Of an earlier message; it waited for a part that this one brought, or its base was corrected',
    '属于较早报文；等待本报文带来的部分，或其主表被更正',
  ],
)

export const Receipt = field(
  Type.Object({
    receipt: text(['Receipt number', '回执号'], ['Also the number of the message', '同时为报文编号']),
    system: text(['System', '对接系统']),
    record: text(['Record of the system', '来源记录名']),
    sha256: text(['SHA-256 of the bytes', '报文摘要']),
    state: field(
      Type.Enum(['done', 'waiting', 'running', 'refused']),
      ['State', '状态'],
      [
        'waiting, running: a large message that is not done; refused: the message could not be read as a whole',
        'waiting、running：大报文待处理、处理中；refused：报文整体无法读取',
      ],
    ),
    receivedAt: time(['Received', '接收时间']),
    received: count(['Source records received', '接收条数']),
    accepted: count(['Accepted', '接受条数']),
    unchanged: count(['Unchanged', '无变化条数']),
    rejected: count(['Rejected', '退回条数']),
    results: Type.Array(component('SourceResult')),
    completed: Type.Optional(
      field(
        Type.Array(component('Completed')),
        ['Completed for earlier messages', '为较早报文补齐'],
        ['Not counted here', '不计入本回执的条数'],
      ),
    ),
    next: Type.Optional(
      nullable(
        Type.String(),
        ['Cursor of the next results', '后续结果的游标'],
        ['Only of a large message', '仅大报文'],
      ),
    ),
    progress: Type.Optional(
      field(
        Type.Object({
          records: count(['Source records done', '已处理条数']),
          total: nullable(
            Type.Integer({ minimum: 0 }),
            ['Source records', '总条数'],
            ['Null until the message was read through once', '通读一遍之前为空'],
          ),
          bytes: count(['Bytes done', '已处理字节数']),
          totalBytes: count(['Bytes', '总字节数']),
        }),
        ['Progress', '处理进度'],
        ['Only of a large message', '仅大报文'],
      ),
    ),
    problem: Type.Optional(component('Issue')),
  }),
  ['Receipt', '回执'],
  ['received = accepted + unchanged + rejected, always', '恒有 接收 = 接受 + 无变化 + 退回'],
)
