import Type, { type Static } from 'typebox'
import { PagingSettings } from '#adapters/paging/settings/paging.ts'
import { SuccessSettings } from '#adapters/paging/settings/success.ts'
import { WatermarkSettings } from '#adapters/paging/settings/watermark.ts'
import { field } from '#core/model/field.ts'
import { AuthSettings } from './auth.ts'
import { closed, constants, element } from './field.ts'

const address = (title: readonly [string, string], description: readonly [string, string]) =>
  field(Type.String({ minLength: 1, maxLength: 2000, pattern: '^https?://' }), title, description)

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

export const SoapSettings = Type.Object(
  {
    wsdl: Type.Optional(
      address(
        ['WSDL', 'WSDL 地址'],
        [
          'Description of the service; what is set below goes before what it says',
          '服务描述地址；下列设置优先于其内容',
        ],
      ),
    ),
    url: Type.Optional(
      address(
        ['Address', '服务地址'],
        [
          'Where the service is called; by the WSDL where not given, if that names its own host',
          '调用地址；不填则取 WSDL 中与其同主机的地址',
        ],
      ),
    ),
    operation: element(['Operation', '操作'], ['Operation that gives the rows', '给出数据的操作']),
    version: Type.Optional(
      field(
        Type.Enum(['1.1', '1.2']),
        ['Version of SOAP', 'SOAP 版本'],
        ['1.1 where both are offered', '两者皆有时取 1.1'],
      ),
    ),
    namespace: Type.Optional(
      field(
        Type.String({ minLength: 1, maxLength: 500 }),
        ['Namespace', '命名空间'],
        ['Of the operation; needed without a WSDL', '操作的命名空间；没有 WSDL 时必填'],
      ),
    ),
    action: Type.Optional(
      field(
        Type.String({ maxLength: 500, pattern: '^[^"\\r\\n]*$' }),
        ['Action', '动作（SOAPAction）'],
        ['By the WSDL, or empty, where not given', '不填则取 WSDL，或为空'],
      ),
    ),
    qualified: Type.Optional(
      field(
        Type.Boolean(),
        ['Qualified', '参数带命名空间'],
        ['Parameters have the namespace too, as .NET wants it', '参数元素也带命名空间（.NET 服务）'],
      ),
    ),
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
    contentType: Type.Optional(
      field(
        Type.String({ maxLength: 100, pattern: '^[\\w!#$&^.+-]+/[\\w!#$&^.+-]+$' }),
        ['Taken in as', '内容类型'],
        [
          'Content type under which answers are taken in, as `also` of the mapping names it; text/xml where not given',
          '应答入库时的内容类型，与映射的 also 对应；默认 text/xml',
        ],
      ),
    ),
    paging: Type.Optional(
      field(
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
      ),
    ),
    watermark: Type.Optional(WatermarkSettings),
    auth: Type.Optional(AuthSettings),
    success: Type.Optional(SuccessSettings),
  },
  closed,
)
export type SoapSettings = Static<typeof SoapSettings>
