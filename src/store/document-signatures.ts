import type { Reader } from './sighted.ts'

/** What the signature of a record is worth, by the trust of a mark. */
export interface SignatureRow {
  readonly recordId: string
  readonly version: number
  readonly mark: string
  readonly state: string
  readonly reason: string
  readonly signer: string | null
  readonly serial: string | null
  /** ISO time. */
  readonly signedAt: string | null
  readonly checkedAt: string
}

const COLUMNS = `record_id as "recordId", version, mark, state, reason, signer, serial, signed_at as "signedAt", checked_at as "checkedAt"`

/** Writes what signatures are worth; one of an older version never takes the place of a newer one's. */
export async function writeSignatures(client: Reader, rows: readonly SignatureRow[]): Promise<void> {
  if (rows.length === 0) return
  await client.query(
    `insert into document_signatures (record_id, version, mark, state, reason, signer, serial, signed_at, checked_at)
     select "recordId", version, mark, state, reason, signer, serial, "signedAt", "checkedAt"
       from jsonb_to_recordset($1::jsonb) as r("recordId" text, version int, mark uuid, state text, reason text, signer text, serial text,
            "signedAt" timestamptz, "checkedAt" timestamptz) order by 1
     on conflict (record_id) do update set version = excluded.version, mark = excluded.mark, state = excluded.state, reason = excluded.reason,
       signer = excluded.signer, serial = excluded.serial, signed_at = excluded.signed_at, checked_at = excluded.checked_at
     where document_signatures.version <= excluded.version`,
    [JSON.stringify(rows)],
  )
}

/** What is known of the signatures of records. */
export async function readSignatures(
  reader: Reader,
  recordIds: readonly string[],
): Promise<ReadonlyMap<string, SignatureRow>> {
  if (recordIds.length === 0) return new Map()
  const { rows } = await reader.query<SignatureRow>(
    `select ${COLUMNS} from document_signatures where record_id = any($1::text[])`,
    [recordIds],
  )
  return new Map(rows.map((row) => [row.recordId, row]))
}

/** Records whose signatures were judged by another trust than that of the mark. */
export async function findUnmarked(
  reader: Reader,
  mark: string,
  limit: number,
): Promise<{ readonly recordId: string; readonly version: number }[]> {
  const { rows } = await reader.query(
    `select record_id as "recordId", version from document_signatures where mark < $1 or mark > $1 order by mark, record_id limit $2`,
    [mark, limit],
  )
  return rows
}
