import type { TracedRecord } from '#core/lineage/traced-record.ts'
import { BEYOND, type Beyond, type MentionRow, mentions, overlay } from './document-mentions.ts'
import { tracedRecords, type VersionRow } from './lots.ts'
import type { Reader } from './sighted.ts'

/** A hold that names one of the codes, or of whose case the paper is one by which goods are held. */
export interface HoldOf {
  readonly code: string
  readonly record: TracedRecord
}

/** Places and codes of one case that are looked at: its order is the same at all of them. */
const HOLDS_MAX = 500

/**
 * The newest holds of papers and lots, released ones too. A case of this hub holds no paper, for a voucher has goods of others on it, but it holds what comes in under one that it went
 * through: of such a paper one of the orders of the case that are in force is given. Papers are found by the table of their mentions, because thousands of records may name one.
 */
export async function readHoldsOf(
  reader: Reader,
  papers: readonly string[],
  lots: readonly string[],
  beyond: Beyond,
  rows: readonly MentionRow[],
): Promise<HoldOf[]> {
  const among = await reader.mentioning?.(lots)
  const { rows: holds } = await reader.query<VersionRow & { code: string }>({
    name: among ? 'holds-of-among' : 'holds-of',
    text: `with ${BEYOND},
      named as (
        select m.code, m.record_id, m.version from unnest($1::text[]) a(code) cross join lateral (${mentions(
          `m.code = a.code and m.kind = 'hold' and m.status = 'active'`,
        )}) m
        union
        select c.code, v.record_id, v.version from record_versions v join unnest($5::text[]) c (code) on c.code = any(v.codes)
         where ${among ? 'v.record_id = any($6::text[]) and ' : ''}v.codes && $5 and v.kind = 'hold' and v.status = 'active'
           and not exists (select from record_versions n where n.record_id = v.record_id and n.version > v.version)
        union
        (select distinct on (l.code, l.case_id) l.code, h.record_id, h.version from case_lots l join case_holds h on h.case_id = l.case_id
          where l.code = any($1) and l.role in ('upstream', 'downstream') and h.hold_kind <> 'release'
          order by l.code, l.case_id, h.hold_kind = 'recall' desc, h.record_id))
      select o.code, v.record_id as id, v.version, v.kind, v.system, v.status, v.received_at as "receivedAt", v.flags, v.body
        from named o join record_versions v on v.record_id = o.record_id and v.version = o.version
       order by v.received_at desc, v.record_id limit ${HOLDS_MAX}`,
    values: [papers, ...overlay(beyond, rows), lots, ...(among ? [among] : [])],
  })
  const records = await tracedRecords(reader, holds)
  return records.map((record, i) => ({ code: (holds[i] as (typeof holds)[number]).code, record }))
}
