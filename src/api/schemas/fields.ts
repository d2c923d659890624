import Type, { type TSchema } from 'typebox'
import { ref } from '#api/ref.ts'
import type { Bilingual } from '#core/model/field.ts'
import { field } from '#core/model/field.ts'

/** A field that is null where there is nothing to say. */
export const nullable = <T extends TSchema>(schema: T, title: Bilingual, description?: Bilingual) =>
  field(Type.Union([schema, Type.Null()]), title, description)

/** ISO 8601 in UTC. */
export const time = (title: Bilingual, description?: Bilingual) =>
  field(Type.String({ format: 'date-time' }), title, description)

export const text = (title: Bilingual, description?: Bilingual) => field(Type.String(), title, description)

export const count = (title: Bilingual, description?: Bilingual) =>
  field(Type.Integer({ minimum: 0 }), title, description)

/** Another component. */
export const component = (name: string) => Type.Unsafe<unknown>(ref(name))

/** A text in both languages. */
export const words = Type.Object({ zh: Type.String(), en: Type.String() })
