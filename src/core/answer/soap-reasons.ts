import { type Reason, reasonOf } from '#core/mapping/words.ts'

/** Why an envelope is refused before anything in it is looked at. */
export const SOAP_REASONS = {
  version: reasonOf(
    ['an envelope of a version that there is not', '信封的 SOAP 版本不存在'],
    ['send an envelope of SOAP 1.1 or 1.2', '请发送 SOAP 1.1 或 1.2 信封。'],
  ),
  header: reasonOf(
    ['a header that must be understood is not', '必须理解（mustUnderstand）的消息头未被支持'],
    ['send it without mustUnderstand, or leave it out', '请去掉 mustUnderstand，或不发送该消息头。'],
  ),
  operation: reasonOf(
    ['an operation that this service does not have', '服务没有此操作'],
    ['call the operation that the WSDL names', '请调用 WSDL 中的操作。'],
  ),
} as const satisfies Record<string, Reason>
