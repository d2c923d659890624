import type { Pool, PoolClient } from 'pg'
import type { ErasedClass, ErasureScope } from '#core/retention/erasure-rules.ts'
import { KEPT } from './due.ts'

type Scope = Pick<ErasureScope, 'classes' | 'systems'>

interface Sort {
  readonly of: ErasedClass
  readonly table: string
  /** The columns of when it first came, and of the message. */
  readonly first: string
  readonly message: string
  readonly only?: string
}

/** What is erased by when it was last seen. Parts that became a record are what is left of the bytes of their messages, and go like these. */
const SORTS: readonly Sort[] = [
  { of: 'rejections', table: 'rejections', first: 'received_at', message: 'message_id' },
  { of: 'rejections', table: 'new_values', first: 'first_seen', message: 'receipt' },
  {
    of: 'rejections',
    table: 'parked_bases',
    first: 'received_at',
    message: 'message_id',
    only: 'not r.joined',
  },
  {
    of: 'rejections',
    table: 'parked_details',
    first: 'received_at',
    message: 'message_id',
    only: `r.state <> 'joined'`,
  },
  { of: 'messages', table: 'parked_bases', first: 'received_at', message: 'message_id', only: 'r.joined' },
  {
    of: 'messages',
    table: 'parked_details',
    first: 'received_at',
    message: 'message_id',
    only: `r.state = 'joined'`,
  },
]

/** `$1`: last seen before; `$2`: systems, or null. */
const oldOf = ({ only = 'true' }: Sort): string =>
  `r.last_seen < $1 and ($2::text[] is null or r.system = any($2)) and ${only}`
const staysOf = ({ first, message }: Sort): string =>
  `(exists (select from holds h where r.${first} < h.until_at and r.last_seen >= h.from_at) or r.${message} in (select message_id from case_messages))`

const sortsOf = ({ classes }: Scope): readonly Sort[] => SORTS.filter((sort) => classes.includes(sort.of))

/** Deletes what was refused or waits and is old enough, at most so much of each sort; gives how much went. @param before ISO text */
export async function eraseOldRefused(
  client: PoolClient,
  rule: Scope,
  { before, limit }: { readonly before: string; readonly limit: number },
): Promise<number> {
  let gone = 0
  for (const sort of sortsOf(rule)) {
    const { rowCount } = await client.query(
      `with ${KEPT} delete from ${sort.table} where ctid in (
         select r.ctid from ${sort.table} r where ${oldOf(sort)} and not ${staysOf(sort)} limit $3)`,
      [before, rule.systems ?? null, limit],
    )
    gone += rowCount ?? 0
  }
  return gone
}

/** How much of it is old enough: what would go, and what must stay. */
export async function countOldRefused(
  client: Pool | PoolClient,
  rule: Scope,
  before: string,
): Promise<{ readonly due: number; readonly left: number }> {
  let [due, left] = [0, 0]
  for (const sort of sortsOf(rule)) {
    const { rows } = await client.query<{ due: number; left: number }>(
      `with ${KEPT} select (count(*) filter (where not stays))::integer as due, (count(*) filter (where stays))::integer as left
         from (select ${staysOf(sort)} as stays from ${sort.table} r where ${oldOf(sort)}) r`,
      [before, rule.systems ?? null],
    )
    due += rows[0]?.due ?? 0
    left += rows[0]?.left ?? 0
  }
  return { due, left }
}
