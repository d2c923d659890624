import type { ClientBase } from 'pg'
import { fieldOfPlace, type Issue } from '#core/issue.ts'
import { beijingDay } from '#core/quality/record-counts.ts'
import { type Follower, stepUnderLock } from '#flow/follow/follower.ts'
import { storedIssues } from '#flow/intake/stored-results.ts'
import {
  type CountedMessage,
  firstReceived,
  noteCounted,
  openSince,
  readUncounted,
} from '#store/counted-messages.ts'
import { moveFollower } from '#store/followers.ts'
import { addQualityCounts, addQualityReasons, type QualityReason } from '#store/quality.ts'
import { countersOf } from './counters.ts'

const NAME = 'quality-messages'
const EVERY_MS = 30_000
const MESSAGES_AT_ONCE = 1000
/** A message is committed, or is known as unfinished, this long after its receipt at the latest. */
const SETTLE_MS = 900_000
const REASONS_OF_A_DAY = 200

/**
 * Counts messages, their results and the reasons in them, by system and day of receipt. Messages are no log: one may be committed, or
 * done, after one that came later. So the time since the floor is looked at again each time, and what is counted is noted.
 */
export const qualityMessagesFollower: Follower = {
  name: NAME,
  rows: [NAME],
  everyMs: EVERY_MS,
  step: (pool) =>
    stepUnderLock(pool, NAME, async (client, place) => {
      // Before the messages are read: what is not done now is at or behind the next floor.
      const open = await openSince(client, SETTLE_MS)
      const floor = place.floor ?? (await firstReceived(client)) ?? open
      const messages = await readUncounted(client, floor, MESSAGES_AT_ONCE)
      await count(client, messages)
      const last = messages.length === MESSAGES_AT_ONCE ? messages.at(-1) : undefined
      const next = last
        ? earlier(open, new Date(Date.parse(last.receivedAt) - SETTLE_MS).toISOString())
        : open
      // It never goes back: before it, what was counted is no longer known.
      const moved = earlier(next, floor) === floor ? next : floor
      await noteCounted(
        client,
        messages.map(({ id }) => id),
        moved,
      )
      await moveFollower(client, NAME, { floor: moved })
      return last ? 'more' : 'done'
    }),
}

const earlier = (a: string, b: string): string => (Date.parse(a) < Date.parse(b) ? a : b)

async function count(client: ClientBase, messages: readonly CountedMessage[]): Promise<void> {
  const counters = countersOf()
  const reasons = new Map<string, { -readonly [K in keyof QualityReason]: QualityReason[K] }>()
  for (const message of messages) {
    const { system, state } = message
    const day = beijingDay(Date.parse(message.receivedAt))
    counters.add(system, day, 'messages', 1)
    if (state === 'refused') counters.add(system, day, 'messages.refused', 1)
    for (const name of ['received', 'accepted', 'unchanged', 'rejected'] as const)
      counters.add(system, day, name, message[name])
    for await (const { code, path } of issuesOf(client, message)) {
      const field = fieldOfPlace(path)
      const key = `${system} ${day} ${code} ${field}`
      const known = reasons.get(key)
      if (known) {
        known.count++
        known.receipt = message.id
      } else reasons.set(key, { system, day, code, field, count: 1, receipt: message.id })
    }
  }
  await addQualityCounts(client, counters.list())
  const worst = [...reasons.values()].sort((a, b) => b.count - a.count).slice(0, REASONS_OF_A_DAY)
  await addQualityReasons(client, worst, REASONS_OF_A_DAY)
}

async function* issuesOf(client: ClientBase, message: CountedMessage): AsyncGenerator<Issue> {
  if (message.problem !== null) yield JSON.parse(message.problem) as Issue
  const stored = { ...message, receivedAtMs: Date.parse(message.receivedAt) }
  yield* storedIssues(client, stored)
}
