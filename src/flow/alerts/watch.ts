import type { Pool } from 'pg'
import { messageId } from '#flow/intake/message-id.ts'
import type { Registry } from '#flow/systems/registry.ts'
import { writeNotices } from '#store/alert-notices.ts'
import {
  type Alert,
  dropAlertsBefore,
  endAlerts,
  openAlerts,
  readOpenAlerts,
  repeatAlerts,
  restateAlerts,
} from '#store/alerts.ts'
import { inTransaction } from '#store/database.ts'
import { dropFailuresBefore } from '#store/failures.ts'
import { type Condition, findConditions } from './find-conditions.ts'
import { readRules } from './rules.ts'
import { speakOf } from './topics.ts'

export interface WatchLog {
  warn(facts: object, sentence: string): void
  info(facts: object, sentence: string): void
}

export interface WatchParts {
  readonly pool: Pool
  readonly registry: Pick<Registry, 'systems'>
  readonly log?: WatchLog
}

const HOUR_MS = 3_600_000
/** What is over is kept for so long. */
const KEPT_MS = 90 * 24 * HOUR_MS

/**
 * Looks at everything once: opens an alert for what is newly wrong, ends those of what is no longer, and puts down in the same transaction
 * who is to be told. An alert is open once, however often it is looked at and by how many processes.
 */
export async function watchOnce({ pool, registry, log }: WatchParts, nowMs: number): Promise<void> {
  const rules = await readRules(pool)
  const { conditions, unknown } = await findConditions({ pool, registry }, rules, nowMs)
  const now = new Map(conditions.map((condition) => [keyOf(condition), condition]))
  const open = await readOpenAlerts(pool)
  const known = new Set(open.map(keyOf))
  const started = [...now].flatMap(([key, { topic, subject, facts }]) =>
    known.has(key) ? [] : [{ id: messageId(nowMs), topic, subject, facts }],
  )
  const ended = open.filter(
    (alert) => !now.has(keyOf(alert)) && !unknown.some((topic) => topic === alert.topic),
  )
  const going = open.flatMap((alert) => {
    const condition = now.get(keyOf(alert))
    return condition ? [{ ...alert, facts: condition.facts }] : []
  })
  const isRepeated = ({ toldAt }: Alert): boolean =>
    rules.repeatHours > 0 && Date.parse(toldAt) + rules.repeatHours * HOUR_MS <= nowMs
  const repeated = going.filter(isRepeated)
  const told = await inTransaction(pool, async (client) => {
    const opened = await openAlerts(client, started, nowMs)
    await restateAlerts(client, going)
    await endAlerts(client, idsOf(ended), nowMs)
    await repeatAlerts(client, idsOf(repeated), nowMs)
    await writeNotices(client, opened, 'opened', nowMs)
    await writeNotices(client, repeated, 'repeated', nowMs)
    await writeNotices(client, ended, 'ended', nowMs)
    return opened
  })
  for (const alert of told)
    log?.warn(factsOf(alert), speakOf(alert.topic, alert.subject, alert.facts).title.en)
  for (const alert of ended)
    log?.info(factsOf(alert), `over: ${speakOf(alert.topic, alert.subject, alert.facts).title.en}`)
  await dropAlertsBefore(pool, nowMs - KEPT_MS)
  await dropFailuresBefore(pool, nowMs - KEPT_MS)
}

const keyOf = ({ topic, subject }: Pick<Condition | Alert, 'topic' | 'subject'>): string =>
  `${topic} ${subject}`
const idsOf = (alerts: readonly Alert[]): string[] => alerts.map(({ id }) => id)
const factsOf = ({ id, topic, subject }: Pick<Alert, 'id' | 'topic' | 'subject'>): object => ({
  alert: id,
  topic,
  subject,
})
