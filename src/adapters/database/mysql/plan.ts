import type { Plan, Session, Statement } from '#adapters/database/session.ts'
import type { Table } from '#adapters/database/table.ts'

/** EXPLAIN reads nothing. Its classic form says in which step a table is read as a whole or sorted. */
export async function mysqlPlan(session: Session, statement: Statement, table: Table): Promise<Plan> {
  const isMysql8 = session.version.startsWith('MySQL') && Number.parseInt(session.version.slice(6), 10) >= 8
  const lines = await session.ask(`EXPLAIN ${isMysql8 ? 'FORMAT=TRADITIONAL ' : ''}${statement.text}`)
  const steps = lines.map(readStep)
  const costly = steps.find(({ type, extra }) => type === 'ALL' || /filesort|temporary/.test(extra))
  if (!costly) return { served: true, reason: steps.map(({ key }) => key).join(', '), rows: null }
  const reason = [costly.type, costly.extra].filter((text) => text !== '').join(', ')
  const rows = Math.max(table.isView ? 0 : (table.rows ?? 0), ...steps.map((step) => step.rows))
  return { served: false, reason, rows }
}

interface Step {
  readonly type: string
  readonly key: string
  readonly rows: number
  readonly extra: string
}

/** id, select_type, table, (partitions,) type, possible_keys, key, key_len, ref, rows, (filtered,) Extra. */
function readStep(line: readonly (string | null)[]): Step {
  const from = line.length > 10 ? 4 : 3
  return {
    type: line[from] ?? '',
    key: line[from + 2] ?? '',
    rows: Number(line[from + 5] ?? 0),
    extra: line.at(-1) ?? '',
  }
}
