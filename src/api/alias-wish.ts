import type { Pool } from 'pg'
import Type from 'typebox'
import { HubError } from '#core/errors.ts'
import { isIdScheme } from '#core/identifiers/scheme.ts'
import type { Issue } from '#core/issue.ts'
import { NAME_SCHEME, type ProductAlias } from '#core/products/aliases.ts'
import { codeClass } from '#core/products/code-table.ts'
import { PRODUCT_CLASSES, type ProductClass } from '#core/products/product-class.ts'
import { cleanProductName } from '#core/products/read-product-name.ts'
import { hasForbiddenCharacter, normaliseCode } from '#core/text.ts'
import type { Registry } from '#flow/systems/registry.ts'
import { readSystemIds } from '#store/systems.ts'

export const NewAliasBody = Type.Object(
  {
    name: Type.Optional(
      Type.String({ minLength: 1, maxLength: 60, pattern: '\\S', description: 'Name as written · 名称原文' }),
    ),
    scheme: Type.Optional(
      Type.String({
        maxLength: 100,
        description: 'Scheme of an own code, such as `local.market-scales` · 自编码体系',
      }),
    ),
    value: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'Own code, such as a PLU · 自编码，如 PLU' }),
    ),
    system: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: 'Only of this system · 仅限该系统' }),
    ),
    class: Type.Optional(
      Type.Enum(Object.keys(PRODUCT_CLASSES), {
        description: 'Class; follows from the code · 品类，可由代码得出',
      }),
    ),
    code: Type.Optional(
      Type.String({ pattern: '^\\d{5}(\\d{3})?$', description: 'GB/T 7635.1, 5 or 8 digits · 5 位或 8 位' }),
    ),
    reason: Type.Optional(Type.String({ maxLength: 500, description: 'Why · 理由' })),
  },
  {
    additionalProperties: false,
    title: 'New alias of a product · 新产品别名',
    examples: [
      { name: '高山小土豆', code: '01211' },
      { scheme: 'local.market-scales', value: '0007', system: 'market-scales', class: 'pork' },
    ],
  },
)

export interface AliasFields {
  readonly name?: string
  readonly scheme?: string
  readonly value?: string
  readonly system?: string
  readonly class?: ProductClass
  readonly code?: string
  readonly reason?: string
}

/** The alias that is meant. Throws `invalid_request` with everything that is wrong with it. */
export async function settledAlias(
  { pool, registry }: { readonly pool: Pool; readonly registry: Registry },
  fields: AliasFields,
): Promise<ProductAlias & { readonly reason: string | null }> {
  const { name, scheme, value, system, code } = fields
  const issues: Issue[] = []
  const wrong = (path: string, reason: string): void => void issues.push({ path, code: 'E_SCHEMA', reason })
  const isName = name !== undefined
  if (isName === (scheme !== undefined || value !== undefined) || (!isName && !(scheme && value)))
    wrong('/name', 'either a name, or the scheme and value of an own code')
  if (scheme !== undefined && !isIdScheme(scheme)) wrong('/scheme', 'no scheme of the hub')
  if ([name, value, fields.reason].some((text) => text !== undefined && hasForbiddenCharacter(text)))
    wrong('', 'NUL or half of a surrogate pair')
  const ofCode = code === undefined ? undefined : codeClass(code)
  if (code !== undefined && ofCode === undefined) wrong('/code', 'a code of which the hub knows no class')
  if (ofCode !== undefined && fields.class !== undefined && fields.class !== ofCode)
    wrong('/class', `the code is of the class ${ofCode}`)
  const productClass = fields.class ?? ofCode
  if (productClass === undefined && code === undefined) wrong('/class', 'a class or a code is needed')
  if (system !== undefined && !registry.system(system) && !(await readSystemIds(pool)).includes(system))
    wrong('/system', 'no such system is registered')
  if (issues.length > 0) throw new HubError('invalid_request', { issues })
  return {
    system: system ?? null,
    scheme: scheme ?? NAME_SCHEME,
    value: isName ? cleanProductName(name) : normaliseCode(value as string),
    class: productClass as ProductClass,
    code: code ?? null,
    reason: fields.reason ?? null,
  }
}
