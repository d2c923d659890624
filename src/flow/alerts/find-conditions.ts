import type { Pool } from 'pg'
import { findSilent } from '#flow/silence/find-silent.ts'
import { brokenMappings } from '#flow/systems/mistakes.ts'
import type { Registry } from '#flow/systems/registry.ts'
import type { AlertFacts } from '#store/alerts.ts'
import { type AuditState, readAuditState } from '#store/audit-sealing.ts'
import { readOverdueCases } from '#store/case-figures.ts'
import { type ChannelRow, readChannels } from '#store/channels.ts'
import { readFailures } from '#store/failures.ts'
import { readOverdueInspections } from '#store/inspections.ts'
import { type LaneLag, readLaneLags } from '#store/link-lags.ts'
import { type Overdue, readOverdue, readRefusedHolds } from '#store/recall-urging.ts'
import { readDifferingLinks } from '#store/reconciliation-reports.ts'
import { readFailedReplays } from '#store/replays.ts'
import type { AlertRules } from './rules.ts'
import type { Topic } from './topics.ts'

/** Something that an operator must know now. */
export interface Condition {
  readonly topic: Topic
  readonly subject: string
  readonly facts: AlertFacts
}

/** What ended in failure is told of for so long. */
const FAILED_MS = 24 * 3_600_000
/** The next daily report says it again, or that it is well. */
const DIFFERED_MS = 48 * 3_600_000
const JOBS_FAILED_MS = 3_600_000
/** The list of inspections has the others. */
const OVERDUE_TOLD = 200

/** What is wrong now, and the topics of which nothing can be said at this moment: their alerts stay as they are. */
export interface Findings {
  readonly conditions: readonly Condition[]
  readonly unknown: readonly Topic[]
}

export async function findConditions(
  parts: { readonly pool: Pool; readonly registry: Pick<Registry, 'systems'> },
  rules: AlertRules,
  nowMs: number,
): Promise<Findings> {
  const { pool, registry } = parts
  const links = Map.groupBy(await readLaneLags(pool), ({ link }) => link)
  const silent = await findSilent(pool, nowMs)
  const failures = await readFailures(pool, nowMs - FAILED_MS)
  const replays = await readFailedReplays(pool, nowMs - FAILED_MS)
  const channels = await readChannels(pool)
  const evidence = await readAuditState(pool)
  const overdue = await readOverdueInspections(pool, nowMs, OVERDUE_TOLD)
  const overdueCases = await readOverdueCases(pool, nowMs)
  const differing = await readDifferingLinks(pool, nowMs - DIFFERED_MS)
  const unacknowledged = await readOverdue(pool, 'acknowledgement', nowMs)
  const refused = await readRefusedHolds(pool)
  const unreported = await readOverdue(pool, 'report', nowMs)
  return {
    unknown: silent === null ? ['system_silent'] : [],
    conditions: [
      ...[...links.values()].flatMap((lanes) => ofLink(lanes, rules)),
      ...(silent ?? []).map(({ system, title, record, lastMs, overdueMs }) => ({
        topic: 'system_silent' as const,
        subject: record === null ? system : `${system}/${record}`,
        facts: {
          titleZh: title.zh,
          titleEn: title.en,
          record,
          lastAt: lastMs === null ? null : new Date(lastMs).toISOString(),
          overdueAt: new Date(overdueMs).toISOString(),
        },
      })),
      ...channels.flatMap((channel) => ofChannel(channel, rules, nowMs)),
      ...failures
        .filter(({ topic, lastAt }) => topic !== 'jobs_failed' || Date.parse(lastAt) > nowMs - JOBS_FAILED_MS)
        .map(({ topic, subject, count }) => ({ topic, subject, facts: { count } })),
      ...ofEvidence(evidence, rules),
      ...replays.map(({ id, problem }) => ({
        topic: 'replay_failed' as const,
        subject: id,
        facts: { problem },
      })),
      ...overdueCases.map(({ id, state, due, dueAt }) => ({
        topic: 'case_overdue' as const,
        subject: id,
        facts: { state, due, dueAt },
      })),
      ...differing.map(({ link, ...facts }) => ({ topic: 'sides_differ' as const, subject: link, facts })),
      ...overdue.map(({ id, place, dueAt }) => ({
        topic: 'inspection_overdue' as const,
        subject: id,
        facts: { place, dueAt },
      })),
      // The level is in the subject: the next one is another alert, which is told at once.
      ...unacknowledged.map((hold) => ofHold('recall_unacknowledged', hold)),
      ...unreported.map((hold) => ofHold('recall_unreported', hold)),
      ...refused.map(({ recordId, version, link, name, code }) => ({
        topic: 'hold_refused' as const,
        subject: `${recordId} v${version} link ${link}`,
        facts: { hold: recordId, version, link, name, code },
      })),
      ...brokenMappings(registry).map(({ system, record, mistakes }) => ({
        topic: 'mapping_broken' as const,
        subject: `${system}/${record ?? 'system.yaml'}`,
        facts: { mistakes: mistakes.length },
      })),
    ],
  }
}

const ofHold = (
  topic: 'recall_unacknowledged' | 'recall_unreported',
  { recordId, version, ...facts }: Overdue,
): Condition => ({
  topic,
  subject: `${recordId} v${version} level ${facts.level}`,
  facts: { hold: recordId, version, ...facts, seconds: Math.round(facts.seconds) },
})

/** Where nothing was ever sealed, nobody does it yet: that is told of by `/readyz`. */
function ofEvidence({ sealedSeconds, anchoredSeconds }: AuditState, rules: AlertRules): Condition[] {
  const since = (seconds: number | null): number => Math.round(seconds ?? 0)
  const facts = { sealedSeconds: since(sealedSeconds), anchoredSeconds: since(anchoredSeconds) }
  const isLate = facts.sealedSeconds > rules.stoppedSeconds || facts.anchoredSeconds > rules.stoppedSeconds
  return isLate ? [{ topic: 'evidence_stopped', subject: 'evidence', facts }] : []
}

/** A person is told at once where only a person can mend it. */
function ofChannel(
  { system, name, isOn, lastError, failingSince }: ChannelRow,
  rules: AlertRules,
  nowMs: number,
): Condition[] {
  if (!isOn || lastError === null || failingSince === null) return []
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(failingSince)) / 1000))
  const needsPerson = lastError.class === 'auth' || lastError.class === 'config'
  if (!needsPerson && seconds <= rules.stoppedSeconds) return []
  const facts = { class: lastError.class, setting: lastError.setting ?? null, seconds }
  return [{ topic: 'channel_stopped', subject: `${system}/${name}`, facts }]
}

/** A link is as well as the worst of its lanes. */
function ofLink(lanes: readonly LaneLag[], rules: AlertRules): Condition[] {
  const { link: subject, name, state } = lanes[0] as LaneLag
  if (state !== 'active') return []
  const conditions: Condition[] = []
  const [oldest] = lanes.toSorted((a, b) => b.seconds - a.seconds) as [LaneLag]
  const seconds = Math.round(oldest.seconds)
  const stopped =
    lanes.find(({ errorClass }) => errorClass === 'auth' || errorClass === 'config') ??
    lanes.find((lane) => lane.attempts > 0 && lane.seconds > rules.stoppedSeconds)
  // A receiver that fails is a link that stands still, not one that is merely slow.
  if (stopped) {
    const { errorClass, lane } = stopped
    const facts = { name, lane, class: errorClass ?? 'retry', seconds: Math.round(stopped.seconds) }
    conditions.push({ topic: 'link_stopped', subject, facts })
  } else if (seconds > rules.lagSeconds)
    conditions.push({
      topic: 'link_lags',
      subject,
      facts: { name, lane: oldest.lane, changes: oldest.changes, seconds },
    })
  const sum = (of: 'waiting' | 'refused'): number => lanes.reduce((before, lane) => before + lane[of], 0)
  const [waiting, refused] = [sum('waiting'), sum('refused')]
  if (waiting + refused > rules.held)
    conditions.push({ topic: 'link_holds', subject, facts: { name, waiting, refused } })
  return conditions
}
