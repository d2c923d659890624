import type { Issue } from './issue.ts'

/** Who must act for the call to succeed; whether a retry without change can help follows from it. */
export type Actor = 'sender' | 'mapping author' | 'receiver' | 'operator' | 'nobody'

interface ErrorDefinition {
  readonly status: number
  readonly actor: Actor
  readonly title: { readonly en: string; readonly zh: string }
  readonly fix: { readonly en: string; readonly zh: string }
}

const define = (
  status: number,
  actor: Actor,
  title: readonly [en: string, zh: string],
  fix: readonly [en: string, zh: string],
): ErrorDefinition => ({
  status,
  actor,
  title: { en: title[0], zh: title[1] },
  fix: { en: fix[0], zh: fix[1] },
})

/** Every error that the hub answers with, by its code. `docs/errors.md` is tested against this table. */
export const ERRORS = {
  unauthenticated: define(
    401,
    'sender',
    ['No valid key', '没有有效的密钥'],
    [
      'Send "Authorization: Bearer <key>" with a key that is neither revoked nor expired.',
      '请在 Authorization: Bearer 中提供有效且未过期的密钥。',
    ],
  ),
  forbidden: define(
    403,
    'sender',
    ['The key does not allow this', '密钥没有此权限'],
    [
      'Use a key with the scope named in "detail", or ask an administrator for one.',
      '请使用具有 detail 中所列权限的密钥，或向管理员申请。',
    ],
  ),
  other_site: define(
    403,
    'sender',
    ['The request comes from another site', '请求来自其他网站'],
    [
      'Open the page of the hub itself and send the form there; a program sends a key and no cookie.',
      '请打开本平台自身的页面提交；程序应使用密钥，不使用 Cookie。',
    ],
  ),
  not_found: define(
    404,
    'sender',
    ['Not found', '未找到'],
    ['Check the identifier; lists are under the path without it.', '请检查标识；去掉标识的路径可列出全部。'],
  ),
  unknown_system: define(
    404,
    'sender',
    ['Unknown system', '未知的对接系统'],
    [
      'Use one of the systems named in "known", or register the system first.',
      '请使用 known 中列出的系统，或先登记该系统。',
    ],
  ),
  unknown_record: define(
    404,
    'sender',
    ['Unknown record of the system', '该系统没有此记录'],
    [
      'Use one of the records named in "known"; where it names none, add a mapping of the system and activate it.',
      '请使用 known 中列出的记录；若其中没有记录，请添加该系统的映射并启用。',
    ],
  ),
  method_not_allowed: define(
    405,
    'sender',
    ['Method not allowed', '不支持的请求方法'],
    ['See /docs for the methods of this path.', '此路径支持的方法见 /docs。'],
  ),
  unsupported_media_type: define(
    415,
    'sender',
    ['Content type not accepted', '不接受该内容类型'],
    [
      'Send the body with one of the content types named in "accepted".',
      '请使用 accepted 中列出的内容类型发送。',
    ],
  ),
  invalid_request: define(
    400,
    'sender',
    ['The request is not valid', '请求不合规范'],
    ['Mend the fields named in "issues".', '请修改 issues 中列出的字段。'],
  ),
  empty_body: define(
    400,
    'sender',
    ['The body is empty', '请求体为空'],
    ['Send the records in the body.', '请在请求体中发送记录。'],
  ),
  unreadable_message: define(
    400,
    'sender',
    ['The message cannot be read', '报文无法读取'],
    [
      'Mend the place named in "issues" and send the whole message again; nothing of it became a record.',
      '请修正 issues 所指位置后重新发送整个报文；其中没有任何记录入库。',
    ],
  ),
  bad_signature: define(
    403,
    'sender',
    ['The signature does not fit', '签名不符'],
    [
      'Sign the body exactly as it is sent, with the secret that both sides have; nothing of the message became a record.',
      '请用双方约定的密钥，对实际发送的报文体原文签名；其中没有任何记录入库。',
    ],
  ),
  delivery_unsigned: define(
    401,
    'sender',
    ['The delivery is not signed as agreed', '推送的签名不符或已过时'],
    [
      'Sign as openapi/receiver.json says with the secret that both sides have, and set the clock; then resume the link.',
      '请按 openapi/receiver.json 用双方约定的密钥签名，并校准时钟，然后恢复该链路。',
    ],
  ),
  too_large: define(
    413,
    'sender',
    ['The body is too large', '请求体过大'],
    ['Split it so that it stays within the limit named in "detail".', '请按 detail 中的上限拆分后发送。'],
  ),
  idempotency_conflict: define(
    422,
    'sender',
    ['Idempotency-Key was used for another body', 'Idempotency-Key 已用于不同的请求体'],
    [
      'Use a new key for a new body; repeat the same body to get its receipt.',
      '新的请求体请使用新的 Idempotency-Key；重复发送原请求体可取回原回执。',
    ],
  ),
  nonce_used: define(
    409,
    'sender',
    ['The id of the signed message was used for another body', '该签名报文标识已用于不同的请求体'],
    [
      'Give each message a webhook-id of its own; the same id and body get the receipt of the first.',
      '每个报文请使用各自的 webhook-id；相同标识与内容可取回原回执。',
    ],
  ),
  mapping_broken: define(
    503,
    'mapping author',
    ['The mapping of this record is broken', '该记录的映射有误'],
    [
      'See /readyz and "hub system check"; the message was not taken, send it again when the mapping is mended.',
      '详见 /readyz 与 hub system check；报文未接收，映射修复后请重新发送。',
    ],
  ),
  mapping_invalid: define(
    422,
    'mapping author',
    ['The mapping is not valid', '映射文件不合规范'],
    ['Mend the places named in "issues".', '请修改 issues 中列出的位置。'],
  ),
  address_refused: define(
    422,
    'sender',
    ['The address is not allowed', '不允许的地址'],
    [
      'Use a public https address, or name the private network in "allowAddress" as CIDR:port.',
      '请使用公网 https 地址，或在 allowAddress 中以 CIDR:端口 声明内网地址。',
    ],
  ),
  conflict: define(
    409,
    'sender',
    ['It stands against what there is', '与现有内容冲突'],
    ['Change what "detail" names, or what is asked for.', '请先处理 detail 所述的冲突，或修改本次请求。'],
  ),
  wrong_state: define(
    409,
    'sender',
    ['It is not possible now', '当前不能进行此操作'],
    [
      'Read its state and what is possible in it, then choose another step.',
      '请查看其当前状态与可用操作，再作选择。',
    ],
  ),
  busy: define(
    429,
    'nobody',
    ['Too much at once', '请求过多'],
    ['Wait as long as Retry-After says and send again.', '请按 Retry-After 等待后重试。'],
  ),
  overloaded: define(
    503,
    'nobody',
    ['Too much to do right now', '暂时繁忙'],
    ['Wait as long as Retry-After says and ask again.', '请按 Retry-After 等待后重试。'],
  ),
  no_public_url: define(
    404,
    'operator',
    ['The public address is not set', '未设置公众访问地址'],
    [
      'Set HUB_PUBLIC_URL to the address under which anyone reaches the pages, and start the hub again.',
      '请将 HUB_PUBLIC_URL 设置为公众访问追溯页面的地址，并重新启动平台。',
    ],
  ),
  unavailable: define(
    503,
    'operator',
    ['The database cannot be reached', '数据库暂不可用'],
    [
      'Nothing was stored; wait as long as Retry-After says and send again.',
      '未保存任何内容；请按 Retry-After 等待后重新发送。',
    ],
  ),
  evidence_stopped: define(
    503,
    'operator',
    ['The log of evidence stands still, so nothing is taken in', '存证日志已停止，暂停接收'],
    [
      'Nothing was stored; wait as long as Retry-After says and send again. Operator: see "evidence" of /readyz.',
      '未保存任何内容；请按 Retry-After 等待后重新发送。运维人员请查看 /readyz 的 evidence。',
    ],
  ),
  stopping: define(
    503,
    'nobody',
    ['The hub is stopping', '平台正在停止'],
    ['Nothing was stored; send again.', '未保存任何内容，请重新发送。'],
  ),
  sealed_unreadable: define(
    500,
    'operator',
    ['A sealed value does not open', '加密内容无法解密'],
    [
      'What is stored at the place in "detail" was changed, moved, or sealed with other keys: run hub audit verify, and restore the row from a backup.',
      'detail 所示位置的内容被改动、移动或以其他密钥加密：请运行 hub audit verify，并从备份恢复该行。',
    ],
  ),
  internal: define(
    500,
    'operator',
    ['The hub failed', '平台内部错误'],
    [
      'Nothing was stored; tell the operator the "request" number.',
      '未保存任何内容；请将 request 编号告知运维人员。',
    ],
  ),
} as const satisfies Record<string, ErrorDefinition>

export type ErrorCode = keyof typeof ERRORS

/** What a HubError may carry beside its code. */
export interface ErrorParts {
  /** One sentence for the caller: what exactly is wrong. No personal data. */
  readonly detail?: string
  readonly issues?: readonly Issue[]
  /** What to do, where it is known better than by the code alone. */
  readonly fix?: string
  /** Further members of the problem, such as `known` or `accepted`. */
  readonly members?: Readonly<Record<string, unknown>>
  readonly retryAfterMs?: number
  readonly cause?: unknown
}

/**
 * The one error that the ways of a record throw. Its code says what happened, and by the table who must act; it becomes
 * problem+json in the API and a verdict in a job. Batches return what became of each record, they do not throw.
 */
export class HubError extends Error {
  readonly code: ErrorCode
  readonly parts: ErrorParts
  constructor(code: ErrorCode, parts: ErrorParts = {}) {
    super(
      parts.detail ?? ERRORS[code].title.en,
      parts.cause === undefined ? undefined : { cause: parts.cause },
    )
    this.name = 'HubError'
    this.code = code
    this.parts = parts
  }
  get actor(): Actor {
    return ERRORS[this.code].actor
  }
  /** Whether the same call can succeed later without change. */
  get retryable(): boolean {
    return this.actor === 'nobody' || this.actor === 'operator' || this.actor === 'mapping author'
  }
}
