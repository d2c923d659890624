import type { TSchema } from 'typebox'
import { PARTS, type PartName, partNameOf } from '#api/record-parts.ts'
import { DOCUMENT_TYPES } from '#core/documents/document-type.ts'
import { FLAGS } from '#core/flags.ts'
import { REQUIRED } from '#core/mapping/compile/targets.ts'
import { KINDS, type Kind, kindDefinition } from '#core/model/kinds.ts'
import { missingParts } from '#core/model/minimal.ts'
import { RECORD_SCHEMAS, SCHEMA_VERSION } from '#core/model/record.ts'
import { kindSharing, PART_SHARING, RECORD_SHARING, type Rules, type Shared } from '#core/model/sharing.ts'

/** What `field` keeps on a schema beside the keywords of JSON Schema. */
interface Described {
  readonly title?: string
  readonly description?: string
  readonly 'x-zh'?: { readonly title?: string; readonly description?: string }
}
type Shape = TSchema &
  Described & {
    readonly type?: string
    readonly properties?: Readonly<Record<string, Shape>>
    readonly required?: readonly string[]
    readonly items?: Shape
    readonly enum?: readonly string[]
    readonly const?: unknown
    readonly anyOf?: readonly Shape[]
    readonly pattern?: string
    readonly patternProperties?: object
    readonly additionalProperties?: unknown
  }

const HEADER = `<!-- Made by npm run generate from src/core/model. -->
# The canonical model · 规范模型

Schema version ${SCHEMA_VERSION}. Each record has one of ${KINDS.length} kinds. Codes are text; masses and money are decimal text; each normalised
value keeps the text of its source beside it. A correction is a new version; nothing is overwritten.

模型版本 ${SCHEMA_VERSION}，共 ${KINDS.length} 种记录。代码一律为文本，重量与金额为十进制文本，规范值旁保留来源原文；更正即新版本，不覆盖。

A field with * is required. 带 * 的字段必填。

**Sharing · 共享级别.** Who may see a value over a link (\`sees\` of the link; \`public\` and \`partner\` where nothing is said):
\`public\` anyone · 公开; \`partner\` another department or market with a part in the goods · 相关部门与市场; \`restricted\` secrets of
business: prices, amounts, buyers · 商业秘密; \`personal\` what is, or may be, of a person, and what a source wrote itself · 个人信息
与来源原文. A value is seen where every class on the way to it is; what has no class is not shared. 逐级均可见方可见，未分级者不共享。
`

/** \`docs/model.md\`: every kind and part of the canonical model with its fields, in both languages. */
export function modelPage(): string {
  const kinds = KINDS.map((kind) => {
    const { title, description, epcis } = kindDefinition(kind)
    const secret = kindSharing(kind) === 'public' ? '' : ` Shared as a whole: \`${kindSharing(kind)}\`.`
    const head = `## ${kind}\n\n**${title[0]} · ${title[1]}.** ${description[0]}. ${description[1]}。\n\nEPCIS: ${epcis}.${secret}\n`
    return `${head}\n${minimalSet(kind)}\n${fieldTable(RECORD_SCHEMAS[kind] as Shape, RECORD_SHARING)}`
  })
  const parts = Object.entries(PARTS).map(
    ([name, schema]) => `### ${name}\n\n${fieldTable(schema as Shape, PART_SHARING[name as PartName])}`,
  )
  return [
    HEADER,
    ...kinds,
    '## Parts · 组成部分\n',
    ...parts,
    codeTable('Types of document · 凭证类型', DOCUMENT_TYPES),
    codeTable('Quality flags and codes of issues · 质量标记与问题代码', FLAGS),
  ].join('\n')
}

/** What a mapping must give of the kind, or its records are rejected; told by the code that rejects them. */
function minimalSet(kind: Kind): string {
  const parts = missingParts(kind, { flags: [] }).map(({ part }) => MINIMAL[part])
  const own = (REQUIRED[kind] ?? []).map((name) => `\`${name}\``)
  return `**At least · 最少须有.** ${[...parts, ...own].join('; ')}.\n`
}

const MINIMAL: Readonly<Record<ReturnType<typeof missingParts>[number]['part'], string>> = {
  occurredAt: '`occurredAt`',
  who: 'a party or a site (`parties` or `sites`, with a code or a name) · 主体或场所之一',
  what: 'a product, a lot or a document (`product`, `lots`, `documents`; also `input` or `output`, and the `amount` of a payment) · 产品、批次或凭证之一',
  name: '`name` or a code (`ids`) · 名称或代码',
}

function fieldTable(schema: Shape, sharing: Rules): string {
  const required = new Set(schema.required ?? [])
  const rows = Object.entries(schema.properties ?? {}).map(([name, one]) => {
    const { title = '', description = '', 'x-zh': zh = {} } = one
    const about = [title, description].filter(Boolean).join(': ')
    const aboutZh = [zh.title, zh.description].filter(Boolean).join('：')
    return `| \`${name}\`${required.has(name) ? ' *' : ''} | ${typeOf(one)} | ${classOf(sharing[name])} | ${cell(about)} | ${cell(aboutZh)} |`
  })
  return `| field | type | sharing | meaning | 含义 |\n|---|---|---|---|---|\n${rows.join('\n')}\n`
}

const classOf = (shared: Shared | undefined): string =>
  shared === undefined ? 'not shared' : `\`${shared.is}\`${shared.but === undefined ? '' : `; ${shared.but}`}`

function typeOf(schema: Shape): string {
  const part = partNameOf(schema)
  if (part) return linkTo(part)
  if (schema.const !== undefined) return `\`${String(schema.const)}\``
  if (schema.enum)
    return schema.enum.length > 20
      ? '[code](#quality-flags-and-codes-of-issues--质量标记与问题代码)'
      : schema.enum.map((code) => `\`${code}\``).join(', ')
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ')
  if (schema.type === 'array') return `list of ${schema.items ? typeOf(schema.items) : 'values'}`
  if (schema.type === 'object') return objectType(schema)
  if (schema.pattern === '^-?\\d+(\\.\\d+)?$') return 'decimal text'
  if (schema.type === 'string') return 'text'
  return schema.type ?? 'any value'
}

function objectType({ properties }: Shape): string {
  if (!properties) return 'texts by name'
  const members = Object.entries(properties).map(([name, one]) => `\`${name}\`: ${typeOf(one)}`)
  return `{ ${members.join('; ')} }`
}

const linkTo = (part: PartName): string => `[${part}](#${part.toLowerCase()})`

const cell = (text: string): string =>
  text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ')

function codeTable(title: string, codes: Readonly<Record<string, unknown>>): string {
  const rows = Object.entries(codes).map(([code, meaning]) => `| \`${code}\` | ${cell(meaningOf(meaning))} |`)
  return `## ${title}\n\n| code | meaning |\n|---|---|\n${rows.join('\n')}\n`
}

const meaningOf = (meaning: unknown): string =>
  typeof meaning === 'string'
    ? meaning
    : Object.values(meaning as object)
        .flat()
        .join(' · ')
