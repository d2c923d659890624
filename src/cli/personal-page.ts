import { taggedFields } from '#core/model/field-tags.ts'
import { TAGS, taggedColumns } from '#store/personal/columns.ts'

const PART = /(<!-- inventory: [^\n]*-->\n)[\s\S]*?(<!-- \/inventory -->)/

/** `docs/personal-data.md` with the inventory of columns and fields between its marks. */
export const personalPage = (page: string): string =>
  page.replace(PART, (_, begin: string, end: string) => `${begin}\n${columns()}\n\n${fields()}\n\n${end}`)

function columns(): string {
  const all = taggedColumns()
  const tables = [...new Set(all.map(({ table }) => table))].sort()
  const shown = TAGS.filter((tag) => tag !== 'none')
  const cell = (table: string, tag: string): string =>
    all
      .filter((one) => one.table === table && one.tag === tag)
      .map(({ column }) => `\`${column}\``)
      .join(' ')
  const rows = tables
    .map((table) => [`\`${table}\``, ...shown.map((tag) => cell(table, tag))])
    .filter(([, ...cells]) => cells.some((one) => one !== ''))
  return [
    'Columns; those that are not named are `none`. 列；未列出者为 none。',
    '',
    `| table · 表 | ${shown.join(' | ')} |`,
    `|---|${shown.map(() => '---').join('|')}|`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n')
}

function fields(): string {
  const all = taggedFields()
  const named = (tag: string): string =>
    all
      .filter((one) => one.tag === tag)
      .map(({ field }) => `\`${field}\``)
      .join(' ')
  return [
    'Fields of the model ([model.md](model.md)); all others are `none`. 模型字段；其余为 none。',
    '',
    '| tag · 标签 | fields · 字段 |',
    '|---|---|',
    ...(['business', 'personal', 'digest'] as const).map((tag) => `| ${tag} | ${named(tag)} |`),
  ].join('\n')
}
