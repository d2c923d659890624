import Type, { type Static } from 'typebox'
import { closed, path } from '#adapters/paging/settings/field.ts'
import { PagingSettings } from '#adapters/paging/settings/paging.ts'
import { SuccessSettings } from '#adapters/paging/settings/success.ts'
import { WatermarkSettings } from '#adapters/paging/settings/watermark.ts'
import { field } from '#core/model/field.ts'
import { AuthSettings } from './auth.ts'
import { ENDPOINT } from './endpoint.ts'
import { ConfirmSettings, CountsSettings, KeysSettings } from './more.ts'

export const PullSettings = Type.Object(
  {
    ...ENDPOINT,
    contentType: Type.Optional(
      field(
        Type.String({ maxLength: 100, pattern: '^[\\w!#$&^.+-]+/[\\w!#$&^.+-]+$' }),
        ['Taken in as', '内容类型'],
        [
          'Content type under which pages are taken in, as `also` of the mapping names it; that of JSON where not given',
          '页面入库时的内容类型，与映射的 also 对应；默认 JSON',
        ],
      ),
    ),
    rows: Type.Optional(
      path(['Rows', '行'], ['Path of the list of rows; the root where not given', '行列表的路径，默认为根']),
    ),
    paging: Type.Optional(PagingSettings),
    watermark: Type.Optional(WatermarkSettings),
    auth: Type.Optional(AuthSettings),
    success: Type.Optional(SuccessSettings),
    keys: Type.Optional(KeysSettings),
    counts: Type.Optional(CountsSettings),
    confirm: Type.Optional(ConfirmSettings),
  },
  closed,
)
export type PullSettings = Static<typeof PullSettings>
