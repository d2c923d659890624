import type { ClientBase } from 'pg'
import { MATCH_SIDES } from '#core/lineage/matching.ts'

/** A laboratory rarely tests the same goods more than a few times. */
const TESTS_MAX = 200

/**
 * The newest of what laboratories passed, void ones left out, that mention any of the codes, or that met the same stall, product and day. Rapid tests, of which goods may have thousands, are none
 * of them.
 */
export async function findPassesOfGoods(
  client: ClientBase,
  goods: {
    readonly codes: readonly string[]
    readonly whos: readonly string[]
    readonly whats: readonly string[]
  },
): Promise<{ readonly recordId: string; readonly version: number }[]> {
  const { rows } = await client.query<{ recordId: string; version: number }>({
    name: 'find-passes-of-goods',
    text: `with told as (
             select v.record_id, v.version from record_versions v where v.codes && $1::text[] and v.kind = 'test'
              union
             select p.record_id, p.version from match_points p
              where p.who = any($2::uuid[]) and p.what = any($3::uuid[]) and p.side = ${MATCH_SIDES.indexOf('tested')})
           select v.record_id as "recordId", v.version from told
             join record_versions v on v.record_id = told.record_id and v.version = told.version
            where v.status = 'active' and v.body like '%"verdict":"pass"%' and v.body like '%"screening":false%'
              and not exists (select from record_versions n where n.record_id = v.record_id and n.version > v.version)
            order by v.position desc limit ${TESTS_MAX}`,
    values: [goods.codes, goods.whos, goods.whats],
  })
  return rows
}
