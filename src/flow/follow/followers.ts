import { cardsFollower } from '#flow/reference/follow-cards.ts'
import { unknownProductsFollower } from '#flow/reference/follow-unknown-products.ts'
import type { Follower } from './follower.ts'

/** Everyone who follows the log in a running hub. */
export const followers: readonly Follower[] = [cardsFollower, unknownProductsFollower]
