import type { FindingSeverity } from '#core/findings/finding-kinds.ts'
import type { PAY_METHODS } from '#core/model/kinds.ts'

type Pair = readonly [en: string, zh: string]

const METHODS: Readonly<Record<(typeof PAY_METHODS)[number], Pair>> = {
  cash: ['Cash', '现金'],
  wechat: ['WeChat', '微信'],
  alipay: ['Alipay', '支付宝'],
  bank: ['Bank', '银行转账'],
  market_card: ['Card of the market', '市场卡'],
  other: ['Other', '其他'],
  unknown: ['Not told', '未注明'],
}
const SEVERITIES: Readonly<Record<FindingSeverity, Pair>> = {
  info: ['For information', '提示'],
  warning: ['Warning', '预警'],
  serious: ['Serious', '严重'],
  critical: ['Critical', '紧急'],
}
const COUNTED: Readonly<Record<string, Pair>> = {
  entry: ['Entries', '进场'],
  wholesale: ['Wholesale', '批发'],
  retail: ['Retail', '零售'],
  trade: ['Sales', '交易'],
  payment: ['Payments', '支付'],
}

const wordOf = (words: Readonly<Record<string, Pair>>, code: string): Pair =>
  (Object.hasOwn(words, code) ? words[code] : undefined) ?? [code, code]

/** Codes of the model in the words of a report; one that nobody knows as it is. */
export const methodWord = (method: string): Pair => wordOf(METHODS, method)
export const severityWord = (severity: string): Pair => wordOf(SEVERITIES, severity)
export const countedWord = (of: string): Pair => wordOf(COUNTED, of)
