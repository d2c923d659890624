import Type from 'typebox'
import { field } from '#core/model/field.ts'
import { SignatureSchema } from '#flow/signatures/schema.ts'
import { component, count, nullable, text, time } from './fields.ts'

const instant = Type.String({ format: 'date-time' })

export const TrustAnchor = field(
  Type.Object({
    fingerprint: text(['Fingerprint', '指纹'], ['SHA-256 of the certificate', '证书的 SHA-256']),
    subject: text(['Subject', '主题']),
    notAfter: time(['Valid until', '有效期至']),
    withoutLists: field(
      Type.Boolean(),
      ['Without lists', '不查吊销列表'],
      [
        'Certificates below it count although nobody says which were taken back',
        '其下证书无须吊销列表即可采信',
      ],
    ),
    addedAt: time(['Added', '添加时间']),
  }),
  ['Trusted authority', '可信机构'],
)

export const RevocationList = field(
  Type.Object({
    fingerprint: text(['Fingerprint', '指纹']),
    issuer: text(['Issuer', '签发者']),
    thisUpdate: time(['Of', '本次更新']),
    nextUpdate: nullable(instant, ['Next', '下次更新']),
    revoked: count(['Certificates', '吊销证书数']),
    addedAt: time(['Added', '添加时间']),
  }),
  ['Revocation list', '证书吊销列表'],
)

export const TrustView = field(
  Type.Object({
    anchors: Type.Array(component('TrustAnchor') as never),
    lists: Type.Array(component('RevocationList') as never),
  }),
  ['What is trusted', '信任配置'],
)

export const SignatureVerdict = field(SignatureSchema, ['What a signature is worth', '签名核验结果'])
