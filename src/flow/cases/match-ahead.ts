import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Pool } from 'pg'
import { goodsOf } from '#core/cases/goods.ts'
import { isOpening, saysOf } from '#core/cases/open.ts'
import { type MatchPoint, type MatchSide, matchFacts, type StallTrader } from '#core/lineage/matching.ts'
import { namedGoods } from '#core/lineage/tested-goods.ts'
import { marketsMeant } from '#flow/matching/markets-meant.ts'
import { inTransaction } from '#store/database.ts'
import {
  insertMatchPoints,
  insertStallTraders,
  readGoodsAmong,
  readOthersMeant,
  type Told,
} from '#store/match-points.ts'
import type { LoggedTest } from './take-tests.ts'

/** Records that are read at once, and looked at before the event loop gets its turn. */
const RECORDS_AT_ONCE = 250
/** So long goods are looked for, newest first: the oldest are those that have their turn soonest. */
const LOOKING_MS = 10_000
/** What of a record that waits a test meets: tickets and trades, of which there may be any number, are not looked through. */
const WAITING: ReadonlySet<MatchSide> = new Set<MatchSide>(['here', 'stock'])

/** A part of the log. */
export interface LogPart {
  readonly after: bigint
  readonly upTo: bigint
}

/**
 * Notes where those goods of a part of the log are that tests without a lot may be of, before matching comes to them: what came to their stall, of their product,
 * on their day. Matching will note the same, and what is noted twice is there once.
 */
export async function matchAhead(pool: Pool, tests: readonly LoggedTest[], part: LogPart): Promise<void> {
  const asked = askedOf(
    tests,
    await marketsMeant(
      pool,
      tests.map(({ body }) => body),
    ),
  )
  if (asked.points.length === 0 || part.after >= part.upTo) return
  const whos = new Set([...asked.whos, ...(await readOthersMeant(pool, asked.points))])
  const waiting: Waiting[] = []
  const until = performance.now() + LOOKING_MS
  for (let { upTo } = part; upTo > part.after && performance.now() < until; ) {
    const { after } = part
    const { days, classes } = asked
    const { records, next } = await readGoodsAmong(pool, {
      after,
      upTo,
      limit: RECORDS_AT_ONCE,
      days,
      classes,
    })
    for (const { kind, id, version, body } of records) {
      const { points, traders } = matchFacts(kind, id, body)
      const here = points.filter(({ side, what }) => WAITING.has(side) && asked.whats.has(what))
      if (here.length === 0) continue
      waiting.push({ recordId: id, version, here, traders })
      for (const { stall, trader } of traders) {
        if (asked.whos.has(stall)) whos.add(trader)
        if (asked.whos.has(trader)) whos.add(stall)
      }
    }
    upTo = next
    await nextTurn()
  }
  // In the order of the log, as matching writes them, so that neither waits for the other.
  const found = waiting.filter(({ here }) => here.some(({ who }) => whos.has(who))).reverse()
  const told = <T>(of: (one: Waiting) => readonly T[]): (T & Told)[] =>
    found.flatMap((one) => of(one).map((way) => ({ ...way, recordId: one.recordId, version: one.version })))
  await inTransaction(pool, async (client) => {
    await insertMatchPoints(
      client,
      told(({ here }) => here),
    )
    await insertStallTraders(
      client,
      told(({ traders }) => traders),
    )
  })
}

/** A version of goods that wait, and where they are. */
interface Waiting extends Told {
  readonly here: readonly MatchPoint[]
  readonly traders: readonly StallTrader[]
}

interface Asked {
  readonly points: readonly MatchPoint[]
  readonly whos: ReadonlySet<string>
  readonly whats: ReadonlySet<string>
  readonly days: readonly string[]
  /** Null where the class of one is not known: its goods may be of any. */
  readonly classes: readonly string[] | null
}

/** Whether the goods of a test are stopped wherever they are found: it failed, is of no earlier day, and names none of them. @param from as in `TakingParts` */
export function asksForGoods({ body, isActive }: LoggedTest, from: string | undefined): boolean {
  const says = saysOf(body)
  const isFailed = isActive && says !== null && says !== 'lab_passed'
  return isFailed && isOpening(body, from) && namedGoods(body).length === 0
}

function askedOf(tests: readonly LoggedTest[], markets: Awaited<ReturnType<typeof marketsMeant>>): Asked {
  const asking = tests
    .map(({ recordId, body }, i) => ({ body, points: matchFacts('test', recordId, body, markets[i]).points }))
    .filter(({ points }) => points.length > 0)
  const points = asking.flatMap((one) => one.points)
  const classes = asking.map(({ body }) => goodsOf(body).productClass)
  return {
    points,
    whos: new Set(points.map(({ who }) => who)),
    whats: new Set(points.map(({ what }) => what)),
    days: [...new Set(points.map(({ day }) => day))],
    classes: classes.includes(null) ? null : [...new Set(classes as string[])],
  }
}
