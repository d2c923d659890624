import Type, { type Static } from 'typebox'
import { USE_KINDS } from '#core/lineage/document-use.ts'
import { NODE_STATES, TraceCandidate, TraceGraph, TraceNode } from '#core/lineage/graph.ts'
import { field } from '#core/model/field.ts'
import { DecimalText, When } from '#core/model/values.ts'
import { PRODUCT_CLASSES, type ProductClass } from '#core/products/product-class.ts'
import {
  DocumentIssue,
  DocumentOrder,
  DocumentUse,
  Measure,
  PaperCandidate,
  PaperGoods,
  PaperReason,
  PaperSite,
  TypeOfDocument,
  verdict,
} from './document-parts.ts'

export { TraceGraph }

export const LotCard = field(
  Type.Object({
    code: field(Type.String(), ['Code as typed', '输入的编码']),
    candidates: Type.Array(TraceCandidate),
    lot: TraceNode,
    documents: field(
      Type.Array(
        Type.Object({
          code: Type.String(),
          number: Type.String(),
          type: Type.String(),
          state: Type.Enum([...NODE_STATES]),
          side: field(
            Type.Enum(['back', 'forward']),
            ['Side', '方向'],
            ['Whether the goods came under it or left under it', '随货而来或据以流出'],
          ),
          voidedAt: Type.Optional(When),
          voidReason: Type.Optional(Type.String()),
        }),
      ),
      ['Papers next to the lot', '相邻凭证'],
    ),
    from: field(
      Type.Array(Type.String()),
      ['Came from', '来源'],
      ['Graph codes one step back', '上一步的图编码'],
    ),
    to: field(
      Type.Array(Type.String()),
      ['Went to', '去向'],
      ['Graph codes one step forward', '下一步的图编码'],
    ),
    truncated: field(Type.Boolean(), ['More neighbours', '相邻节点未列全']),
  }),
  ['Lot card', '批次卡'],
)
export type LotCard = Static<typeof LotCard>

export const DocumentAnswer = field(
  Type.Object({
    number: Type.String(),
    type: TypeOfDocument,
    on: field(
      Type.String(),
      ['Asked for the day', '查询日期'],
      ['YYYY-MM-DD, China time', 'YYYY-MM-DD，北京时间'],
    ),
    verdict,
    issues: field(
      Type.Array(DocumentIssue),
      ['The paper', '凭证'],
      [
        'One for each system that has the paper itself; numbers are unique within their issuer',
        '每个持有该凭证的系统一条；编号仅在开具平台内唯一',
      ],
    ),
    statedKg: field(Type.Union([DecimalText, Type.Null()]), ['Mass stated', '凭证重量（公斤）']),
    usedKg: field(Type.Union([DecimalText, Type.Null()]), ['Mass used', '已用重量（公斤）']),
    countedKind: field(Type.Union([Type.Enum([...USE_KINDS]), Type.Null()]), [
      'Counted records',
      '计入的记录类型',
    ]),
    overKg: field(Type.Union([DecimalText, Type.Null()]), ['More used than stated', '超用重量（公斤）']),
    stated: field(Type.Array(Measure), ['Stated on the paper', '凭证数量']),
    used: field(
      Type.Array(Measure),
      ['Used', '已用数量'],
      ['One for each unit; counts and kilograms are never added', '按单位分列，件数与重量不相加'],
    ),
    sent: field(
      Type.Array(Measure),
      ['Sent', '发出数量'],
      [
        'What was sent under the paper, of which not all may have come in yet',
        '凭此发出的数量，可能尚未到场',
      ],
    ),
    takenIn: field(
      Type.Array(Measure),
      ['Taken in', '入场数量'],
      [
        'What came in or was sold at markets; where nobody tells of any, what was sent counts as used',
        '各市场入场或销售的数量；均无记录时按发出数量计为已用',
      ],
    ),
    left: field(
      Type.Union([Measure, Type.Null()]),
      ['Left', '余量'],
      [
        'Below zero: more was used than stated. null: nothing is stated, or in a unit that no use is known in',
        '小于零表示超用；null 表示凭证未写数量或单位不可比',
      ],
    ),
    goods: field(
      Type.Array(PaperGoods),
      ['What the paper is for', '凭证货物'],
      [
        'A voucher or promise may name several; each is held against its own use, and the figures above are those of all',
        '购销凭证、合格证可列多种货物，各与自身用量比较；以上数量为合计',
      ],
    ),
    sites: field(
      Type.Array(PaperSite),
      ['Where goods came straight under the paper', '首站使用场所'],
      ['At most 100, those with the most first', '最多 100 处，用量大者在前'],
    ),
    siteCount: Type.Integer(),
    useCount: field(
      Type.Integer(),
      ['Records that used it', '使用记录数'],
      ['Without void ones', '不含作废记录'],
    ),
    orders: field(
      Type.Array(DocumentOrder),
      ['Recalls and stops of sale in force', '生效的召回与停售'],
      [
        'For goods of the paper, gravest first: what a gate refuses for',
        '涉及该凭证货物，重者在前；入场查验据此拒绝',
      ],
    ),
    reasons: field(Type.Array(PaperReason), ['What is wrong', '存在的问题']),
    candidates: field(
      Type.Array(PaperCandidate),
      ['Papers of this number', '同号凭证'],
      ['More than one: ask again with type and system', '多于一份时请带类型与系统重新查询'],
    ),
    uses: Type.Array(DocumentUse),
    moreUses: field(Type.Boolean(), ['More uses', '使用记录未列全']),
    next: field(
      Type.Union([Type.String(), Type.Null()]),
      ['Next uses', '后续使用记录'],
      ['Give it back as `after`', '作为 after 传回'],
    ),
  }),
  ['Document', '凭证'],
)
export type DocumentAnswer = Static<typeof DocumentAnswer>

export const RequiredDocuments = field(
  Type.Object({
    product: Type.Union([Type.String(), Type.Null()]),
    productClass: field(
      Type.Union([Type.Enum(Object.keys(PRODUCT_CLASSES) as ProductClass[]), Type.Null()]),
      ['Class', '品类'],
      ['null: the product is not known, so nothing is asked for', 'null 表示产品未知，不提出要求'],
    ),
    on: field(Type.String(), ['Day', '日期'], ['YYYY-MM-DD', 'YYYY-MM-DD']),
    groups: field(
      Type.Array(
        Type.Object({
          present: field(
            Type.Boolean(),
            ['At hand', '已具备'],
            ['Whether one of the types given answers the group', '所给凭证中是否已有其一'],
          ),
          documents: Type.Array(
            Type.Object({
              type: TypeOfDocument,
              title: Type.Object({ en: Type.String(), zh: Type.String() }),
              form: Type.Optional(Type.String()),
            }),
          ),
        }),
      ),
      ['Groups', '凭证组'],
      ['One document of each group is needed', '每组需具备其中一种'],
    ),
    isComplete: field(Type.Boolean(), ['Nothing is missing', '凭证齐全']),
  }),
  ['Documents that goods need at a market on a day', '某日入市所需凭证'],
)
export type RequiredDocuments = Static<typeof RequiredDocuments>
