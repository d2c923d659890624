import Type from 'typebox'
import { field } from '#core/model/field.ts'
import { component, nullable, text } from './fields.ts'

export const Alive = field(Type.Object({ alive: Type.Literal(true) }), ['Alive', '存活'])

export const Ready = field(
  Type.Object({
    ready: field(Type.Literal(true), ['Ready', '就绪']),
    schema: text(['Newest migration', '最新数据库迁移']),
    mappings: field(
      Type.Array(
        Type.Object({
          system: text(['System', '对接系统']),
          record: Type.Union([Type.String(), Type.Null()]),
          mistakes: Type.Array(component('Mistake')),
        }),
      ),
      ['Broken mappings', '有误的映射'],
      ['Empty when all are well; the others work', '均正常时为空；有误者不影响其他映射'],
    ),
    evidence: field(
      Type.Object({
        sealedOkAt: nullable(
          Type.String(),
          ['Sealed', '最近封存'],
          ['When all that was due was last sealed', '应封存者最近一次全部完成的时间'],
        ),
        anchoredOkAt: nullable(Type.String(), ['Anchored', '最近锚定']),
        isOverdue: field(Type.Boolean(), ['Overdue', '已超时'], ['Intake answers 503', '暂停接收，返回 503']),
        stopsInSeconds: nullable(
          Type.Integer(),
          ['Stops in', '距暂停接收秒数'],
          ['Where nothing works until then; null: never', '期间仍未恢复时；null 表示不暂停'],
        ),
      }),
      ['Log of evidence', '存证日志'],
    ),
  }),
  ['Readiness', '就绪状态'],
)
