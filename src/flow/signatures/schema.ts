import Type from 'typebox'
import { field } from '#core/model/field.ts'
import { SIGNATURE_REASONS, SIGNATURE_STATES } from '#core/pki/judge.ts'

/** What the signature of a paper is worth. */
export const SignatureSchema = Type.Object({
  state: field(
    Type.Enum([...SIGNATURE_STATES]),
    ['State', '状态'],
    [
      'valid: signed by whom a trusted authority says; invalid: not over these bytes, or malformed; untrusted: no trusted authority; expired, revoked: the certificate did not count; unknown: a list is missing or over',
      'valid 有效；invalid 与内容不符或格式有误；untrusted 非可信机构；expired 证书不在有效期；revoked 证书已吊销；unknown 缺少吊销列表或已过期；none 未签名',
    ],
  ),
  reason: field(Type.Enum([...SIGNATURE_REASONS, 'not_checked']), ['Reason', '原因']),
  signer: field(
    Type.Union([Type.String(), Type.Null()]),
    ['Signer', '签名者'],
    ['As the certificate says; it counts only where the state is valid', '证书所载名称，仅在有效时可信'],
  ),
  signedAt: field(
    Type.Union([Type.String(), Type.Null()]),
    ['Signed', '签名时间'],
    ['As the signer says', '签名者声称'],
  ),
  checkedAt: field(Type.Union([Type.String(), Type.Null()]), ['Checked', '核验时间']),
})
