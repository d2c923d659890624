export const SEVERITIES = ['refuse', 'warn', 'note'] as const
export type Severity = (typeof SEVERITIES)[number]

/** What is said where a reason holds. */
export interface Reason {
  readonly severity: Severity
  readonly en: string
  readonly zh: string
  /** What to ask whoever brings the goods. */
  readonly askEn?: string
  readonly askZh?: string
}

const KEEP_APART = {
  askEn: 'Keep the goods apart and tell the authority; for other goods, a paper that is for them alone.',
  askZh: '请将货物单独存放并报告监管部门；确非所涉货物的，请提供仅对应该货物的凭证。',
} as const
const WEIGH = {
  askEn: 'Weigh the load, or count it in the unit of the paper.',
  askZh: '请过磅或按凭证单位清点。',
} as const
const RELOADED = {
  askEn: 'Were the goods reloaded? Where?',
  askZh: '是否中途换车？在何处换装？',
} as const
const UNDER_WHICH = {
  askEn: 'Under which paper did these goods come? Correct the records, or show that paper.',
  askZh: '请核实这些货物实际所附的凭证，更正记录或出示该凭证。',
} as const

/** What can be wrong with a paper or with its use. `{…}` stands for a value of the finding, `{count:record|records}` for the word that agrees with it. */
export const PAPER_REASONS = {
  not_found: {
    severity: 'warn',
    en: 'No record names this paper.',
    zh: '没有任何记录提到该凭证。',
    askEn: 'Show the original paper or its QR code; compare number, type and issuer.',
    askZh: '请出示凭证原件或二维码，核对编号、类型和开具单位。',
  },
  other_type: {
    severity: 'warn',
    en: 'The number is known for papers of other types only: {types}.',
    zh: '该编号仅见于其他类型的凭证：{types}。',
    askEn: 'Show the original paper; which type is it?',
    askZh: '请出示凭证原件，确认凭证类型。',
  },
  not_issued: {
    severity: 'warn',
    en: 'Nobody is known to have issued this paper; {uses} {uses:record|records} used it.',
    zh: '未见开具方记录；已有 {uses} 条记录使用该凭证。',
    askEn: 'Show the original paper; who issued it, and when?',
    askZh: '请出示凭证原件，说明由谁、何时开具。',
  },
  several_papers: {
    severity: 'warn',
    en: '{papers} different papers bear this number.',
    zh: '有 {papers} 份不同的凭证使用该编号。',
    askEn: 'Show the original paper; compare issuer, goods and date.',
    askZh: '请出示凭证原件，核对开具单位、货物和日期。',
  },
  recalled: {
    severity: 'refuse',
    en: 'Goods of this paper are recalled{since}{order}: they may not come in.',
    zh: '该凭证的货物已被召回{since}{order}，不得入场。',
    ...KEEP_APART,
  },
  held: {
    severity: 'refuse',
    en: 'The sale of goods of this paper is stopped{since}{order}: they may not come in before that is lifted.',
    zh: '该凭证的货物已停止销售{since}{order}，解除前不得入场。',
    ...KEEP_APART,
  },
  void: {
    severity: 'refuse',
    en: 'The paper was made void{since}{why}.',
    zh: '凭证已作废{since}{why}。',
    askEn: 'A paper that is valid for these goods.',
    askZh: '请提供该批货物的有效凭证。',
  },
  void_elsewhere: {
    severity: 'warn',
    en: 'The record of the paper in {systems} was made void; another system still holds it as valid.',
    zh: '{systems} 中该凭证的记录已作废，其他系统仍记为有效。',
    askEn: 'Ask the issuer whether the paper is still valid.',
    askZh: '请向开具单位核实凭证是否仍然有效。',
  },
  bad_signature: {
    severity: 'refuse',
    en: 'The signature on the paper does not hold: {why}.',
    zh: '凭证的签名不成立：{why}。',
    askEn: 'Show the original paper; ask the issuer whether it is theirs.',
    askZh: '请出示凭证原件，并向开具单位核实。',
  },
  unsure_signature: {
    severity: 'warn',
    en: 'Nobody can say whether the signature on the paper holds: {why}.',
    zh: '无法确认凭证的签名：{why}。',
    askEn: 'Show the original paper; compare number and issuer.',
    askZh: '请出示凭证原件，核对编号和开具单位。',
  },
  expired: {
    severity: 'refuse',
    en: 'The paper was valid until {until}.',
    zh: '凭证有效期至 {until}，已过期。',
    askEn: 'A paper issued for this transport; when did the goods leave?',
    askZh: '请提供本次运输的凭证，并说明启运时间。',
  },
  validity_beyond_rule: {
    severity: 'warn',
    en: 'The paper says that it is valid until {stated}, which is longer than its rule allows; by the rule it is until {until}.',
    zh: '凭证写明有效期至 {stated}，超过规定；按规定仅到 {until} 有效。',
    askEn: 'Show the original paper; which last day is written on it?',
    askZh: '请出示凭证原件，核对所写有效期。',
  },
  not_yet_issued: {
    severity: 'refuse',
    en: 'The paper was issued on {issued}, after the day asked about.',
    zh: '凭证开具日期为 {issued}，晚于查询日期。',
    askEn: 'Under which paper did the goods leave?',
    askZh: '货物启运时使用的是哪份凭证？',
  },
  outside_territory: {
    severity: 'refuse',
    en: 'The paper is valid inside the province {from} only; this is {to}.',
    zh: '凭证仅限省内（{from}）使用，此处为 {to}。',
    askEn: 'The certificate for transport across provinces (A).',
    askZh: '请提供跨省运输的检疫证明（A 证）。',
  },
  used_up: {
    severity: 'refuse',
    en: 'Nothing is left of the paper: stated {stated}, used {used} {unit}.',
    zh: '凭证数量已用完：凭证 {stated}，已用 {used} {unit}。',
    askEn: 'A paper that covers this load; where did the rest of the batch go?',
    askZh: '请提供覆盖本车货物的凭证，说明同批其余货物去向。',
  },
  more_than_left: {
    severity: 'refuse',
    en: 'The load is {load} {unit}, of the paper {left} are left.',
    zh: '本车货物 {load} {unit}，凭证仅余 {left}。',
    askEn: 'A paper for the rest of the load.',
    askZh: '请为超出部分提供凭证。',
  },
  day_unread: {
    severity: 'warn',
    en: 'The day of arrival, “{day}”, is no day as YYYY-MM-DD; the paper is judged for today, {on}.',
    zh: '到场日期“{day}”不是有效日期（应为 YYYY-MM-DD），按当天 {on} 判断。',
    askEn: 'On which day do the goods arrive? Check again with that day.',
    askZh: '请核实到场日期，并按该日期重新查验。',
  },
  load_unread: {
    severity: 'warn',
    en: 'The quantity of the load, “{load}”, cannot be read; of the paper {left} {unit} are left.',
    zh: '无法识别本车数量“{load}”；凭证尚余 {left} {unit}。',
    ...WEIGH,
  },
  load_in_other_unit: {
    severity: 'note',
    en: 'The load is {load}, of the paper {left} {unit} are left: the units cannot be compared.',
    zh: '本车货物 {load}，凭证尚余 {left} {unit}：单位不同，无法比较。',
    ...WEIGH,
  },
  entered_here: {
    severity: 'note',
    en: '{here} {unit} were already recorded here on this day, or just before midnight; it may be this load.',
    zh: '本场当日（或零点前不久）已登记 {here} {unit}，可能即为本车货物。',
    askEn: 'Is it this load? If not, hold it against what is left.',
    askZh: '请核对是否即为本车；如不是，请按余量核对。',
  },
  used_elsewhere: {
    severity: 'refuse',
    en: 'Goods came in under this paper at another place already: {sites}.',
    zh: '该凭证已在其他场所使用：{sites}。',
    askEn: 'The certificate of this transport.',
    askZh: '请提供本次运输的检疫证明。',
  },
  shared_elsewhere: {
    severity: 'note',
    en: 'Goods of the same batch came in elsewhere too: {sites}.',
    zh: '同批货物也进入了其他场所：{sites}。',
  },
  over_used: {
    severity: 'warn',
    en: 'More was used than the paper states{of}: stated {stated}, used {used} {unit}.',
    zh: '超用{of}：凭证 {stated}，已用 {used} {unit}。',
    askEn: 'Where does the rest come from?',
    askZh: '超出部分来自何处？',
  },
  used_twice: {
    severity: 'warn',
    en: 'Goods came straight under this paper at {count} places: {sites}.',
    zh: '该凭证在 {count} 处作为首站使用：{sites}。',
    askEn:
      'At which place did the goods of this transport come in? A paper for those that came in at the others.',
    askZh: '请核实本次运输货物的实际入场场所；其他场所的货物须另有凭证。',
  },
  not_comparable: {
    severity: 'note',
    en: 'Stated{of} {stated}, used {used}: the units cannot be compared.',
    zh: '凭证{of} {stated}，已用 {used}：单位不同，无法比较。',
    ...WEIGH,
  },
  other_goods: {
    severity: 'refuse',
    en: 'The paper is for {paper}, the load is {load}.',
    zh: '凭证货物为 {paper}，本车为 {load}。',
    askEn: 'The paper of these goods.',
    askZh: '请提供该货物的凭证。',
  },
  other_kind: {
    severity: 'warn',
    en: 'The paper is for {paper}, the load is {load}.',
    zh: '凭证货物为 {paper}，本车为 {load}。',
    askEn: 'The paper of these goods.',
    askZh: '请提供该货物的凭证。',
  },
  other_plate: {
    severity: 'warn',
    en: 'The paper names the vehicle {paper}, the load came with {load}.',
    zh: '凭证车牌为 {paper}，本车为 {load}。',
    ...RELOADED,
  },
  form_out_of_use: {
    severity: 'warn',
    en: 'The form of the paper was not in use on the day of issue, {issued}.',
    zh: '凭证样式在开具日 {issued} 未启用或已停用。',
    askEn: 'Show the original paper.',
    askZh: '请出示凭证原件。',
  },
  fields_missing: {
    severity: 'warn',
    en: 'The form asks for fields that are missing: {fields}.',
    zh: '凭证缺少该样式要求的内容：{fields}。',
    askEn: 'Show the original paper; are these fields filled in?',
    askZh: '请出示凭证原件，核对上述内容是否填写。',
  },
  uses_expired: {
    severity: 'warn',
    en: '{count} {count:record|records} used the paper after its last valid day.',
    zh: '{count} 条记录在有效期后使用该凭证。',
    ...UNDER_WHICH,
  },
  uses_before_issue: {
    severity: 'warn',
    en: '{count} {count:record|records} used the paper before the day of its issue.',
    zh: '{count} 条记录在开具日之前使用该凭证。',
    ...UNDER_WHICH,
  },
  uses_outside: {
    severity: 'warn',
    en: '{count} {count:record|records} used the paper outside its province.',
    zh: '{count} 条记录跨省使用该凭证。',
    ...UNDER_WHICH,
  },
  uses_other_goods: {
    severity: 'warn',
    en: '{count} {count:record names|records name} other goods than the paper.',
    zh: '{count} 条记录的货物与凭证不符。',
    ...UNDER_WHICH,
  },
  uses_other_plate: {
    severity: 'note',
    en: '{count} {count:record names|records name} another vehicle than the paper.',
    zh: '{count} 条记录的车牌与凭证不符。',
    ...RELOADED,
  },
} as const satisfies Readonly<Record<string, Reason>>
export type PaperReasonCode = keyof typeof PAPER_REASONS
