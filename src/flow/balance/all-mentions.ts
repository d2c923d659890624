import type { TracedRecord } from '#core/lineage/traced-record.ts'
import { type Mentions, readMentions } from '#store/lots.ts'
import type { Reader } from '#store/sighted.ts'

/** Read of each code at first, and how often more where that are not all. */
const FIRST = 2000
const MORE = 5
/** Records of one code that are read at most: goods that more records name are not judged. */
const RECORDS_MAX = 10_000

/** All records that mention the codes; `more` are those that even more mention than are ever read. */
export async function readAllMentions(reader: Reader, codes: readonly string[]): Promise<Mentions> {
  const records = new Map<string, readonly TracedRecord[]>()
  let open: ReadonlySet<string> = new Set(codes)
  for (let perCode = FIRST; open.size > 0; perCode *= MORE) {
    const read = await readMentions(reader, [...open], { at: null, perCode })
    for (const [code, told] of read.records) records.set(code, told)
    open = read.more
    if (perCode * MORE > RECORDS_MAX) break
  }
  return { records, more: open }
}
