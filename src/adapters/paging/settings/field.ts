import Type from 'typebox'
import { type Bilingual, field } from '#core/model/field.ts'

/** A dotted path into the answer: `data.rows`. A dot of a name is written `\.`. */
export const path = (title: Bilingual, description: Bilingual) =>
  field(Type.String({ maxLength: 200 }), title, description)

/** Name of a parameter, header or field; a dotted one is a place in a JSON body. */
export const name = (title: Bilingual, description: Bilingual) =>
  field(Type.String({ minLength: 1, maxLength: 100 }), title, description)

export const closed = { additionalProperties: false } as const

/** Fields of the key in a list of keys, by which what was deleted is found. */
export const keyFields = field(
  Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
    minItems: 1,
    maxItems: 10,
    uniqueItems: true,
  }),
  ['Fields of the key', '主键字段'],
  ['As the key of the mapping names them', '与映射的 key 一致'],
)
