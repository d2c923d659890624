import type { ClientBase, Pool } from 'pg'
import type { LinkLimits } from './links.ts'

/** Whether the limits of a link are of time at all. */
export const isPaced = ({ changesPerSecond, requestsPerSecond }: LinkLimits): boolean =>
  changesPerSecond !== undefined || requestsPerSecond !== undefined

/**
 * Takes leave to send so many changes in one request now, by the database's clock, so that the limits hold over all processes. Gives
 * milliseconds to wait before asking again, 0 where it may be sent at once. A recall never waits, but what it takes is taken: the others
 * wait the longer.
 */
export async function takeLeave(
  client: ClientBase | Pool,
  linkId: string,
  limits: LinkLimits,
  { changes, isRecall = false }: { readonly changes: number; readonly isRecall?: boolean },
): Promise<number> {
  const { rows } = await client.query<{ wait: number }>({
    name: 'take-leave',
    text: `with clock as (select extract(epoch from clock_timestamp()) * 1000 as now),
           taken as (
             insert into link_rates as r (link_id, requests_ms, changes_ms)
             select $1, now + $2::numeric, now + $3::numeric from clock
             on conflict (link_id) do update
               set requests_ms = greatest(r.requests_ms + $2::numeric, excluded.requests_ms),
                   changes_ms = greatest(r.changes_ms + $3::numeric, excluded.changes_ms)
               where $4 or greatest(r.requests_ms, r.changes_ms) <= (select now from clock)
             returning link_id)
           select case when exists (select from taken) then 0
                    else greatest(1, (select ceil(greatest(requests_ms, changes_ms) - now) from link_rates, clock where link_id = $1)) end::float8 as wait`,
    values: [
      linkId,
      everyMs(limits.requestsPerSecond, 1),
      everyMs(limits.changesPerSecond, changes),
      isRecall,
    ],
  })
  return rows[0]?.wait ?? 0
}

const everyMs = (perSecond: number | undefined, count: number): number =>
  perSecond === undefined ? 0 : (count / perSecond) * 1000
