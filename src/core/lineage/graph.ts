import Type, { type Static } from 'typebox'
import { field } from '#core/model/field.ts'
import { KINDS } from '#core/model/kinds.ts'
import { PARTY_ROLES, SITE_ROLES, VERDICTS } from '#core/model/parts.ts'
import { STATUSES } from '#core/model/record.ts'
import { Quantity, Region, When } from '#core/model/values.ts'
import { MENTION_ROLES } from './mentions.ts'

const optionalText = (en: string, zh: string) => Type.Optional(field(Type.String(), [en, zh]))

/** Kinds of a hold, and what makes a lot not for sale. */
export const HOLD_KINDS = ['stop_sale', 'release', 'recall'] as const

/** States of a node: of papers `valid`, `void` or `unknown`; of lots `active` or what was ordered or done with them. */
export const NODE_STATES = ['valid', 'active', 'unknown', 'void', 'held', 'recalled', 'disposed'] as const
export type NodeState = (typeof NODE_STATES)[number]

export const TraceRecord = field(
  Type.Object({
    id: Type.String(),
    kind: Type.Enum([...KINDS]),
    version: Type.Integer(),
    status: Type.Enum([...STATUSES]),
    role: field(
      Type.Enum([...MENTION_ROLES]),
      ['Role of the code', '角色'],
      ['How the record mentions the code of the node', '记录以何种角色提及该节点'],
    ),
    occurredAt: Type.Union([When, Type.Null()]),
    system: Type.String(),
    summary: field(Type.String(), ['Summary', '摘要'], ['Product, quantity and place', '产品、数量与场所']),
  }),
  ['Record of a node', '节点的记录'],
)
export type TraceRecord = Static<typeof TraceRecord>

export const TraceTest = field(
  Type.Object({
    record: Type.String(),
    item: Type.String(),
    verdict: Type.Enum([...VERDICTS]),
    method: optionalText('Method', '检测方法'),
    value: optionalText('Value', '数值'),
    unit: optionalText('Unit', '单位'),
    limit: optionalText('Limit', '限值'),
    confidence: Type.Optional(
      field(
        Type.Number(),
        ['How sure', '可信度'],
        [
          'Below 1 where the test names no lot, only stall, product and day',
          '检测未注明批次、按摊位与品种推断时小于 1',
        ],
      ),
    ),
    occurredAt: Type.Union([When, Type.Null()]),
  }),
  ['Test', '检测'],
)
export type TraceTest = Static<typeof TraceTest>

export const TraceHold = field(
  Type.Object({
    record: field(
      Type.Union([Type.String(), Type.Null()]),
      ['Record', '记录'],
      [
        'null: an order in force whose record the caller may not see; what is ordered and on which day is told to anybody',
        'null 表示无权查看的生效指令，仅告知内容与日期',
      ],
    ),
    kind: Type.Enum([...HOLD_KINDS]),
    cause: optionalText('Cause', '原因'),
    occurredAt: Type.Union([When, Type.Null()]),
  }),
  ['Hold', '停售与召回'],
)
export type TraceHold = Static<typeof TraceHold>

export const TraceParty = Type.Object({
  role: Type.Enum([...PARTY_ROLES]),
  name: Type.Optional(
    field(Type.String(), ['Name', '名称'], ['Absent for natural persons', '自然人不显示姓名']),
  ),
  personal: Type.Optional(Type.Literal(true)),
})
export type TraceParty = Static<typeof TraceParty>
export const TraceSite = Type.Object({
  role: Type.Enum([...SITE_ROLES]),
  name: Type.Optional(Type.String()),
  region: Type.Optional(Region),
})
export type TraceSite = Static<typeof TraceSite>

export const TraceNode = field(
  Type.Object({
    code: field(
      Type.String(),
      ['Graph code', '图编码'],
      ['lot:…, doc:… or local.<system>:…', 'lot:…、doc:… 或 local.<系统>:…'],
    ),
    kind: Type.Enum(['lot', 'document', 'voucher']),
    value: field(Type.String(), ['Code as written', '编码']),
    scheme: optionalText('Scheme', '编码体系'),
    type: optionalText('Type of document', '凭证类型'),
    relation: field(
      Type.Enum(['root', 'back', 'forward']),
      ['Side', '方向'],
      ['Whether the goods came from it or went to it', '来源或去向'],
    ),
    depth: field(Type.Integer({ minimum: 0 }), ['Steps from the root', '距起点的步数']),
    state: Type.Enum([...NODE_STATES]),
    voidedAt: Type.Optional(When),
    voidReason: optionalText('Why it was made void', '作废原因'),
    product: Type.Optional(
      Type.Object({
        code: Type.Optional(Type.String()),
        name: Type.Optional(Type.String()),
        class: Type.Optional(Type.String()),
      }),
    ),
    quantity: field(
      Type.Optional(Quantity),
      ['Quantity', '数量'],
      [
        'Papers about a lot are not added up: what was made or came in counts, else the most that they say',
        '同一批次的多张凭证不累加：以生产、进场记录为准，均无时取凭证所载最大值',
      ],
    ),
    occurredAt: Type.Optional(When),
    origin: Type.Optional(Region),
    parties: Type.Array(TraceParty),
    sites: Type.Array(TraceSite),
    tests: Type.Array(TraceTest),
    holds: Type.Array(TraceHold),
    records: Type.Array(TraceRecord),
    moreRecords: field(
      Type.Boolean(),
      ['More records', '还有更多记录'],
      ['Whether further records mention the code; see GET /v1/records?code=', '是否还有其他记录提及该编码'],
    ),
  }),
  ['Node of a trace', '追溯节点'],
)
export type TraceNode = Static<typeof TraceNode>

export const TraceEdge = field(
  Type.Object({
    from: Type.String(),
    to: Type.String(),
    rule: field(
      Type.String(),
      ['Rule', '关联规则'],
      [
        'document, voucher, batch, transformation, mixing; entered: a lot and the paper that it came in under are the same goods; likely ones: stall (stall, product, day), supplier (supplier, product, day, mass), same (one lot in two systems)',
        'document 凭证号、voucher 交易凭证、batch 来源批次、transformation 加工、mixing 混装；entered 凭同一凭证进场的批次；推断：stall 同摊位同品同日、supplier 同供货者同品同日同量、same 同一批次两处登记',
      ],
    ),
    confidence: Type.Number(),
    quantity: Type.Optional(Type.String()),
    unit: Type.Optional(Type.String()),
    kind: Type.Enum([...KINDS]),
    record: field(Type.String(), ['Evidence', '依据记录']),
    with: Type.Optional(
      field(
        Type.String(),
        ['Second record', '另一依据记录'],
        ['Where two records together say so', '由两条记录共同推断时'],
      ),
    ),
    version: Type.Integer(),
    system: Type.String(),
    occurredAt: Type.Union([Type.String(), Type.Null()]),
  }),
  ['Edge of a trace', '追溯关联'],
)
export type TraceEdge = Static<typeof TraceEdge>

export const TraceCandidate = field(
  Type.Object({
    code: Type.String(),
    kind: Type.Enum(['lot', 'document']),
    value: Type.String(),
    system: Type.Optional(Type.String()),
    type: optionalText('Type of document', '凭证类型'),
    product: Type.Optional(
      Type.Object({
        code: Type.Optional(Type.String()),
        name: Type.Optional(Type.String()),
        class: Type.Optional(Type.String()),
      }),
    ),
    occurredAt: Type.Optional(When),
    place: optionalText('Place', '场所'),
    by: Type.Optional(
      field(
        Type.Object({ scheme: Type.String(), value: Type.String() }),
        ['Found by', '查得依据'],
        [
          'The code that led there where it is not its own: cn.eartag15 an ear tag, cn.eartag.tail3 its last digits, number of a ticket or test, gs1',
          '所输入编码不是其自身编码时的依据：cn.eartag15 耳标、cn.eartag.tail3 耳标末位、number 小票或检测编号、gs1',
        ],
      ),
    ),
  }),
  ['Candidate', '候选'],
  ['What the typed code may mean; send its graph code to choose', '输入编码的可能含义，可用其图编码指定'],
)
export type TraceCandidate = Static<typeof TraceCandidate>

export const TraceGraph = field(
  Type.Object({
    code: field(Type.String(), ['Code as typed', '输入的编码']),
    direction: Type.Enum(['back', 'forward', 'both']),
    at: Type.Union([Type.String(), Type.Null()]),
    roots: Type.Array(Type.String()),
    candidates: Type.Array(TraceCandidate),
    nodes: Type.Array(TraceNode),
    edges: Type.Array(TraceEdge),
    truncated: field(
      Type.Boolean(),
      ['Cut', '是否截断'],
      ['By depth or by the limit of nodes', '因深度或节点数限制'],
    ),
    next: field(Type.Union([Type.String(), Type.Null()]), ['Next page', '下一页']),
  }),
  ['Trace', '追溯结果'],
  ['Lots, papers and how goods went from one to the other', '批次、凭证及货物在其间的流向'],
)
export type TraceGraph = Static<typeof TraceGraph>
