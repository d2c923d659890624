import { expect, it } from 'vitest'
import { compileMapping } from '#core/mapping/compile.ts'
import { parseSystemFile } from '#core/mapping/system-file.ts'
import { parseCodeTable } from '#core/mapping/table.ts'

const first = (text: string) => compileMapping({ path: 'x.yaml', text }).mistakes[0]

it.each([
  ['key: [a', '“[”没有以“]”闭合，或其中内容缩进不足'],
  ['read: { format: json', '“{”没有以“}”闭合，或其中内容缩进不足'],
  ['a: "x', '双引号没有闭合'],
  ["a: 'x", '单引号没有闭合'],
  ['a: b: c', '同一行内有两层“名称: 值”，或下一行缩进过多'],
  ['a: 1\nb', '名称后缺少冒号'],
  ['a\nb: 1', '名称后缺少冒号，或名称跨了多行'],
  ['a: 1\na: 2', '同一处有两个相同的名称'],
  ['a:\n\t- b', '不能用制表符缩进'],
  ['a: &x &y 1', '同一处有多个锚点（&）'],
  ['a: @x', '值不能以此符号开头'],
  ['a: "\\q"', '双引号内的转义（\\）无效'],
  ['fields:\n  a: 1\n b: 2', '同一层的各项没有从同一列开始'],
  ['a: { b: 1,, c: 2 }', '多余的逗号'],
  ['a: [1]]', '多余的“]”'],
  ['{ a: 1 }}', '多余的“}”'],
  ['x: { a: 1 b: 2 }', '方括号或花括号内各项之间缺少逗号，或写成了多行形式'],
  ['a: "x" y', '此处有多余的内容'],
  ['a: 1\n---\nb: 2', '一个文件中有多份文档（以 --- 分隔）'],
  ['a: *x', '不支持锚点（&）与别名（*）'],
  [`a: ${'['.repeat(30)}${']'.repeat(30)}`, '嵌套层数过多'],
  ['? [a]\n: b', '名称必须为文本'],
  [`# ${'x'.repeat(530_000)}`, '文件过长'],
])('%j is refused in Chinese without a word of English: %s', (text, said) => {
  const { message, advice } = first(text) ?? {}
  expect(message?.zh).toBe(`文件不是可读的 YAML：${said}`)
  expect(`${message?.zh}${advice?.zh}`.replaceAll(/YAML|tables/g, '')).not.toMatch(/[A-Za-z]{2,}/)
  expect(message?.en).toMatch(/^The file is not readable YAML: [\x20-\x7e]+$/)
  expect(message?.en).not.toMatch(/line \d/)
  expect(advice?.en).toMatch(/^[\x20-\x7e]+\.$/)
})

it('a second document in a file is a mistake, in mappings, system files and code tables', () => {
  const text = 'rows: []\n---\nrows: []\n'
  const [mistake] = parseCodeTable('t', 't.yaml', text).mistakes
  expect(mistake).toMatchObject({ line: 2, message: { zh: expect.stringContaining('多份文档') } })
  expect(parseSystemFile('system.yaml', text).mistakes[0]?.message.zh).toContain('多份文档')
})

it('how it is mended is said by what is wrong', () => {
  expect(first('a:\n\t- b')?.advice).toEqual({ en: 'Indent with blanks.', zh: '请改用空格缩进。' })
  expect(first('a: "x')?.advice.zh).toBe('请检查此处的缩进、引号与括号。')
})
