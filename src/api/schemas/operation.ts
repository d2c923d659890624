import Type from 'typebox'
import { field } from '#core/model/field.ts'
import { component, text } from './fields.ts'

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
  }),
  ['Readiness', '就绪状态'],
)
