import type { ClientBase, Pool } from 'pg'

/** Role as which callers read who may see only certain systems or regions. One for all databases of a server; it owns nothing and cannot log in. */
export const READER = 'trace_hub_reader'

/**
 * What the role may read: tables with the policy `sight` (0036-sight.sql), and of the wide ones only the columns that are given out. A table that is not
 * named here is refused to it.
 */
export const READABLE: Readonly<Record<string, readonly string[] | null>> = {
  record_versions: null,
  lot_edges: null,
  match_points: null,
  stall_traders: null,
  document_mentions: null,
  findings: null,
  systems: null,
  messages: [
    ...['id', 'received_at', 'system', 'record', 'key_id', 'sha256', 'state', 'coding', 'size', 'received'],
    ...['accepted', 'unchanged', 'rejected', 'results', 'problem', 'completed', 'mended'],
  ],
  large_messages: [
    ...['message_id', 'system', 'state', 'total', 'done', 'bytes_done', 'accepted', 'unchanged', 'rejected'],
  ],
  message_results: null,
  rejections: null,
  drift: null,
  new_values: null,
  null_shares: null,
  parked_bases: null,
  parked_details: null,
  dangling_references: null,
  quality_counts: null,
  quality_reasons: null,
  quality_codes: null,
  inspections: null,
  goods_moves: null,
  cases: [
    ...[
      'id',
      'hub',
      'state',
      'narrow',
      'opened_by',
      'told_at',
      'opened_at',
      'state_at',
      'confirmed_at',
      'lab_told_at',
    ],
    ...['due', 'due_at', 'objection_until'],
  ],
  descriptions: ['id', 'subject', 'codes', 'system', 'name', 'kind', 'region', 'role', 'personal'],
  description_sights: null,
  card_code_sights: null,
  supervision_figures: null,
  supervision_lines: null,
  supervision_reports: ['scope', 'day', 'edition', 'version', 'id', 'made_at', 'digest', 'seen_body'],
  unknown_products: null,
  // Without who decided it and why.
  product_aliases: ['id', 'system', 'scheme', 'value', 'class', 'code', 'decided_at', 'ended_at'],
  // Without who put them down, over which deliveries they went, and what persons wrote.
  recall_notices: [
    ...[
      'record_id',
      'version',
      'receiver',
      'link_id',
      'name',
      'hold_kind',
      'ordered_at',
      'due_at',
      'report_due_at',
      'event',
    ],
    ...['first_sent_at', 'delivered_at', 'acknowledged_at', 'how', 'reported_at', 'level', 'report_level'],
    ...['seen_system', 'seen_region'],
  ],
  recall_notice_events: [
    ...[
      'record_id',
      'version',
      'receiver',
      'no',
      'event',
      'at',
      'recorded_at',
      'code',
      'action',
      'found',
      'sold',
    ],
    ...['disposed', 'level'],
  ],
  // Without places in the log, and the words of receivers and of those who run the hub.
  held_changes: [
    ...[
      'link_id',
      'record_id',
      'version',
      'lane',
      'state',
      'attempts',
      'next_at',
      'code',
      'held_at',
      'ended_at',
    ],
  ],
  case_tests: null,
  case_holds: null,
  case_lot_sights: null,
  case_lots: ['case_id', 'code', 'kind', 'role', 'narrow', 'held'],
  case_events: ['case_id', 'no', 'event', 'from_state', 'to_state', 'at', 'recorded_at'],
}

/** What an administrator of the server runs where the account of the hub may not make roles. */
export const readerStatements = (account: string): string =>
  `CREATE ROLE ${READER} NOLOGIN; GRANT ${READER} TO ${quoted(account)};`

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Another process did the same to the same row of a catalogue, or the account may not. */
const PASSED = new Set(['42710', '23505', 'XX000', '42501'])

/**
 * Makes the role where the account may, and grants it what it may read, no more. Can be done again and again, by several processes and for several
 * databases at once. Whether callers can be limited afterwards is asked by `canLimit`.
 */
export async function prepareReader(client: ClientBase): Promise<void> {
  if (!(await hasRole(client))) {
    await passing(
      client,
      `create role ${READER} nologin noinherit nosuperuser nocreatedb nocreaterole nobypassrls`,
    )
    if (!(await hasRole(client))) return
  }
  if (!(await maySet(client))) {
    const { rows } = await client.query<{ account: string; newer: boolean }>(
      `select current_user as account, current_setting('server_version_num')::int >= 160000 as newer`,
    )
    const { account, newer } = rows[0] as { account: string; newer: boolean }
    const how = newer ? ' with inherit false, set true' : ''
    await passing(client, `grant ${READER} to ${quoted(account)}${how}`)
  }
  const grants = Object.entries(READABLE).map(
    ([table, columns]) => `grant select${columns ? ` (${columns.join(', ')})` : ''} on ${table} to ${READER}`,
  )
  await client.query(grants.join('; '))
  await passing(
    client,
    `do $$ begin execute format('grant usage on schema %I to ${READER}', current_schema()); end $$`,
  )
}

/** Whether this account can read as the role, and the role may read what it is to read. */
export async function canLimit(client: ClientBase | Pool): Promise<boolean> {
  const { rows } = await client.query<{ may: boolean }>(
    `select pg_has_role(current_user, oid, case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)
            and (select bool_and(coalesce(has_any_column_privilege(r.oid, to_regclass(t), 'SELECT'), false)) from unnest($2::text[]) t) as may
       from pg_roles r where rolname = $1 and not rolbypassrls and not rolsuper`,
    [READER, Object.keys(READABLE)],
  )
  return rows[0]?.may ?? false
}

async function hasRole(client: ClientBase): Promise<boolean> {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [READER])
  return rowCount === 1
}

async function maySet(client: ClientBase): Promise<boolean> {
  await client.query('begin')
  try {
    await client.query(`set local role ${READER}`)
    return true
  } catch (error) {
    if ((error as { code?: string }).code === '42501') return false
    throw error
  } finally {
    await client.query('rollback')
  }
}

async function passing(client: ClientBase, statement: string): Promise<void> {
  try {
    await client.query(statement)
  } catch (error) {
    if (!PASSED.has(String((error as { code?: string }).code))) throw error
  }
}
