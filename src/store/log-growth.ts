import type { ChangeMark } from './change-filter.ts'
import { headPosition } from './changes.ts'
import type { Reader } from './sighted.ts'

/** What the log has grown by. */
export interface LogGrowth {
  /** The newest committed position. */
  readonly head: bigint
  /** What the new changes are of, each once; null where they are too many to be told apart. */
  readonly marks: readonly ChangeMark[] | null
}

/** Beyond it almost every filter lets something through. */
const TOLD_MAX = 2000n

/** Looks at what was committed behind a position, without reading a record. */
export async function readGrowth(client: Reader, after: bigint): Promise<LogGrowth> {
  const head = await headPosition(client)
  if (head <= after) return { head, marks: [] }
  if (head - after > TOLD_MAX) return { head, marks: null }
  const { rows } = await client.query<ChangeMark>({
    name: 'log-growth',
    text: `select distinct kind, system, region, product_class as "productClass", version > 1 as "isLater" from record_versions where position > $1 and position <= $2`,
    values: [after, head],
  })
  return { head, marks: rows }
}
