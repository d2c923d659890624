import { fileURLToPath } from 'node:url'
import { chineseOfSource } from '#core/source-reasons.ts'
import { actorOf } from '#flow/delivery/advice.ts'
import type { LaneLag } from '#store/link-lags.ts'
import type { LaneState, Link } from '#store/links.ts'
import type { Language } from './language.ts'

/** When a link is looked at, and against which head of the log. */
export interface Moment {
  readonly head: bigint
  readonly nowMs: number
  readonly language: Language
  /** How far the lanes are behind; of other links too. */
  readonly lags: readonly LaneLag[]
}

/** A link as the API gives it: positions as text, what is wrong in the language of the caller. Its own state is that of the live lane. */
export function linkView(link: Link, at: Moment): Record<string, unknown> {
  const { recall, coalesces, cursor, url, beginsAfter: _, ...rest } = link
  const isFolder = url?.startsWith('file:') ?? false
  return {
    ...rest,
    url: isFolder ? null : url,
    folder: url !== null && isFolder ? fileURLToPath(url) : null,
    ...laneView(link, at),
    ...lagView(link.id, 'live', at),
    coalesce: coalesces,
    behind: at.head > cursor ? Number(at.head - cursor) : 0,
    replaysBehind: lagOf(link.id, 'live', at)?.replayed ?? 0,
    recall: { ...laneView(recall, at), ...lagView(link.id, 'recall', at) },
  }
}

function laneView(lane: LaneState, { nowMs, language }: Moment): Record<string, unknown> {
  const { cursor, attempts, nextAt, delivered, refused, coalesced, lastOkAt, lastError } = lane
  return {
    position: String(cursor),
    attempts,
    nextAt,
    delivered,
    refused,
    coalesced,
    lastOkAt,
    lastError: lastError && {
      ...lastError,
      detail: language === 'zh' ? chineseOfSource(lastError.detail) : lastError.detail,
      actor: actorOf(lastError),
      advice: lastError.advice[language],
    },
    breaker: breakerOf(lane, nowMs),
  }
}

/** What a lane owes its receiver; nulls where it owes nothing by itself, because the receiver pulls or wants no holds. */
function lagView(link: string, lane: LaneLag['lane'], at: Moment): Record<string, unknown> {
  const lag = lagOf(link, lane, at)
  if (!lag) return { secondsBehind: null, oldest: null, held: null }
  const { seconds, oldest, waiting, refused } = lag
  return { secondsBehind: Math.round(seconds), oldest, held: { waiting, refused } }
}

const lagOf = (link: string, lane: LaneLag['lane'], { lags }: Moment): LaneLag | undefined =>
  lags.find((one) => one.link === link && one.lane === lane)

/** Open until the next try is due; half open while one change finds out whether the receiver is back. */
const breakerOf = ({ attempts, nextAt }: LaneState, nowMs: number): 'closed' | 'open' | 'half-open' => {
  if (attempts === 0) return 'closed'
  return nextAt !== null && Date.parse(nextAt) > nowMs ? 'open' : 'half-open'
}
