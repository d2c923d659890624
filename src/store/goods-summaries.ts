import { ASKED, asked, type GoodsPlace } from './goods-moves.ts'
import type { Reader } from './sighted.ts'

/** A record that tells in sum what was sold on a day, of the place in the list. */
export interface SummaryOfDay {
  readonly n: number
  readonly recordId: string
  /** Null where it tells of none. */
  readonly stall: string | null
}

type Places = readonly (GoodsPlace & { readonly keys: readonly string[] })[]

/** Sums of what was sold at places on their days and so many after, which name no lot and no voucher. */
export async function readSummaries(reader: Reader, places: Places, days: number): Promise<SummaryOfDay[]> {
  if (places.length === 0) return []
  const { rows } = await reader.query<SummaryOfDay>({
    name: 'goods-summaries',
    text: `select distinct a.n, m.record_id as "recordId", m.stall from ${ASKED} join goods_moves m
               on m.site = any(a.keys) and m.goods = a.goods and m.day between a.day and a.day + $2::integer
              and m.flow = 'sold' and m.summary is not null and m.code like 'rec:%'
            order by 1, 2`,
    values: [asked(places), days],
  })
  return rows
}

/** What one system tells of the sales of one stall or trader to consumers on a day, each of them by itself or in sum; numbers are decimal text. */
export interface SoldThere {
  readonly n: number
  readonly stall: string | null
  readonly trader: readonly string[] | null
  readonly system: string
  readonly isSummary: boolean
  readonly kilograms: string | null
  readonly count: string | null
  readonly countUnit: string | null
}

/** A canonical text has no blanks, and nothing of this is of persons, so it stands in a sealed body too. */
const IS_RETAIL = `v.body like '%"saleKind":"retail"%'`

/** What was sold to consumers at places on their days by other records than some, without what is summed up of the places as a whole. */
export async function readSoldThere(
  reader: Reader,
  places: Places,
  without: readonly string[],
): Promise<SoldThere[]> {
  if (places.length === 0) return []
  const { rows } = await reader.query<SoldThere>({
    name: 'goods-sold-there',
    text: `select a.n, m.stall, m.trader, m.system, m.summary is not null as "isSummary", m.count_unit as "countUnit", sum(m.kilograms)::text as kilograms, sum(m.count)::text as count
             from ${ASKED} join goods_moves m on m.site = any(a.keys) and m.goods = a.goods and m.day = a.day and m.flow = 'sold' and m.summary is distinct from 'whole'
              and (m.summary is not null or exists (select from record_versions v where v.record_id = m.record_id and v.version = m.version and ${IS_RETAIL}))
            where not exists (select from unnest($2::text[]) w (id) where w.id = m.record_id)
            group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6`,
    values: [asked(places), without],
  })
  return rows
}
