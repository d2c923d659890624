import type { ClientBase } from 'pg'
import { type MatchPoint, matchFacts, type StallTrader } from '#core/lineage/matching.ts'
import type { Body } from '#core/model/body.ts'
import type { LogReader } from '#flow/follow/noted-page.ts'
import { insertMatchPoints, insertStallTraders, type Told } from '#store/match-points.ts'
import { marketsMeant } from './markets-meant.ts'

/**
 * Notes how each new version may meet others, whichever comes first: late facts match on arrival, and what a corrected or voided record said no longer
 * counts because its version is not the newest. Where they really meet is looked up when somebody asks.
 */
export const matchingReader: LogReader = {
  name: 'matching',
  begin() {
    const points: (MatchPoint & Told)[] = []
    const traders: (StallTrader & Told)[] = []
    const tests: (Told & { readonly body: Body })[] = []
    return {
      note({ change: { recordId, version }, now }) {
        if (now === null) return
        const facts = matchFacts(now.kind, recordId, now)
        if (now.kind === 'test' && facts.points.length > 0) tests.push({ recordId, version, body: now })
        else for (const point of facts.points) points.push({ ...point, recordId, version })
        for (const trader of facts.traders) traders.push({ ...trader, recordId, version })
      },
      async write(client) {
        await insertMatchPoints(client, [...points, ...(await pointsOfTests(client, tests))])
        await insertStallTraders(client, traders)
      },
    }
  },
}

/** A test may call its market as none of the records of its goods does. */
async function pointsOfTests(
  client: ClientBase,
  tests: readonly (Told & { readonly body: Body })[],
): Promise<(MatchPoint & Told)[]> {
  const markets = await marketsMeant(
    client,
    tests.map(({ body }) => body),
  )
  return tests.flatMap(({ recordId, version, body }, i) =>
    matchFacts('test', recordId, body, markets[i]).points.map((point) => ({ ...point, recordId, version })),
  )
}
