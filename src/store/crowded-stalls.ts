import { MATCH_SIDES } from '#core/lineage/matching.ts'
import type { Link } from '#core/lineage/traced-record.ts'
import { LINK_COLUMNS, type LinkColumns, linksOf } from './link-columns.ts'
import type { Reader } from './sighted.ts'

const [here, taken] = [MATCH_SIDES.indexOf('here'), MATCH_SIDES.indexOf('taken')]
/** What was sold of the codes at stalls, by stall, product and day, where no exact edge says where a code came from. */
const TOLD = `told as materialized (
  select p.code, p.who, p.what, count(*) as sales, min(p.record_id) as record_id from match_points p
   where (select v.version = p.version and v.status = 'active' from record_versions v where v.record_id = p.record_id order by v.version desc limit 1)
     and p.code = any($1::text[]) and p.side = ${taken} and not exists (select 1 from lot_edges e where e.to_code = p.code and e.live)
   group by p.code, p.who, p.what)`
/** What came to one stall of one product on one day that is looked at. */
const HERE_MAX = 5000
const HERE = `from told t cross join lateral (
  select o.code, o.record_id, o.version from match_points o
   where o.who = t.who and o.what = t.what and o.side = ${here} and o.code is not null and o.code <> t.code limit ${HERE_MAX}) h`

/** Whether the likely links one step back from the codes are more than `most`: each of many sales meets each of many entries of a stall. */
export async function isCrowded(reader: Reader, codes: readonly string[], most: number): Promise<boolean> {
  const { rows } = await reader.query<{ crowded: boolean }>({
    name: 'is-crowded',
    text: `with ${TOLD} select coalesce(sum(t.sales * (select count(*) from (select 1 from match_points o
             where o.who = t.who and o.what = t.what and o.side = ${here} limit ${HERE_MAX}) h)) > $2, false) as crowded
             from told t where t.sales > 1`,
    values: [codes, most],
  })
  return rows[0]?.crowded === true
}

/** Of crowded codes one likely link from each of the goods that were at their stalls, at most `most`: of goods that were held first. In the order of the codes. */
export async function readCrowd(reader: Reader, codes: readonly string[], most: number): Promise<Link[]> {
  const { rows } = await reader.query<LinkColumns>({
    name: 'read-crowd',
    text: `with ${TOLD}, met as materialized (
             select distinct on (h.code, t.code) h.code as from_code, t.code as to_code, t.record_id, h.record_id as with_record, h.version as with_version ${HERE}
              order by h.code, t.code, h.record_id
           ), links as (
             select s.from_code, s.to_code, s.record_id, own.version, s.with_record, own.occurred_at from met s
              cross join lateral (select v.version, v.status, v.occurred_at from record_versions v where v.record_id = s.record_id order by v.version desc limit 1) own
              cross join lateral (select v.version, v.status from record_versions v where v.record_id = s.with_record order by v.version desc limit 1) other
              where other.version = s.with_version and other.status = 'active'
              order by exists (select 1 from record_versions v where v.codes && array[s.from_code] and v.kind = 'hold') desc, s.from_code collate "C"
              limit $2
           ) select ${LINK_COLUMNS} from (
             select 1 as step, from_code, to_code, record_id, version, 'stall' as rule, 0.8::real as confidence, null::numeric as quantity, null::text as unit,
                    occurred_at, with_record from links order by from_code collate "C") l`,
    values: [codes, most],
  })
  return rows.flatMap(linksOf)
}
