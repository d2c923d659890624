import { plainText } from '#adapters/database/quote.ts'
import type { Plan, Session, Statement } from '#adapters/database/session.ts'

interface Node {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly Schema?: string
  readonly Plans?: readonly Node[]
}

/**
 * EXPLAIN without ANALYZE: nothing is read. The session forbids scans and sorts where anything else is left, so one that stands in the
 * plan is needed, whatever the statistics say.
 */
export async function postgresPlan(session: Session, statement: Statement): Promise<Plan> {
  const [[text = '[]'] = []] = await session.ask(`EXPLAIN (FORMAT JSON, VERBOSE) ${statement.text}`)
  const [{ Plan: top }] = JSON.parse(text ?? '[]') as [{ Plan: Node }]
  const nodes = [...walk(top)]
  const scan = nodes.find((node) => node['Node Type'] === 'Seq Scan')
  const sort = nodes.find((node) => node['Node Type'] === 'Sort')
  if (!scan && !sort)
    return { served: true, reason: nodes.map((node) => node['Node Type']).join(', '), rows: null }
  const rows = await largest(session, nodes)
  return { served: false, reason: `${(scan ?? sort)?.['Node Type']}`, rows }
}

function* walk(node: Node): Generator<Node> {
  yield node
  for (const below of node.Plans ?? []) yield* walk(below)
}

/** Rows of the largest table of a plan, by the statistics; null where nobody has counted yet. */
async function largest(session: Session, nodes: readonly Node[]): Promise<number | null> {
  const tables = nodes.filter((node) => node['Relation Name'] !== undefined)
  if (tables.length === 0) return null
  const names = tables.map(
    (node) => `(${plainText(node.Schema ?? 'public')}, ${plainText(node['Relation Name'] ?? '')})`,
  )
  const [[rows = null] = []] = await session.ask(
    // A table that was never counted says -1: its pages say how large it is.
    `SELECT max(CASE WHEN c.reltuples >= 0 THEN c.reltuples ELSE pg_relation_size(c.oid) / 100 END)::bigint::text
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE (n.nspname::text, c.relname::text) IN (${names.join(', ')})`,
  )
  return rows === null ? null : Number(rows)
}
