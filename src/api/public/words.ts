import { EVENT_WORDS, STATE_WORDS } from '#core/lineage/words.ts'
import type { Bilingual } from '#core/model/field.ts'
import type {
  ProductionKind,
  PublicAlert,
  PublicCandidate,
  PublicCertificate,
  PublicStep,
} from '#flow/trace/public-trace.ts'

/** Words of the public pages, English and Chinese. */
export const WORDS = {
  title: ['Food trace', '食用农产品追溯'],
  other: ['中文', 'English'],
  code: ['Code', '编码'],
  unnamed: ['Food', '食用农产品'],
  clear: ['No stop of sale, recall or void paper on record', '未发现停售、召回或凭证作废记录'],
  clearMore: ['As recorded by the systems that took part in this path', '依据本批次各环节系统上报的记录'],
  advice: ['What to do', '您可以这样做'],
  origin: ['Origin', '产地'],
  producer: ['Producer', '生产者'],
  market: ['Market', '市场'],
  stall: ['Stall', '摊位'],
  tests: ['Tests', '检测'],
  notKnown: ['not recorded', '未上报'],
  notOnRecord: ['not on record', '原证未上报'],
  path: ['From field to table', '从田间到餐桌'],
  papers: ['Certificates', '凭证'],
  papersOn: ['State on ', '查询当日状态：'],
  validUntil: ['to be used until', '使用期限至'],
  expiredMore: [
    '“Term over”: the term within which the goods had to reach the market. It says nothing of how long food keeps.',
    '“已过期限”指货物凭该证明入市的期限已过，与食品保质期无关，按期入市的货物不受影响。',
  ],
  noSteps: ['No step of the path has been recorded yet.', '尚无流通环节记录。'],
  incomplete: ['The path goes on beyond what is shown here.', '路径较长，此处未完全显示。'],
  isVoid: ['void', '已作废'],
  likely: ['likely', '较可能'],
  likelyMore: [
    '“Likely”: linked by batch, date or the like, not by one number on both sides.',
    '“较可能”指由批次、日期等推断，并非凭同一编号直接对应。',
  ],
  source: [
    'Compiled from the records of the trace systems of each place on the path. Personal data, trading parties and prices are not shown.',
    '信息由各环节追溯系统上报汇集，不展示个人信息、交易对象与价格。',
  ],
  json: ['Data (JSON)', '数据（JSON）'],
  labels: ['Labels to print', '打印标签'],
  unknownTitle: ['Code not found', '未查询到该编码'],
  unknownText: [
    'No record mentions this code. Records of today may still be on their way.',
    '没有任何记录提及该编码，当天的记录可能尚未上报。',
  ],
  unknownAdvice: [
    'Check the code against the label or ticket. If it is right, ask the stall where the goods are from; call 12315 with any doubt.',
    '请对照标签或小票核对编码。编码无误仍查不到的，请向摊主询问来源；如有疑问请拨打 12315。',
  ],
  chooseTitle: ['This code stands for several goods', '该编码对应多批货物'],
  chooseText: [
    'Different systems gave out the same number. Choose what your label or paper shows.',
    '不同系统使用了相同的编号，请按标签或凭证上的内容选择。',
  ],
  scan: ['Scan to see where it is from', '扫码查来源'],
} as const satisfies Record<string, Bilingual>

export const ALERT_WORDS: Readonly<Record<PublicAlert['kind'], Bilingual>> = {
  recalled: ['Recalled: do not eat, return it to the seller', '已被召回：请勿食用，可退回销售者'],
  held: ['Sale stopped', '已停止销售'],
  test_failed: ['Test failed', '检测不合格'],
  void: ['A paper on this path is void', '路径中有凭证已作废'],
  disposed: ['Destroyed, returned or rendered harmless', '该批次已销毁、退货或无害化处理'],
}

export const LIKELY_ALERT: Bilingual = ['Likely concerned: ', '较可能涉及：']
export const RELEASED_SINCE: Bilingual = [', released afterwards', '（其后已解除停售）']

export const STEP_WORDS: Readonly<Record<PublicStep['kind'], Bilingual>> = {
  ...EVENT_WORDS,
  sale: ['Traded', '交易'],
  transformation: ['Processed', '屠宰加工'],
}

export const PRODUCTION_WORDS: Readonly<Record<ProductionKind, Bilingual>> = {
  planting: ['Planted', '种植'],
  harvest: ['Harvested', '采收'],
  catch: ['Caught', '捕捞'],
  livestock_out: ['Left the farm', '出栏'],
}

export const PAPER_STATE_WORDS: Readonly<Record<PublicCertificate['state'], Bilingual>> = {
  ...STATE_WORDS,
  expired: ['term over', '已过期限'],
  not_yet_issued: ['not yet in force', '尚未生效'],
  unknown: WORDS.notOnRecord,
}

export const CANDIDATE_WORDS: Readonly<Record<PublicCandidate['kind'], Bilingual>> = {
  lot: ['Lot', '批次'],
  document: ['Certificate', '凭证'],
  voucher: ['Ticket or voucher', '交易凭证'],
}

/** Failures of the pages, said in both languages on one page. */
export const FAILURE_WORDS = {
  429: [
    'Too many questions from this network. Please wait a moment and try again.',
    '来自该网络的查询过于频繁，请稍候再试。',
  ],
  503: ['The trace cannot be asked right now. Please try again in a moment.', '暂时无法查询，请稍候再试。'],
  400: ['This address cannot be read. Please scan the label again.', '地址无法识别，请重新扫描标签。'],
  500: ['Something went wrong here. Please try again later.', '查询出错，请稍后再试。'],
} as const satisfies Record<number, Bilingual>
