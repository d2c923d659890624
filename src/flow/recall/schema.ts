import Type, { type Static } from 'typebox'
import { field } from '#core/model/field.ts'
import { PARTY_ROLES } from '#core/model/parts.ts'
import { DecimalText } from '#core/model/values.ts'
import { PLACE_KINDS } from '#core/recall/place.ts'
import { FINDS, FINDS_AWAY } from '#core/recall/settled.ts'

const Measure = Type.Object({ value: DecimalText, unit: Type.String() })
const MaybeSold = field(
  DecimalText,
  ['May have been sold', '可能已售'],
  [
    'Of what should still be at places: tickets and summaries that name no lot may be of these or of other goods, and nobody tells how much of it is of these. It has to be looked for all the same',
    '指应仍在场货物中：未注明批次的秤单和汇总可能属于这些货物，也可能属于其他货物，记录未说明；仍须按在场查找',
  ],
)
const PlaceLeft = field(
  Type.Array(
    Type.Object({
      value: DecimalText,
      unit: Type.String(),
      atLeast: field(
        Type.Boolean(),
        ['At least', '下限'],
        [
          'Of further lots that are there records do not tell how much is at this one of their places; each lot tells the sum',
          '另有批次分处多地，记录未说明此处数量；合计见各批次',
        ],
      ),
      maybeSold: MaybeSold,
    }),
  ),
  ['Should still be there', '应余数量'],
)
const nullText = Type.Union([Type.String(), Type.Null()])

export const RecallSite = field(
  Type.Object({
    kind: Type.Enum([...PLACE_KINDS]),
    name: field(
      nullText,
      ['Name', '名称'],
      [
        'Of a stall: its keeper; null for natural persons, covered where it may be of one (李**)',
        '摊位为经营者名称；自然人为 null，可能为自然人的脱敏（李**）',
      ],
    ),
    code: nullText,
    booth: nullText,
    market: nullText,
    region: nullText,
    lots: field(
      Type.Integer(),
      ['Lots there', '所在批次'],
      ['By the last record of each', '按各批次最后一条记录'],
    ),
    passedOn: field(Type.Boolean(), ['Passed on', '经手'], ['Goods went through and on', '货物曾由此流出']),
    left: PlaceLeft,
  }),
  ['Place that a recall concerns', '召回涉及场所'],
)

export const RecallBalance = field(
  Type.Object({
    stage: field(
      Type.Integer({ minimum: 0 }),
      ['Stage', '阶段'],
      [
        '0: goods of the source; 1: what was made of them, and so on',
        '0 为源头货物，1 为其加工产物，依此类推',
      ],
    ),
    unit: field(Type.String(), ['Unit', '单位'], ['Units are never added to each other', '不同单位不相加']),
    stated: field(
      Type.Union([DecimalText, Type.Null()]),
      ['Stated', '源头数量'],
      ['null: no record states it', 'null 表示无记录'],
    ),
    found: field(DecimalText, ['Found', '已查明']),
    where: field(
      Type.Object(
        Object.fromEntries(FINDS.map((find) => [find, DecimalText])) as Record<
          (typeof FINDS)[number],
          typeof DecimalText
        >,
      ),
      ['Where it went', '去向'],
      [
        'soldWholesale: a buyer is named and has not told of its arrival; atSites: should still be there; soldRetail: by tickets or summaries; returned: sent back or refused, and not told to be where it came from; leftRegion: in another province; processed: turned into other goods',
        'soldWholesale 已售出、买方未登记；atSites 应仍在场；soldRetail 已零售；returned 退回或拒收，供货方尚无记录；leftRegion 已出省；processed 已加工',
      ],
    ),
    away: field(
      Type.Object(
        Object.fromEntries(FINDS_AWAY.map((find) => [find, DecimalText])) as Record<
          (typeof FINDS_AWAY)[number],
          typeof DecimalText
        >,
      ),
      ['What became of leftRegion', '出省货物的去向'],
      [
        'In other provinces than that of the source, beside `where`: together as much as where.leftRegion',
        '在源头以外省份的去向，与 where 并列，合计等于 where.leftRegion',
      ],
    ),
    notFound: field(
      Type.Union([DecimalText, Type.Null()]),
      ['Not found', '未查明'],
      [
        'Stated less found; below zero where more was found than stated',
        '源头数量减已查明；小于零表示查明多于源头',
      ],
    ),
    maybeSold: MaybeSold,
  }),
  ['What became of the goods', '货物去向汇总'],
)

export const UnsureReach = field(
  Type.Object({
    confidence: Type.Number(),
    edges: field(Type.Integer(), ['Edges left out', '未采用的关联']),
    lots: field(Type.Integer(), ['More lots', '另及批次']),
    sites: field(Type.Integer(), ['More places', '另及场所']),
    kilograms: field(
      DecimalText,
      ['More found, kg', '另可查明（公斤）'],
      [
        'Of all stages; what was turned into other goods counts as those',
        '各阶段合计；已加工的按加工后货物计',
      ],
    ),
  }),
  ['What less sure edges would reach beyond it', '采用较低可信度关联时的增量'],
)
export type UnsureReach = Static<typeof UnsureReach>

export const RecallLot = field(
  Type.Object({
    codes: field(
      Type.Array(Type.String()),
      ['Codes', '编码'],
      ['Every name of this one lot', '同一批次的全部编码'],
    ),
    product: nullText,
    source: Type.Boolean(),
    stage: Type.Integer(),
    systems: Type.Array(Type.String()),
    region: nullText,
    came: Type.Array(Measure),
    wentOn: Type.Array(Measure),
    found: Type.Array(Type.Object({ where: Type.String(), value: DecimalText, unit: Type.String() })),
    notFound: Type.Array(Measure),
    leftBetween: field(
      Type.Array(Type.Object({ unit: Type.String(), least: DecimalText, most: DecimalText })),
      ['Left of it, between', '余量上下限'],
      [
        'Only where sales that name no lot may be of this lot or of others of the place: so much of it is left at least and at most. `found` is one way in which such sales may be divided',
        '仅在未注明批次的销售可能属于本批或同场其他批次时列出：本批余量的下限与上限；found 为其中一种分摊',
      ],
    ),
  }),
  ['Lot that a recall reaches', '召回涉及批次'],
)

export const Rehearsal = field(
  Type.Object({
    asked: Type.String(),
    part: field(
      Type.Boolean(),
      ['Of a part', '仅部分'],
      [
        'Made of the records that the caller may see; others may hold more of the goods',
        '仅依据可见记录，其他主体可能另有该货物',
      ],
    ),
    direction: Type.Enum(['source', 'forward']),
    confidence: Type.Number(),
    at: nullText,
    roots: Type.Array(Type.String()),
    sources: field(Type.Array(Type.String()), ['Where it begins', '召回起点']),
    numbers: field(
      Type.Object({
        lots: Type.Integer(),
        sites: Type.Object(
          Object.fromEntries(PLACE_KINDS.map((kind) => [kind, Type.Integer()])) as Record<
            (typeof PLACE_KINDS)[number],
            ReturnType<typeof Type.Integer>
          >,
        ),
        parties: Type.Integer(),
        persons: field(
          Type.Integer(),
          ['Natural persons', '自然人'],
          ['Counted, not named', '仅计数，不列名'],
        ),
        systems: Type.Integer(),
        links: Type.Integer(),
      }),
      ['Numbers', '汇总'],
    ),
    mass: Type.Array(RecallBalance),
    lots: Type.Array(RecallLot),
    regions: Type.Array(
      Type.Object({
        region: nullText,
        name: nullText,
        markets: Type.Array(
          Type.Object({ name: nullText, code: nullText, left: PlaceLeft, stalls: Type.Array(RecallSite) }),
        ),
        others: Type.Array(RecallSite),
      }),
    ),
    parties: Type.Array(Type.Object({ name: Type.String(), roles: Type.Array(Type.Enum([...PARTY_ROLES])) })),
    systems: field(Type.Array(Type.Object({ system: Type.String(), records: Type.Integer() })), [
      'Systems that told of the goods',
      '来源系统',
    ]),
    links: field(
      Type.Array(
        Type.Object({ id: Type.String(), name: Type.String(), system: nullText, state: Type.String() }),
      ),
      ['Links that would be told', '将通知的链路'],
    ),
    unsure: Type.Union([UnsureReach, Type.Null()]),
    truncated: field(Type.Boolean(), ['Cut', '是否截断'], ['The numbers are at least so much', '数字为下限']),
    rehearsedAt: Type.String(),
    ms: field(Type.Integer(), ['Took, ms', '耗时（毫秒）']),
  }),
  ['Rehearsal of a recall', '召回演练'],
  ['Nothing is written and nobody is told', '不写入数据，不发出通知'],
)
type Frozen<T> = T extends readonly (infer U)[]
  ? readonly Frozen<U>[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T
export type Rehearsal = Frozen<Static<typeof Rehearsal>>
