import Type from 'typebox'
import { listOf } from '#api/page.ts'
import { field } from '#core/model/field.ts'
import { nullable, text, time } from './fields.ts'

const instant = Type.String({ format: 'date-time' })
const fingerprint = field(
  Type.String(),
  ['Fingerprint', '指纹'],
  ['SHA-256 of the DER, hexadecimal', 'DER 的 SHA-256，十六进制'],
)

const certificate = Type.Object({
  fingerprint,
  serial: text(['Serial number', '序列号']),
  isOwn: field(Type.Boolean(), ['Issued by this hub', '由本平台签发']),
  notBefore: time(['From', '生效时间']),
  notAfter: time(['Until', '到期时间']),
  revokedAt: nullable(instant, ['Revoked', '吊销时间']),
  lastUsedAt: nullable(instant, ['Last used', '最近使用'], ['To the minute', '精确到分钟']),
})

export const Partner = field(
  Type.Object({
    id: field(Type.String({ format: 'uuid' }), ['Identifier', '标识']),
    name: text(['Name', '名称']),
    scopes: field(Type.Array(Type.String()), ['Scopes', '权限范围']),
    egress: nullable(
      Type.Array(Type.String()),
      ['Egress list', '外连名单'],
      [
        'Hosts and networks that its links and channels may reach; null: no list',
        '其链路与通道可访问的主机与网段；null 为不限',
      ],
    ),
    createdAt: time(['Added', '登记时间']),
    revokedAt: nullable(instant, ['Revoked', '吊销时间']),
    certificates: field(Type.Array(certificate), ['Certificates', '证书']),
  }),
  ['Partner', '合作方'],
)

export const HubEgress = field(
  Type.Object({
    egress: nullable(
      Type.Array(Type.String()),
      ['Egress list', '外连名单'],
      [
        'Hosts and networks that the hub may reach for what is of no partner; null: no list',
        '平台为不属于合作方者可访问的主机与网段；null 为不限',
      ],
    ),
  }),
  ['Egress list of the hub', '平台外连名单'],
)

export const PartnerPage = field(listOf('partners', 'Partner'), ['Partners', '合作方列表'])

export const IssuedCertificate = field(
  Type.Object({
    partner: field(Type.String({ format: 'uuid' }), ['Partner', '合作方']),
    fingerprint,
    certificate: text(['Certificate', '证书'], ['PEM', 'PEM 格式']),
    authority: text(['Its authority', '签发 CA'], ['PEM', 'PEM 格式']),
    notAfter: time(['Until', '到期时间']),
  }),
  ['Certificate that was issued', '已签发证书'],
)
