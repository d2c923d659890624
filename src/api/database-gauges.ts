import type { Pool } from 'pg'
import { Counter, Gauge, type Registry } from 'prom-client'
import { countNotices } from '#store/alert-notices.ts'
import { readOpenAlerts } from '#store/alerts.ts'
import { readChannels } from '#store/channels.ts'
import { readFailures } from '#store/failures.ts'
import { countChecks } from '#store/finding-checks.ts'
import { countFindings } from '#store/findings.ts'
import { readFollowerLags } from '#store/followers.ts'
import { countLarge } from '#store/large-messages.ts'
import { readLaneLags } from '#store/link-lags.ts'
import { countOpenReplays } from '#store/replays.ts'
import { readScheduleAges } from '#store/schedules.ts'
import { countWaiting } from '#store/waiting.ts'
import { caseGauges } from './case-gauges.ts'
import { reconciliationGauges } from './reconciliation-gauges.ts'

/** Gauges of what PostgreSQL knows, whichever process did it; the function that is given back looks anew. @param now milliseconds since 1970 */
export function databaseGauges(pool: Pool, registers: Registry[], now: () => number): () => Promise<void> {
  const all: (Gauge | Counter)[] = []
  const gauge = (name: string, help: string, ...labelNames: string[]) => {
    const made = new Gauge({ name, help, labelNames, registers })
    all.push(made)
    return made
  }
  const up = gauge('hub_database_up', 'Whether the database answers')
  const connections = gauge('hub_database_connections', 'Connections of this process by state', 'state')
  const lag = 'that a lane of a link has not come to, or holds'
  const linkSeconds = gauge('hub_link_lag_seconds', `Age of the oldest change ${lag}`, 'link', 'lane')
  const linkChanges = gauge(
    'hub_link_lag_changes',
    'Changes of the log behind a lane of a link',
    'link',
    'lane',
  )
  const held = gauge('hub_link_held_changes', 'Held changes of a lane, up to 10001', 'link', 'lane', 'state')
  const attempts = gauge(
    'hub_link_failed_tries',
    'Failed tries of a lane in a row; 0: it delivers',
    'link',
    'lane',
  )
  const stopped = gauge(
    'hub_link_stopped',
    'Lanes whose last try failed, by what is wrong: retry (the receiver), auth or config (for a person)',
    'link',
    'lane',
    'class',
  )
  const info = gauge('hub_link_info', 'Links by name and state; always 1', 'link', 'name', 'state')
  const large = gauge('hub_large_messages', 'Large messages that are not done', 'state')
  const replays = gauge('hub_replays', 'Replays that are not done', 'state')
  const waiting = gauge(
    'hub_waiting_parts',
    'Parts that wait for what another message brings: bases, details, references to lots',
    'system',
    'waits',
  )
  const follows = 'that a follower has not come to'
  const followerSeconds = gauge('hub_follower_lag_seconds', `Age of the oldest change ${follows}`, 'follower')
  const followerChanges = gauge('hub_follower_lag_changes', `Changes of the log ${follows}`, 'follower')
  const ages = gauge(
    'hub_schedule_age_seconds',
    'Time since the sweep, or what is scheduled, was last done',
    'schedule',
  )
  const channelTries = gauge(
    'hub_channel_failed_tries',
    'Failed tries of a channel in a row; 0: it is read',
    'channel',
  )
  const channelSeconds = gauge(
    'hub_channel_done_seconds',
    'Time since a channel that is on was last read to its end',
    'channel',
  )
  const counter = (name: string, help: string) => {
    const made = new Counter({ name, help, labelNames: ['channel'], registers })
    all.push(made)
    return made
  }
  const channelReceived = counter('hub_channel_received_total', 'Source records that a channel brought')
  const channelRejected = counter('hub_channel_rejected_total', 'Those of them that were rejected')
  const channelRefused = counter('hub_channel_refused_total', 'Messages of a channel that could not be read')
  const findings = gauge('hub_findings', 'Pending findings', 'kind', 'severity', 'state')
  const overdue = gauge('hub_findings_overdue', 'Pending findings beyond their deadline', 'kind')
  const checks = gauge('hub_finding_checks', 'Subjects that wait to be judged')
  const lookAtCases = caseGauges(pool, gauge, now)
  const lookAtReconciliations = reconciliationGauges(pool, gauge)
  const alerts = gauge('hub_alerts', 'Open alerts', 'topic')
  const notices = gauge('hub_alert_notices', 'Notices that targets have not taken')
  const failed = new Counter({
    name: 'hub_jobs_failed_total',
    help: 'Jobs that failed',
    labelNames: ['queue'],
    registers,
  })
  all.push(failed)

  const look = async (): Promise<void> => {
    for (const one of all) one.reset()
    connections.set({ state: 'idle' }, pool.idleCount)
    connections.set({ state: 'busy' }, pool.totalCount - pool.idleCount)
    connections.set({ state: 'awaited' }, pool.waitingCount)
    // Without the database there is nothing to say of links; the process is still worth looking at.
    const lags = await readLaneLags(pool).catch(() => null)
    up.set(lags ? 1 : 0)
    if (!lags) return
    for (const { link, lane, name, state, ...of } of lags) {
      info.set({ link, name, state }, 1)
      if (state !== 'active') continue
      linkSeconds.set({ link, lane }, of.seconds)
      linkChanges.set({ link, lane }, of.changes)
      if (lane === 'live') linkChanges.set({ link, lane: 'replay' }, of.replayed)
      held.set({ link, lane, state: 'waiting' }, of.waiting)
      held.set({ link, lane, state: 'refused' }, of.refused)
      attempts.set({ link, lane }, of.attempts)
      if (of.errorClass) stopped.set({ link, lane, class: of.errorClass }, 1)
    }
    await Promise.all([
      lookAtCases(),
      lookAtReconciliations().catch(() => {}),
      each(countWaiting(pool), ({ system, waits, count }) => waiting.set({ system, waits }, count)),
      each(countLarge(pool), ({ state, count }) => large.set({ state }, count)),
      each(countOpenReplays(pool), ({ state, count }) => replays.set({ state }, count)),
      each(readFollowerLags(pool), ({ follower, seconds, changes }) => {
        followerSeconds.set({ follower }, seconds)
        followerChanges.set({ follower }, changes)
      }),
      each(readChannels(pool), (row) => {
        const channel = `${row.system}/${row.name}`
        channelReceived.inc({ channel }, row.received)
        channelRejected.inc({ channel }, row.rejected)
        channelRefused.inc({ channel }, row.refused)
        if (!row.isOn) return
        channelTries.set({ channel }, row.attempts)
        if (row.doneAt !== null) channelSeconds.set({ channel }, (now() - Date.parse(row.doneAt)) / 1000)
      }),
      each(readScheduleAges(pool), ({ name, seconds }) => {
        if (seconds !== null) ages.set({ schedule: name }, seconds)
      }),
      each(readOpenAlerts(pool), ({ topic }) => alerts.inc({ topic })),
      each(countFindings(pool, new Date(now()).toISOString()), ({ kind, severity, state, ...of }) => {
        findings.set({ kind, severity, state }, of.count)
        if (of.overdue > 0) overdue.inc({ kind }, of.overdue)
      }),
      countChecks(pool).then(
        ({ waiting: subjects }) => checks.set(subjects),
        () => {},
      ),
      countNotices(pool).then(
        (count) => notices.set(count),
        () => {},
      ),
      each(readFailures(pool, 0), ({ topic, subject, count }) => {
        if (topic === 'jobs_failed') failed.inc({ queue: subject }, count)
      }),
    ])
  }
  let looking: Promise<void> | undefined
  // Two who look at once would count the same twice.
  return () => {
    looking ??= look().finally(() => {
      looking = undefined
    })
    return looking
  }
}

async function each<T>(read: Promise<readonly T[]>, tell: (row: T) => void): Promise<void> {
  for (const row of await read.catch(() => [])) tell(row)
}
