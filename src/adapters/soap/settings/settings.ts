import Type, { type Static } from 'typebox'
import { SuccessSettings } from '#adapters/paging/settings/success.ts'
import { WatermarkSettings } from '#adapters/paging/settings/watermark.ts'
import { field } from '#core/model/field.ts'
import { AuthSettings } from './auth.ts'
import { closed, element } from './field.ts'
import { KeysSettings, QUERY } from './query.ts'

const address = (title: readonly [string, string], description: readonly [string, string]) =>
  field(Type.String({ minLength: 1, maxLength: 2000, pattern: '^https?://' }), title, description)

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
    ...QUERY,
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
    watermark: Type.Optional(WatermarkSettings),
    keys: Type.Optional(KeysSettings),
    auth: Type.Optional(AuthSettings),
    success: Type.Optional(SuccessSettings),
  },
  closed,
)
export type SoapSettings = Static<typeof SoapSettings>
