import Type from 'typebox'
import { keyFields } from '#adapters/paging/settings/field.ts'
import { PagingSettings } from '#adapters/paging/settings/paging.ts'
import { field } from '#core/model/field.ts'
import { closed, constants, element } from './field.ts'

const WRAP = field(
  Type.Object(
    {
      parameter: element(
        ['Parameter', '参数名'],
        ['Parameter whose text is the document', '以文档为文本的参数'],
      ),
      root: element(['Root', '根元素'], ['Outermost element of the document', '文档的最外层元素']),
      values: Type.Optional(
        constants(['Constants', '固定内容'], ['Elements of the document', '文档中的固定元素']),
      ),
    },
    closed,
  ),
  ['Document in a parameter', '参数内的文档'],
  [
    'For services that take XML as the text of one parameter; parameters of paging and watermark go into it',
    '用于以 XML 文本作为单个参数的服务；分页与增量参数写入其中',
  ],
)

const PAGING = field(
  Type.Object(
    {
      page: PagingSettings.properties.page,
      offset: PagingSettings.properties.offset,
      cursor: PagingSettings.properties.cursor,
    },
    { ...closed, maxProperties: 1 },
  ),
  ['Paging', '分页'],
  [
    'How the next page is asked for: one way, or none. Paths begin in the element of the answer: return.total',
    '翻页方式，只能选一种；不填表示不分页。路径从应答元素内开始：return.total',
  ],
)

/** What an operation is sent, and where the rows stand in its answer. */
export const QUERY = {
  parameters: Type.Optional(
    constants(
      ['Parameters', '固定参数'],
      [
        'Constants, nothing secret. Dots in a name lead into elements: query.page',
        '固定参数，不得含密钥；名称中的点表示下层元素：query.page',
      ],
    ),
  ),
  wrap: Type.Optional(WRAP),
  result: Type.Optional(
    element(
      ['Document in the answer', '应答内的文档'],
      ['Element whose text is an XML document with the rows', '以 XML 文档为文本的元素，数据行在其中'],
    ),
  ),
  row: element(
    ['Row', '数据行'],
    ['Element that is a row, wherever it stands', '作为数据行的元素，不论层级'],
  ),
  paging: Type.Optional(PAGING),
} as const

const QuerySettings = Type.Object(QUERY, closed)
export type QuerySettings = Type.Static<typeof QuerySettings>

export const KeysSettings = field(
  Type.Object(
    {
      operation: element(
        ['Operation', '操作'],
        ['Operation that gives the keys of all rows', '给出全部主键的操作'],
      ),
      action: Type.Optional(
        field(
          Type.String({ maxLength: 500, pattern: '^[^"\\r\\n]*$' }),
          ['Action', '动作（SOAPAction）'],
          ['By the WSDL, or empty, where not given', '不填则取 WSDL，或为空'],
        ),
      ),
      ...QUERY,
      fields: keyFields,
    },
    closed,
  ),
  ['List of keys', '主键清单'],
  [
    'Where the keys of all rows that the source has now are asked for; finds what was deleted',
    '查询来源现有全部主键的操作，用于发现已删除的记录',
  ],
)
export type KeysSettings = Type.Static<typeof KeysSettings>
