import type { Pool } from 'pg'
import { sign } from '#adapters/http/signature.ts'
import { waitMs } from '#flow/delivery/backoff.ts'
import {
  type DueNotice,
  deleteNotice,
  dueTargets,
  leaseNotices,
  nextNoticeMs,
  postponeNotice,
  postponeRest,
} from '#store/alert-notices.ts'
import { noteTargetAnswer } from '#store/alert-targets.ts'
import { speakOf } from './topics.ts'

/** Posts one body; never throws for what the other side or the network can do. */
export type Post = (request: {
  readonly url: string
  readonly allow: readonly string[]
  readonly body: string
  readonly contentType: string
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}) => Promise<
  | { readonly kind: 'answered' }
  | { readonly kind: 'failed'; readonly detail: string; readonly retryAfterMs?: number }
>

export interface NotifyParts {
  readonly pool: Pool
  readonly post: Post
  readonly now: () => number
  /** From 0 to below 1; spreads the tries. */
  readonly random?: () => number
}

/** To one target; each has its own, so that one that hangs holds up no other. */
const AT_ONCE = 4
/** Longer than a request may take: who sends and dies is followed by the next after this. */
const LEASE_MS = 30_000

/**
 * Sends what targets are still to be told, until nothing is due. What a target does not take is kept and sent again with the same
 * identifier after 5 s, 30 s … 24 h; nothing is given up as long as the target is there.
 * @returns when the next one is due; null where none waits
 */
export async function sendNotices(parts: NotifyParts, signal: AbortSignal): Promise<number | null> {
  const { pool, now } = parts
  const targets = await dueTargets(pool, now())
  await Promise.all(targets.map((target) => tell(parts, target, signal)))
  return await nextNoticeMs(pool)
}

/**
 * Tells a target what is due, until it takes nothing of what it was sent: then the rest waits as long as the first of that is to wait. One that
 * takes some is there, and goes on.
 */
async function tell(parts: NotifyParts, target: string, signal: AbortSignal): Promise<void> {
  const { pool, now } = parts
  while (!signal.aborted) {
    const due = await leaseNotices(pool, { target, nowMs: now(), leaseMs: LEASE_MS, limit: AT_ONCE })
    if (due.length === 0) return
    const again = await Promise.all(due.map((notice) => send(parts, notice, signal)))
    const failed = again.filter((atMs) => atMs !== null)
    if (failed.length < due.length) continue
    await postponeRest(pool, target, Math.min(...failed))
    return
  }
}

/** @returns when it is sent again; null where the target has taken it */
async function send(
  { pool, post, now, random = Math.random }: NotifyParts,
  notice: DueNotice,
  signal: AbortSignal,
): Promise<number | null> {
  const { target } = notice
  const body = JSON.stringify(noticeBody(notice))
  const headers = { ...sign([target.secret], notice.id, Math.floor(now() / 1000), body) }
  const answer = await post({
    url: target.url,
    allow: target.allowAddress,
    body,
    contentType: 'application/json',
    headers,
    signal,
  })
  if (answer.kind === 'answered') {
    await deleteNotice(pool, notice.id)
    await noteTargetAnswer(pool, target.id, null)
    return null
  }
  const wait = waitMs({ failures: notice.attempts, random: random(), retryAfterMs: answer.retryAfterMs })
  const nextAtMs = now() + wait
  await postponeNotice(pool, notice.id, nextAtMs)
  if (!signal.aborted) await noteTargetAnswer(pool, target.id, answer.detail)
  return nextAtMs
}

/** What a target is told: type, time and what is wrong in both languages. Numbers and identifiers, nothing of a person. */
export function noticeBody({ moment, facts, at, alert }: DueNotice): object {
  const { id, topic, subject, openedAt, endedAt } = alert
  return {
    type: `alert.${moment}`,
    timestamp: at,
    data: {
      id,
      topic,
      subject,
      ...speakOf(topic, subject, facts),
      facts,
      openedAt,
      endedAt: moment === 'ended' ? endedAt : null,
    },
  }
}
