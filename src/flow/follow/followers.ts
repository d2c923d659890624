import { papersReader } from '#flow/documents/follow-papers.ts'
import { findingsReader } from '#flow/findings/follow-findings.ts'
import { goodsReader } from '#flow/findings/follow-goods.ts'
import { matchingReader } from '#flow/matching/follow-matching.ts'
import { qualityMessagesFollower } from '#flow/quality/follow-messages.ts'
import { qualityRecordsReader } from '#flow/quality/follow-records.ts'
import { noticesReader } from '#flow/recall/follow-notices.ts'
import { bucketsReader } from '#flow/reconcile/follow-buckets.ts'
import { cardSightsReader } from '#flow/reference/follow-card-sights.ts'
import { cardsReader } from '#flow/reference/follow-cards.ts'
import { unknownProductsReader } from '#flow/reference/follow-unknown-products.ts'
import { signaturesReader } from '#flow/signatures/follow-signatures.ts'
import { arrivalsFollower } from '#flow/silence/follow-arrivals.ts'
import { inspectionsReader } from '#flow/supervision/follow-inspections.ts'
import { supervisionReader } from '#flow/supervision/follow-supervision.ts'
import type { Follower } from './follower.ts'
import { logFollower } from './log-follower.ts'
import type { LogReader } from './noted-page.ts'

/** A page costs each reader some statements, whatever its size, and what many of its records say is written once; its records are in memory at once. */
export const CHANGES_AT_ONCE = 1000

/** Beside a large message and until all that it brought was followed: what a page makes lives until all have written it, and pushes of others wait while it is made (docs/adr/0044-small-pages-beside-large-messages.md). */
const CHANGES_AT_ONCE_BUSY = 125

/** Those who read the log together. @param now the time that all processes have, in milliseconds since 1970 */
const logReadersOf = (now: () => number): readonly LogReader[] => [
  cardsReader,
  cardSightsReader,
  unknownProductsReader,
  qualityRecordsReader,
  bucketsReader,
  matchingReader,
  papersReader,
  signaturesReader(now),
  noticesReader,
  findingsReader,
  supervisionReader,
  goodsReader(now),
  inspectionsReader,
]

/**
 * Everyone who follows what was committed in a running hub, first those who read the log together.
 * @param isBusy whether this process works on a large message
 */
export const followersOf = (now: () => number, isBusy = () => false): readonly Follower[] => [
  smallPagesBeside(isBusy, logReadersOf(now)),
  qualityMessagesFollower,
  arrivalsFollower(now),
]

function smallPagesBeside(isBusy: () => boolean, readers: readonly LogReader[]): Follower {
  let isSmall = false
  const atOnce = (): number => {
    isSmall ||= isBusy()
    return isSmall ? CHANGES_AT_ONCE_BUSY : CHANGES_AT_ONCE
  }
  const { step, ...follower } = logFollower('log', atOnce, readers)
  return {
    ...follower,
    async step(pool) {
      const end = await step(pool)
      if (end === 'done') isSmall = false
      return end
    },
  }
}

/** The same of a process that has the machine's time, as benches and tests do. */
export const logReaders = logReadersOf(Date.now)
export const followers = followersOf(Date.now)
