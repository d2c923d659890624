import { Ajv } from 'ajv'
import Type, { type Static } from 'typebox'
import { isMap, LineCounter, parseDocument } from 'yaml'
import type { Mistake } from '#core/mapping/mapping.ts'
import { field } from '#core/model/field.ts'

const closed = { additionalProperties: false }
const Words = Type.Object({ zh: Type.String({ minLength: 1 }), en: Type.String({ minLength: 1 }) }, closed)

/** `system.yaml`: what a system is and how it speaks. What its records mean is in the mapping files beside it. */
export const SystemFile = Type.Object(
  {
    system: field(
      Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$' }),
      ['System', '对接系统'],
      ['The name of the folder: small letters, digits and hyphens', '与文件夹同名：小写字母、数字和连字符'],
    ),
    title: field(Words, ['Title', '名称']),
    department: Type.Optional(field(Words, ['Department', '主管部门'])),
    region: Type.Optional(field(Type.String({ pattern: '^\\d{6}$' }), ['Region', '所在区划'])),
    adapter: field(Type.Enum(['push']), ['Adapter', '适配器'], ['How the bytes come', '报文的传输方式']),
    accepts: Type.Optional(
      field(
        Type.Record(Type.String(), Type.Array(Type.String())),
        ['Content types', '内容类型'],
        ['By record, where they are not those of its format', '按记录列出，与格式默认值不同时填写'],
      ),
    ),
    encoding: Type.Optional(field(Type.String(), ['Declared encoding', '声明编码'])),
    notes: Type.Optional(field(Words, ['Notes', '说明'])),
  },
  closed,
)
export type SystemFile = Static<typeof SystemFile>

const validate = new Ajv({ allErrors: true, keywords: ['x-zh'] }).compile<SystemFile>(SystemFile)

/** Reads a `system.yaml`; every mistake with its line. */
export function readSystemFile(path: string, text: string): { file: SystemFile | null; mistakes: Mistake[] } {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, merge: false, logLevel: 'silent' })
  const mistake = (at: number, target: string, en: string, zh: string): Mistake => {
    const { line, col } = lines.linePos(at)
    const advice = {
      en: 'See CONTRIBUTING.md for the fields of system.yaml.',
      zh: '字段说明见 CONTRIBUTING.md。',
    }
    return { path, line: Math.max(line, 1), column: Math.max(col, 1), target, message: { en, zh }, advice }
  }
  if (document.errors.length > 0) {
    return {
      file: null,
      mistakes: document.errors.map((e) =>
        mistake(e.pos[0], '', e.message.split('\n')[0] ?? '', '不是合规的 YAML'),
      ),
    }
  }
  const value: unknown = document.toJS({ maxAliasCount: 0 })
  if (validate(value)) return { file: value, mistakes: [] }
  const mistakes = (validate.errors ?? []).map(({ instancePath, message, params }) => {
    const extra = params['additionalProperty'] ?? params['missingProperty']
    const target = [...instancePath.split('/').slice(1), ...(extra ? [String(extra)] : [])].join('.')
    const node = target && isMap(document.contents) ? document.getIn(target.split('.'), true) : undefined
    const at = (node as { range?: [number, number, number] } | undefined)?.range?.[0] ?? 0
    return mistake(at, target, `${target || 'the file'}: ${message}`, `${target || '文件'}：${message}`)
  })
  return { file: null, mistakes }
}
