import { type Compiling, textOf } from '#core/mapping/compile/compiling.ts'
import { nearest } from '#core/mapping/compile/nearest.ts'
import type { Node } from '#core/mapping/compile/node.ts'
import type { CodeRow, CodeTable } from '#core/mapping/mapping.ts'
import { normaliseCode } from '#core/text.ts'
import { type Missing, missed } from './enum.ts'
import type { TextPlan } from './text.ts'

/**
 * `lookup`: what a code stands for in a table of the system (`tables/<name>.yaml`), as the table was on the day of the record.
 * `miss` must say what happens to a code that is not in it: `keep` (the text as written), `none` (nothing), `flag` (nothing, and
 * marked W_ENUM_UNKNOWN) or `reject`.
 */
export const LOOKUP_EXAMPLE = {
  mapping: '{ from: market, lookup: markets, miss: flag }',
  target: 'note',
  tables: { markets: [{ code: '330402003', value: '嘉兴南湖示例果蔬批发市场' }] },
  in: { market: '330402003' },
  out: '嘉兴南湖示例果蔬批发市场',
} as const

export function compileLookup(
  c: Compiling,
  node: Node,
  plan: TextPlan,
  target: string,
  missing: Missing | null,
): TextPlan | null {
  const name = textOf(c, node, `${target}.lookup`)
  if (missing === null) c.mistakes.add(node.at, target, 'no_miss')
  const table = name !== null && Object.hasOwn(c.tables, name) ? c.tables[name] : undefined
  if (name !== null && table === undefined) {
    const meant = nearest(name, Object.keys(c.tables))
    c.mistakes.add(node.at, `${target}.lookup`, 'no_table', { found: name, ...(meant ? { meant } : {}) })
  }
  if (table === undefined || missing === null) return null
  const find = finder(table)
  const { read } = plan
  return {
    ...plan,
    verb: 'lookup',
    read: (run) => {
      const text = read(run)
      if (text === undefined) return undefined
      return find(text, run.day) ?? missed(run, text, target, missing, false, undefined, 'table_miss')
    },
  }
}

function finder(table: CodeTable): (text: string, day: string) => string | undefined {
  const rows = new Map<string, CodeRow[]>()
  for (const row of table.rows) rows.set(row.code, [...(rows.get(row.code) ?? []), row])
  return (text, day) => {
    const found = rows.get(text) ?? rows.get(normaliseCode(text))
    if (found === undefined) return undefined
    for (const row of found) {
      if ((row.from === undefined || row.from <= day) && (row.to === undefined || day <= row.to))
        return row.value
    }
    return undefined
  }
}
