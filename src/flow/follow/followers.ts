import { qualityMessagesFollower } from '#flow/quality/follow-messages.ts'
import { qualityRecordsFollower } from '#flow/quality/follow-records.ts'
import { cardsFollower } from '#flow/reference/follow-cards.ts'
import { unknownProductsFollower } from '#flow/reference/follow-unknown-products.ts'
import { arrivalsFollower } from '#flow/silence/follow-arrivals.ts'
import type { Follower } from './follower.ts'

/** Everyone who follows what was committed in a running hub. */
export const followers: readonly Follower[] = [
  cardsFollower,
  unknownProductsFollower,
  qualityRecordsFollower,
  qualityMessagesFollower,
  arrivalsFollower(),
]
