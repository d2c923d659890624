import type { Follower } from '#flow/follow/follower.ts'
import { logFollower } from '#flow/follow/log-follower.ts'

let now = 0

/** A follower that writes down each change that it was given, in a table of the test's own; a change given twice is there twice. */
export const countingFollower = (rest: () => Promise<unknown>): Follower =>
  logFollower(
    'counting',
    10,
    [
      {
        name: 'counting',
        begin: () => {
          const positions: string[] = []
          return {
            note: ({ change }) => void positions.push(String(change.position)),
            async write(client) {
              await client.query('insert into followed (position) select unnest($1::bigint[])', [positions])
              await rest()
            },
          }
        },
      },
    ],
    // Whatever fails is tried again at once.
    () => (now += 3_600_000),
  )
