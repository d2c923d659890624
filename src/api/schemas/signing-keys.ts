import Type from 'typebox'
import { listOf } from '#api/page.ts'
import { field } from '#core/model/field.ts'
import { SIGNER_SCHEMES } from '#store/signing-keys.ts'
import { nullable, text, time } from './fields.ts'

const instant = Type.String({ format: 'date-time' })

const key = {
  id: field(Type.String({ format: 'uuid' }), ['Identifier', '标识']),
  scheme: field(
    Type.Enum([...SIGNER_SCHEMES]),
    ['Scheme', '签名方式'],
    [
      '`v1`: HMAC-SHA256; `v1a`: Ed25519; `vsm2`: SM2 with SM3',
      'v1：HMAC-SHA256；v1a：Ed25519；vsm2：SM2 与 SM3',
    ],
  ),
  name: text(['Name', '名称']),
  publicKey: nullable(Type.String(), ['Public key', '公钥'], ['None with `v1`', 'v1 没有公钥']),
  signer: nullable(
    Type.String(),
    ['Identity of the signer', '签名者标识'],
    ['With `vsm2`; 1234567812345678 where nothing is said', '用于 vsm2，默认 1234567812345678'],
  ),
  createdAt: time(['Registered', '登记时间']),
  endsAt: nullable(instant, ['Ends', '到期时间']),
  revokedAt: nullable(instant, ['Revoked', '吊销时间']),
}

export const SigningKey = field(Type.Object(key), ['Signing key', '签名密钥'])

export const NewSigningKey = field(
  Type.Object({
    ...key,
    secret: nullable(
      Type.String(),
      ['Secret', '密钥'],
      ['Shown only now, where the hub made it', '由平台生成时仅此一次显示'],
    ),
  }),
  ['New signing key', '新签名密钥'],
)

export const SigningKeys = field(
  Type.Object({
    required: field(
      Type.Boolean(),
      ['Must sign', '必须签名'],
      ['Whether messages without a signature are refused', '是否拒绝未签名的报文'],
    ),
    ...listOf('keys', 'SigningKey').properties,
  }),
  ['Signing keys of a system', '对接系统的签名密钥'],
)
