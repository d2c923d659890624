import { DOCUMENT_TYPES, type DocumentType } from '#core/documents/document-type.ts'
import type { Words } from '#core/mapping/words.ts'
import type { Bilingual } from '#core/model/field.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { Quantity } from '#core/model/values.ts'
import type { NodeState, TraceHold, TraceTest } from './graph.ts'

/** Words of traces for people, English and Chinese. */
export type WordLanguage = 'zh' | 'en'
export const inLanguage = ([en, zh]: Bilingual, language: WordLanguage): string =>
  language === 'zh' ? zh : en

/** What happened, as one says it of goods. */
export const EVENT_WORDS: Readonly<Record<Kind, Bilingual>> = {
  party: ['Party', '主体'],
  site: ['Site', '场所'],
  document: ['Certificate issued', '开具凭证'],
  production: ['Produced', '生产'],
  transformation: ['Processed', '加工'],
  dispatch: ['Dispatched', '出场'],
  entry: ['Arrived', '进场'],
  test: ['Tested', '检测'],
  sale: ['Traded', '交易'],
  payment: ['Paid', '支付'],
  hold: ['Held', '停售'],
  disposal: ['Disposed of', '处置'],
  inspection: ['Inspected', '监管检查'],
  finding: ['Found', '发现/预警'],
}

export const STATE_WORDS: Readonly<Record<NodeState, Bilingual>> = {
  valid: ['valid', '有效'],
  active: ['in circulation', '流通中'],
  unknown: ['not received from its issuer', '未收到开具方记录'],
  void: ['VOID', '已作废'],
  held: ['SALE STOPPED', '已停售'],
  recalled: ['RECALLED', '已召回'],
  disposed: ['disposed of', '已处置'],
}

export const VERDICT_WORDS: Readonly<Record<TraceTest['verdict'], Bilingual>> = {
  pass: ['passed', '合格'],
  fail: ['FAILED', '不合格'],
  suspect: ['suspect', '可疑'],
  invalid: ['invalid', '无效'],
  unknown: ['no verdict', '未判定'],
}

export const HOLD_WORDS: Readonly<Record<TraceHold['kind'], Bilingual>> = {
  stop_sale: ['Sale stopped', '停止销售'],
  release: ['Released', '解除停售'],
  recall: ['Recalled', '召回'],
}

const UNIT_WORDS: Readonly<Record<Quantity['unit'], Bilingual>> = {
  KGM: ['kg', '公斤'],
  HEA: ['head', '头'],
  H87: ['pieces', '件'],
  PKG: ['packages', '箱（包）'],
}

/** The word for a unit of quantities; one that is none stays as it is. */
export function unitWords(unit: string): Words {
  const [en, zh] = Object.hasOwn(UNIT_WORDS, unit) ? UNIT_WORDS[unit as Quantity['unit']] : [unit, unit]
  return { en, zh }
}

/** A quantity in words: `100 公斤`, `20 head`; empty where it is not known. */
export const quantityWords = (
  quantity: Pick<Quantity, 'value' | 'unit'> | undefined,
  language: WordLanguage,
): string => (quantity?.value ? `${quantity.value} ${inLanguage(UNIT_WORDS[quantity.unit], language)}` : '')

/** Title of a type of document; of one that the hub does not know, the code itself. */
export const documentTitle = (type: string, language: WordLanguage): string =>
  Object.hasOwn(DOCUMENT_TYPES, type) ? inLanguage(DOCUMENT_TYPES[type as DocumentType], language) : type

const LOT: Bilingual = ['Lot', '批次']
export const lotTitle = (language: WordLanguage): string => inLanguage(LOT, language)
