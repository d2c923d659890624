import { regionPrefix } from './change-filter.ts'
import { RECORD_COLUMNS, type RecordRow, recordText } from './record-text.ts'
import type { Reader } from './sighted.ts'

/** Which records are asked for; what is absent does not matter. */
export interface RecordQuery {
  readonly kind?: string
  readonly system?: string
  /** GB/T 2260 code; it means its whole subtree. */
  readonly region?: string
  /** Occurred at this time or later; ISO text with zone. */
  readonly from?: string
  /** Occurred before this time; ISO text with zone. */
  readonly before?: string
  /** Mentions one of these codes. */
  readonly codes?: readonly string[]
  readonly status?: string
  /** Position to go on from; 0 for the first page. */
  readonly after: bigint
  readonly limit: number
}

export interface RecordPage {
  /** JSON text of each record. */
  readonly records: string[]
  /** Position to go on from; null where no record is left. */
  readonly next: bigint | null
}

/** Positions that one statement looks at, and statements for one page: a narrow question cannot read the whole log at once. */
const WINDOW = 20_000n
const WINDOWS = 20

/**
 * The newest version of each record, in the order in which these versions came. A record that changes while someone pages through
 * moves to the end and is met again; none is missed. A page may be short, or empty, while `next` says that there is more.
 * @param head newest position of the log, read before (`headPosition`)
 */
export async function listRecords(reader: Reader, query: RecordQuery, head: bigint): Promise<RecordPage> {
  const among = query.codes && (await reader.mentioning?.(query.codes))
  const where = conditions(query, among)
  // By code there is an index; everything else is looked for in pieces.
  const window = query.codes ? head : WINDOW
  const records: string[] = []
  let at = query.after
  for (let i = 0; i < WINDOWS && at < head; i++) {
    const bound = at + window < head ? at + window : head
    const wanted = query.limit - records.length
    const { rows } = await reader.query<RecordRow & { position: string }>(
      `select position, ${RECORD_COLUMNS} from record_versions v
        where position > $1 and position <= $2${where.text}
          and not exists (select from record_versions n where n.record_id = v.record_id and n.version > v.version)
        order by position limit $3`,
      [at, bound, wanted, ...where.values],
    )
    for (const row of rows) records.push(await recordText(reader, row))
    at = rows.length === wanted ? BigInt((rows.at(-1) as { position: string }).position) : bound
    if (records.length === query.limit) break
  }
  return { records, next: at < head ? at : null }
}

function conditions(
  query: RecordQuery,
  among: readonly string[] | undefined,
): { text: string; values: unknown[] } {
  const values: unknown[] = []
  let text = ''
  const add = (value: unknown, condition: (parameter: string) => string): void => {
    if (value === undefined) return
    values.push(value)
    text += ` and ${condition(`$${values.length + 3}`)}`
  }
  add(query.kind, (p) => `kind = ${p}`)
  add(query.system, (p) => `system = ${p}`)
  add(query.status, (p) => `status = ${p}`)
  add(query.region && regionPrefix(query.region), (p) => `starts_with(region, ${p})`)
  add(query.from, (p) => `occurred_at >= ${p}::timestamptz`)
  add(query.before, (p) => `occurred_at < ${p}::timestamptz`)
  add(query.codes, (p) => `codes && ${p}::text[]`)
  add(among, (p) => `record_id = any(${p}::text[])`)
  return { text, values }
}

/** Versions of a record as JSON texts, newest first, below the version `before` where it is given. */
export async function readRecordVersions(
  reader: Reader,
  query: { readonly id: string; readonly before?: number; readonly limit: number },
): Promise<{ version: number; text: string }[]> {
  const { rows } = await reader.query<RecordRow>(
    `select ${RECORD_COLUMNS} from record_versions
      where record_id = $1 and ($2::integer is null or version < $2) order by version desc limit $3`,
    [query.id, query.before ?? null, query.limit],
  )
  const versions: { version: number; text: string }[] = []
  for (const row of rows) versions.push({ version: row.version, text: await recordText(reader, row) })
  return versions
}
