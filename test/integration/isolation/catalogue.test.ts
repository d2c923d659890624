import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPool, inTransaction } from '#store/database.ts'
import { migrate } from '#store/migrate.ts'
import { canLimit, READABLE, READER } from '#store/reader-role.ts'
import { withSight } from '#store/sighted.ts'
import { withDatabase } from '#test/database.ts'

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 4 })
})
afterAll(() => pool.end())

/** Whatever the role may read: its name, its columns, and whether rows are told apart by a policy. */
const REACHABLE = `
  select c.relname::text as name, c.relkind::text as kind, c.relispartition as "isPart", c.relrowsecurity as "hasPolicies",
         (select array_agg(p.polname::text order by 1) from pg_policy p where p.polrelid = c.oid) as policies,
         (select array_agg(a.attname::text order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
           and has_column_privilege('${READER}', c.oid, a.attnum, 'SELECT')) as columns,
         (select count(*)::int from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as width,
         has_table_privilege('${READER}', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
           or has_any_column_privilege('${READER}', c.oid, 'INSERT, UPDATE, REFERENCES') as writes
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_' and c.relkind in ('r', 'p', 'v', 'm', 'f')
     and has_any_column_privilege('${READER}', c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
   order by 1`

interface Reachable {
  name: string
  kind: string
  isPart: boolean
  hasPolicies: boolean
  policies: string[] | null
  columns: string[]
  width: number
  writes: boolean
}

const reachable = async (): Promise<Reachable[]> => (await pool.query<Reachable>(REACHABLE)).rows

/** What is wrong with what the role can reach. */
const faults = (found: readonly Reachable[]): string[] =>
  found.flatMap(({ name, kind, isPart, hasPolicies, policies, columns, width, writes }) => [
    ...(kind === 'r' || kind === 'p' ? [] : [`${name}: no table`]),
    ...(isPart ? [`${name}: a part can be read past the policies of its table`] : []),
    ...(hasPolicies && policies?.join() === 'others,sight' ? [] : [`${name}: rows are not told apart`]),
    ...(writes ? [`${name}: can be written`] : []),
    ...(Object.hasOwn(READABLE, name) ? [] : [`${name}: is not named among what may be read`]),
    ...((READABLE[name] ?? null) === null
      ? columns.length === width
        ? []
        : [`${name}: some columns only`]
      : [...columns].sort().join() === [...(READABLE[name] ?? [])].sort().join()
        ? []
        : [`${name}: other columns than named`]),
  ])

it('the role of limited callers cannot log in, owns nothing, has no rights of its own, is in no other role and gets past no policy', async () => {
  const { rows } = await pool.query(
    `select rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,
            (select count(*)::int from pg_class where relowner = r.oid) + (select count(*)::int from pg_proc where proowner = r.oid)
              + (select count(*)::int from pg_namespace where nspowner = r.oid) + (select count(*)::int from pg_database where datdba = r.oid) as owns,
            (select count(*)::int from pg_auth_members where member = r.oid) as roles
       from pg_roles r where rolname = $1`,
    [READER],
  )
  expect(rows).toEqual([
    {
      rolcanlogin: false,
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolreplication: false,
      owns: 0,
      roles: 0,
    },
  ])
})

it('everything that the role can reach is a table whose rows are told apart by a policy, and is named in one list', async () => {
  const found = await reachable()
  expect(faults(found)).toEqual([])
  expect(found.map(({ name }) => name)).toEqual(Object.keys(READABLE).sort())
})

it('each policy asks for the sight: without a setting, and with the empty one that SET LOCAL leaves, no row of any table is there', async () => {
  for (const setting of [null, '', ',', ',,'])
    for (const table of Object.keys(READABLE))
      await inTransaction(pool, async (client) => {
        await client.query(`set local role ${READER}`)
        if (setting !== null)
          await client.query(
            `select set_config('hub.sight_systems', $1, true), set_config('hub.sight_regions', $1, true)`,
            [setting],
          )
        const [column = ''] = READABLE[table] ?? []
        const { rows } = await client.query(`select ${column} from ${table} limit 1`)
        expect([table, rows.length]).toEqual([table, 0])
      })
  const { rows } = await pool.query<{ tablename: string; qual: string }>(
    `select tablename::text, qual from pg_policies where policyname = 'sight' and qual !~ '^\\(\\(CURRENT_USER = ''${READER}''::name\\) AND '`,
  )
  expect(rows).toEqual([])
})

it('no function that runs with the rights of its owner can be called by the role, and no view that reads with those of its owner be read', async () => {
  const functions = await pool.query(
    `select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema') and has_function_privilege($1, p.oid, 'EXECUTE')`,
    [READER],
  )
  expect(functions.rows).toEqual([])
  const views = await pool.query(
    `select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('v', 'm') and n.nspname = current_schema() and not coalesce('security_invoker=true' = any(c.reloptions), false)`,
  )
  expect(views.rows).toEqual([])
})

it('a table, a part or a view that is made later is out of its reach; the check finds each that somebody opens', async () => {
  await pool.query('create table later (system text); create view later_view as select * from later')
  await pool.query(
    `create table messages_later partition of messages for values from ('2099-01-01') to ('2099-02-01')`,
  )
  for (const name of [
    'later',
    'later_view',
    'messages_later',
    'keys',
    'secrets',
    'audit_log',
    'messages_default',
  ])
    await expect(
      withSight(pool, { systems: ['a'], regions: [] }, (reader) =>
        reader.query(`select 1 from ${name} limit 1`),
      ),
      name,
    ).rejects.toMatchObject({ code: 'forbidden' })
  await expect(
    withSight(pool, { systems: ['a'], regions: [] }, (reader) =>
      reader.query('select bytes from messages limit 1'),
    ),
  ).rejects.toMatchObject({ code: 'forbidden' })
  expect(faults(await reachable())).toEqual([])
  await pool.query(
    `grant select on later, later_view, messages_later to ${READER}; grant update on drift to public`,
  )
  const found = faults(await reachable()).join('\n')
  for (const fault of [
    'later: rows are not',
    'later_view: no table',
    'messages_later: a part',
    'drift: can be written',
  ])
    expect(found).toContain(fault)
  await pool.query(
    'revoke update on drift from public; drop view later_view; drop table later, messages_later',
  )
})

it('whoever reads for a limited caller can write nothing, and the connection is as it was afterwards', async () => {
  const one = createPool({ url: database.url, max: 1 })
  try {
    await expect(
      withSight(one, { systems: ['a'], regions: [] }, (reader) => reader.query(`delete from drift`)),
    ).rejects.toMatchObject({ code: expect.stringMatching(/25006|forbidden/) })
    await expect(
      withSight(one, { systems: ['a'], regions: [] }, (_, hub) => hub.query(`delete from drift`)),
    ).rejects.toMatchObject({ code: '25006' })
    await withSight(one, { systems: ['a'], regions: ['33'] }, async (reader, hub) => {
      const asks = 'select current_user as name'
      const [seen, own, again] = await Promise.all([reader.query(asks), hub.query(asks), reader.query(asks)])
      expect([seen.rows[0].name, own.rows[0].name === READER, again.rows[0].name]).toEqual([
        READER,
        false,
        READER,
      ])
    })
    const { rows } = await one.query(
      `select current_user = session_user as itself, current_setting('hub.sight_systems', true) as systems, current_setting('transaction_read_only') as "readOnly"`,
    )
    expect(rows).toEqual([{ itself: true, systems: '', readOnly: 'off' }])
  } finally {
    await one.end()
  }
})

it('the role is made by many at once, in several databases, without a failure', async () => {
  const pools = Array.from({ length: 6 }, () => createPool({ url: database.url, max: 1 }))
  try {
    await Promise.all(pools.map((one) => migrate(one)))
    expect(await canLimit(pool)).toBe(true)
  } finally {
    await Promise.all(pools.map((one) => one.end()))
  }
})

it('no unique key of what senders write joins those of two senders, so that none learns from a refusal what another sent', async () => {
  const written = [
    ...[
      'messages',
      'message_parts',
      'message_results',
      'large_messages',
      'message_nonces',
      'idempotency_keys',
    ],
    ...[
      'record_versions',
      'lot_edges',
      'waiting_voids',
      'confirmed_orders',
      'wholes',
      'whole_lines',
      'rejections',
      'parked_bases',
      'parked_details',
    ],
    ...['dangling_references', 'peer_versions', 'reconciliations'],
  ]
  // Identifiers of records begin with kind and system; those that the hub makes up cannot be chosen.
  const owners = ['system', 'record_id', 'message_id', 'link_id', 'id']
  const { rows } = await pool.query<{ name: string; index: string; columns: string[] }>(
    `select c.relname::text as name, i.relname::text as index,
            array(select a.attname::text from pg_attribute a where a.attrelid = x.indrelid and a.attnum = any(x.indkey)) as columns
       from pg_index x join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
      where x.indisunique and c.relname = any($1::text[]) order by 1, 2`,
    [written],
  )
  expect(new Set(rows.map(({ name }) => name))).toEqual(new Set(written))
  expect(rows.filter(({ columns }) => !columns.some((column) => owners.includes(column)))).toEqual([])
})
