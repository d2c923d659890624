import type { ClientBase, Pool } from 'pg'
import { LATE_DAYS } from '#core/cases/states.ts'

const IS_OPEN = `state not in ('cleared', 'closed')`
const IS_LATE = `state = 'closed' and confirmed_at is not null and ended_at > now() - interval '${LATE_DAYS} days'`
/**
 * Cases whose goods may still become more, for a WHERE over `cases`: all that are under way, and recalls for some time after they were closed. What was recalled may be told late to have
 * been somewhere else too.
 */
export const GROWING = `(${IS_OPEN} or ${IS_LATE})`

/** Whether any case may still change by what records say. */
export async function hasGrowingCases(client: ClientBase | Pool): Promise<boolean> {
  const { rows } = await client.query<{ is: boolean }>({
    name: 'has-growing-cases',
    text: `select exists (select from cases where ${IS_OPEN}) or exists (select from cases where ${IS_LATE}) as is`,
  })
  return rows[0]?.is ?? false
}

/** What may touch cases: codes that records name, and the ways in which records may meet. */
export interface Touch {
  readonly codes: readonly string[]
  readonly whos: readonly string[]
  readonly whats: readonly string[]
  /** Stalls and traders that a record names together. */
  readonly traders: readonly string[]
}

/**
 * Lets the cases be made anew that any of it touches. Who keeps a stall is told by each of its records: that alone touches no case that is closed, or each would be made anew with every page.
 */
export async function touchCases(client: ClientBase, { codes, whos, whats, traders }: Touch): Promise<void> {
  await client.query({
    name: 'touch-cases',
    text: `update cases set wanted = wanted + 1
            where ${GROWING}
              and id in (select case_id from case_lots where code = any($1::text[])
                         union select id from cases where state <> 'cleared' and whats && $2::uuid[] and whos && $3::uuid[]
                         union select id from cases where ${IS_OPEN} and whos && $4::uuid[])`,
    values: [codes, whats, whos, traders],
  })
}

/** Lets the cases of these markets be made anew, as `cases.market` has them: what else the codes among them are called is known now, or no more. */
export async function touchCasesOfMarkets(client: ClientBase, markets: readonly string[]): Promise<void> {
  if (markets.length === 0) return
  await client.query({
    name: 'touch-cases-of-markets',
    text: `with called as materialized (select unnest($1::text[]) as market union select n.name from supervision_names n where n.code = any($1::text[])),
                own as materialized (select id from cases where market in (select market from called) and ${GROWING} order by id for update)
           update cases set wanted = wanted + 1 where id in (select id from own)`,
    values: [markets],
  })
}
