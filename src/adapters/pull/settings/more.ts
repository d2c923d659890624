import Type, { type Static } from 'typebox'
import { closed, keyFields, name, path } from '#adapters/paging/settings/field.ts'
import { PagingSettings } from '#adapters/paging/settings/paging.ts'
import { field } from '#core/model/field.ts'
import { ENDPOINT } from './endpoint.ts'

export const KeysSettings = field(
  Type.Object(
    {
      ...ENDPOINT,
      rows: Type.Optional(
        path(
          ['Rows', '行'],
          ['Path of the list of rows; the root where not given', '行列表的路径，默认为根'],
        ),
      ),
      paging: Type.Optional(PagingSettings),
      fields: keyFields,
    },
    closed,
  ),
  ['List of keys', '主键清单'],
  [
    'Where the keys of all rows that the source has now are asked for; finds what was deleted',
    '查询来源现有全部主键的接口，用于发现已删除的记录',
  ],
)
export type KeysSettings = Static<typeof KeysSettings>

export const CountsSettings = field(
  Type.Object(
    {
      ...ENDPOINT,
      from: name(['From', '起始参数'], ['Parameter that takes the start of an hour', '小时起始的参数名']),
      to: name(['To', '截止参数'], ['Parameter that takes its end', '小时截止的参数名']),
      format: field(
        Type.String({ minLength: 1, maxLength: 40 }),
        ['Format', '格式'],
        [
          'As of the watermark: epoch-ms, iso, yyyy-MM-dd HH:mm:ss…',
          '同增量的格式：epoch-ms、iso、yyyy-MM-dd HH:mm:ss 等',
        ],
      ),
      end: Type.Optional(
        field(
          Type.Enum(['exclusive', 'inclusive']),
          ['End', '截止含义'],
          [
            'Whether the end belongs to the hour: exclusive where not given; with inclusive one unit less is asked for',
            '截止时刻是否计入，默认不计入；inclusive 时少问一个单位',
          ],
        ),
      ),
      count: path(['Count', '条数'], ['Where the answer says how many rows there are', '应答中条数的路径']),
    },
    closed,
  ),
  ['Counts', '计数'],
  ['Where the source says how many rows an hour has', '查询某小时条数的接口'],
)
export type CountsSettings = Static<typeof CountsSettings>

export const ConfirmSettings = field(
  Type.Object(
    {
      ...ENDPOINT,
      token: Type.Optional(
        path(
          ['Token', '批次标识'],
          ['Where a page says by what it is confirmed', '页面应答中批次标识的路径'],
        ),
      ),
      parameter: Type.Optional(
        name(['Parameter', '参数名'], ['Name that the token goes by', '批次标识的参数名']),
      ),
      receipt: Type.Optional(
        name(['Receipt', '回执参数'], ['Name that the receipt of the hub goes by', '平台回执号的参数名']),
      ),
    },
    closed,
  ),
  ['Confirmation', '确认'],
  ['What is sent for each page once it is stored', '每页入库后发送的确认请求'],
)
export type ConfirmSettings = Static<typeof ConfirmSettings>
