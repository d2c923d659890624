import Type from 'typebox'
import { listOf } from '#api/page.ts'
import { field } from '#core/model/field.ts'
import { component, count, nullable, time } from './fields.ts'
import { LinkFilter } from './links.ts'

const instant = Type.String({ format: 'date-time' })

/** What of the past a backfill sends; also the body of a request, therefore closed. */
export const BackfillScope = field(
  Type.Object(
    {
      ...LinkFilter.properties,
      records: Type.Optional(
        field(Type.Array(Type.String({ minLength: 1, maxLength: 8000 }), { minItems: 1, maxItems: 1000 }), [
          'Records',
          '记录标识',
        ]),
      ),
      from: Type.Optional(field(instant, ['Received by the hub at or after', '平台接收起始时间'])),
      to: Type.Optional(field(instant, ['Received by the hub before', '平台接收截止时间'])),
    },
    { additionalProperties: false },
  ),
  ['Scope of a backfill', '补发范围'],
  [
    'All that is given must hold, and the filter of the link; nothing given means everything',
    '各条件与链路过滤条件同时满足；不给条件表示全部',
  ],
)

export const Backfill = field(
  Type.Object({
    id: Type.String({ format: 'uuid' }),
    state: field(Type.Enum(['open', 'done', 'cancelled']), ['State', '状态']),
    scope: component('BackfillScope'),
    done: count(['Positions looked through', '已处理位点数']),
    total: count(['Positions to look through', '位点总数']),
    delivered: count(['Changes delivered', '已投递']),
    refused: count(['Changes refused', '被拒绝']),
    putOff: count(['Put off', '暂缓'], ['They wait among the held changes', '列入滞留变更']),
    superseded: count(
      ['Left out', '略过'],
      ['A newer version of the record goes or waits', '该记录较新版本已发送或待发'],
    ),
    createdAt: time(['Made', '创建时间']),
    endedAt: nullable(instant, ['Ended', '结束时间']),
  }),
  ['Backfill', '补发'],
)

export const BackfillPage = field(
  listOf('backfills', 'Backfill'),
  ['Backfills', '补发列表'],
  ['Newest first', '最新在前'],
)

export const BackfillCount = field(
  Type.Object({
    records: count(['Records that would be sent', '将发送的记录数'], ['Each as it is now', '各取当前版本']),
  }),
  ['Count of a backfill', '补发统计'],
)
