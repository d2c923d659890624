import Type from 'typebox'
import { listOf } from '#api/page.ts'
import { field } from '#core/model/field.ts'
import { PRODUCT_CLASSES } from '#core/products/product-class.ts'
import { component, count, nullable, text, time } from './fields.ts'

const instant = Type.String({ format: 'date-time' })
const schemeAndValue = {
  scheme: text(['Scheme', '编码体系']),
  value: text(['Code', '代码']),
}

export const CardValue = field(
  Type.Object({
    value: text(['Value', '取值']),
    count: count(['Times said', '出现次数'], ['By the newest versions of records', '按各记录最新版本统计']),
    systems: field(Type.Array(Type.String()), ['Systems', '来源系统']),
    firstSeen: time(['First seen', '首次出现']),
    lastSeen: time(['Last seen', '最近出现']),
    newest: nullable(Type.String(), ['Newest record', '最新记录'], ['That says it now', '当前仍如此表述者']),
  }),
  ['Value with its provenance', '取值及其来源'],
)

const values = (title: readonly [string, string]) => field(Type.Array(component('CardValue')), title)

const card = {
  id: text(['Identifier', '标识'], ['Leads to the card also after it was merged', '合并后仍可查到']),
  codes: field(
    Type.Array(
      Type.Object({
        ...schemeAndValue,
        region: nullable(
          Type.String(),
          ['Region in the code', '代码中的区划'],
          ['Where it was given out', '发码地'],
        ),
        records: count(['Records that name it', '提及的记录数']),
      }),
    ),
    ['Codes', '代码'],
  ),
  names: values(['Names', '名称']),
  kinds: values(['Kinds', '类型']),
  regions: values(['Regions', '行政区划']),
  roles: values(['Roles', '角色']),
  systems: field(Type.Array(Type.String()), ['Systems', '来源系统']),
  personal: field(Type.Boolean(), ['Natural person', '自然人'], ['Names are masked', '名称已脱敏']),
  conflicts: field(
    Type.Array(Type.String()),
    ['Conflicts', '矛盾'],
    [
      'Schemes of which a party has one code and this card has several',
      '一个主体只应有一个、而此处有多个代码的编码体系',
    ],
  ),
}

export const Card = field(Type.Object(card), ['Card of a party or site', '主体或场所名片'])

const otherCard = (title: readonly [string, string]) => nullable(Type.String(), title)

export const CodeDecision = field(
  Type.Object({
    id: text(['Identifier', '标识']),
    verdict: field(Type.Enum(['join', 'part']), ['Decision', '决定']),
    code: text(['Code', '代码'], ['`<scheme>:<code>`', '`<体系>:<代码>`']),
    other: nullable(Type.String(), ['Joined with', '与之合并的代码']),
    reason: text(['Reason', '理由']),
    key: nullable(Type.String(), ['Key of the person', '操作者密钥']),
    decidedAt: time(['Decided', '决定时间']),
    undoneAt: nullable(instant, ['Taken back', '撤销时间']),
  }),
  ['Decision on a code', '代码决定'],
)

export const CardDetail = field(
  Type.Object({
    ...card,
    nodes: field(
      Type.Array(
        Type.Object({
          ...schemeAndValue,
          site: otherCard(['Card of the site', '场所名片']),
          party: otherCard(['Card of the party', '主体名片']),
        }),
      ),
      ['Nodes', '所属节点'],
      ['That its operator codes belong to: first 9 of 13 digits', '经营者编码前 9 位所属节点'],
    ),
    operators: count(['Operators', '经营者数'], ['Of its own node codes', '本节点下的经营者']),
    sameName: field(
      Type.Array(Type.Object({ card: text(['Card', '名片']), name: text(['Name', '名称']) })),
      ['Same name', '同名'],
      ['Suggestions for a person; never joined by the hub', '仅供人工判断，平台不自动合并'],
    ),
    decisions: field(Type.Array(component('CodeDecision')), ['Decisions in force', '有效的人工决定']),
    history: field(
      Type.Array(
        Type.Object({
          change: field(Type.Enum(['merged', 'parted']), ['Change', '变化']),
          from: text(['From card', '原名片']),
          to: text(['To card', '新名片']),
          record: nullable(Type.String(), ['Record that did it', '引起变化的记录']),
          decision: nullable(Type.String(), ['Decision that did it', '引起变化的决定']),
          at: time(['When', '时间']),
        }),
      ),
      ['History', '合并与拆分历史'],
      ['Newest first', '新的在前'],
    ),
  }),
  ['Card with its relations', '名片详情'],
)

export const PartyPage = field(listOf('parties', 'Card'), ['Parties', '主体列表'])
export const SitePage = field(listOf('sites', 'Card'), ['Sites', '场所列表'])

export const Suggestion = field(
  Type.Object({
    name: text(['Name', '名称']),
    cards: field(Type.Array(component('Card')), ['Cards that bear it', '同名名片']),
  }),
  ['Cards of one name', '同名名片'],
)
export const SuggestionPage = field(listOf('suggestions', 'Suggestion'), ['Suggestions', '合并建议'])

const productClass = Type.Enum(Object.keys(PRODUCT_CLASSES))

export const UnknownProduct = field(
  Type.Object({
    name: text(['Name', '名称'], ['Empty where none is written', '未写则为空']),
    code: text(['Product code', '产品代码']),
    ownCode: text(['Own code', '自编码'], ['`<scheme>:<code>`, such as a PLU', '如 PLU']),
    systems: field(Type.Array(Type.String()), ['Systems', '来源系统']),
    count: count(['Records', '记录数'], ['Whose newest version writes it so', '最新版本如此书写的记录']),
    firstSeen: time(['First seen', '首次出现']),
    lastSeen: time(['Last seen', '最近出现']),
    records: field(Type.Array(Type.String()), ['Some of the records', '记录样例']),
    alias: nullable(
      Type.String(),
      ['Alias', '别名'],
      ['Decided already; the records wait for a replay', '已决定，等待重放'],
    ),
    proposals: field(
      Type.Array(
        Type.Object({
          name: text(['Name', '名称']),
          class: field(productClass, ['Class', '品类']),
          code: Type.Optional(text(['Product code', '产品代码'])),
        }),
      ),
      ['Nearest known names', '最接近的已知名称'],
      ['Never applied by the hub', '平台不自动采用'],
    ),
  }),
  ['Unknown product', '未识别产品'],
)
export const UnknownProductPage = field(listOf('products', 'UnknownProduct'), [
  'Unknown products',
  '未识别产品列表',
])

const alias = {
  id: text(['Identifier', '标识']),
  system: nullable(Type.String(), ['System', '对接系统'], ['null: every system', 'null 表示所有系统']),
  scheme: text(['Scheme', '编码体系'], ['`name`, or that of an own code', 'name 或自编码的体系']),
  value: text(['Name or own code', '名称或自编码']),
  class: field(productClass, ['Class', '品类']),
  code: nullable(Type.String(), ['Product code', '产品代码'], ['GB/T 7635.1', 'GB/T 7635.1']),
  reason: nullable(Type.String(), ['Reason', '理由']),
  key: nullable(Type.String(), ['Key of the person', '操作者密钥']),
  decidedAt: time(['Decided', '决定时间']),
}
export const ProductAlias = field(Type.Object(alias), ['Alias of a product', '产品别名'])
export const NewProductAlias = field(
  Type.Object({
    ...alias,
    waiting: count(
      ['Records that wait', '待重放记录数'],
      ['For a replay to get the class', '重放后取得品类'],
    ),
  }),
  ['New alias of a product', '新产品别名'],
)
export const ProductAliasPage = field(listOf('aliases', 'ProductAlias'), [
  'Aliases of products',
  '产品别名列表',
])
