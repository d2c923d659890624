import type { ClientBase, Pool } from 'pg'
import { OWN_SYSTEM } from '#core/model/own-system.ts'
import { type Follower, type StepEnd, stepUnderLock } from '#flow/follow/follower.ts'
import { readSuccessions } from '#flow/follow/successions.ts'
import { matchingReader } from '#flow/matching/follow-matching.ts'
import { type Change, headPosition, readTestChanges } from '#store/changes.ts'
import { lockFollower, moveFollower, readFollowers } from '#store/followers.ts'
import { asksForGoods, matchAhead } from './match-ahead.ts'
import { CASES_FOLLOWER, URGENT_FOLLOWER } from './names.ts'
import { settleSoon } from './settle.ts'
import { type LoggedTest, type TakingParts, takeTests, takingOf } from './take-tests.ts'

/** Where the log ended when it was looked at last. */
const NOTED = 'cases-urgent-noted'
/** What stood in the log at one look and waits at the next is urgent: goods are stopped within a minute of their test. */
const EVERY_MS = 15_000
const TESTS_AT_ONCE = 250
/** Tests whose goods are looked for at once. */
const MATCHED_AT_ONCE = 1000

/**
 * Takes tests that wait for their turn in the log, as they do for minutes behind a large message: they open cases with what is known of their goods, and with what
 * waits before them. When their turn comes they are not taken again, and what their cases did not know yet is added as it is with all that comes late.
 */
export function urgentTestsFollower(parts: TakingParts): Follower {
  let looked = 0n
  const step = async (pool: Pool): Promise<StepEnd> => {
    // What cannot be looked through keeps no test waiting.
    let failed: { readonly error: unknown } | null = null
    try {
      looked = await matchWaiting(pool, looked, parts.from)
    } catch (error) {
      failed = { error }
    }
    let tests: readonly LoggedTest[] = []
    const end = await stepUnderLock(pool, URGENT_FOLLOWER, async (client, { position }) => {
      const taking = takingOf(parts)
      // The one that takes tests in their turn takes none meanwhile.
      const inTurn = (await lockFollower(client, CASES_FOLLOWER, { wait: true }))?.position ?? 0n
      const noted = (await lockFollower(client, NOTED, { wait: true }))?.position ?? 0n
      const head = await headPosition(client)
      const after = position > inTurn ? position : inTurn
      if (after < noted) {
        const read = await readTestChanges(client, { after, upTo: noted, limit: TESTS_AT_ONCE })
        tests = await testsOf(client, read.rows)
        await takeTests(client, tests, taking)
        await moveFollower(client, URGENT_FOLLOWER, { position: read.next })
        if (read.next < noted) return 'more'
      } else await moveFollower(client, URGENT_FOLLOWER, { position: after })
      // With the time of the look it counts as none that is behind the log.
      await moveFollower(client, NOTED, { position: head, floor: new Date(taking.nowMs).toISOString() })
      return 'done'
    })
    if (tests.length > 0) await settleSoon(parts)
    if (failed) throw failed.error
    return end
  }
  return { name: URGENT_FOLLOWER, rows: [URGENT_FOLLOWER, NOTED], everyMs: EVERY_MS, step }
}

/**
 * The goods of tests without a lot wait with them: they are matched first, once a look. What moves meanwhile is seen under the lock. Gives up to where it looked.
 * @param looked up to where the look before did
 */
async function matchWaiting(pool: Pool, looked: bigint, from: string | undefined): Promise<bigint> {
  const rows = [URGENT_FOLLOWER, CASES_FOLLOWER, NOTED, matchingReader.name]
  const [taken = 0n, inTurn = 0n, noted = 0n, matched = 0n] = (await readFollowers(pool, rows)).map(
    ({ position }) => position,
  )
  if (noted === looked) return looked
  const tests: LoggedTest[] = []
  for (let after = taken > inTurn ? taken : inTurn; after < noted && tests.length < MATCHED_AT_ONCE; ) {
    const read = await readTestChanges(pool, { after, upTo: noted, limit: TESTS_AT_ONCE })
    tests.push(...(await testsOf(pool, read.rows)).filter((one) => asksForGoods(one, from)))
    after = read.next
  }
  await matchAhead(pool, tests, { after: matched, upTo: noted })
  return noted
}

async function testsOf(client: ClientBase | Pool, changes: readonly Change[]): Promise<LoggedTest[]> {
  const tests: LoggedTest[] = []
  for (const { change, now, said, receivedAt } of await readSuccessions(client, changes)) {
    const { recordId, version, system } = change
    if (system !== OWN_SYSTEM)
      tests.push({ recordId, version, receivedAt, body: said, isActive: now !== null })
  }
  return tests
}
