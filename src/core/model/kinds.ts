import Type, { type TProperties } from 'typebox'
import { FINDING_KINDS, FINDING_SEVERITIES, FINDING_STATES } from '#core/findings/finding-kinds.ts'
import { COMMON_PARTS } from './common-parts.ts'
import { type Bilingual, field } from './field.ts'
import { FindingEvidence, FindingNumber, FindingOwner, Sentence } from './finding-parts.ts'
import { ChecklistRow, FlowPart, PARTY_KINDS, PartyPart, SITE_KINDS, TestPart } from './parts.ts'
import { Alias, DecimalText, When } from './values.ts'

const enumeration = (values: readonly string[]) => Type.Optional(Type.Enum([...values]))
const text = (title: Bilingual, description?: Bilingual) =>
  field(Type.Optional(Type.String()), title, description)

export const ADMISSIONS = [
  'admitted_with_docs',
  'admitted_after_test',
  'refused_no_docs',
  'refused_test_fail',
  'pending',
] as const
export const PAY_METHODS = ['cash', 'wechat', 'alipay', 'bank', 'market_card', 'other', 'unknown'] as const

interface KindDefinition {
  readonly title: Bilingual
  readonly description: Bilingual
  /** EPCIS 2.0 event type and CBV business step that the kind is exported as. */
  readonly epcis: string
  readonly own: TProperties
}

const definitions = {
  party: {
    title: ['Party', '主体'],
    description: [
      'An enterprise, trader, cooperative, farmer, market operator or authority',
      '企业、经营户、合作社、农户、市场开办者或监管机构',
    ],
    epcis: 'master data',
    own: {
      name: text(['Name', '名称']),
      ids: field(Type.Optional(Type.Array(Alias)), ['Codes', '代码']),
      partyKind: field(enumeration(PARTY_KINDS), ['Kind of party', '主体类型']),
      personal: field(Type.Optional(Type.Boolean()), ['Natural person', '自然人']),
      contactDigest: text(
        ['Contact digest', '联系方式摘要'],
        ['Keyed hash; the number itself is not kept here', '带密钥摘要，不保存号码本身'],
      ),
    },
  },
  site: {
    title: ['Site', '场所'],
    description: [
      'A farm, slaughterhouse, market, stall, cold store or canteen',
      '养殖场、屠宰厂、市场、摊位、冷库、食堂等',
    ],
    epcis: 'master data',
    own: {
      name: text(['Name', '名称']),
      ids: field(Type.Optional(Type.Array(Alias)), ['Codes', '代码']),
      siteKind: field(enumeration(SITE_KINDS), ['Kind of site', '场所类型']),
      parent: field(Type.Optional(Alias), ['Lies in', '所属场所']),
      operator: field(Type.Optional(PartyPart), ['Operator', '开办者']),
      geo: field(
        Type.Optional(Type.Array(Type.String(), { minItems: 2, maxItems: 2 })),
        ['Position', '经纬度'],
        ['Longitude and latitude, WGS 84, decimal text', '经度、纬度，WGS 84，十进制文本'],
      ),
    },
  },
  document: {
    title: ['Document', '凭证'],
    description: [
      'A certificate, proof, voucher or report; the first of "documents" is the document itself',
      '合格证、检疫证、证明、凭证或报告；documents 第一项为凭证本身',
    ],
    epcis: 'ObjectEvent OBSERVE, inspecting, business transaction cert',
    own: {},
  },
  production: {
    title: ['Production', '收获/出栏/捕捞'],
    description: ['Harvest, catch, or animals leaving the farm', '收获、捕捞或出栏'],
    epcis: 'ObjectEvent ADD, commissioning',
    own: {
      productionKind: field(enumeration(['planting', 'harvest', 'catch', 'livestock_out']), [
        'Kind of production',
        '生产类型',
      ]),
      area: text(['Area', '面积'], ['In mu, decimal text', '亩，十进制文本']),
    },
  },
  transformation: {
    title: ['Transformation', '屠宰/分割/分装'],
    description: [
      'Slaughter, cutting, packing, splitting or mixing: lots go in, others come out',
      '屠宰、分割、分装、拆分或混装：投入批次，产出新批次',
    ],
    epcis: 'TransformationEvent, killing or repackaging',
    own: {
      process: field(enumeration(['slaughter', 'cutting', 'packing', 'mixing', 'splitting']), [
        'Process',
        '加工方式',
      ]),
      input: field(Type.Optional(FlowPart), ['Input', '投入']),
      output: field(Type.Optional(FlowPart), ['Output', '产出']),
    },
  },
  dispatch: {
    title: ['Dispatch', '准出'],
    description: ['Goods leave the farm, slaughterhouse or store', '货物离开产地、屠宰厂或仓库'],
    epcis: 'ObjectEvent OBSERVE, shipping',
    own: {},
  },
  entry: {
    title: ['Entry', '准入/进场'],
    description: [
      'Goods arrive at a market, slaughterhouse, stall, store or canteen, and are admitted or refused',
      '货物进入市场、屠宰厂、摊位、仓库或食堂，准予或拒绝进场',
    ],
    epcis: 'ObjectEvent OBSERVE, arriving / accepting',
    own: {
      admission: field(enumeration(ADMISSIONS), ['Admission', '准入结论']),
      dead: field(Type.Optional(DecimalText), ['Dead on the way', '途亡数']),
    },
  },
  test: {
    title: ['Test', '检测'],
    description: ['A rapid test, quarantine check or laboratory test', '快检、检疫检验或实验室检测'],
    epcis: 'ObjectEvent OBSERVE, inspecting, business transaction testres',
    own: {
      test: field(TestPart, ['Result', '检测结果']),
      input: field(Type.Optional(FlowPart), ['Tested goods', '受检货物']),
    },
  },
  sale: {
    title: ['Sale', '交易'],
    description: ['A wholesale trade, a retail ticket or a daily summary', '批发交易、零售小票或日汇总'],
    epcis: 'TransactionEvent / ObjectEvent, retail_selling',
    own: {
      saleKind: field(enumeration(['wholesale', 'retail', 'summary']), ['Kind of sale', '交易类型']),
      refund: field(Type.Optional(Type.Boolean()), ['Refund', '退货']),
    },
  },
  payment: {
    title: ['Payment', '支付'],
    description: ['How and how much was paid for a sale', '交易的支付方式与金额'],
    epcis: 'extension',
    own: { method: field(Type.Enum([...PAY_METHODS]), ['Method', '支付方式']) },
  },
  hold: {
    title: ['Hold', '停售/解除/召回'],
    description: ['Stop of sale, release or recall of lots', '对批次停止销售、解除停售或召回'],
    epcis: 'ObjectEvent OBSERVE, holding',
    own: {
      holdKind: field(Type.Enum(['stop_sale', 'release', 'recall']), ['Kind of hold', '措施']),
      cause: text(['Cause', '原因']),
      dueAt: field(Type.Optional(When), ['Deadline', '期限']),
    },
  },
  disposal: {
    title: ['Disposal', '销毁/退货/无害化'],
    description: ['Goods destroyed, returned or rendered harmless', '货物销毁、退回或无害化处理'],
    epcis: 'ObjectEvent DELETE, destroying',
    own: {
      disposalKind: field(Type.Enum(['destroyed', 'returned', 'rendered']), ['Kind of disposal', '处置方式']),
    },
  },
  inspection: {
    title: ['Inspection', '监管检查'],
    description: ['A visit of an authority and what it found', '监管部门检查及其结果'],
    epcis: 'ObjectEvent OBSERVE, inspecting',
    own: {
      result: field(enumeration(['pass', 'fail', 'rectify', 'unknown']), ['Result', '结论']),
      findings: field(Type.Optional(Type.Array(Type.String())), ['Findings', '发现的问题']),
      checklist: field(Type.Optional(Type.Array(ChecklistRow)), ['Checklist', '检查表']),
      answers: field(
        Type.Optional(Type.Array(Type.String())),
        ['Answers', '回应的发现'],
        ['Identifiers of findings that were looked into', '所核查的监管发现的标识'],
      ),
      dueAt: field(Type.Optional(When), ['To be put right by', '整改期限']),
      photos: field(
        Type.Optional(Type.Array(Type.String())),
        ['Photos', '照片'],
        ['SHA-256 of each; photos are not kept', '各照片的 SHA-256，不保存照片'],
      ),
    },
  },
  finding: {
    title: ['Finding', '发现/预警'],
    description: [
      'Something that does not add up or must not be: no paper, used too often, test failed, masses that do not balance. One for each kind and subject; what mends itself is resolved by a new version',
      '不相符或不应有的情形：缺凭证、超量使用、检测不合格、数量不平衡等；同一类型同一对象一条，自行消除时以新版本记为已解决',
    ],
    epcis: 'extension',
    own: {
      findingKind: field(Type.Enum([...FINDING_KINDS]), ['What was found', '发现类型']),
      severity: field(Type.Enum([...FINDING_SEVERITIES]), ['Severity', '严重程度']),
      state: field(Type.Enum([...FINDING_STATES]), ['State', '状态']),
      subject: text(
        ['Subject', '对象'],
        [
          'What it is of, such as doc:<number>, or the place, product and day',
          '所涉对象，如 doc:<编号>，或场所、产品与日期',
        ],
      ),
      owner: field(Type.Optional(FindingOwner), ['Who has to act', '责任方']),
      dueAt: field(Type.Optional(When), ['Deadline', '期限']),
      numbers: field(Type.Optional(Type.Array(FindingNumber)), ['Figures', '数据']),
      sentence: field(Type.Optional(Sentence), ['In words', '说明']),
      evidence: field(
        Type.Optional(Type.Array(FindingEvidence)),
        ['Rests on', '依据记录'],
        ['The versions of records, the first hundred', '所依据的记录版本，至多一百条'],
      ),
      decidedBy: field(
        enumeration(['hub', 'official']),
        ['State set by', '状态由谁设定'],
        ['The hub, because the records say so, or an official', '由平台依据记录设定，或由人员设定'],
      ),
    },
  },
} as const satisfies Record<string, KindDefinition>

/** Kind of a canonical record. */
export type Kind = keyof typeof definitions
export const KINDS = Object.keys(definitions) as readonly Kind[]
export const isKind = (text: string): text is Kind => Object.hasOwn(definitions, text)
export const kindDefinition = (kind: Kind): KindDefinition => definitions[kind]

const optionalTime = new Set<Kind>(['party', 'site'])

const bodySchema = <K extends Kind>(kind: K) => {
  const { occurredAt, ...rest } = COMMON_PARTS
  const time = optionalTime.has(kind) ? Type.Optional(occurredAt) : occurredAt
  return field(
    Type.Object({ occurredAt: time, ...rest, ...kindDefinition(kind).own }, { additionalProperties: false }),
    kindDefinition(kind).title,
    kindDefinition(kind).description,
  )
}

/** Schema of the content of a record, by kind. What is around it (id, version, system …) is in `record.ts`. */
export const BODY_SCHEMAS = Object.fromEntries(KINDS.map((kind) => [kind, bodySchema(kind)])) as Record<
  Kind,
  ReturnType<typeof bodySchema>
>
