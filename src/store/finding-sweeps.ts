import type { ClientBase, Pool } from 'pg'

type Client = Pool | ClientBase

/** How far the papers that are stored were looked through. */
export interface PaperSweep {
  /** Kinds of findings that are looked for, as a text. */
  readonly kinds: string
  /** Code of the last paper that was looked at; empty before the first. */
  readonly after: string
  readonly done: boolean
}

/** Null where none was begun. Whoever reads it in a transaction has it for himself until its end. */
export async function lockPaperSweep(client: ClientBase): Promise<PaperSweep | null> {
  const { rows } = await client.query<PaperSweep>(
    `select kinds, after, done from finding_sweeps where subjects = 'papers' for update`,
  )
  return rows[0] ?? null
}

export async function writePaperSweep(client: Client, { kinds, after, done }: PaperSweep): Promise<void> {
  await client.query(
    `insert into finding_sweeps (subjects, kinds, after, done) values ('papers', $1, $2, $3)
     on conflict (subjects) do update set kinds = excluded.kinds, after = excluded.after, done = excluded.done`,
    [kinds, after, done],
  )
}

/** The next codes of papers and vouchers behind one, and whether goods came or went under them. */
export async function readNextPapers(
  client: Client,
  after: string,
  limit: number,
): Promise<{ readonly code: string; readonly isUsed: boolean }[]> {
  // One search of the index for each code, however many records name it.
  const { rows } = await client.query(
    `with recursive next (code, n) as (
       (select m.code, 1 from document_mentions m where m.code > $1 order by m.code limit 1)
       union all
       select (select m.code from document_mentions m where m.code > next.code order by m.code limit 1), n + 1 from next
        where next.code is not null and n < $2)
     select n.code, exists (select from document_mentions m where m.code = n.code and m.role = 'upstream' and m.status = 'active') as "isUsed"
       from next n where n.code is not null order by n.code`,
    [after, limit],
  )
  return rows
}
