import { SOAP_REASONS } from '#core/answer/soap-reasons.ts'
import { CALL_TWINS, chineseOfCall } from '#core/call-reasons.ts'
import { DBF_REASONS } from '#core/dbf-reasons.ts'
import { chineseOfDecoding } from '#core/decode-reasons.ts'
import type { Issue } from '#core/issue.ts'
import { SILENCE_REASONS } from '#core/silence/reasons.ts'
import { TABLE_REASONS } from '#core/table-reasons.ts'
import { type Reason, reasonOf } from './words.ts'

/** Why a field was refused or marked, and how to mend it. Issues carry the English text; the Chinese one is found by it. */
export const REASONS = {
  not_object: reasonOf(
    ['not an object', '不是对象'],
    ['Send each record as an object with named fields.', '每条记录应为带字段名的对象。'],
  ),
  no_key: reasonOf(
    ['the key of the record is missing', '缺少记录主键'],
    ['Fill in this field and send the record again.', '请填写此字段后重新发送。'],
  ),
  key_lost: reasonOf(
    ['the key lost digits in a spreadsheet or as a number', '主键经表格或数值转换丢失位数'],
    ['Send the key as text, with every digit.', '请以文本形式发送完整主键。'],
  ),
  key_long: reasonOf(
    ['the key is too long to be one', '主键过长'],
    ['Send the key alone in this field.', '此字段只应填写主键。'],
  ),
  no_target: reasonOf(
    ['the void names no record', '作废未指明原记录'],
    ['Name the key of the record to be made void.', '请填写被作废记录的主键。'],
  ),
  status_unknown: reasonOf(
    ['unknown status: valid or void cannot be told', '未知状态：无法判断有效或作废'],
    ['Send one of the statuses of the interface document.', '请使用接口文档规定的状态值。'],
  ),
  no_time: reasonOf(
    ['no time of the event', '缺少发生时间'],
    ['Fill in this field and send the record again.', '请填写此字段后重新发送。'],
  ),
  bad_time: reasonOf(
    ['no readable time', '时间无法识别'],
    ['Send a real date in the format of the interface document.', '请按接口文档的格式发送真实日期。'],
  ),
  order_bad: reasonOf(
    [
      'the order of the record is no whole number of at most 20 digits, so an older one cannot be told from a newer',
      '记录的顺序号不是不超过 20 位的整数，无法判断新旧',
    ],
    [
      'Send the version as a whole number from 0, or let `order` of the mapping name a field that has one.',
      '请以不小于 0 的整数发送版本号，或在映射的 order 中指定另一字段。',
    ],
  ),
  no_who: reasonOf(
    ['neither a party nor a site', '主体与场所均缺失'],
    ['Name at least one party or the site.', '请至少填写一个主体或场所。'],
  ),
  no_from: reasonOf(
    ['the dispatch does not say where the goods left', '准出记录未注明货物从何处发出'],
    [
      'Name the farm, slaughterhouse or store that they left, or their origin.',
      '请填写发出的产地、屠宰厂、仓库等场所，或货物产地。',
    ],
  ),
  no_what: reasonOf(
    ['neither a product nor a lot nor a document', '产品、批次、凭证均缺失'],
    ['Name the product, the lot or a document.', '请填写产品、批次或凭证。'],
  ),
  no_part: reasonOf(
    ['a part that this kind of record cannot do without is missing', '缺少此类记录必需的内容'],
    ['Fill in this field and send the record again.', '请填写此字段后重新发送。'],
  ),
  no_name: reasonOf(
    ['neither a name nor a code', '名称与代码均缺失'],
    ['Send a name or a code.', '请填写名称或代码。'],
  ),
  destroyed: reasonOf(
    ['text destroyed before it was sent', '文本在发送前已损坏'],
    [
      'Send the text again in its right character set (UTF-8 or GB18030).',
      '请以正确的字符集（UTF-8 或 GB18030）重新发送。',
    ],
  ),
  not_text: reasonOf(
    ['a list or an object where a single value was expected', '应为单个值，却是列表或对象'],
    ['Send one value.', '请发送单个值。'],
  ),
  code_lost: reasonOf(
    [
      'the code lost digits in a spreadsheet or as a number; it was left out',
      '代码经表格或数值转换丢失位数，未采用',
    ],
    ['Send the code as text, with every digit.', '请以文本形式发送完整代码。'],
  ),
  check_fails: reasonOf(
    ['the check digit is wrong', '校验位不符'],
    ['Compare the code with the paper.', '请核对证照上的代码。'],
  ),
  id_unknown: reasonOf(
    ['the code fits none of the known schemes', '代码不符合任何已知体系'],
    ['Compare the code with the interface document.', '请对照接口文档核对代码。'],
  ),
  scheme_unknown: reasonOf(
    [
      'no scheme has this name; the lot counts as the numbering of the source',
      '没有该编码体系；该批次按来源自有编号处理',
    ],
    [
      'Name one of the schemes in docs/mapping-language.md, or local for numbers of your own.',
      '请填写 docs/mapping-language.md 所列体系，自有编号填 local。',
    ],
  ),
  form_open: reasonOf(
    ['the code fits two forms', '代码同时符合两种形式'],
    ['Declare the form of trace codes in the mapping.', '请在映射中声明追溯码的形式。'],
  ),
  personal_left_out: reasonOf(
    ['a citizen identity number is not kept readable', '公民身份号码不保存明文'],
    ['Nothing to do; set a key for digests to link such persons.', '无需处理；如需关联请设置摘要密钥。'],
  ),
  enum_unknown: reasonOf(
    ['the value is not one that the interface document names', '取值不在接口文档规定范围内'],
    ['Add the value to the mapping, or mend it at the source.', '请在映射中补充该取值，或在来源系统更正。'],
  ),
  table_miss: reasonOf(
    ['the code table does not have the code', '代码表中没有该代码'],
    ['Add the code to the table.', '请在代码表中补充该代码。'],
  ),
  test_data: reasonOf(
    ['a name that looks like test data', '名称疑似测试数据'],
    ['Keep trials out of the system in use.', '请勿在正式系统中录入测试数据。'],
  ),
  number_bad: reasonOf(
    ['no readable number', '数字无法识别'],
    ['Send digits, with or without a unit.', '请发送数字（可带单位）。'],
  ),
  unit_bad: reasonOf(
    ['the mass or unit cannot be read, or is unusual', '重量或单位无法识别，或不常用'],
    ['Send a mass in 公斤 or 斤, or the content of a package.', '请以公斤或斤发送重量，或注明件重。'],
  ),
  amount_negative: reasonOf(
    ['an amount below zero', '数量为负'],
    [
      'Send the amount without a sign. Goods that come back are a sale that is a refund, or a disposal; a record in error is made void.',
      '请发送不带负号的数量。退货请以退货交易或退货处置记录发送；错误记录请作废。',
    ],
  ),
  amount_not_refund: reasonOf(
    ['a sale below zero that is not told as a refund', '交易数量或金额为负，但未注明退货'],
    [
      'Tell that it is one (`refund`), or send the amount without a sign; a record in error is made void.',
      '请注明为退货（refund），或发送不带负号的数值；错误记录请作废。',
    ],
  ),
  amount_zero: reasonOf(
    ['an amount of nothing: no goods are told of', '数量为零：未说明任何货物'],
    ['Send the amount that was weighed or counted.', '请发送实际称重或计数的数量。'],
  ),
  amount_vast: reasonOf(
    ['more than 1,000 tonnes in one record', '单条记录超过 1000 吨'],
    [
      'Check the unit of the mass: 克, 斤 and 公斤 are easily mistaken.',
      '请核对重量单位：克、斤、公斤容易混淆。',
    ],
  ),
  price_bad: reasonOf(
    [
      'the price cannot be read, or is for a package of unknown content',
      '单价无法识别，或以未注明件重的包装计价',
    ],
    ['Send the price for a kilogram or 500 g.', '请发送每公斤或每斤单价。'],
  ),
  price_basis: reasonOf(
    ['the price gives the amount neither for a kilogram nor for 500 g', '单价按公斤或按斤均与金额不符'],
    ['Check price, mass and amount of the scale.', '请检查秤上的单价、重量与金额。'],
  ),
  price_band: reasonOf(
    ['the price is outside the band of the product', '单价超出该产品合理范围'],
    ['Check the unit of mass and price.', '请核对重量与计价单位。'],
  ),
  area_obsolete: reasonOf(
    ['the region had ended by then; its successor is used', '该区划当时已撤销，按后继区划处理'],
    ['Send the code that was valid on the day.', '请使用当时有效的区划代码。'],
  ),
  area_ambiguous: reasonOf(
    ['the region leads to several places; none is chosen', '该区划可能对应多个地方，未作选择'],
    ['Send the code or full name of the district.', '请使用完整的区县代码或名称。'],
  ),
  area_changed: reasonOf(
    ['the region began later; its predecessor is used', '该区划当时尚未设立，按原区划处理'],
    ['Send the code that was valid on the day.', '请使用当时有效的区划代码。'],
  ),
  area_unknown: reasonOf(
    ['no such region', '没有该区划'],
    ['Send a GB/T 2260 code.', '请使用 GB/T 2260 代码。'],
  ),
  type_guessed: reasonOf(
    ['the type of the document was told from its number', '凭证类型由编号推断'],
    ['Name the type of the document where the interface allows it.', '接口允许时请注明凭证类型。'],
  ),
  doc_territory: reasonOf(
    [
      'the certificate is for transport inside of one province, and the goods crossed its border',
      '该证明仅限省内使用，货物已跨省',
    ],
    [
      'Compare with the paper: goods of another province need a certificate A.',
      '请核对证明：跨省调运应使用 A 证。',
    ],
  ),
  doc_expired: reasonOf(
    ['the document was used after its last valid day', '使用时凭证已过有效期'],
    ['Compare the day of issue and the days stated on the paper.', '请核对签发日期与有效天数。'],
  ),
  tag_partial: reasonOf(
    ['only the last digits of ear tags are written', '畜禽标识只写了末几位'],
    ['Send the 15 digits of each tag where they are known.', '已知时请发送 15 位完整标识。'],
  ),
  tag_unread: reasonOf(
    ['a part of the ear tags is no tag and no range', '畜禽标识中有无法识别的部分'],
    ['Send tags divided by commas, ranges as 219-236.', '请以逗号分隔标识，连续号写作 219-236。'],
  ),
  product_unknown: reasonOf(
    ['no code table or alias names the product', '产品不在代码表与别名表中'],
    ['Send a GB/T 7635.1 code, or add the alias.', '请发送 GB/T 7635.1 代码，或补充别名。'],
  ),
  time_range: reasonOf(
    ['a time before 2009 or later than tomorrow', '时间早于 2009 年或晚于明天'],
    ['Check the clock of the source.', '请检查来源系统时钟。'],
  ),
  future: reasonOf(
    ['a time later than the receipt', '时间晚于接收时间'],
    ['Check the clock of the source.', '请检查来源系统时钟。'],
  ),
  nothing: reasonOf(
    ['no record comes of it: no condition of the mapping holds', '未生成任何记录：映射中的条件均不成立'],
    [
      'Compare the record with the interface document; the mapping may need a further case.',
      '请对照接口文档核对此记录；映射可能需要补充一种情形。',
    ],
  ),
  left_out: reasonOf(
    ['too little is known for this record; it was left out', '信息不足，未生成此记录'],
    ['Fill in the fields of this record.', '请补充相关字段。'],
  ),
  bad_signature: reasonOf(
    ['the signature does not fit', '签名不符'],
    [
      'Sign the body exactly as it is sent, with the secret that both sides have.',
      '请用双方约定的密钥，对实际发送的报文体原文签名。',
    ],
  ),
  no_signature: reasonOf(
    ['the signature is missing', '缺少签名'],
    ['Sign the message as the interface document says.', '请按接口文档对报文签名。'],
  ),
  no_signature_headers: reasonOf(
    [
      'the system must sign what it sends, and the message is not signed',
      '该系统须对报文签名，而此报文没有签名',
    ],
    [
      'Send webhook-id, webhook-timestamp and webhook-signature as Standard Webhooks says.',
      '请按 Standard Webhooks 发送 webhook-id、webhook-timestamp 与 webhook-signature。',
    ],
  ),
  bad_signature_headers: reasonOf(
    ['webhook-id or webhook-timestamp is malformed', 'webhook-id 或 webhook-timestamp 格式不正确'],
    [
      'The id has 1 to 255 printable characters without full stops, the time is in seconds since 1970.',
      'webhook-id 为 1 至 255 个可打印字符，不含句点；时间为 1970 年以来的秒数。',
    ],
  ),
  signature_too_old: reasonOf(
    ['the signature was made more than 5 minutes ago', '签名时间已超过 5 分钟'],
    [
      'Set the clock, and sign each attempt anew with the same webhook-id.',
      '请校准时钟；每次重试用相同的 webhook-id 重新签名。',
    ],
  ),
  signature_too_new: reasonOf(
    ['the signature was made more than 5 minutes ahead', '签名时间比平台时间超前 5 分钟以上'],
    ['Set the clock.', '请校准时钟。'],
  ),
  no_signature_fits: reasonOf(
    ['no signature fits a key of the system', '没有与该系统密钥相符的签名'],
    [
      'Sign id, time and the body exactly as it is sent, with a key that is registered for the system.',
      '请用已登记的密钥，对 webhook-id、时间与实际发送的报文体原文签名。',
    ],
  ),
  given_up: reasonOf(
    [
      'the hub failed at this place of the message again and again; what is counted here is stored',
      '平台在报文此处多次处理失败；此处计数的部分已入库',
    ],
    [
      'Tell the operator the number of the receipt, and send the rest again.',
      '请将回执号告知运维人员，并重新发送其余部分。',
    ],
  ),
} as const satisfies Record<string, Reason>

export type ReasonCode = keyof typeof REASONS

const CHINESE = new Map([
  ...CALL_TWINS.filter(([en]) => !en.includes('$')),
  ...[REASONS, TABLE_REASONS, DBF_REASONS, SILENCE_REASONS, SOAP_REASONS]
    .flatMap((reasons) => Object.values<Reason>(reasons))
    .flatMap(({ reason, fix }) => [[reason.en, reason.zh] as const, [fix.en, fix.zh] as const]),
])

/** An issue with its reason and fix in Chinese: it is kept in English. */
export const inChinese = ({ reason, fix, ...issue }: Issue): Issue => ({
  ...issue,
  reason: chineseReason(reason),
  ...(fix === undefined ? {} : { fix: chineseReason(fix) }),
})

/** The Chinese twin of a reason or fix of an issue; the text itself where there is none. */
export const chineseReason = (english: string): string =>
  CHINESE.get(english) ?? chineseOfDecoding(english) ?? chineseOfCall(english) ?? english
