import Type from 'typebox'
import { ERRORS, type ErrorCode } from '#core/errors.ts'
import { FLAGS, type Flag } from '#core/flags.ts'
import { field } from '#core/model/field.ts'
import { KINDS } from '#core/model/kinds.ts'

/** Components of the OpenAPI document that are not canonical records; each export is one component. */

export const Issue = field(
  Type.Object({
    path: field(Type.String(), ['Place in the source', '来源位置'], [
      'JSON pointer, element path or row, as the format names places',
      'JSON 指针、元素路径或行号',
    ]),
    code: field(Type.Enum(Object.keys(FLAGS) as Flag[]), ['Code', '代码']),
    value: field(Type.Optional(Type.String()), ['Value found', '原值']),
    target: field(Type.Optional(Type.String()), ['Field of the record', '目标字段']),
    reason: field(Type.String(), ['Reason', '原因']),
    fix: field(Type.Optional(Type.String()), ['How to mend it', '修正方法']),
  }),
  ['Issue', '问题'],
)

export const Problem = field(
  Type.Object({
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.Enum(Object.keys(ERRORS) as ErrorCode[]),
    detail: Type.Optional(Type.String()),
    fix: Type.String(),
    issues: Type.Optional(Type.Array(Issue)),
    request: Type.Optional(Type.String()),
  }),
  ['Problem', '错误'],
  ['RFC 9457, with what to do about it', 'RFC 9457 错误说明，含处理办法'],
)

const count = (en: string, zh: string) => field(Type.Integer({ minimum: 0 }), [en, zh])

export const SourceResult = field(
  Type.Object({
    index: field(Type.Integer(), ['Place in the message', '报文中的序号'], ['From 0', '从 0 起']),
    key: field(Type.Union([Type.Array(Type.String()), Type.Null()]), ['Key of the source', '来源主键']),
    result: field(Type.Enum(['created', 'updated', 'voided', 'unchanged', 'rejected']), ['Result', '结果']),
    records: field(
      Type.Array(Type.Object({ kind: Type.Enum([...KINDS]), id: Type.String(), version: Type.Integer() })),
      ['Records', '规范记录'],
    ),
    issues: Type.Optional(Type.Array(Issue)),
  }),
  ['Result of a source record', '来源记录结果'],
)

export const Receipt = field(
  Type.Object({
    receipt: field(Type.String(), ['Receipt number', '回执号'], ['Also the number of the message', '同时为报文编号']),
    system: field(Type.String(), ['System', '对接系统']),
    record: field(Type.String(), ['Record of the system', '来源记录名']),
    sha256: field(Type.String(), ['SHA-256 of the bytes', '报文摘要']),
    state: field(Type.Enum(['done', 'waiting', 'running', 'refused']), ['State', '状态']),
    receivedAt: field(Type.String(), ['Received', '接收时间']),
    received: count('Source records received', '接收条数'),
    accepted: count('Accepted', '接受条数'),
    unchanged: count('Unchanged', '无变化条数'),
    rejected: count('Rejected', '退回条数'),
    results: Type.Array(SourceResult),
  }),
  ['Receipt', '回执'],
  ['received = accepted + unchanged + rejected, always', '恒有 接收 = 接受 + 无变化 + 退回'],
)

export const Key = field(
  Type.Object({
    id: Type.String(),
    name: Type.String(),
    scopes: Type.Array(Type.String()),
    createdAt: Type.String(),
    expiresAt: Type.Union([Type.String(), Type.Null()]),
    revokedAt: Type.Union([Type.String(), Type.Null()]),
    lastUsedAt: Type.Union([Type.String(), Type.Null()]),
  }),
  ['Key', '密钥'],
)
