import type { Reader } from './sighted.ts'

/** What is asked about: a market, or regions that begin with some digits (none: all). Times are instants. */
export interface AroundQuestion {
  readonly place: string | null
  /** How records may say the market: its code, and the names with regions that mean it alone. */
  readonly says: readonly string[]
  readonly prefix: string
  readonly from: string
  readonly before: string
}
/** Where a case was opened: at the market that is asked about, or in its regions; `$1` to `$3` are those of an `AroundQuestion`. */
const NEAR_PLACE = `case when $1::text is null then starts_with(coalesce(region, ''), $3)
                   else market = any($2::text[]) end`
/** Cases that were open on the day, of the market or the regions; `$1` to `$5` are those of an `AroundQuestion`. */
const NEAR = `select id, state, opened_at, ended_at, test_id from cases
        where opened_at < $5 and (ended_at is null or ended_at >= $4)
          and ${NEAR_PLACE}`
const valuesOf = ({ place, says, prefix, from, before }: AroundQuestion): unknown[] => [
  place,
  says,
  prefix,
  from,
  before,
]

export interface CaseCounts {
  /** Opened and ended on the day. */
  readonly opened: number
  readonly cleared: number
  readonly closed: number
  /** Not ended when the day was over. */
  readonly open: number
}

/** Cases of a market or of regions, of a day; where some are given, of these alone. */
export async function readCaseCounts(
  client: Reader,
  asked: AroundQuestion,
  among: readonly string[] | null = null,
): Promise<CaseCounts> {
  const { rows } = await client.query<CaseCounts>(
    `with near as (select * from (${NEAR}) n where $6::uuid[] is null or id = any($6))
     select (count(*) filter (where opened_at >= $4))::integer as opened,
            (count(*) filter (where ended_at < $5 and state = 'cleared'))::integer as cleared,
            (count(*) filter (where ended_at < $5 and state = 'closed'))::integer as closed,
            (count(*) filter (where ended_at is null or ended_at >= $5))::integer as open
       from near`,
    [...valuesOf(asked), among],
  )
  return rows[0] as CaseCounts
}

/** The same cases that a test opened, each with that test. */
export async function readCasesOfTests(
  client: Reader,
  asked: AroundQuestion,
): Promise<{ readonly id: string; readonly testId: string }[]> {
  const { rows } = await client.query<{ id: string; testId: string }>(
    `select id, test_id as "testId" from (${NEAR}) n where test_id is not null`,
    valuesOf(asked),
  )
  return rows
}

/** Disposals that were told in cases, by what was written as their method. */
export interface DisposedInCases {
  readonly method: string | null
  readonly records: number
  /** Kilograms, decimal text. */
  readonly mass: string
}

/** What was disposed of on a day in the cases of a market or of regions, however these stand now. */
export async function readDisposedInCases(client: Reader, asked: AroundQuestion): Promise<DisposedInCases[]> {
  const { rows } = await client.query<DisposedInCases>(
    `select e.method, count(*)::integer as records, trim_scale(coalesce(sum(e.mass), 0))::text as mass
       from cases c join case_events e on e.case_id = c.id
      where c.disposed_mass > 0 and e.event = 'dispose' and e.at >= $4 and e.at < $5 and ${NEAR_PLACE}
      group by e.method`,
    valuesOf(asked),
  )
  return rows
}

export interface SilentSystem {
  readonly system: string
  readonly record: string | null
  readonly since: string
  readonly until: string | null
}

/**
 * Systems that were silent on a day: those of the regions, or those that told of the market in the week before. Known for as long as alerts
 * are kept.
 */
export async function readSilent(
  client: Reader,
  asked: AroundQuestion & { readonly day: string },
): Promise<SilentSystem[]> {
  const { rows } = await client.query(
    `select split_part(a.subject, '/', 1) as system, nullif(split_part(a.subject, '/', 2), '') as record,
            a.opened_at as since, a.ended_at as until
       from alerts a left join systems s on s.id = split_part(a.subject, '/', 1)
      where a.topic = 'system_silent' and a.opened_at < $4 and (a.ended_at is null or a.ended_at >= $3)
        and case when $1::text is null then starts_with(coalesce(s.region, ''), $2)
                 else exists (select from supervision_lines l where l.place = $1 and l.day between $5::date - 7 and $5::date
                                 and l.system = split_part(a.subject, '/', 1)) end
      order by a.opened_at, a.subject`,
    [asked.place, asked.prefix, asked.from, asked.before, asked.day],
  )
  return rows
}
