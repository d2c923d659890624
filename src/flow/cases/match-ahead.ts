import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Pool } from 'pg'
import { goodsOf } from '#core/cases/goods.ts'
import { saysOf } from '#core/cases/open.ts'
import { type MatchFacts, type MatchPoint, matchFacts } from '#core/lineage/matching.ts'
import { inTransaction } from '#store/database.ts'
import {
  insertMatchPoints,
  insertStallTraders,
  readGoodsAmong,
  readOthersMeant,
  type Told,
} from '#store/match-points.ts'
import { namedGoods } from './open-case.ts'
import type { LoggedTest } from './take-tests.ts'

/** Records that are read at once, and looked at before the event loop gets its turn. */
const RECORDS_AT_ONCE = 250
/** So long goods are looked for, newest first: the oldest are those that have their turn soonest. */
const LOOKING_MS = 10_000

/** A part of the log. */
export interface LogPart {
  readonly after: bigint
  readonly upTo: bigint
}

/**
 * Notes how those records of a part of the log may meet others that tests without a lot are of, before matching comes to them: what came to their stall, of their
 * product, on their day. It notes what matching will note of them, and that twice is once.
 */
export async function matchAhead(pool: Pool, tests: readonly LoggedTest[], part: LogPart): Promise<void> {
  const asked = askedOf(tests)
  if (asked === null || part.after >= part.upTo) return
  const others = await readOthersMeant(pool, asked.points)
  const whos = new Set([...asked.points.map(({ who }) => who), ...others])
  const whats = new Set(asked.points.map(({ what }) => what))
  const mayBeAsked = ({ side, what }: MatchPoint): boolean => side === 'here' && whats.has(what)

  const near: (MatchFacts & Told)[] = []
  const until = performance.now() + LOOKING_MS
  for (let { upTo } = part; upTo > part.after && performance.now() < until; ) {
    const { records, next } = await readGoodsAmong(pool, {
      ...{ after: part.after, upTo, limit: RECORDS_AT_ONCE },
      ...{ days: asked.days, classes: asked.classes },
    })
    for (const { kind, id, version, body } of records) {
      const facts = matchFacts(kind, id, body)
      if (!facts.points.some(mayBeAsked)) continue
      near.push({ ...facts, recordId: id, version })
      for (const { stall, trader } of facts.traders) {
        if (asked.whos.has(stall)) whos.add(trader)
        if (asked.whos.has(trader)) whos.add(stall)
      }
    }
    upTo = next
    await nextTurn()
  }
  // In the order of the log, as matching writes them, so that neither waits for the other.
  const found = near
    .filter(({ points }) => points.some((point) => mayBeAsked(point) && whos.has(point.who)))
    .reverse()
  await inTransaction(pool, async (client) => {
    const told = <T>(of: (facts: MatchFacts) => readonly T[]): (T & Told)[] =>
      found.flatMap((facts) =>
        of(facts).map((one) => ({ ...one, recordId: facts.recordId, version: facts.version })),
      )
    await insertMatchPoints(
      client,
      told(({ points }) => points),
    )
    await insertStallTraders(
      client,
      told(({ traders }) => traders),
    )
  })
}

interface Asked {
  readonly points: readonly MatchPoint[]
  readonly whos: ReadonlySet<string>
  readonly days: readonly string[]
  /** Null where the class of one is not known: its goods may be of any. */
  readonly classes: readonly string[] | null
}

/** What the tests without a lot ask for; null where there is none that stops anything. */
function askedOf(tests: readonly LoggedTest[]): Asked | null {
  const asking = tests
    .filter(({ body, isActive }) => isActive && saysOf(body) !== null && namedGoods(body).length === 0)
    .map(({ recordId, body }) => ({ body, points: matchFacts('test', recordId, body).points }))
    .filter(({ points }) => points.length > 0)
  if (asking.length === 0) return null
  const points = asking.flatMap((one) => one.points)
  const classes = asking.map(({ body }) => goodsOf(body).productClass)
  return {
    points,
    whos: new Set(points.map(({ who }) => who)),
    days: [...new Set(points.map(({ day }) => day))],
    classes: classes.includes(null) ? null : [...new Set(classes as string[])],
  }
}
