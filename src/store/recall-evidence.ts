import { openTexts } from './personal/sealed-text.ts'
import { noticePlace } from './recall-notices.ts'
import type { Reader } from './sighted.ts'

/** A try of the hub to deliver, with what came of it. */
export interface NoticeAttempt {
  readonly delivery: string
  readonly at: string
  readonly outcome: string
  readonly detail: string | null
}

export interface NoticeEvent {
  readonly event: string
  readonly at: string
  readonly recordedAt: string
  readonly actor: string | null
  readonly delivery: string | null
  readonly code: string | null
  readonly action: string | null
  /** Kilograms. */
  readonly found: string | null
  readonly sold: string | null
  readonly disposed: string | null
  readonly level: number | null
  readonly note: string | null
}

/** Who was told of one version of a hold, and when. */
export interface Notice {
  readonly hold: string
  readonly version: number
  readonly order: string
  readonly receiver: string
  readonly link: string | null
  readonly name: string
  readonly orderedAt: string
  readonly dueAt: string
  readonly reportDueAt: string | null
  readonly event: string | null
  readonly firstSentAt: string | null
  readonly deliveredAt: string | null
  readonly delivery: string | null
  readonly acknowledgedAt: string | null
  readonly acknowledgedBy: string | null
  readonly how: string | null
  readonly late: boolean
  readonly reportedAt: string | null
  readonly level: number
  readonly reportLevel: number
  readonly events: readonly NoticeEvent[]
  readonly attempts: readonly NoticeAttempt[]
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** What is of a notice itself, who put it down and by which deliveries it went. The last are shown to who sees everything: deliveries hold what is of others. */
const WHOLE = {
  notice: `n.delivery_id as delivery, n.acknowledged_by as "acknowledgedBy"`,
  event: `'actor', e.actor, 'delivery', e.delivery_id, 'note', e.note`,
  attempts: `coalesce((select jsonb_agg(jsonb_build_object('delivery', d.id, 'at', d.started_at, 'outcome', d.outcome, 'detail', d.detail)
                order by d.started_at) from (select d.* from record_versions v join deliveries d on d.link_id = n.link_id
                  and v.position between d.from_position and d.to_position and d.lane <> 'live' and d.started_at >= v.received_at
                where v.record_id = n.record_id and v.version = n.version order by d.started_at limit 50) d), '[]')`,
} as const
const PART: Readonly<Record<keyof typeof WHOLE, string>> = {
  notice: 'null as delivery, null as "acknowledgedBy"',
  event: `'actor', null, 'delivery', null, 'note', null`,
  attempts: `'[]'::jsonb`,
}

/** Whether the reader sees a case of this identifier, or a version of a hold: without either an empty list would say that nobody was told. */
export async function isCaseOrHold(reader: Reader, of: string): Promise<boolean> {
  const { rowCount } = await reader.query(
    UUID.test(of)
      ? 'select 1 from cases where id = $1::uuid'
      : `select 1 from record_versions where record_id = $1 and kind = 'hold' limit 1`,
    [of],
  )
  return rowCount === 1
}

/**
 * The notices of a case, or of one hold record, that the reader sees, oldest first, with what happened and the deliveries that held the version; `after` is the last
 * one of the page before.
 */
export async function listNotices(
  reader: Reader,
  query: {
    readonly of: string
    /** Whether the reader sees a part: it is not told by whom and over which deliveries, nor what persons wrote. */
    readonly isPart?: boolean
    readonly after?: readonly [string, string, string]
    readonly limit: number
    readonly nowMs: number
  },
): Promise<Notice[]> {
  const [id = null, version = null, receiver = null] = query.after ?? []
  const told = query.isPart ? PART : WHOLE
  const { rows } = await reader.query<Notice>(
    `select n.record_id as hold, n.version, n.hold_kind as order, n.receiver, n.link_id as link, n.name, n.ordered_at as "orderedAt",
            n.due_at as "dueAt", n.report_due_at as "reportDueAt", n.event, n.first_sent_at as "firstSentAt", n.delivered_at as "deliveredAt",
            n.acknowledged_at as "acknowledgedAt", n.how, ${told.notice},
            coalesce(n.acknowledged_at, to_timestamp($6::numeric / 1000)) > n.due_at as late, n.reported_at as "reportedAt", n.level, n.report_level as "reportLevel",
            coalesce((select jsonb_agg(jsonb_build_object('event', e.event, 'at', e.at, 'recordedAt', e.recorded_at, 'code', e.code, 'action', e.action,
                'found', e.found::text, 'sold', e.sold::text, 'disposed', e.disposed::text, 'level', e.level, ${told.event}) order by e.no)
               from recall_notice_events e where e.record_id = n.record_id and e.version = n.version and e.receiver = n.receiver), '[]') as events,
            ${told.attempts} as attempts
       from recall_notices n
      where n.record_id in (${UUID.test(query.of) ? 'select record_id from case_holds where case_id = $1::uuid' : '$1'})
        and ($2::text is null or (n.record_id, n.version, n.receiver) > ($2, $3::integer, $4))
      order by n.record_id, n.version, n.receiver limit $5`,
    [query.of, id, version, receiver, query.limit, query.nowMs],
  )
  const notices: Notice[] = []
  for (const row of rows) {
    const place = noticePlace(row.hold, row.version, row.receiver)
    notices.push({ ...row, events: await openTexts(reader, row.events, 'note', () => place) })
  }
  return notices
}
