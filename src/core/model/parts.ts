import Type, { type Static } from 'typebox'
import { field } from './field.ts'
import { Alias, DecimalText, Quantity, Region, When } from './values.ts'

const closed = { additionalProperties: false }
const ids = field(
  Type.Array(Alias),
  ['Codes', '代码'],
  [
    'Every code known for it, each with its scheme; never renumbered (异构识别)',
    '已知的全部代码及其体系，不另行编码（异构识别）',
  ],
)

export const PARTY_ROLES = [
  'self',
  'producer',
  'owner',
  'seller',
  'buyer',
  'supplier',
  'issuer',
  'carrier',
  'operator',
  'tester',
  'inspector',
  'payer',
  'payee',
  'shipper',
  'consignee',
  'principal',
] as const
export const PARTY_KINDS = [
  'enterprise',
  'sole_trader',
  'coop',
  'farmer',
  'market_operator',
  'authority',
  'person',
  'unknown',
] as const
export const PartyPart = Type.Object(
  {
    role: field(Type.Enum([...PARTY_ROLES]), ['Role', '角色'], ['Part taken in the event', '在事件中的角色']),
    name: field(Type.Optional(Type.String()), ['Name', '名称']),
    ids,
    kind: field(Type.Optional(Type.Enum([...PARTY_KINDS])), ['Kind of party', '主体类型']),
    personal: field(
      Type.Optional(Type.Boolean()),
      ['Natural person', '自然人'],
      [
        'The name is a person’s: never on public pages, never across provinces',
        '名称为自然人姓名：不公开，不跨省共享',
      ],
    ),
    region: Type.Optional(Region),
  },
  closed,
)
export type PartyPart = Static<typeof PartyPart>

export const SITE_ROLES = [
  'self',
  'market',
  'slaughterhouse',
  'farm',
  'stall',
  'store',
  'canteen',
  'cold_store',
  'origin',
  'destination',
  'checkpoint',
] as const
export const SITE_KINDS = [
  'farm',
  'pond',
  'vessel',
  'slaughterhouse',
  'wholesale_market',
  'farmers_market',
  'supermarket',
  'canteen',
  'cold_store',
  'checkpoint',
  'stall',
  'unknown',
] as const
export const SitePart = Type.Object(
  {
    role: field(
      Type.Enum([...SITE_ROLES]),
      ['Role', '角色'],
      ['What the place is in the event', '场所在事件中的角色'],
    ),
    name: field(Type.Optional(Type.String()), ['Name', '名称']),
    ids,
    kind: field(Type.Optional(Type.Enum([...SITE_KINDS])), ['Kind of site', '场所类型']),
    region: Type.Optional(Region),
  },
  closed,
)
export type SitePart = Static<typeof SitePart>

export const LOT_ROLES = ['subject', 'input', 'output', 'source'] as const
export const LotPart = Type.Object(
  {
    role: field(
      Type.Enum([...LOT_ROLES]),
      ['Role', '角色'],
      [
        'subject: the goods of the record; source: the lot they came from; input, output: of a transformation',
        'subject 本批次；source 来源批次；input、output 加工的投入与产出',
      ],
    ),
    scheme: field(
      Type.String(),
      ['Scheme', '编码体系'],
      [
        'Such as cn.mofcom.trace20b; `local` for the system’s own numbers, which are kept as `local.<system>`',
        '如 cn.mofcom.trace20b；来源自有编号填 local，存为 local.<系统>',
      ],
    ),
    value: field(Type.String(), ['Lot code', '批次码']),
    raw: field(Type.Optional(Type.String()), ['As written', '原文']),
  },
  closed,
)
export type LotPart = Static<typeof LotPart>

export const DOCUMENT_ROLES = ['self', 'upstream', 'source', 'input', 'output', 'voucher'] as const
export const DocumentPart = Type.Object(
  {
    role: field(
      Type.Enum([...DOCUMENT_ROLES]),
      ['Role', '角色'],
      [
        'self: the record is this document; upstream: the paper under which the goods came; source: certificate of a lot that was mixed or split into this; voucher: issued by this event',
        'self 本凭证；upstream 随货凭证；source 被混装或分装批次的凭证；voucher 本次业务开具的凭证',
      ],
    ),
    type: field(
      Type.String(),
      ['Type', '凭证类型'],
      ['Code of docs/model.md, such as promise_cert', '凭证类型代码，如 promise_cert'],
    ),
    number: field(Type.String(), ['Number', '编号'], ['Unique within its issuer', '在开具平台内唯一']),
    scheme: field(Type.Optional(Type.String()), ['Scheme', '编码体系']),
    issuer: field(
      Type.Optional(Type.String()),
      ['Issuing platform', '开具平台'],
      [
        'System that issues the numbers, where numbers are unique only within it',
        '编号仅在该平台内唯一时的开具平台',
      ],
    ),
    form: field(
      Type.Optional(Type.String()),
      ['Form', '样式'],
      ['Generation of the form: 2019, 2021, 2026', '样式年代：2019、2021、2026'],
    ),
    issueType: field(
      Type.Optional(Type.Enum(['producer', 'purchaser'])),
      ['Issued by', '开具类型'],
      [
        'Producer, or purchaser after buying, mixing or splitting',
        '生产者开具，或收购者在收购、混装、分装后开具',
      ],
    ),
    basis: field(Type.Optional(Type.Array(Type.String())), ['Basis of the promise', '承诺依据']),
    sources: field(Type.Optional(Type.Array(Type.String())), ['Source certificates', '来源合格证']),
    issuedOn: Type.Optional(field(When, ['Issued', '开具时间'])),
    validUntil: Type.Optional(field(When, ['Valid until', '有效期至'])),
    earTags: field(Type.Optional(Type.Array(Type.String())), ['Ear tags', '畜禽标识']),
    url: field(Type.Optional(Type.String()), ['Address behind the QR code', '二维码地址']),
    signature: field(
      Type.Optional(Type.String()),
      ['Signature', '签名'],
      ['Base64 of a detached CMS/PKCS#7 signature over signedText', '对 signedText 的分离式签名，base64'],
    ),
    signedText: field(
      Type.Optional(Type.String()),
      ['Text that was signed', '被签名的文本'],
      ['Character for character; it must hold the number of the paper', '逐字保留，须包含凭证编号'],
    ),
    raw: field(Type.Optional(Type.String()), ['As written', '原文']),
  },
  closed,
)
export type DocumentPart = Static<typeof DocumentPart>

export const ProductPart = Type.Object(
  {
    code: field(
      Type.Optional(Type.String()),
      ['Product code', '产品代码'],
      ['GB/T 7635.1, 5 or 8 digits', 'GB/T 7635.1，5 位或 8 位'],
    ),
    name: field(Type.Optional(Type.String()), ['Name', '产品名称']),
    class: field(
      Type.Optional(Type.String()),
      ['Class', '品类'],
      ['pork, vegetable, fish_farmed …', '品类代码'],
    ),
    ids: field(
      Type.Optional(Type.Array(Alias)),
      ['Other codes', '其他编码'],
      ['GTIN, PLU of a market', '商品条码、市场 PLU'],
    ),
    raw: field(Type.Optional(Type.String()), ['As written', '原文']),
    specification: field(
      Type.Optional(Type.String()),
      ['Specification', '规格'],
      [
        'As written, such as 20kg/箱 or 散装: what the purchase record of 食品安全法 names beside name and quantity; no mass is computed from it',
        '按原文保留，如 20kg/箱、散装；即《食品安全法》进货查验记录中名称、数量之外的规格，不据此计算重量',
      ],
    ),
  },
  closed,
)
export type ProductPart = Static<typeof ProductPart>

export const VERDICTS = ['pass', 'fail', 'suspect', 'invalid', 'unknown'] as const
export const TestPart = Type.Object(
  {
    item: field(Type.String(), ['Test item', '检测项目']),
    itemCode: field(Type.Optional(Type.String()), ['Code of the item', '项目代码']),
    method: field(Type.Optional(Type.String()), ['Method', '检测方法']),
    sample: field(Type.Optional(Type.String()), ['Sample number', '样品编号']),
    sampled: field(Type.Optional(DecimalText), ['Sampled', '抽检数']),
    positive: field(Type.Optional(DecimalText), ['Positive', '阳性数']),
    value: field(Type.Optional(DecimalText), ['Value', '数值']),
    operator: field(Type.Optional(Type.Enum(['<', '<=', '>', '>='])), ['Relation', '关系符']),
    unit: field(Type.Optional(Type.String()), ['Unit', '单位']),
    limit: field(Type.Optional(Type.String()), ['Limit', '限值']),
    raw: field(Type.Optional(Type.String()), ['As written', '原文']),
    verdict: field(
      Type.Enum([...VERDICTS]),
      ['Verdict', '结论'],
      [
        'As the instrument or laboratory judged; never computed from a value without its method',
        '以仪器或实验室判定为准，不由数值自行推算',
      ],
    ),
    screening: field(Type.Optional(Type.Boolean()), ['Rapid screening', '快速筛查']),
    device: field(Type.Optional(Type.String()), ['Instrument', '仪器']),
  },
  closed,
)
export type TestPart = Static<typeof TestPart>

/** One thing that was looked at in an inspection. */
export const ChecklistRow = Type.Object(
  {
    item: field(Type.String(), ['What was checked', '检查项目']),
    result: field(Type.Enum(['pass', 'fail', 'not_applicable']), ['Result', '结果']),
    note: field(Type.Optional(Type.String()), ['Remark', '备注']),
  },
  closed,
)
export type ChecklistRow = Static<typeof ChecklistRow>

/** What went into or came out of a transformation (屠宰, 分割, 分装, 混装). */
export const FlowPart = Type.Object(
  {
    lots: Type.Optional(Type.Array(LotPart)),
    documents: Type.Optional(Type.Array(DocumentPart)),
    product: Type.Optional(ProductPart),
    quantity: Type.Optional(Quantity),
    mass: Type.Optional(Quantity),
  },
  closed,
)
export type FlowPart = Static<typeof FlowPart>
