import type { ClientBase } from 'pg'
import {
  causeSql,
  type HeldChange,
  type HeldQuery,
  type HeldRow,
  heldColumns,
  heldOf,
  heldPlace,
  openHeld,
} from './held-changes.ts'
import { openTexts, sealText } from './personal/sealed-text.ts'
import { type Resent, resendVersions, type VersionName } from './resend.ts'
import type { Reader } from './sighted.ts'

/** Refused changes of a link that were refused for the same cause. */
export interface HeldGroup {
  readonly cause: string
  readonly code: string | null
  /** The receiver's words on one of them. */
  readonly detail: string | null
  readonly count: number
  readonly kinds: readonly string[]
  readonly since: string
  readonly until: string
  readonly sample: { readonly id: string; readonly version: number }
}

const GROUPS_MAX = 200

/** The causes for which changes of a link that the reader sees were refused, the commonest first. */
export async function listHeldGroups(reader: Reader, query: HeldQuery): Promise<HeldGroup[]> {
  const { linkId, isPart = false } = query
  const cause = causeSql(query, 'h.')
  const { rows } = await reader.query<
    Omit<HeldGroup, 'sample'> & { readonly record_id: string; readonly version: number }
  >(
    `select ${cause} as cause, min(h.code) as code, count(*)::integer as count,
            array_agg(distinct v.kind order by v.kind) as kinds, min(h.held_at) as since, max(h.held_at) as until,
            (array_agg(h.record_id order by h.held_at desc, h.record_id))[1] as record_id,
            (array_agg(h.version order by h.held_at desc, h.record_id))[1] as version,
            ${isPart ? 'null' : '(array_agg(h.detail order by h.held_at desc, h.record_id))[1]'} as detail
       from held_changes h join record_versions v using (record_id, version)
      where h.link_id = $1 and h.state = 'refused' group by 1 order by count(*) desc, 1 limit ${GROUPS_MAX}`,
    [linkId],
  )
  const groups = await openTexts(reader, rows, 'detail', heldPlace(linkId, 'detail'))
  return groups.map(({ record_id: id, version, ...group }) => ({ ...group, sample: { id, version } }))
}

/**
 * A held change, and what was refused as it was sent; who sees a part is not told that, in which stands what belongs to the record by others. Null where the reader
 * sees none.
 */
export async function readHeldChange(
  reader: Reader,
  { linkId, isPart = false }: HeldQuery,
  { recordId, version }: VersionName,
): Promise<{ readonly change: HeldChange; readonly sent: string | null } | null> {
  const { rows } = await reader.query<HeldRow & { readonly sent: string | null }>(
    `select ${heldColumns({ isPart })}, ${isPart ? 'null as sent' : 'sent'} from held_changes where link_id = $1 and record_id = $2 and version = $3`,
    [linkId, recordId, version],
  )
  const said = await openHeld(reader, linkId, rows)
  const [held] = await openTexts(reader, said, 'sent', heldPlace(linkId, 'sent'))
  return held ? { change: heldOf(held), sent: held.sent } : null
}

/** Which refused changes are meant; none of both means all. */
export interface RefusedChoice {
  readonly cause?: string
  readonly versions?: readonly VersionName[]
}

/** Parameters 2 to 4 of a statement over held changes. */
const CHOSEN = `($2::text is null or cause = $2)
  and ($3::text[] is null or (record_id, version) in (select * from unnest($3::text[], $4::integer[])))`
const chosen = (linkId: string, { cause, versions }: RefusedChoice): unknown[] => [
  linkId,
  cause ?? null,
  versions?.map(({ recordId }) => recordId) ?? null,
  versions?.map(({ version }) => version) ?? null,
]

/** Changes that are put back in one statement. */
const AT_ONCE = 10_000

/**
 * Puts refused changes back into their lanes; by name also those that were given up. One whose record has a newer version that has gone over the link is dropped with that
 * reason, and the newest goes again in its stead.
 * @param client in a transaction
 */
export async function resendRefused(
  client: ClientBase,
  linkId: string,
  choice: RefusedChoice,
  who: string,
): Promise<Pick<Resent, 'waiting' | 'superseded'>> {
  const { rows } = await client.query(
    `select record_id, version from held_changes where link_id = $1 and (state = 'refused' or state = 'dropped' and $3::text[] is not null) and ${CHOSEN} order by position`,
    chosen(linkId, choice),
  )
  const versions = rows.map((row): VersionName => ({ recordId: row.record_id, version: row.version }))
  const sum = { waiting: 0, superseded: 0 }
  for (let at = 0; at < versions.length; at += AT_ONCE) {
    const resent = await resendVersions(client, linkId, versions.slice(at, at + AT_ONCE))
    sum.waiting += resent?.waiting ?? 0
    sum.superseded += resent?.superseded ?? 0
  }
  if (versions.length > 0) await dropRefused(client, linkId, { versions }, { who, reason: 'superseded' })
  return sum
}

/**
 * Gives refused changes up: they stay, with the reason, and are not sent again unless a person says so. Tells how many.
 * @param client in a transaction
 */
export async function dropRefused(
  client: ClientBase,
  linkId: string,
  choice: RefusedChoice,
  { who, reason }: { readonly who: string; readonly reason: string },
): Promise<number> {
  const { rows } = await client.query<{ record_id: string; version: number }>(
    `select record_id, version from held_changes where link_id = $1 and state = 'refused' and ${CHOSEN} for update`,
    chosen(linkId, choice),
  )
  const placeOf = heldPlace(linkId, 'reason')
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const some = rows.slice(at, at + AT_ONCE)
    await client.query(
      `update held_changes h set state = 'dropped', reason = d.reason, ended_by = $2, ended_at = clock_timestamp()
         from unnest($3::text[], $4::integer[], $5::text[]) d (record_id, version, reason)
        where h.link_id = $1 and h.record_id = d.record_id and h.version = d.version`,
      [
        linkId,
        who,
        some.map((row) => row.record_id),
        some.map((row) => row.version),
        some.map((row) => sealText(client, reason, placeOf(row))),
      ],
    )
  }
  return rows.length
}
