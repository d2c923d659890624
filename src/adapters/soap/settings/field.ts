import Type from 'typebox'
import { type Bilingual, field } from '#core/model/field.ts'

export const closed = { additionalProperties: false } as const

/** Names that are written into an envelope. */
const NAME = '[A-Za-z_\\u00c0-\\ufffd][\\w\\u00b7-\\ufffd-]{0,99}'
export const ELEMENT = `^${NAME}$`
const STEPS = `^${NAME}(?:\\.${NAME}){0,9}$`

export const element = (title: Bilingual, description: Bilingual) =>
  field(Type.String({ pattern: ELEMENT }), title, description)

const constant = Type.Union([Type.String({ maxLength: 10_000 }), Type.Number(), Type.Boolean()])

/** Constants by name; dots lead into elements. */
export const constants = (title: Bilingual, description: Bilingual) =>
  field(Type.Record(Type.String({ pattern: STEPS }), constant, { maxProperties: 100 }), title, description)
