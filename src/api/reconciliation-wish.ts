import Type from 'typebox'
import { field } from '#core/model/field.ts'

const hour = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}(T([01]\\d|2[0-3]))?$' })

/** What is compared, as the body or the query of a request says it. */
export const wish = {
  link: Type.Optional(Type.String({ format: 'uuid', description: 'Link · 同步链路' })),
  system: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: 'System as a source · 来源系统' }),
  ),
  from: Type.Optional(
    field(
      hour,
      ['From', '起'],
      ['Day or hour in China; without it yesterday', '日期或小时（北京时间），缺省为昨日'],
    ),
  ),
  to: Type.Optional(
    field(hour, ['To', '止'], ['Included; without it the end of "from"', '含；缺省为 from 的结束']),
  ),
  untimed: Type.Optional(Type.Boolean({ description: 'Records without a time too · 含无时间的记录' })),
  resend: Type.Optional(Type.Boolean({ description: 'Send again what is missing or outdated · 自动补送' })),
}

/** Figures or keys of the other side; `flow/reconcile/read-given.ts` reads them. */
const rows = Type.Array(
  Type.Record(Type.String(), Type.Union([Type.String(), Type.Integer(), Type.Null()])),
  { maxItems: 100_000 },
)

export const NewReconciliation = Type.Object(
  { ...wish, figures: Type.Optional(rows), keys: Type.Optional(rows) },
  {
    additionalProperties: false,
    title: 'New reconciliation · 新对账',
    examples: [
      {
        system: 'jiaxing-wholesale',
        from: '2026-07-01',
        figures: [{ kind: 'sale', hour: '2026-07-01T03', count: 412, mass: '51320.5' }],
      },
    ],
  },
)
