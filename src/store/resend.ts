import type { ClientBase } from 'pg'
import { type ChangeFilter, chosenSql, filterSql } from './change-filter.ts'
import { passedSql } from './lanes.ts'

/** A version of a record. */
export interface VersionName {
  readonly recordId: string
  readonly version: number
}

/** What becomes of versions that are to go over a link again; the four sum up to the different versions asked for. */
export interface Resent {
  /** They wait now, and go with the next batches. */
  readonly waiting: number
  /** A newer version of the record has gone: that one goes again in their stead, because versions never go back. */
  readonly superseded: number
  /** The link has not come to them yet, and will. */
  readonly ahead: number
  /** No such version, or the filter of the link leaves it out. */
  readonly unknown: number
}

/**
 * Lets changes go over a link again, in the order of their versions, with the events they had. What waits already stays as it is, what
 * was refused waits again, and what the link has not come to is left to it. Nothing goes back: where a newer version of a record has
 * gone over the link, that one goes again instead. Wake the link after COMMIT.
 * @param client in a transaction, which holds the link until its end
 * @returns null where there is no such link
 */
export async function resendVersions(
  client: ClientBase,
  linkId: string,
  versions: readonly VersionName[],
): Promise<Resent | null> {
  const { rows: links } = await client.query<{ filter: ChangeFilter }>(
    `with put as (update link_lanes set put_back = put_back + 1 where link_id = $1 returning link_id)
     select filter from links where id = $1 and exists (select from put)`,
    [linkId],
  )
  const link = links[0]
  if (!link) return null
  const filter = filterSql(link.filter, 4)
  const { rows } = await client.query<{ asked: number; known: number; ahead: number; superseded: number }>(
    `${WANTED(filter.text())}
     select (select count(*) from asked)::integer as asked, (select count(*) from known)::integer as known,
       (select count(*) from judged where is_ahead)::integer as ahead,
       (select count(*) from wanted where wanted <> version)::integer as superseded`,
    [
      linkId,
      versions.map(({ recordId }) => recordId),
      versions.map(({ version }) => version),
      ...filter.values,
    ],
  )
  await client.query(FIRST_GOES, [linkId, versions.map(({ recordId }) => recordId)])
  const { asked, known, ahead, superseded } = rows[0] as NonNullable<(typeof rows)[0]>
  return { waiting: known - ahead - superseded, superseded, ahead, unknown: asked - known }
}

/** What is asked for, what of it the link has passed, and which version stands for it: the newest that has gone, where that is newer. */
const WANTED = (filter: string): string => `with
  lanes as (select lane, cursor, replay_cursor, lane = 'recall' as holds from link_lanes where link_id = $1),
  asked as (select distinct record_id, version from unnest($2::text[], $3::integer[]) a (record_id, version)),
  known as (select record_id, version, not (${passedSql('cursor', 'replay_cursor')}) as not_passed
              from asked join record_versions using (record_id, version) join lanes on holds = (kind = 'hold') where true${filter}),
  gone as (select record_id, max(version) as version
             from record_versions join lanes on holds = (kind = 'hold') and ${passedSql('cursor', 'replay_cursor')}
            where record_id = any($2::text[])${filter}${chosenSql('$1')}
              and (record_id, version) not in (select record_id, version from held_changes
                                                where link_id = $1 and record_id = any($2::text[]) and not again)
            group by record_id),
  judged as (select k.record_id, k.version, greatest(k.version, g.version) as wanted, k.not_passed and coalesce(g.version, 0) < k.version as is_ahead
               from known k left join gone g using (record_id)),
  wanted as (select record_id, version, wanted from judged where not is_ahead),
  put as (
    insert into held_changes (link_id, lane, record_id, version, position, state, again)
    select $1, case when v.kind = 'hold' then 'recall' else 'live' end, record_id, v.version, v.position, 'waiting', true
      from (select distinct record_id, wanted as version from wanted) w join record_versions v using (record_id, version)
    on conflict (link_id, record_id, version) do update
      set state = 'waiting', attempts = 0, next_at = null, code = null, detail = null, cause = null, sent = null, reason = null,
        ended_by = null, ended_at = null
      where held_changes.state <> 'waiting')`

/** The first waiting version of a record has a time, those behind it have none. Who compares has milliseconds: a part of one must not make it wait. */
const FIRST_GOES = `update held_changes h
    set next_at = case when h.version = first.version then coalesce(h.next_at, date_trunc('milliseconds', statement_timestamp())) end
  from (select record_id, min(version) as version from held_changes
         where link_id = $1 and state = 'waiting' and record_id = any($2::text[]) group by record_id) first
  where h.link_id = $1 and h.state = 'waiting' and h.record_id = first.record_id`
