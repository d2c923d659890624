import type { Refusal } from './happening.ts'
import type { Due } from './sla.ts'
import type { LotRole } from './spread.ts'
import type { CaseEvent, CaseState } from './states.ts'
import type { UnknownGoods } from './unknown-goods.ts'

/** English, then Chinese. */
type Words<Code extends string> = Readonly<Record<Code, readonly [string, string]>>

export const STATE_WORDS: Words<CaseState> = {
  suspect: ['suspect', '可疑'],
  held: ['held', '停售'],
  objected: ['objected', '已提异议'],
  retest: ['at the laboratory', '送检复检'],
  cleared: ['cleared', '已解除'],
  confirmed: ['confirmed', '确认不合格'],
  disposal: ['disposal', '处置中'],
  notified: ['told', '已通报'],
  closed: ['closed', '已结案'],
}

export const EVENT_WORDS: Words<CaseEvent> = {
  opened: ['opened', '立案'],
  failed: ['failed again', '再次检测不合格'],
  doubted: ['in doubt', '检测可疑'],
  lab_failed: ['the laboratory failed it', '实验室检测不合格'],
  lab_passed: ['the laboratory passed it', '实验室检测合格'],
  withdrawn: ['the test was taken back', '检测作废或更正'],
  objection: ['objection', '提出异议'],
  waive: ['objection taken back', '撤回异议'],
  retest: ['sent to a laboratory', '送实验室复检'],
  clear: ['cleared', '解除'],
  confirm: ['confirmed', '确认不合格'],
  retract: ['confirmation taken back', '撤回确认'],
  dispose: ['disposed of', '处置'],
  notify: ['supplier and buyers told', '通报上下游'],
  close: ['closed', '结案'],
  note: ['note', '备注'],
}

export const DUE_WORDS: Words<Due> = {
  retest: ['send to a laboratory', '送检'],
  decision: ['decide', '作出处理决定'],
  laboratory: ['result of the laboratory', '实验室结果'],
  disposal: ['dispose of', '处置'],
  notice: ['tell supplier and buyers', '通报上下游'],
  closing: ['close', '结案'],
}

export const ROLE_WORDS: Words<LotRole> = {
  tested: ['tested', '受检'],
  upstream: ['upstream', '上游'],
  downstream: ['downstream', '下游'],
  sold: ['sold', '已零售'],
  origin: ['origin', '产地'],
}

/** Why no lot is held; the place alone is told to stop the goods by their name. */
export const UNKNOWN_WORDS: Words<UnknownGoods> = {
  no_product: [
    'no lot is held: the test names no lot or paper, and no product by its name',
    '未能停售任何批次：检测未写明批次或凭证，也没有品名',
  ],
  no_day: [
    'no lot is held: the test names no lot or paper, and no day on which to look for its goods',
    '未能停售任何批次：检测未写明批次或凭证，也没有可据以查找货物的日期',
  ],
  no_stall: [
    'no lot is held: the test names no lot or paper, and no stall or trader of a market at which to look for its goods',
    '未能停售任何批次：检测未写明批次或凭证，也没有可据以查找货物的市场摊位或经营者',
  ],
  nothing_told: [
    'no lot is held: the test names no lot or paper, and no entry at its stall on that day or the three days before it and no sale there on that day that names its lot or paper is known',
    '未能停售任何批次：检测未写明批次或凭证，且该摊位当日及此前三天没有此品种的进场记录，当日也没有写明批次或凭证的销售记录',
  ],
}

/** Why lots are held though what led to them was made void, and what to do. */
export const VOID_WORDS = [
  [
    'lots are held over a sale, a dispatch or a paper that was made void after they were stopped: other records in force say that the goods are still there',
    '部分批次据以停售的销售、调出记录或凭证其后作废，但其他有效记录载明货物仍在，作废不解除停售',
  ],
  [
    'Ask who made it void, and who has the goods, where these came from. Where they are of other goods, let who has them make his entry void or correct it, or clear the case and stop the others by their codes.',
    '请向作废方与持货方核实货物来源；确非涉案货物的，由持货方作废或更正其进场记录，或解除本案并对其余批次按编码责令停售。',
  ],
] as const

/** That more was disposed of than is known to be held, in kilograms, and what to do. */
export const beyondWords = (disposed: string, held: string) =>
  [
    [
      `${disposed} kg were disposed of, and ${held} kg were known to be held`,
      `已处置 ${disposed} 公斤，多于已知停售的 ${held} 公斤`,
    ],
    [
      'Compare the weighing with the records of the lots. Where the records told too little, have them corrected; where other goods were among them, stop these by their code; a note says which it was.',
      '请核对称重与批次记录：记录少报的由来源更正；混入其他货物的按编码另行责令停售；并以备注说明。',
    ],
  ] as const

const CORRECT = [
  'or correct the test with the code of its lot or the number of its paper, or stop the lot by its code',
  '或更正检测并写明批次码或凭证编号，或按编码责令停售该批次',
] as const
const fixed = ([en, zh]: readonly [string, string]): readonly [string, string] => [
  `${en}, ${CORRECT[0]}.`,
  `${zh}，${CORRECT[1]}。`,
]
/** What to send, so that lots are held. */
export const UNKNOWN_FIXES: Words<UnknownGoods> = {
  no_product: fixed(['Send the test again with the name of its product', '请补充品名后重新发送检测']),
  no_day: fixed(['Send the test again with the day on which it was taken', '请补充检测日期后重新发送检测']),
  no_stall: fixed([
    'Send the test again with the market and the stall, or the code of the trader',
    '请补充市场与摊位，或经营者编码后重新发送检测',
  ]),
  nothing_told: fixed([
    'Send the entries of the stall on that day, or of the day on which the goods came, or its sales with the lot or the paper that they are of: what comes is held by itself',
    '请报送该摊位当日的进场记录（隔夜货物报其进场当日的），或写明批次、凭证的销售记录（到达后自动停售）',
  ]),
}

export const REFUSAL_WORDS: Words<Refusal['code']> = {
  wrong_state: ['the case is in a state that does not take it', '案件当前状态不允许'],
  too_late: [
    'the time for an objection is over: four hours for a rapid test, seven working days for a laboratory',
    '已过异议期限：快检四小时，实验室结果七个工作日',
  ],
  in_future: ['it cannot have happened yet', '发生时间晚于当前'],
  before_told: ['it was not told yet', '早于检测、结果告知或提出异议的时间'],
  is_final: ["the result is no laboratory's, or was tested again", '非实验室结果或已复检，不再受理异议'],
  by_laboratory: [
    'a record of a laboratory says so: another laboratory answers it, or that one takes it back',
    '实验室检测记录已认定，须由复检答复或由该实验室撤回',
  ],
  not_confirmed: ['nothing is confirmed that could be taken back', '没有可撤回的确认'],
  no_objection: ['no objection waits for an answer', '没有待答复的异议'],
  is_answered: [
    'the objection was answered already, by a laboratory or an official',
    '异议已有复检结论或处理决定，不能再撤回',
  ],
  needs_laboratory: [
    'a laboratory decides: name its method, which may not be a rapid one',
    '须由实验室判定，请写明检测方法，不得为快检方法',
  ],
  needs_quantity: ['say how many kilograms', '须填写公斤数'],
  needs_method: [
    'say how: destroyed, returned or rendered',
    '须写明方式：destroyed 销毁、returned 退货、rendered 无害化',
  ],
  repeated: [
    'the same was told already; where it happened once more, send it with another Idempotency-Key or name its time',
    '相同事件已登记；确为再次发生的，请换用新的 Idempotency-Key 或写明发生时间',
  ],
  needs_reason: ['say why', '须说明理由'],
  not_yours: ['this is for others to say', '无权提交此事件'],
}
