import type { ClientBase, Pool } from 'pg'
import type { CaseEvent, CaseState } from '#core/cases/states.ts'
import { openTexts, sealWords } from './personal/sealed-text.ts'

type Client = ClientBase | Pool

/** A note is free text, in which a person may be named. */
const notePlace = (id: string, no: number): string => `case_events ${id} ${no}`

/** An event of a case. */
export interface CaseEventRow {
  readonly no: number
  readonly event: CaseEvent
  readonly fromState: CaseState | null
  readonly toState: CaseState
  readonly at: string
  readonly recordedAt: string
  readonly actor: string
  readonly mass: string | null
  /** Kilograms that were known to be held when goods were disposed of; null where not all of them were weighed, and for all else. */
  readonly heldMass: string | null
  readonly method: string | null
  readonly note: string | null
  readonly recordId: string | null
  readonly version: number | null
}

/** What names one attempt of who moves a case: his Idempotency-Key, and the SHA-256 of what he sent. */
export interface CaseRequest {
  readonly key: string
  readonly sha256: Buffer
}

/** Adds an event to a case that this transaction has locked or made. */
export async function insertCaseEvent(
  client: ClientBase,
  id: string,
  event: Omit<CaseEventRow, 'no' | 'recordedAt'>,
  request?: CaseRequest,
): Promise<void> {
  const { rows } = await client.query<{ no: number }>({
    name: 'next-case-event',
    text: 'select coalesce(max(no), 0) + 1 as no from case_events where case_id = $1',
    values: [id],
  })
  const no = rows[0]?.no ?? 1
  await client.query({
    name: 'insert-case-event',
    text: `insert into case_events (case_id, no, event, from_state, to_state, at, actor, mass, method, note, record_id, version, request_key, request_sha256, held_mass)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    values: [
      ...[id, no, event.event, event.fromState, event.toState, event.at, event.actor, event.mass],
      ...[event.method, sealWords(client, event.note, notePlace(id, no)), event.recordId, event.version],
      ...[request?.key ?? null, request?.sha256 ?? null, event.heldMass],
    ],
  })
}

/** What an actor sent to the case under this key; null where nothing. */
export async function findCaseRequest(
  client: ClientBase,
  id: string,
  actor: string,
  key: string,
): Promise<Buffer | null> {
  const { rows } = await client.query<{ sha256: Buffer }>({
    name: 'find-case-request',
    text: 'select request_sha256 as sha256 from case_events where case_id = $1 and actor = $2 and request_key = $3',
    values: [id, actor, key],
  })
  return rows[0]?.sha256 ?? null
}

/** An event that moved its case. */
export type CaseMove = Pick<CaseEventRow, 'no' | 'event' | 'fromState' | 'toState' | 'at'>

/** The events that moved a case: few, however many tests joined it. */
export async function readCaseMoves(client: Client, id: string): Promise<CaseMove[]> {
  const { rows } = await client.query<CaseMove>({
    name: 'read-case-moves',
    text: `select no, event, from_state as "fromState", to_state as "toState", at from case_events
            where case_id = $1 and from_state is distinct from to_state order by no`,
    values: [id],
  })
  return rows
}

/** The event by which a case was told first of each of the records. */
export async function readFirstTold(
  client: Client,
  id: string,
  recordIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query<{ recordId: string; no: number }>({
    name: 'read-first-told',
    text: `select record_id as "recordId", min(no) as no from case_events where case_id = $1 and record_id = any($2::text[]) group by record_id`,
    values: [id, recordIds],
  })
  return new Map(rows.map(({ recordId, no }) => [recordId, no]))
}

export async function readCaseEvents(client: Client, id: string): Promise<CaseEventRow[]> {
  const { rows } = await client.query<CaseEventRow>({
    name: 'read-case-events',
    text: `select no, event, from_state as "fromState", to_state as "toState", at, recorded_at as "recordedAt", actor, mass::text as mass, held_mass::text as "heldMass", method,
                  note, record_id as "recordId", version from case_events where case_id = $1 order by no`,
    values: [id],
  })
  return await openTexts(client, rows, 'note', ({ no }) => notePlace(id, no))
}
