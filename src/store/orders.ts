import type { TracedRecord } from '#core/lineage/traced-record.ts'
import { newest, readKnownCodes, tracedRecords, type VersionRow } from './lots.ts'
import type { Reader } from './sighted.ts'

/** A hold, and those of the codes that it names, or by which its case went as a paper. */
export interface HoldOf {
  readonly codes: readonly string[]
  readonly record: TracedRecord
}

/** Newest holds of each code that are looked at: places of one case, whose order is the same at all of them, and cases that are over. */
const OF_CODE = 50

/** The newest holds that name each of these codes: their code, record and version. */
const NAMING = (codes: string, at: string): string => `
  select c.code, h.record_id, h.version from unnest(${codes}) c (code) cross join lateral (
    select v.record_id, v.version from record_versions v
     where v.codes @> array[c.code] and v.kind = 'hold' and v.status = 'active' and ${newest('v', at)}
     order by v.received_at desc, v.record_id limit ${OF_CODE}) h`

const HOLDS = `
  once as (select record_id, version, array_agg(code order by code) as codes from named group by record_id, version)
  select o.codes, v.record_id as id, v.version, v.kind, v.system, v.status, v.received_at as "receivedAt", v.flags, v.body
    from once o join record_versions v on v.record_id = o.record_id and v.version = o.version
   order by v.received_at desc, v.record_id`

/** The newest holds that name each code, released ones too; as known then, where a time (ISO text) is given. */
export async function readHoldsNaming(
  reader: Reader,
  codes: readonly string[],
  at: string | null,
): Promise<HoldOf[]> {
  const { rows } = await reader.query<VersionRow & { codes: string[] }>({
    name: 'holds-naming',
    text: `with named as (${NAMING('$1::text[]', '$2')}), ${HOLDS}`,
    values: [codes, at],
  })
  return await holdsOf(reader, rows)
}

async function holdsOf(
  reader: Reader,
  rows: readonly (VersionRow & { readonly codes: string[] })[],
): Promise<HoldOf[]> {
  const records = await tracedRecords(reader, rows)
  return records.map((record, i) => ({ codes: (rows[i] as (typeof rows)[number]).codes, record }))
}

/**
 * The newest holds of papers and lots, released ones too. A case of this hub holds no paper, for a voucher has goods of others on it, but it holds what comes in under one that it went
 * through: of such a paper one of the orders of the case that are in force is given. Holds are found by an index of their own, because thousands of records may name a paper.
 */
export async function readHoldsOf(
  reader: Reader,
  papers: readonly string[],
  lots: readonly string[],
): Promise<HoldOf[]> {
  const { rows } = await reader.query<VersionRow & { codes: string[] }>({
    name: 'holds-of',
    text: `with named as (${NAMING('$1::text[] || $2::text[]', 'null')}
        union
        (select distinct on (l.code, l.case_id) l.code, h.record_id, h.version from case_lots l join case_holds h on h.case_id = l.case_id
          where l.code = any($1) and l.role in ('upstream', 'downstream') and h.hold_kind <> 'release'
          order by l.code, l.case_id, h.hold_kind = 'recall' desc, h.record_id)), ${HOLDS}`,
    values: [papers, lots],
  })
  return await holdsOf(reader, rows)
}

/** Those of these records, cases and codes that a caller may be told of: what it sees itself, a case of which it sees a lot or a test, what a record that it sees names. */
export async function readSightOf(
  reader: Reader,
  of: {
    readonly records: readonly string[]
    readonly cases: readonly string[]
    readonly codes: readonly string[]
  },
): Promise<ReadonlySet<string>> {
  const { rows } = await reader.query<{ seen: string }>({
    name: 'sight-of-orders',
    text: `select record_id as seen from record_versions where record_id = any($1::text[])
            union select id::text from cases
             where id = any(array(select c::uuid from unnest($2::text[]) c where c ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'))`,
    values: [of.records, of.cases],
  })
  return new Set([...rows.map(({ seen }) => seen), ...(await readKnownCodes(reader, of.codes, null))])
}
