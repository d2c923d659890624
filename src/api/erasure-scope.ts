import Type from 'typebox'
import { PRODUCT_CLASSES } from '#core/products/product-class.ts'
import { ERASED_CLASSES, LONGEST_DAYS, RULED_KINDS } from '#core/retention/erasure-rules.ts'

const several = { minItems: 1, maxItems: 100, uniqueItems: true }

/** Members of an erasure rule that say what it is about. */
export const erasureScope = {
  classes: Type.Array(Type.Enum([...ERASED_CLASSES]), {
    ...several,
    description:
      '`records`: persons in records, in what was made of them, and the messages that brought them; `messages`: bytes of every message, values in receipts; `rejections`: what was refused or waits · 类别',
  }),
  systems: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
      ...several,
      description: 'Absent: all · 对接系统，缺省为全部',
    }),
  ),
  kinds: Type.Optional(
    Type.Array(Type.Enum([...RULED_KINDS]), {
      ...several,
      description: 'Of records; absent: all of these · 记录类型，缺省为全部',
    }),
  ),
  productClasses: Type.Optional(
    Type.Array(Type.Enum(Object.keys(PRODUCT_CLASSES)), {
      ...several,
      description: 'Of records; absent: all · 产品类别，缺省为全部',
    }),
  ),
  afterDays: Type.Integer({
    minimum: 1,
    maximum: LONGEST_DAYS,
    description: 'Days after the newest version was stored, the message came, or it was last seen · 保存天数',
  }),
}
