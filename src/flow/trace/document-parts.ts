import Type, { type Static } from 'typebox'
import { DOCUMENT_TYPES, type DocumentType } from '#core/documents/document-type.ts'
import { PAPER_REASONS, type PaperReasonCode, SEVERITIES } from '#core/documents/paper-reasons.ts'
import { FLAGS, type Flag } from '#core/flags.ts'
import { USE_KINDS } from '#core/lineage/document-use.ts'
import { field } from '#core/model/field.ts'
import { STATUSES } from '#core/model/record.ts'
import { DecimalText, Quantity, UNITS, When } from '#core/model/values.ts'
import { SignatureSchema } from '#flow/signatures/schema.ts'

export const TypeOfDocument = Type.Enum(Object.keys(DOCUMENT_TYPES) as DocumentType[])

export const VALIDITY_VERDICTS = ['valid', 'void', 'expired', 'not_yet_issued', 'unknown'] as const

export const verdict = field(
  Type.Enum([...VALIDITY_VERDICTS]),
  ['Verdict', '结论'],
  [
    'By the rules of the day of issue; unknown: the hub has no record of the paper itself. A void paper is void for every day',
    '按开具日规则判断；unknown 表示平台没有该凭证本身的记录；作废凭证对任何日期均无效',
  ],
)

export const DocumentIssue = Type.Object({
  record: Type.String(),
  system: Type.String(),
  type: TypeOfDocument,
  typeUnknown: field(
    Type.Boolean(),
    ['Type not known', '类型未知'],
    [
      'The source does not say the type; it may be another paper of the same number',
      '来源未注明类型，可能是同号的其他凭证',
    ],
  ),
  status: Type.Enum([...STATUSES]),
  verdict,
  form: Type.Optional(
    field(
      Type.String(),
      ['Form', '样式'],
      [
        'Generation of the printed form: as the source says, else the one in use on the day of issue',
        '凭证样式年代：以来源为准，未注明时为开具日使用的样式',
      ],
    ),
  ),
  issueType: Type.Optional(Type.String()),
  basis: Type.Optional(Type.Array(Type.String())),
  issuer: Type.Optional(
    field(Type.String(), ['Issuer', '开具主体'], ['Absent for natural persons', '自然人不显示']),
  ),
  signature: Type.Optional(
    field(SignatureSchema, ['Signature', '签名'], ['Absent where the paper is not signed', '未签名时不显示']),
  ),
  issuedOn: Type.Optional(When),
  validUntil: Type.Optional(
    field(Type.String(), ['Last valid day', '最后有效日'], ['YYYY-MM-DD', 'YYYY-MM-DD']),
  ),
  territory: Type.Enum(['within_province', 'anywhere']),
  voidedAt: Type.Optional(When),
  voidReason: Type.Optional(Type.String()),
  product: Type.Optional(Type.String()),
  quantity: Type.Optional(Quantity),
})
export type DocumentIssue = Static<typeof DocumentIssue>

export const DocumentUse = Type.Object({
  record: Type.String(),
  kind: Type.Enum([...USE_KINDS]),
  system: Type.String(),
  status: Type.Enum([...STATUSES]),
  occurredAt: Type.Union([When, Type.Null()]),
  massKg: Type.Union([DecimalText, Type.Null()]),
  counted: field(
    Type.Boolean(),
    ['Counted', '计入用量'],
    [
      'Whether its mass is in "used": the same goods are counted once, at the first market',
      '是否计入已用重量；同一货物只在首站计一次',
    ],
  ),
  summary: Type.String(),
  flags: field(
    Type.Array(Type.Enum(Object.keys(FLAGS) as Flag[])),
    ['Flags', '标记'],
    ['W_DOC_EXPIRED, W_DOC_TERRITORY by the rules of the day of issue', '按开具日规则得出的过期、越界标记'],
  ),
})
export type DocumentUse = Static<typeof DocumentUse>

const Said = Type.Object({ en: Type.String(), zh: Type.String() })

export const Measure = field(
  Type.Object({ value: DecimalText, unit: Type.Enum([...UNITS]) }),
  ['Measure', '数量'],
  ['KGM kilogram, HEA head, H87 piece, PKG package', 'KGM 千克、HEA 头、H87 件/片、PKG 件'],
)

export const PaperReason = field(
  Type.Object({
    code: Type.Enum(Object.keys(PAPER_REASONS) as PaperReasonCode[]),
    severity: field(
      Type.Enum([...SEVERITIES]),
      ['Severity', '程度'],
      ['refuse: do not let in; warn: look; note: good to know', 'refuse 不予入场；warn 需核对；note 供参考'],
    ),
    values: field(Type.Record(Type.String(), Type.String()), ['Numbers of the sentence', '句中的数值']),
    en: Type.String(),
    zh: Type.String(),
    ask: Type.Optional(field(Said, ['What to ask the driver', '应向送货人核实的内容'])),
  }),
  ['Reason', '原因'],
)
export type PaperReason = Static<typeof PaperReason>

export const PaperGoods = field(
  Type.Object({
    name: field(Type.Union([Type.String(), Type.Null()]), ['Name', '名称']),
    productClass: field(Type.Union([Type.String(), Type.Null()]), ['Class', '品类']),
    productCode: field(
      Type.Union([Type.String(), Type.Null()]),
      ['Code', '产品代码'],
      ['GB/T 7635.1, where the name or the source tells it', 'GB/T 7635.1，由来源或名称得出'],
    ),
    stated: Type.Array(Measure),
    used: Type.Array(Measure),
    left: field(
      Type.Union([Measure, Type.Null()]),
      ['Left', '余量'],
      [
        'Less the uses of which nobody tells the goods. Below zero: more was used than stated; null: nothing is stated, or in another unit',
        '已扣除未写明货物的使用；小于零表示超用；null 表示凭证未写数量或单位不可比',
      ],
    ),
  }),
  ['Goods of a paper', '凭证货物'],
)

export const PaperSite = field(
  Type.Object({
    site: field(Type.String(), ['Code or name', '代码或名称']),
    name: Type.Union([Type.String(), Type.Null()]),
    kind: field(
      Type.Enum([...USE_KINDS]),
      ['Counted records', '计入的记录类型'],
      ['What entered or what was sold there, whichever is more', '进场与销售取较大者'],
    ),
    records: Type.Integer(),
    used: Type.Array(Measure),
    firstOn: Type.Union([Type.String(), Type.Null()]),
    lastOn: Type.Union([Type.String(), Type.Null()]),
  }),
  ['Place of use', '使用场所'],
)

export const PaperCandidate = field(
  Type.Object({
    type: TypeOfDocument,
    system: field(Type.String(), ['System that tells of it', '来源系统']),
    issuer: Type.Optional(Type.String()),
    issuedOn: Type.Optional(Type.String()),
    status: Type.Enum([...STATUSES]),
    product: Type.Optional(Type.String()),
  }),
  ['Candidate', '候选凭证'],
)
export type PaperCandidate = Static<typeof PaperCandidate>

export const DocumentOrder = field(
  Type.Object({
    kind: field(
      Type.Enum(['recalled', 'held']),
      ['Order', '处置'],
      ['recalled: recalled; held: the sale is stopped', 'recalled 召回；held 停止销售'],
    ),
    since: field(Type.Union([Type.String(), Type.Null()]), ['Since', '起始日期']),
    case: field(
      Type.Union([Type.String(), Type.Null()]),
      ['Case', '案件'],
      [
        'null where another system told the order, or where you see nothing of the case',
        '由其他系统告知，或无权查看该案件时为 null',
      ],
    ),
    record: field(
      Type.Union([Type.String(), Type.Null()]),
      ['Record of the order', '指令记录'],
      ['null where you may not see it', '无权查看时为 null'],
    ),
    likely: field(
      Type.Boolean(),
      ['Likely', '疑似'],
      [
        'Whether its goods are only likely those of the paper: by stall, product and day, and no record names both',
        '仅按摊位、品种、日期推定为同批货物，无记录同时载明',
      ],
    ),
    lots: field(
      Type.Array(Type.String()),
      ['Lots that it names', '所涉批次'],
      ['Those that you see, at most 100', '仅列有权查看的批次，最多 100 个'],
    ),
    lotCount: field(Type.Integer(), ['Lots that it names', '所涉批次数']),
    covered: field(
      Type.Integer(),
      ['Lots of the paper', '凭证批次数'],
      ['Those that you see', '有权查看的批次数'],
    ),
  }),
  ['Order in force', '生效的处置指令'],
)
export type DocumentOrder = Static<typeof DocumentOrder>
