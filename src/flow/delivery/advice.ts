import type { LinkError } from '#store/links.ts'
import type { Failure } from './answer.ts'

const ADVICE = {
  retry: {
    zh: '接收方暂不可用，将自动重试；如持续失败，请联系接收方。',
    en: 'The receiver is not available now; the hub tries again by itself. Tell the receiver if it lasts.',
  },
  auth: {
    zh: '接收方不认可签名或凭证：请核对双方的密钥，然后恢复该链路。',
    en: 'The receiver does not accept the signature or the credentials: compare the secret on both sides, then resume the link.',
  },
  config: {
    zh: '地址、映射或接口约定有误：请核对接收方地址与 openapi/receiver.json，修改链路后恢复。',
    en: 'The address, the mapping or the contract is wrong: compare the receiver with openapi/receiver.json, change the link and resume it.',
  },
} as const

/** Who must act: the receiver, or the operators of this hub. */
export const ACTORS = { retry: 'receiver', auth: 'operator', config: 'operator' } as const

/** Longest detail that is kept of what a receiver said. */
export const DETAIL_MAX = 500

/** What the link shows to its operator. */
export const linkError = (failure: Failure, atMs: number): LinkError => {
  const kind = failure.class === 'refused' ? 'config' : failure.class
  return {
    class: kind,
    status: failure.status,
    detail: failure.detail.slice(0, DETAIL_MAX),
    advice: ADVICE[kind],
    at: new Date(atMs).toISOString(),
  }
}
