import type { GoodsMove } from '#core/balance/goods-move.ts'
import { ASKED, asked, type Entered, type GoodsPlace } from './goods-moves.ts'
import type { Reader } from './sighted.ts'

/** What was used at places on their days and so many before, of which one system tells as much several times a day. */
export async function readUsedAlike(
  reader: Reader,
  places: readonly (GoodsPlace & { readonly keys: readonly string[] })[],
  carriedDays: number,
): Promise<Pick<Entered, 'recordId' | 'version'>[]> {
  const { rows } = await reader.query<Pick<Entered, 'recordId' | 'version'>>({
    name: 'goods-used-alike',
    text: `select distinct u.record_id as "recordId", u.version from (
             select m.record_id, m.version, count(*) over (partition by a.n, m.system, m.day, m.kilograms, m.count) as alike
               from ${ASKED} join goods_moves m
                 on m.site = any(a.keys) and m.goods = a.goods and m.day between a.day - $2::integer and a.day and m.flow = 'used') u
            where u.alike > 1 order by 1`,
    values: [asked(places), carriedDays],
  })
  return rows
}

/** An entry that tells of what came in at another stall than it names itself, for the place that was asked for. */
export type EntryElsewhere = Pick<Entered, 'n' | 'recordId' | 'stall'>

/** Sums of one flow, system, stall or trader, and day at a place; what came back, and what summaries tell, is a sum of its own. */
export interface MoveSum extends Pick<GoodsMove, 'flow' | 'stall' | 'trader' | 'summary'> {
  readonly n: number
  readonly system: string
  readonly day: string
  readonly kilograms: string | null
  readonly heads: string | null
  /** Records that tell another amount, and no kilograms or no heads. */
  readonly noKilograms: number
  readonly noHeads: number
  /** Those of them by which goods came back. */
  readonly noKilogramsBack: number
  readonly noHeadsBack: number
  /** Records by which goods came back. */
  readonly back: number
  readonly records: number
  readonly bare: number
  readonly bareKilograms: string | null
  readonly suspect: number
  readonly productClass: string | null
}

const NO_KILOGRAMS = 'm.kilograms is null and m.count is not null'
const NO_HEADS = `m.count is not null and m.count_unit <> 'HEA' or m.count is null and m.kilograms is not null`
const BACK = 'coalesce(m.kilograms, m.count) < 0'

/** What moved at places on their days and so many before, the entries in `elsewhere` at the stalls that they are given with, and without what the records in `repeated` say to have been used. */
export async function readMoveSums(
  reader: Reader,
  places: readonly (GoodsPlace & { readonly keys: readonly string[] })[],
  carriedDays: number,
  {
    elsewhere,
    repeated,
  }: { readonly elsewhere: readonly EntryElsewhere[]; readonly repeated: readonly string[] },
): Promise<MoveSum[]> {
  const { rows } = await reader.query<MoveSum>({
    name: 'goods-sums',
    text: `select a.n, m.flow, m.system, at.stall, m.trader, m.summary, m.day::text as day, sum(m.kilograms)::text as kilograms, count(*)::integer as records,
                  (sum(m.count) filter (where m.count_unit = 'HEA'))::text as heads,
                  (count(*) filter (where ${NO_KILOGRAMS}))::integer as "noKilograms",
                  (count(*) filter (where ${NO_HEADS}))::integer as "noHeads",
                  (count(*) filter (where (${NO_KILOGRAMS}) and ${BACK}))::integer as "noKilogramsBack",
                  (count(*) filter (where (${NO_HEADS}) and ${BACK}))::integer as "noHeadsBack",
                  (count(*) filter (where ${BACK}))::integer as back,
                  (count(*) filter (where m.is_bare))::integer as bare, (sum(m.kilograms) filter (where m.is_bare))::text as "bareKilograms",
                  (count(*) filter (where m.is_suspect))::integer as suspect, max(m.product_class) as "productClass"
             from ${ASKED} join goods_moves m on m.site = any(a.keys) and m.goods = a.goods and m.day between a.day - $2::integer and a.day
             left join jsonb_to_recordset($3::jsonb) e (n integer, "recordId" text, stall text) on e.n = a.n and e."recordId" = m.record_id and m.flow = 'entered'
            cross join lateral (select case when e.n is null then m.stall else e.stall end as stall) at
            where m.flow <> 'used' or m.record_id <> all($4::text[])
            group by a.n, m.flow, m.system, at.stall, m.trader, m.summary, m.day, coalesce(${BACK}, false)
            order by a.n, m.day, m.flow, m.system, at.stall, m.trader, m.summary`,
    values: [asked(places), carriedDays, JSON.stringify(elsewhere), repeated],
  })
  return rows
}
