import Type from 'typebox'
import { field } from '#core/model/field.ts'
import { DecimalText } from '#core/model/values.ts'
import { ACTIONS, ORDERS } from '#core/recall/deadlines.ts'

const nullText = Type.Union([Type.String(), Type.Null()])
const nullMass = Type.Union([DecimalText, Type.Null()])

export const RecallNotice = field(
  Type.Object({
    hold: field(Type.String(), ['Hold record', '停售召回记录']),
    version: Type.Integer(),
    order: Type.Enum([...ORDERS]),
    receiver: field(
      Type.String(),
      ['Receiver', '接收方'],
      [
        'link:<id>, or place:<code or name> that a person tells',
        'link:<链路>，或由人工通知的 place:<代码或名称>',
      ],
    ),
    link: nullText,
    name: Type.String(),
    orderedAt: Type.String(),
    dueAt: field(Type.String(), ['Acknowledge by', '确认期限']),
    reportDueAt: field(
      nullText,
      ['Report quantities by', '数量上报期限'],
      ['null for a release: no quantities are due', '解除时为 null：无需上报'],
    ),
    event: nullText,
    firstSentAt: field(nullText, ['First answered', '首次应答']),
    deliveredAt: nullText,
    delivery: nullText,
    acknowledgedAt: nullText,
    acknowledgedBy: nullText,
    how: Type.Union([Type.Enum(['delivery', 'call', 'person']), Type.Null()]),
    late: field(
      Type.Boolean(),
      ['Late', '逾期'],
      ['Acknowledged after the deadline, or not yet and it has passed', '逾期确认或逾期未确认'],
    ),
    reportedAt: nullText,
    level: field(Type.Integer(), ['Level', '升级次数'], ['Of what is not acknowledged', '逾期未确认']),
    reportLevel: field(
      Type.Integer(),
      ['Level of the report', '上报升级次数'],
      ['Of quantities that are not told', '逾期未上报数量'],
    ),
    events: field(
      Type.Array(
        Type.Object({
          event: Type.String(),
          at: Type.String(),
          recordedAt: Type.String(),
          actor: nullText,
          delivery: nullText,
          code: nullText,
          action: nullText,
          found: nullMass,
          sold: nullMass,
          disposed: nullMass,
          level: Type.Union([Type.Integer(), Type.Null()]),
          note: nullText,
        }),
      ),
      ['What happened', '经过'],
    ),
    attempts: field(
      Type.Array(
        Type.Object({ delivery: Type.String(), at: Type.String(), outcome: Type.String(), detail: nullText }),
      ),
      ['Deliveries that held it', '投递记录'],
    ),
  }),
  ['Notice of a hold', '停售召回通知'],
)

export const Acknowledgement = field(
  Type.Object(
    {
      receiver: field(
        Type.String({ minLength: 6, maxLength: 300 }),
        ['Receiver', '接收方'],
        ['As the notice names it', '与通知中一致'],
      ),
      version: Type.Optional(Type.Integer({ minimum: 1 })),
      action: Type.Enum([...ACTIONS]),
      found: Type.Optional(
        field(Type.String({ pattern: '^\\d{1,12}(\\.\\d{1,6})?$' }), ['Found, kg', '找到（公斤）']),
      ),
      sold: Type.Optional(
        field(Type.String({ pattern: '^\\d{1,12}(\\.\\d{1,6})?$' }), ['Sold, kg', '已售（公斤）']),
      ),
      disposed: Type.Optional(
        field(Type.String({ pattern: '^\\d{1,12}(\\.\\d{1,6})?$' }), ['Disposed of, kg', '已处置（公斤）']),
      ),
      at: Type.Optional(field(Type.String({ format: 'date-time' }), ['When', '时间'])),
      note: Type.Optional(Type.String({ maxLength: 500 })),
    },
    { additionalProperties: false },
  ),
  ['Acknowledgement of a hold', '停售召回确认'],
)
