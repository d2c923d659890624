import type { ClientBase, Pool } from 'pg'
import { sealBatch } from '#flow/evidence/seal.ts'
import { type Covered, changed } from './tamper.ts'

/** Something that somebody with all rights did to the log. */
export interface Done {
  readonly way: string
  /** The table and, where it is one, the column. */
  readonly place: string
  readonly said: string
}

/** How often each way is taken at least among a thousand. */
export const LEAST = {
  value: 500,
  gone: 40,
  copied: 20,
  exchanged: 60,
  tail: 20,
  cut: 20,
  forked: 20,
} as const
type Way = keyof typeof LEAST
/** Of a hundred tries; ways that a table often refuses have more. */
const SHARES: Readonly<Record<Way, number>> = {
  value: 56,
  gone: 8,
  copied: 8,
  exchanged: 16,
  tail: 4,
  cut: 4,
  forked: 4,
}
const TRIES = (Object.keys(SHARES) as Way[]).flatMap((way) => Array<Way>(SHARES[way]).fill(way))

/** What a way needs: the tables, chance, and which row it is about. */
interface Parts {
  readonly client: ClientBase
  readonly table: Covered
  readonly pick: <T>(of: readonly T[]) => T
  readonly random: () => number
}

interface Place {
  readonly part: string
  readonly ctid: string
}

const rowsOf = async (client: ClientBase, table: string): Promise<Place[]> =>
  (
    await client.query<Place>(
      `select tableoid::regclass::text as part, ctid::text from ${table} order by tableoid, ctid`,
    )
  ).rows

const WAYS: Readonly<Record<Way, (parts: Parts) => Promise<string | null>>> = {
  value: async ({ client, table: { table, columns }, pick, random }) => {
    const row = pick(await rowsOf(client, table))
    const column = pick(columns)
    if (!row) return null
    const statement = `update ${table} set ${column.name} = ${changed(column.name, column.type, random)} ${at(row)}`
    return (await client.query(statement)).rowCount === 1 ? statement : null
  },
  gone: async ({ client, table: { table }, pick }) => {
    const row = pick(await rowsOf(client, table))
    if (!row) return null
    const statement = `delete from ${table} ${at(row)}`
    return (await client.query(statement)).rowCount === 1 ? statement : null
  },
  copied: async ({ client, table: { table, columns }, pick, random }) => {
    const row = pick(await rowsOf(client, table))
    if (!row) return null
    const { rows: all } = await client.query<{ name: string; own: boolean }>(
      `select attname as name, attname in (select unnest(array(select a2.attname from pg_index i join pg_attribute a2
          on a2.attrelid = i.indrelid and a2.attnum = any(i.indkey) where i.indrelid = $1::regclass and i.indisunique))) as own
         from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
      [table],
    )
    const typeOf = new Map(columns.map(({ name, type }) => [name, type]))
    const keys = all.filter(({ own, name }) => own && typeOf.has(name)).map(({ name }) => name)
    // A message that says it came just now is like one that somebody sent: what is put in is put in the past.
    const values = all.map(({ name }) => {
      if (name === 'received_at') return `received_at - interval '1 day'`
      return keys.includes(name) ? changed(name, typeOf.get(name) as string, random) : name
    })
    const statement = `insert into ${table} (${all.map(({ name }) => name).join()}) overriding system value select ${values.join()} from ${table} ${at(row)}`
    return (await client.query(statement)).rowCount === 1 ? statement : null
  },
  exchanged: async ({ client, table: { table, columns }, pick, random }) => {
    const rows = await rowsOf(client, table)
    const found = rows.length > 1 ? await twoThatDiffer({ client, table, rows, columns, pick }) : null
    if (!found) return null
    const { one, other, a, b, name, type } = found
    const put = async (row: Place, expression: string, values: unknown[] = []): Promise<Place> =>
      (
        await client.query<Place>(
          `update ${table} set ${name} = ${expression} ${at(row)} returning tableoid::regclass::text as part, ctid::text`,
          values,
        )
      ).rows[0] as Place
    // By way of a third value: the column may be unique.
    const between = await put(one, changed(name, type, random))
    await put(other, `$1::text::${type}`, [a])
    await put(between, `$1::text::${type}`, [b])
    return `${table}.${name} of ${one.ctid} and ${other.ctid}`
  },
  tail: async ({ client, table: { table }, random }) => {
    const order = ORDER[table]
    const count = 1 + Math.floor(random() * 5)
    if (!order) return null
    const { rowCount } = await client.query(
      `delete from ${table} where (tableoid, ctid) in (select tableoid, ctid from ${table} order by ${order} desc limit ${count})`,
    )
    return rowCount ? `last ${rowCount} of ${table}` : null
  },
  cut: async ({ client, random }) => await cutBehind(client, random),
  // Everything behind a batch goes, one row before or in it is another, and the hub's own key signs what is left.
  forked: async ({ client, pick, random }) => {
    const behind = await withoutHeads(client, random)
    const row = pick(await rowsOf(client, `record_versions where position > ${behind.changesTo}`))
    if (!row) return null
    await client.query(`update record_versions set body = body || ' ', recorded = recorded || ' ' ${at(row)}`)
    if ((await sealBatch(nested(client))) !== 'sealed') return null
    return `behind batch ${behind.number}`
  },
}

/** Two rows with different values in a column, by trying. */
async function twoThatDiffer({
  client,
  table,
  rows,
  columns,
  pick,
}: Pick<Parts, 'client' | 'pick'> & { table: string; rows: readonly Place[]; columns: Covered['columns'] }) {
  for (let tries = 0; tries < 20; tries++) {
    const [one, other, { name, type }] = [pick(rows), pick(rows), pick(columns)]
    const { rows: values } = await client.query<{ a: string | null; b: string | null }>(
      `select (select ${name}::text from ${table} ${at(one)}) as a, (select ${name}::text from ${table} ${at(other)}) as b`,
    )
    const [{ a, b }] = values as [{ a: string | null; b: string | null }]
    if (a !== b) return { one, other, a, b, name, type }
  }
  return null
}

const at = ({ part, ctid }: Place): string => `where ctid = '${ctid}' and tableoid = '${part}'::regclass`

/** What stands last in a table that has an order. */
const ORDER: Readonly<Record<string, string>> = {
  record_versions: 'position',
  messages: 'id',
  message_parts: 'message_id desc, part',
  audit_log: 'id',
  audit_leaves: 'number',
  deliveries: 'id',
}

interface Behind {
  readonly number: number
  readonly entriesTo: string
  readonly changesTo: string
}

/** Takes the heads behind one of the batches away, and what is known of what they had sealed. */
async function withoutHeads(client: ClientBase, random: () => number): Promise<Behind> {
  const { rows } = await client.query<Behind>(
    `select number::int as number, entries_to::text as "entriesTo", changes_to::text as "changesTo" from audit_heads order by number`,
  )
  const behind = rows[Math.floor(random() * (rows.length - 1))] as Behind
  await client.query(
    'delete from audit_recent_messages where message_id in (select unnest(message_ids) from audit_leaves where number > $1)',
    [behind.number],
  )
  await client.query('delete from audit_leaves where number > $1', [behind.number])
  await client.query('delete from audit_heads where number > $1', [behind.number])
  await client.query('update audit_state set messages_floor = null')
  return behind
}

/** Takes all away that came after a batch, as if it had never been. */
async function cutBehind(client: ClientBase, random: () => number): Promise<string | null> {
  const { number, entriesTo, changesTo } = await withoutHeads(client, random)
  await client.query('delete from record_versions where position > $1', [changesTo])
  await client.query('delete from audit_log where id > $1', [entriesTo])
  for (const table of ['messages', 'message_parts', 'message_results'])
    await client.query(
      `delete from ${table} where ${table === 'messages' ? 'id' : 'message_id'} not in (select unnest(message_ids) from audit_leaves)`,
    )
  return `behind batch ${number}`
}

/** The transaction of a client as a pool: what is begun in it are savepoints. */
function nested(client: ClientBase): Pool {
  const inner = {
    query: async (asked: string | { readonly text: string }, values?: unknown[]) => {
      const text = typeof asked === 'string' ? asked : asked.text
      if (text.startsWith('BEGIN')) return await client.query('savepoint inside')
      if (text === 'COMMIT') return { ...(await client.query('release savepoint inside')), command: 'COMMIT' }
      if (text === 'ROLLBACK') return await client.query('rollback to savepoint inside')
      return await client.query(asked as string, values)
    },
    release: () => {},
  }
  return { ...inner, connect: async () => inner } as unknown as Pool
}

/** One thing that somebody with all rights does to the log. Null where there is nothing of the kind to do. */
export async function tamper(
  client: ClientBase,
  tables: readonly Covered[],
  random: () => number,
): Promise<Done | null> {
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T
  const way = pick(TRIES)
  const table = pick(tables)
  const said = await WAYS[way]({ client, table, pick, random })
  if (said === null) return null
  return { way, place: said.split(' ').slice(0, 4).join(' '), said }
}
