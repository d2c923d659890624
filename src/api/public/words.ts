import { EVENT_WORDS } from '#core/lineage/words.ts'
import type { Bilingual } from '#core/model/field.ts'
import type { PublicAlert, PublicStep } from '#flow/trace/public-trace.ts'

/** Words of the public page, English and Chinese. */
export const WORDS = {
  title: ['Food trace', '食用农产品追溯'],
  other: ['中文', 'English'],
  code: ['Trace code', '追溯编码'],
  unnamed: ['Food', '食用农产品'],
  clear: ['No stop of sale, recall or void paper on record', '未发现停售、召回或凭证作废记录'],
  clearMore: ['As recorded by the systems that took part in this path', '依据本批次各环节系统上报的记录'],
  origin: ['Origin', '产地'],
  producer: ['Producer', '生产者'],
  tests: ['Tests', '检测'],
  notKnown: ['not recorded', '未上报'],
  notOnRecord: ['not on record', '原证未上报'],
  path: ['From field to table', '从田间到餐桌'],
  papers: ['Certificates', '凭证'],
  noSteps: ['No step of the path has been recorded yet.', '尚无流通环节记录。'],
  incomplete: ['The path goes on beyond what is shown here.', '路径较长，此处未完全显示。'],
  vehicle: ['Vehicle', '车辆'],
  isVoid: ['void', '已作废'],
  source: [
    'Compiled from the records of the trace systems of each place on the path. Personal data, trading parties and prices are not shown.',
    '信息由各环节追溯系统上报汇集，不展示个人信息、交易对象与价格。',
  ],
  json: ['Data (JSON)', '数据（JSON）'],
  unknownTitle: ['Code not found', '未查询到该编码'],
  unknownText: [
    'No record mentions this code. Check it against the label or the voucher; records of today may still be on their way.',
    '没有任何记录提及该编码。请核对标签或凭证上的编码；当天的记录可能尚未上报。',
  ],
} as const satisfies Record<string, Bilingual>

export const ALERT_WORDS: Readonly<Record<PublicAlert['kind'], Bilingual>> = {
  recalled: ['Recalled: do not eat, return it to the seller', '已被召回：请勿食用，可退回销售者'],
  held: ['Sale stopped', '已停止销售'],
  test_failed: ['Test failed', '检测不合格'],
  void: ['A paper on this path is void', '路径中有凭证已作废'],
  disposed: ['Destroyed, returned or rendered harmless', '该批次已销毁、退货或无害化处理'],
}

export const STEP_WORDS: Readonly<Record<PublicStep['kind'], Bilingual>> = {
  ...EVENT_WORDS,
  production: ['Harvested', '采收'],
  sale: ['Traded', '交易'],
  transformation: ['Processed', '屠宰加工'],
}
