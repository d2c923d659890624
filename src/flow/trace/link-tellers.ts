import type { LinkTeller } from '#core/lineage/goods-path.ts'
import type { Link, TracedRecord } from '#core/lineage/traced-record.ts'
import { readTracedVersions } from '#store/lots.ts'
import type { Reader } from '#store/sighted.ts'

/** The records of links, as far as they say what goods went over them. */
export interface LinkTellers {
  /** Reads the records of links that are not known yet. */
  note(links: Iterable<Link>): Promise<void>
  /** Takes records that were read already. */
  take(records: Iterable<TracedRecord>): void
  /** Undefined where the caller may not see the record. */
  of(link: Link): LinkTeller | undefined
}

/** Records that are read at once: of a deep page there are many, and no more than their goods is kept of each. */
const AT_ONCE = 1000

export function linkTellers(reader: Reader): LinkTellers {
  const known = new Map<string, LinkTeller>()
  /** They are not in the answer: no more than their goods is kept of them. */
  const takeGoods = (records: Iterable<TracedRecord>): void => {
    for (const { id, kind, body } of records) {
      const { product, input, output } = body
      const flows = { ...(input ? { input } : {}), ...(output ? { output } : {}) }
      known.set(id, { kind, body: { flags: [], ...(product ? { product } : {}), ...flows } })
    }
  }
  return {
    take(records) {
      for (const record of records) known.set(record.id, record)
    },
    async note(links) {
      const open = new Map<string, Link>()
      for (const link of links) if (!known.has(link.recordId)) open.set(link.recordId, link)
      const unknown = [...open.values()]
      for (let from = 0; from < unknown.length; from += AT_ONCE)
        takeGoods((await readTracedVersions(reader, unknown.slice(from, from + AT_ONCE))).values())
    },
    of: ({ recordId }) => known.get(recordId),
  }
}
