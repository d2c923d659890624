import type { ClientBase } from 'pg'
import { codesOf, recordCode } from '#core/lineage/codes.ts'
import { matchFacts, whatsAfter } from '#core/lineage/matching.ts'
import { UNMOVING } from '#core/lineage/untraced.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import { OWN_SYSTEM } from '#core/model/own-system.ts'
import { type Follower, stepUnderLock } from '#flow/follow/follower.ts'
import { readSuccessions, type Succession } from '#flow/follow/successions.ts'
import { readChanges } from '#store/changes.ts'
import { moveFollower, readFollowerPlace } from '#store/followers.ts'
import { hasGrowingCases, touchCases } from '#store/growing-cases.ts'
import { CASES_FOLLOWER, URGENT_FOLLOWER } from './names.ts'
import { settleSoon } from './settle.ts'
import { type LoggedTest, type Taking, type TakingParts, takeTests, takingOf } from './take-tests.ts'

/** By which the goods of a test are found that names no lot. */
const MATCHING = 'matching'
const CHANGES_AT_ONCE = 250
const GRAPH_CODE = /^(lot|doc|rec|local\.[^:]+):/

/**
 * Opens cases for tests that fail, moves them on as tests are corrected and laboratories answer, and lets those be made anew whose goods a change
 * touches: in one transaction with its position, so a change counts once. Then makes anew what is to be: lots, and hold records. It reads no further than
 * what it rests on, the ways in which records meet.
 */
export const casesFollower = (parts: TakingParts): Follower => ({
  name: CASES_FOLLOWER,
  rows: [CASES_FOLLOWER],
  everyMs: null,
  behind: MATCHING,
  async step(pool) {
    const end = await stepUnderLock(pool, CASES_FOLLOWER, async (client, { position }) => {
      const bound = (await readFollowerPlace(client, MATCHING))?.position ?? 0n
      if (bound <= position) return 'done'
      const read = await readChanges(client, { after: position, limit: CHANGES_AT_ONCE, upTo: bound })
      if (read.next === position) return 'done'
      const page = pageOf((await readFollowerPlace(client, URGENT_FOLLOWER))?.position ?? 0n)
      for (const succession of await readSuccessions(client, read.rows)) page.note(succession)
      await page.write(client, takingOf(parts))
      await moveFollower(client, CASES_FOLLOWER, { position: read.next })
      return read.atHead || read.next >= bound ? 'done' : 'more'
    })
    if (end !== 'busy') await settleSoon(parts)
    return end
  },
})

/** @param taken tests up to this position were taken before their turn */
function pageOf(taken: bigint) {
  const tests: LoggedTest[] = []
  const codes = new Set<string>()
  const whos = new Set<string>()
  const whats = new Set<string>()
  const traders = new Set<string>()
  const touch = (kind: Kind, id: string, body: Body): void => {
    const own = recordCode(kind, id, body)
    for (const code of own === null ? codesOf(body) : [...codesOf(body), own])
      if (GRAPH_CODE.test(code)) codes.add(code)
    const facts = matchFacts(kind, id, body)
    for (const { who, what } of facts.points) {
      whos.add(who)
      whats.add(what)
    }
    // What came may have stayed until a test.
    if (facts.points.some(({ side }) => side === 'here')) for (const what of whatsAfter(body)) whats.add(what)
    for (const { stall, trader } of facts.traders) traders.add(stall).add(trader)
  }
  return {
    note({ change, now, before, receivedAt, said }: Succession): void {
      const { recordId, version, system, position } = change
      const { kind } = said
      if (UNMOVING.has(kind) || system === OWN_SYSTEM) return
      if (now) touch(kind, recordId, now)
      if (before) touch(kind, recordId, before)
      if (kind !== 'test') return
      const wasTaken = position <= taken
      tests.push({ recordId, version, receivedAt, body: said, isActive: now !== null, wasTaken })
    },
    async write(client: ClientBase, at: Taking): Promise<void> {
      await takeTests(client, tests, at)
      if (codes.size + whos.size + traders.size === 0 || !(await hasGrowingCases(client))) return
      await touchCases(client, {
        codes: [...codes],
        whos: [...whos],
        whats: [...whats],
        traders: [...traders],
      })
    },
  }
}
