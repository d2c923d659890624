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

const OWN_DISK = {
  zh: '本机磁盘写入失败，将自动重试；请检查该文件夹所在磁盘的剩余空间与状态。',
  en: 'The disk of this machine does not take the file; the hub tries again by itself. See to the space and the state of the disk that the folder is on.',
} as const

/** Who must act: the receiver, or the operators of this hub. */
const ACTORS = { retry: 'receiver', auth: 'operator', config: 'operator' } as const
/** @param error as it was stored: errors from before have no actor of their own */
export const actorOf = (error: LinkError): 'receiver' | 'operator' => error.actor ?? ACTORS[error.class]

const REFUSED = {
  mapping_failed: {
    actor: 'operator',
    advice: {
      zh: '映射无法表达该记录：请修改映射并启用，然后按此分组重发。',
      en: 'The mapping cannot express the record: mend and activate it, then send this group again.',
    },
  },
  not_json: {
    actor: 'operator',
    advice: {
      zh: '映射的输出格式与接收方式不符：请更换映射，然后重发。',
      en: 'The mapping writes another format than the link sends: give the link another mapping, then send again.',
    },
  },
  void_not_expressible: {
    actor: 'operator',
    advice: {
      zh: '接收方协议无法表达作废：请线下告知接收方，然后放弃该变更并注明。',
      en: 'The receiver has no word for a void: tell it by other means, then drop the change with that reason.',
    },
  },
} as const
const REFUSED_BY_RECEIVER = {
  actor: 'receiver',
  advice: {
    zh: '接收方拒绝了这些变更：请与接收方核对代码与说明，修复数据、映射或接收方后按此分组重发，或注明原因后放弃。',
    en: 'The receiver refuses these changes: clear its code and words up with it; after data, mapping or receiver are mended send the group again, or drop it with a reason.',
  },
} as const

/** Who must act on changes that were refused with a code, and how. */
export const refusedAdvice = (
  code: string | null,
): {
  readonly actor: 'receiver' | 'operator'
  readonly advice: { readonly zh: string; readonly en: string }
} =>
  code !== null && Object.hasOwn(REFUSED, code) ? REFUSED[code as keyof typeof REFUSED] : REFUSED_BY_RECEIVER

/** Longest detail that is kept of what a receiver said. */
export const DETAIL_MAX = 500

/** What others said, as PostgreSQL can keep it: cut, whole characters, no NUL. */
export const keptWords = (text: string, most = DETAIL_MAX): string =>
  text.slice(0, most).toWellFormed().replaceAll('\0', '')

/** What the link shows to its operator. */
export const linkError = (failure: Failure, atMs: number): LinkError => {
  const kind = failure.class === 'refused' ? 'config' : failure.class
  return {
    class: kind,
    status: failure.status,
    detail: keptWords(failure.detail),
    ...(failure.ownDisk ? { actor: 'operator', advice: OWN_DISK } : { advice: ADVICE[kind] }),
    at: new Date(atMs).toISOString(),
  }
}
