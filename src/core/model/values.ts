import Type, { type Static } from 'typebox'
import { FLAGS, type Flag } from '#core/flags.ts'
import { field } from './field.ts'

const closed = { additionalProperties: false }

/** Exact decimal as text: no exponent, no thousands separator. JSON numbers would round. Longer ones are no mass and no price. */
export const DecimalText = Type.String({ pattern: '^-?\\d+(\\.\\d+)?$', maxLength: 200 })

export const Flags = field(
  Type.Array(Type.Enum(Object.keys(FLAGS) as Flag[]), { uniqueItems: true }),
  ['Quality flags', '质量标记'],
  [
    'What is doubtful about the record; see docs/glossary.md for each code',
    '记录中存疑之处，代码说明见词汇表',
  ],
)

export const When = Type.Object(
  {
    at: field(
      Type.String(),
      ['Time', '时间'],
      ['ISO 8601 with zone +08:00, to the second', 'ISO 8601，东八区，到秒'],
    ),
    precision: field(
      Type.Enum(['second', 'minute', 'hour', 'day', 'month', 'year']),
      ['Precision', '精度'],
      [
        'What the source wrote; finer digits of "at" are zeros, not knowledge',
        '来源写到哪一级；更细的部分补零，不代表已知',
      ],
    ),
    raw: field(Type.Optional(Type.String()), ['As written', '原文'], ['The text of the source', '来源原文']),
  },
  closed,
)
export type When = Static<typeof When>

export const Region = Type.Object(
  {
    code: field(
      Type.Optional(Type.String({ pattern: '^\\d{6}$' })),
      ['GB/T 2260 code', '行政区划代码'],
      ['The code valid in "year"; absent when it cannot be told', '在该年份有效的代码；无法确定时不填'],
    ),
    country: field(
      Type.Optional(Type.String({ pattern: '^[A-Z]{3}$' })),
      ['Country', '国家或地区'],
      ['ISO 3166-1 alpha-3, where the goods are imported', '进口货物的 ISO 3166-1 三字母代码'],
    ),
    year: field(
      Type.Integer(),
      ['Year', '年份'],
      [
        'Year in which the code is read: codes end, split and change territory',
        '代码所依据的年份：代码会撤销、拆分、变更辖区',
      ],
    ),
    candidates: field(
      Type.Optional(Type.Array(Type.String())),
      ['Candidates', '候选'],
      ['Codes that the text may mean; the hub does not choose', '可能对应的代码，平台不代为选择'],
    ),
    name: field(Type.Optional(Type.String()), ['Name', '名称'], ['Name in that year', '当年名称']),
    writtenAs: field(
      Type.Optional(Type.String()),
      ['As written', '原文'],
      ['Code or name of the source where it differs', '来源所写的代码或名称（与结果不同时）'],
    ),
  },
  closed,
)
export type Region = Static<typeof Region>

export const Alias = Type.Object(
  {
    scheme: field(
      Type.String(),
      ['Scheme', '编码体系'],
      [
        'Identifier scheme such as cn.uscc or cn.mofcom.operator13',
        '标识体系，如 cn.uscc、cn.mofcom.operator13',
      ],
    ),
    value: field(
      Type.String(),
      ['Code', '代码'],
      ['Normalised code; always text', '规范后的代码，始终为文本'],
    ),
    checkOk: field(
      Type.Optional(Type.Boolean()),
      ['Check digit', '校验位'],
      ['Whether the check digit is right, where the scheme has one', '校验位是否正确（有校验位的体系）'],
    ),
    raw: field(Type.Optional(Type.String()), ['As written', '原文']),
  },
  closed,
)
export type Alias = Static<typeof Alias>

export const UNITS = ['KGM', 'HEA', 'H87', 'PKG'] as const
export const Quantity = Type.Object(
  {
    value: field(
      Type.Union([DecimalText, Type.Null()]),
      ['Value', '数值'],
      ['Exact decimal; null when the text cannot be read', '精确十进制；无法读出时为 null'],
    ),
    unit: field(
      Type.Enum([...UNITS]),
      ['Unit', '单位'],
      [
        'UN/ECE Rec 20: KGM kilogram, HEA head, H87 piece; PKG package without a stated weight',
        'KGM 千克、HEA 头、H87 件/片、PKG 未注明件重的包装',
      ],
    ),
    raw: field(Type.Optional(Type.String()), ['As written', '原文']),
    rawUnit: field(Type.Optional(Type.String()), ['Unit as written', '原单位']),
    packs: field(Type.Optional(Type.String()), ['Packages', '件数']),
    approx: field(Type.Optional(Type.Literal(true)), ['Approximate', '约数']),
  },
  closed,
)
export type Quantity = Static<typeof Quantity>

export const Price = Type.Object(
  {
    value: field(Type.Union([DecimalText, Type.Null()]), ['Value', '数值'], ['Yuan', '人民币元']),
    currency: field(Type.Literal('CNY'), ['Currency', '币种']),
    per: field(Type.Enum([...UNITS]), ['Basis', '计价单位'], ['One of this unit', '每一单位']),
    raw: field(Type.Optional(Type.String()), ['As written', '原文']),
  },
  closed,
)
export type Price = Static<typeof Price>

export const Amount = Type.Object(
  {
    value: field(Type.Union([DecimalText, Type.Null()]), ['Value', '数值'], ['Yuan', '人民币元']),
    currency: field(Type.Literal('CNY'), ['Currency', '币种']),
    raw: field(Type.Optional(Type.String()), ['As written', '原文']),
  },
  closed,
)
export type Amount = Static<typeof Amount>
