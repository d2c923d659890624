import Type from 'typebox'
import { listOf } from '#api/page.ts'
import { field } from '#core/model/field.ts'
import { nullable, text, time } from './fields.ts'

const instant = Type.String({ format: 'date-time' })

const stored = {
  id: field(Type.String({ format: 'uuid' }), ['Identifier', '标识']),
  name: text(['Name', '名称']),
  scopes: field(
    Type.Array(Type.String()),
    ['Scopes', '权限范围'],
    [
      '`push:<system>`, `read`, `read:<system>`, `read:region:<code>`, `case`, `audit`, `link:<id>`, `admin`',
      'push:<系统>、read、read:<系统>、read:region:<区划代码>、case、audit、link:<链路>、admin',
    ],
  ),
  createdAt: time(['Made', '创建时间']),
  expiresAt: nullable(instant, ['Expires', '到期时间']),
  revokedAt: nullable(instant, ['Revoked', '吊销时间']),
  unitsPerSecond: nullable(
    Type.Integer(),
    ['Rate', '额度'],
    ['Units in a second; null: HUB_RATE_KEY', '每秒额度；null 表示按 HUB_RATE_KEY'],
  ),
  lastUsedAt: nullable(instant, ['Last used', '最近使用'], ['To the minute', '精确到分钟']),
}

export const Key = field(Type.Object(stored), ['Key', '密钥'])

export const NewKey = field(
  Type.Object({ ...stored, key: text(['The key itself', '密钥本身'], ['Shown only now', '仅此一次显示']) }),
  ['New key', '新密钥'],
)

export const KeyPage = field(listOf('keys', 'Key'), ['Keys', '密钥列表'])
