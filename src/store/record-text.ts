import { parseRecordId } from '#core/model/identity.ts'
import { openVersion, type StoredBody, versionPlace } from './personal/sealed-body.ts'

/** The columns of `record_versions` that a record's JSON is put together from, in the order of `RecordColumns`. */
export const RECORD_COLUMNS = `record_id, version, kind, status, system, record, schema, mapping, message_id, received_at,
  replay, recorded, array_to_json(flags)::text as flags, body`

/** One row of `select ${RECORD_COLUMNS} from record_versions`. */
export interface RecordRow {
  readonly record_id: string
  readonly version: number
  readonly kind: string
  readonly status: string
  readonly system: string
  readonly record: string
  readonly schema: number
  readonly mapping: string
  readonly message_id: string
  /** ISO text in UTC. */
  readonly received_at: string
  /** The replay that made it; null where intake did. */
  readonly replay: string | null
  /** JSON text of recordedAt, as it is stored. */
  readonly recorded: string | null
  /** JSON text of the list of flags. */
  readonly flags: string
  /** Canonical JSON text of the body without flags and recordedAt, as it is stored. */
  readonly body: StoredBody
}

/**
 * JSON text of one version of a record as the API gives it (`CanonicalRecord`). The body is opened and joined as it was given, never parsed,
 * so that a feed of thousands of records a second costs little more than the reading.
 * @param db what the row was read with
 */
export async function recordText(db: object, row: RecordRow): Promise<string> {
  const { body, recorded } = await openVersion(db, row, versionPlace(row.record_id, row.version))
  const inner = body.slice(1, -1)
  return `{"kind":"${row.kind}","id":${JSON.stringify(row.record_id)},"system":${JSON.stringify(row.system)},"record":${JSON.stringify(
    row.record,
  )},"key":${JSON.stringify(parseRecordId(row.record_id)?.key ?? [])},"version":${row.version},"status":"${row.status}","schema":${
    row.schema
  },"receivedAt":"${row.received_at}","message":"${row.message_id}","mapping":${JSON.stringify(row.mapping)},${
    row.replay === null ? '' : `"replay":"${row.replay}",`
  }${
    inner === '' ? '' : `${inner},`
  }"flags":${row.flags}${recorded === null ? '' : `,"recordedAt":${recorded}`}}`
}
