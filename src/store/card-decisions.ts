import type { ClientBase } from 'pg'
import type { Subject } from '#core/reference/describe.ts'
import type { Reader } from './sighted.ts'

/** What a person decided about codes. */
export interface CardDecision {
  readonly id: string
  /** `join`: code and other are of one party; `part`: the code joins nothing that records name beside it. */
  readonly verdict: 'join' | 'part'
  readonly code: string
  readonly other: string | null
  readonly reason: string
  /** Key of the person; null for the administrator key of the settings. */
  readonly key: string | null
  readonly decidedAt: string
  readonly undoneAt: string | null
}

const COLUMNS = `id, verdict, code, other_code as other, reason, key_id as key, decided_at as "decidedAt", undone_at as "undoneAt"`

/** Decisions in force about any of the codes. */
export async function readDecisions(
  client: Reader,
  subject: Subject,
  codes: readonly string[],
): Promise<CardDecision[]> {
  const { rows } = await client.query<CardDecision>(
    `select ${COLUMNS} from card_decisions
      where subject = $1 and undone_at is null and (code = any($2::text[]) or other_code = any($2::text[])) order by decided_at, id`,
    [subject, codes],
  )
  return rows
}

export async function insertDecision(
  client: ClientBase,
  subject: Subject,
  decision: Pick<CardDecision, 'id' | 'verdict' | 'code' | 'other' | 'reason' | 'key'>,
): Promise<CardDecision> {
  const { rows } = await client.query<CardDecision>(
    `insert into card_decisions (id, subject, verdict, code, other_code, reason, key_id) values ($1, $2, $3, $4, $5, $6, $7)
     returning ${COLUMNS}`,
    [decision.id, subject, decision.verdict, decision.code, decision.other, decision.reason, decision.key],
  )
  return rows[0] as CardDecision
}

/** Takes a decision back; null where there is none in force under this number. It stays as history. */
export async function undoDecision(
  client: ClientBase,
  subject: Subject,
  id: string,
  key: string | null,
): Promise<CardDecision | null> {
  const { rows } = await client.query<CardDecision>(
    `update card_decisions set undone_at = clock_timestamp(), undone_by = $3
      where id = $2 and subject = $1 and undone_at is null returning ${COLUMNS}`,
    [subject, id, key],
  )
  return rows[0] ?? null
}
