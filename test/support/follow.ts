import type { Pool } from 'pg'
import type { Follower } from '#flow/follow/follower.ts'
import { followers } from '#flow/follow/followers.ts'

/** Lets everyone who follows the log come to its end, and then those who are given. */
export async function followToTheEnd(pool: Pool, ...more: readonly Follower[]): Promise<void> {
  for (const follower of [...followers, ...more])
    for (let end = 'more'; end === 'more'; ) end = await follower.step(pool)
}
