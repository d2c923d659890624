import type { ClientBase, Pool } from 'pg'

type Client = Pool | ClientBase

/** A subject that is to be judged anew. */
export interface FindingCheck {
  readonly subject: string
  /** Of how many marks it was when it was taken. */
  readonly marks: string
}

/** Lets subjects be judged at a time, unless it is sooner already. */
export async function markSubjects(
  client: Client,
  subjects: readonly string[],
  dueMs: number,
): Promise<void> {
  if (subjects.length === 0) return
  await client.query(
    `insert into finding_checks as c (subject, due_at) select s, to_timestamp($2::numeric / 1000) from unnest($1::text[]) s order by s
     on conflict (subject) do update set marks = c.marks + 1, due_at = least(c.due_at, excluded.due_at)`,
    [[...new Set(subjects)], dueMs],
  )
}

/** Subjects that are due, oldest first. */
export async function readDueChecks(client: Client, nowMs: number, limit: number): Promise<FindingCheck[]> {
  const { rows } = await client.query<FindingCheck>(
    'select subject, marks from finding_checks where due_at <= to_timestamp($1::numeric / 1000) order by due_at, subject limit $2',
    [nowMs, limit],
  )
  return rows
}

/** Takes off the subjects that were judged; one that was named again meanwhile stays. */
export async function endChecks(client: Client, checks: readonly FindingCheck[]): Promise<void> {
  await client.query(
    `delete from finding_checks c using unnest($1::text[], $2::bigint[]) d (subject, marks)
      where c.subject = d.subject and c.marks = d.marks`,
    [checks.map(({ subject }) => subject), checks.map(({ marks }) => marks)],
  )
}

/** How many subjects wait, and since when the oldest does; null where none does. */
export async function countChecks(
  client: Client,
): Promise<{ waiting: number; oldestSeconds: number | null }> {
  const { rows } = await client.query(
    `select count(*)::integer as waiting, extract(epoch from clock_timestamp() - min(due_at))::float8 as "oldestSeconds" from finding_checks`,
  )
  return rows[0]
}
