import { counted } from '#core/in-number.ts'
import { encodingFinding, planFinding, rightsFinding } from './examine-source.ts'
import { type Finding, good, wrong } from './finding.ts'
import { KINDS } from './kinds.ts'
import { overlapOf } from './quote.ts'
import type { Reading } from './reading.ts'
import type { DatabaseParts, Session } from './session.ts'
import { type Column, CURSOR_FORMS, KEY_FORMS, type Table } from './table.ts'

export interface Examined {
  readonly findings: readonly Finding[]
  /** Null where something is wrong without which nothing can be read. */
  readonly reading: Reading | null
}

/** Looks everything up that the settings name: table, columns, key, cursor, rights, and how the database would read a page. */
export async function examine(parts: DatabaseParts, session: Session): Promise<Examined> {
  const { settings } = parts
  const kind = KINDS[settings.kind]
  const table = await kind.table(session, settings)
  const rights = await rightsFinding(kind, session, parts, table)
  if (!table) {
    return { findings: [missingTable(parts), rights], reading: null }
  }
  const columns = columnFindings(parts, table)
  const key = keyFinding(parts, table)
  const cursor = cursorFinding(parts, table)
  const findings = [
    good('/settings/table', `${table.columns.length} 列`, `${counted(table.columns.length, 'column')}`),
    ...columns.findings,
    key.finding,
    ...(cursor === null ? [] : [cursor.finding]),
    await encodingFinding(kind, session, parts),
    rights,
  ]
  if (findings.some(({ ok }) => !ok)) {
    const blocked = [...columns.findings, key.finding, ...(cursor ? [cursor.finding] : [])].some(
      ({ ok }) => !ok,
    )
    if (blocked) return { findings, reading: null }
  }
  const reading: Reading = {
    dialect: kind.dialect,
    settings,
    table,
    columns: columns.found,
    key: key.found,
    cursor:
      cursor === null || settings.cursor === undefined
        ? null
        : { column: cursor.found as Column, settings: settings.cursor },
  }
  return { findings: [...findings, await planFinding(kind, session, parts, reading)], reading }
}

function missingTable({ settings }: DatabaseParts): Finding {
  return wrong(
    '/settings/table',
    {
      zh: '没有这张表或视图，或账号无权查看',
      en: 'there is no such table or view, or the account may not see it',
    },
    {
      zh: `核对名称写法${settings.schema ? '和 schema' : ''}，并给账号 SELECT 权限`,
      en: `compare the spelling${settings.schema ? ' and the schema' : ''}, and grant SELECT`,
    },
  )
}

const NAMES_SHOWN = 20

function missingColumn(setting: string, name: string, table: Table): Finding {
  const names = table.columns.slice(0, NAMES_SHOWN).map((column) => column.name)
  return wrong(
    setting,
    { zh: `没有列“${name}”`, en: `there is no column "${name}"` },
    { zh: `有：${names.join('、')}`, en: `there are: ${names.join(', ')}` },
  )
}

function columnFindings({ settings }: DatabaseParts, table: Table): { findings: Finding[]; found: Column[] } {
  const names = settings.columns ?? table.columns.map(({ name }) => name)
  const findings: Finding[] = []
  const found: Column[] = []
  for (const [i, name] of names.entries()) {
    const setting = settings.columns === undefined ? '/settings/columns' : `/settings/columns/${i}`
    const column = table.columns.find((one) => one.name === name)
    if (!column) findings.push(missingColumn(setting, name, table))
    else if (column.form === 'binary' && settings.binary === 'refuse')
      findings.push(
        wrong(
          setting,
          { zh: `列“${name}”是二进制`, en: `the column "${name}" is binary` },
          { zh: '不要读取它，或设 binary: hex', en: 'leave it out, or set binary: hex' },
        ),
      )
    else {
      found.push(column)
      if (settings.columns !== undefined) findings.push(good(setting, `类型 ${column.type}`, column.type))
    }
  }
  return { findings, found }
}

function keyFinding({ settings }: DatabaseParts, table: Table): { finding: Finding; found: Column[] } {
  const primary = table.indexes.find((index) => index.primary)
  const names = settings.key ?? primary?.columns ?? []
  if (names.length === 0)
    return {
      finding: wrong(
        '/settings/key',
        { zh: '没有主键', en: 'it has no primary key' },
        { zh: '写明哪些列合起来每行都不同', en: 'say which columns together are different in every row' },
      ),
      found: [],
    }
  const found: Column[] = []
  for (const [i, name] of names.entries()) {
    const column = table.columns.find((one) => one.name === name)
    if (!column) return { finding: missingColumn(`/settings/key/${i}`, name, table), found }
    if (!KEY_FORMS.has(column.form))
      return {
        finding: wrong(
          `/settings/key/${i}`,
          { zh: `类型 ${column.type} 不能作主键`, en: `a key cannot be of the type ${column.type}` },
          { zh: '改用文本、数字或时间列', en: 'use columns of text, numbers or times' },
        ),
        found,
      }
    found.push(column)
  }
  if (!table.isView && !isUnique(table, found))
    return {
      finding: wrong(
        '/settings/key',
        {
          zh: '没有唯一索引保证这些列每行不同且不为空',
          en: 'no unique index says that these columns differ in every row and are never empty',
        },
        { zh: '改用主键，或在来源库建唯一索引', en: 'use the primary key, or have a unique index made' },
      ),
      found,
    }
  const text = names.join(', ')
  return { finding: good('/settings/key', `主键 ${text}`, text), found }
}

const isUnique = (table: Table, key: readonly Column[]): boolean =>
  key.every(({ nullable }) => !nullable) &&
  table.indexes.some(
    ({ unique, columns }) =>
      unique && columns.length > 0 && columns.every((name) => key.some((one) => one.name === name)),
  )

function cursorFinding(
  { settings }: DatabaseParts,
  table: Table,
): { finding: Finding; found: Column | null } | null {
  const { cursor } = settings
  if (cursor === undefined) return null
  const setting = '/settings/cursor/column'
  const column = table.columns.find(({ name }) => name === cursor.column)
  if (!column) return { finding: missingColumn(setting, cursor.column, table), found: null }
  if (!CURSOR_FORMS.has(column.form))
    return {
      finding: wrong(
        setting,
        {
          zh: `类型 ${column.type} 没有可以接着读的顺序`,
          en: `the type ${column.type} has no order to go on by`,
        },
        { zh: '改用更新时间或递增号', en: 'use a time of change or a growing number' },
      ),
      found: column,
    }
  const overlap = overlapOf(column, cursor)
  const unit = column.form === 'number' ? { zh: '个号', en: ' numbers' } : { zh: '秒', en: ' s' }
  return {
    finding: good(
      setting,
      `${column.type}，重读 ${overlap}${unit.zh}`,
      `${column.type}, overlap ${overlap}${unit.en}`,
    ),
    found: column,
  }
}
