import type { ClientBase, Pool } from 'pg'

type Client = ClientBase | Pool

/** What kind of thing was done: by whoever administers, to a setting, to a receiver, or with values that may be of a person. */
export const AUDIT_KINDS = ['administration', 'setting', 'delivery', 'access'] as const
export type AuditKind = (typeof AUDIT_KINDS)[number]

export interface NewAuditEntry {
  readonly kind: AuditKind
  /** Identifier of a key, `administrator` for that of the settings, or the program. */
  readonly who: string
  readonly action: string
  readonly subject: string
  /** Digests, counts and identifiers; never a secret, never a value of a person. */
  readonly facts: object
}

export interface AuditEntry extends Omit<NewAuditEntry, 'facts'> {
  readonly id: string
  /** ISO text. */
  readonly at: string
  /** JSON text. */
  readonly facts: string
}

/** Writes an entry; it is there when the promise settles, or with the transaction of the client. */
export async function noteAudit(
  client: Client,
  { kind, who, action, subject, facts }: NewAuditEntry,
): Promise<void> {
  await client.query({
    name: 'note-audit',
    text: 'insert into audit_log (kind, who, action, subject, facts) values ($1, $2, $3, $4, $5)',
    values: [kind, who, action, subject, JSON.stringify(facts)],
  })
}

export const ENTRY_COLUMNS = 'id::text as id, at, kind, who, action, subject, facts'

/** Entries, newest first, of one kind or all; `before` is the last one of the page before. */
export async function listAudit(
  client: Client,
  query: {
    readonly kind?: AuditKind
    readonly who?: string
    readonly before?: string
    readonly limit: number
  },
): Promise<AuditEntry[]> {
  const { rows } = await client.query<AuditEntry>(
    `select ${ENTRY_COLUMNS} from audit_log
      where ($1::text is null or kind = $1) and ($2::text is null or who = $2) and ($3::bigint is null or id < $3)
      order by audit_log.id desc limit $4`,
    [query.kind ?? null, query.who ?? null, query.before ?? null, query.limit],
  )
  return rows
}
