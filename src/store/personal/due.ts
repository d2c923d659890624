import type { Pool, PoolClient } from 'pg'
import { type ErasureScope, RULED_KINDS } from '#core/retention/erasure-rules.ts'
import { GROWING } from '#store/growing-cases.ts'
import { firstIdOf } from '#store/message-time.ts'

type Client = Pool | PoolClient

/** What is old enough for a rule, in a piece of the log. */
export interface DuePage<Name> {
  readonly due: readonly Name[]
  /** The last place that was looked at; null where nothing behind it is old enough yet. */
  readonly at: string | null
  /** What is old enough and must stay: a hold is over its time, a case that may still grow is about it, it is under way, or it tells of a time that is younger. */
  readonly left: number
  /** The first of these. */
  readonly leftFrom: string | null
}

export interface DueRecord {
  readonly id: string
  readonly versions: number
}

/**
 * Legal holds, and what a case that may still grow is about: its lots, and the messages of the records by which it was opened, followed and held. Spelled once
 * in a statement, so that it is asked of the moment.
 */
export const KEPT = `holds as materialized (select from_at, until_at from legal_holds where ended_at is null),
  growing_cases as materialized (select id, test_id, code from cases where ${GROWING}),
  case_codes as materialized (
    select code from growing_cases where code is not null union select code from case_lots where case_id in (select id from growing_cases)),
  case_messages as materialized (
    select v.message_id from record_versions v where v.record_id in (
      select test_id from growing_cases union all select record_id from case_tests where case_id in (select id from growing_cases)
      union all select via_record from case_lots where case_id in (select id from growing_cases)
      union all select hold_record from case_lots where case_id in (select id from growing_cases)))`

const IS_HELD = (time: string): string =>
  `exists (select from holds h where ${time} >= h.from_at and ${time} < h.until_at)`

/**
 * A page of the change log, in which a record stands where its newest version does. It is due when that was stored before a time and tells of nothing later;
 * a party or a site when no record named it since, either.
 */
const RECORDS = `with ${KEPT},
  page as materialized (
    select v.record_id, v.version, v.position, v.kind, v.system, v.product_class, v.received_at, v.occurred_at, v.codes
      from record_versions v where v.position > $1 order by v.position limit $2),
  old as materialized (
    select p.* from page p
     where p.position < coalesce((select min(position) from page where received_at >= $3), 'infinity'::numeric)
       and p.kind = any($4) and ($5::text[] is null or p.system = any($5)) and ($6::text[] is null or p.product_class = any($6))
       and not exists (select from record_versions l where l.record_id = p.record_id and l.version > p.version)
       and not exists (select from erasures e where e.subject = 'version ' || p.record_id || ' ' || p.version)),
  judged as materialized (
    select o.record_id, o.position, (
        coalesce(o.occurred_at >= $3, false)
        or exists (select from unnest(o.codes) c (code) where c.code in (select code from case_codes))
        or exists (select from record_versions v where v.record_id = o.record_id and (
             ${IS_HELD('v.received_at')} or ${IS_HELD('v.occurred_at')} or v.message_id in (select message_id from case_messages)
             or exists (select from large_messages l where l.message_id = v.message_id)))
        or (o.kind in ('party', 'site') and exists (select from descriptions d where d.codes && o.codes and d.last_seen >= $3))
      ) as stays
      from old o)
  select record_id as id, position::text as position, stays,
         (select count(*)::integer from record_versions v where v.record_id = j.record_id) as versions,
         null as at
    from judged j
  union all
  select null, null, null, null, (select max(position)::text from page
     where position < coalesce((select min(position) from page where received_at >= $3), 'infinity'::numeric))`

/**
 * Records that are due, behind a position of the log: with at most so many versions together, or one that has more.
 * @param before ISO text: what was stored before it is old enough
 */
export async function readDueRecords(
  client: Client,
  { systems, kinds = RULED_KINDS, productClasses }: Partial<ErasureScope>,
  page: {
    readonly after: string
    readonly before: string
    readonly limit: number
    readonly versionsMax: number
  },
): Promise<DuePage<DueRecord>> {
  const { rows } = await client.query<{
    id: string | null
    position: string
    stays: boolean
    versions: number
    at: string | null
  }>(RECORDS, [page.after, page.limit, page.before, kinds, systems ?? null, productClasses ?? null])
  const due: DueRecord[] = []
  let [left, versions] = [0, 0]
  let leftFrom: string | null = null
  const judged = rows
    .filter(({ id }) => id !== null)
    .toSorted((a, b) => Number(BigInt(a.position) - BigInt(b.position)))
  for (const { id, position, stays, versions: own } of judged) {
    if (stays) {
      left += 1
      leftFrom ??= position
      continue
    }
    // The rest is looked at again, from here on.
    if (due.length > 0 && versions + own > page.versionsMax)
      return { due, at: String(BigInt(position) - 1n), left, leftFrom }
    versions += own
    due.push({ id: id ?? '', versions: own })
  }
  return { due, at: rows.find(({ at }) => at !== null)?.at ?? null, left, leftFrom }
}

/** Messages of some systems in the order in which they came. */
const MESSAGES = `with ${KEPT},
  page as materialized (
    select m.id, m.received_at, m.system, m.state from messages m where m.id > $1 and m.id < $3 and m.received_at < $4 order by m.id limit $2)
  select p.id::text as id,
         (p.state in ('waiting', 'running') or ${IS_HELD('p.received_at')} or p.id in (select message_id from case_messages)) as stays,
         (($5::text[] is null or p.system = any($5))
           and not exists (select from erasures e where e.subject = 'message ' || p.id)) as mine
    from page p order by p.id`

/** Messages of which the bytes are due, behind a message. @param before ISO text: what came before it is old enough */
export async function readDueMessages(
  client: Client,
  { systems }: Partial<ErasureScope>,
  page: { readonly after: string; readonly before: string; readonly limit: number },
): Promise<DuePage<string>> {
  const { rows } = await client.query<{ id: string; stays: boolean; mine: boolean }>(MESSAGES, [
    page.after,
    page.limit,
    firstIdOf(page.before),
    page.before,
    systems ?? null,
  ])
  const mine = rows.filter((row) => row.mine)
  const left = mine.filter(({ stays }) => stays)
  return {
    due: mine.filter(({ stays }) => !stays).map(({ id }) => id),
    at: rows.at(-1)?.id ?? null,
    left: left.length,
    leftFrom: left[0]?.id ?? null,
  }
}
