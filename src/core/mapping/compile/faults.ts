import type { ErrorCode } from 'yaml'
import { type Reason, reasonOf } from '#core/mapping/words.ts'

/** Why a text is no file of the hub before anybody looks at what it says. */
export interface Fault {
  /** Place in the text, from 0. */
  readonly at: number
  readonly why: Reason
}

export const TOO_LONG = reasonOf(
  ['the file is too long', '文件过长'],
  [
    'Keep it below 524,288 characters; codes belong in tables/.',
    '请控制在 524288 个字符以内，代码放入 tables/。',
  ],
)
export const TOO_DEEP = reasonOf(
  ['the file is nested too deeply', '嵌套层数过多'],
  ['Nest at most 20 lists and maps.', '列表与“名称: 值”最多嵌套 20 层。'],
)
export const ALIAS = reasonOf(
  ['anchors and aliases are not part of the language', '不支持锚点（&）与别名（*）'],
  ['Write the value out where it is needed.', '请在需要处直接写出内容。'],
)
export const NAME_NOT_TEXT = reasonOf(
  ['a name must be plain text', '名称必须为文本'],
  ['Write name: value.', '请写成 名称: 值。'],
)

/** What the parser of YAML says, in both languages: it speaks English alone, and names each kind of fault by a code. */
export function faultOfYaml(code: ErrorCode, message: string): Reason {
  const said = message.split('\n')[0]?.replace(/ at line \d+, column \d+:?\s*$/, '') ?? message
  const closer = CLOSER.find(([of, pattern]) => of === code && pattern.test(said))
  return reasonOf([said, closer?.[2] ?? FAULTS[code]], FIXES[code] ?? LOOK)
}

const LOOK = [
  'Check indentation, quotes and brackets at this place.',
  '请检查此处的缩进、引号与括号。',
] as const

const FAULTS: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: '别名（*）不能带标签或锚点',
  BAD_ALIAS: '别名（*）或锚点（&）的写法有误',
  BAD_DIRECTIVE: '以 % 开头的指令有误',
  BAD_DQ_ESCAPE: '双引号内的转义（\\）无效',
  BAD_INDENT: '缩进有误',
  BAD_PROP_ORDER: '标签或锚点的位置有误',
  BAD_SCALAR_START: '值不能以此符号开头',
  BLOCK_AS_IMPLICIT_KEY: '同一行内有两层“名称: 值”，或下一行缩进过多',
  BLOCK_IN_FLOW: '方括号或花括号内各项之间缺少逗号，或写成了多行形式',
  DUPLICATE_KEY: '同一处有两个相同的名称',
  IMPOSSIBLE: '无法解析此处内容',
  KEY_OVER_1024_CHARS: '名称过长，1024 个字符内没有冒号',
  MISSING_CHAR: '缺少符号（引号、冒号、逗号或空格）',
  MULTILINE_IMPLICIT_KEY: '名称后缺少冒号，或名称跨了多行',
  MULTIPLE_ANCHORS: '同一处有多个锚点（&）',
  MULTIPLE_DOCS: '一个文件中有多份文档（以 --- 分隔）',
  MULTIPLE_TAGS: '同一处有多个标签（!）',
  NON_STRING_KEY: '名称必须为文本',
  RESOURCE_EXHAUSTION: '嵌套层数过多',
  TAB_AS_INDENT: '不能用制表符缩进',
  TAG_RESOLVE_FAILED: '标签（!）无法识别',
  UNEXPECTED_TOKEN: '此处有多余的内容',
  BAD_COLLECTION_TYPE: '标签（!）与内容不符',
}

/** Codes of which the message tells more; where the parser words it otherwise, the sentence of its code is said. */
const CLOSER: readonly (readonly [ErrorCode, RegExp, string])[] = [
  ['MISSING_CHAR', /closing '/, '单引号没有闭合'],
  ['MISSING_CHAR', /closing "/, '双引号没有闭合'],
  ['MISSING_CHAR', /followed by map values/, '名称后缺少冒号'],
  ['MISSING_CHAR', /space after :/, '冒号后缺少空格'],
  ['MISSING_CHAR', /Missing ,/, '各项之间缺少逗号'],
  ['BAD_INDENT', /end with a \]/, '“[”没有以“]”闭合，或其中内容缩进不足'],
  ['BAD_INDENT', /end with a \}/, '“{”没有以“}”闭合，或其中内容缩进不足'],
  ['BAD_INDENT', /same column/, '同一层的各项没有从同一列开始'],
  ['UNEXPECTED_TOKEN', /Unexpected ,/, '多余的逗号'],
  ['UNEXPECTED_TOKEN', /flow-seq-end/, '多余的“]”'],
  ['UNEXPECTED_TOKEN', /flow-map-end/, '多余的“}”'],
]

const FIXES: Partial<Record<ErrorCode, readonly [en: string, zh: string]>> = {
  BAD_DQ_ESCAPE: ['Use single quotes, in which nothing is escaped.', '请改用单引号，其中的内容不作转义。'],
  BAD_SCALAR_START: ['Put the value in single quotes.', '请用单引号括起该值。'],
  BLOCK_AS_IMPLICIT_KEY: [
    'Put a text with a colon in single quotes, and names of one level in one column.',
    '含冒号的文本请用单引号括起；同一层的名称请从同一列开始。',
  ],
  DUPLICATE_KEY: ['Keep one of the two, or give the other its own name.', '请只保留一个，或改用其他名称。'],
  MULTIPLE_DOCS: [
    'Keep one document; the others belong in files of their own.',
    '请只保留一份，其余另存为文件。',
  ],
  TAB_AS_INDENT: ['Indent with blanks.', '请改用空格缩进。'],
}
